"""The customer's panel, short and tall."""

from typing import Any

from companion.core.checklist import HeatRules
from companion.core.updates import DeadAir, Escalated
from companion.tui.widgets.customer import Customer, coloured


def test_two_lines_say_it_all(calls: Any) -> None:
    lines = calls.plain(Customer().lines(calls.taken(*calls.heated().records), 78, 2))
    assert lines[0].startswith("heat 74 very upset  ▲ rising   ▁")
    assert lines[1] == "⚑ wants a supervisor 00:52  ⚑ called before 00:21  you talked over them 1×"


def test_a_tall_panel_draws_the_curve(calls: Any) -> None:
    book = calls.heated().update(DeadAir(start=30, end=39))
    lines = calls.plain(Customer().lines(calls.taken(*book.records), 40, 9))
    assert len(lines) == 9
    assert lines[0] == "heat 74  very upset             ▲ rising"
    assert lines[3][0] == "▁"
    assert lines[3][-1] == "█"
    assert lines[4:6] == ["⚑ wants a supervisor 00:52", "⚑ called before 00:21"]
    assert lines[-1] == "you talked over them 1× · dead air 0:09"


def test_a_talk_over_stands_out_for_a_moment(calls: Any) -> None:
    records = calls.heated().records
    assert Customer().lines(calls.taken(*records, now=48), 78, 2)[1][-1] == ("you talked over them 1×", "bold reverse $warm")
    assert Customer().lines(calls.taken(*records, now=60), 78, 2)[1][-1] == ("you talked over them 1×", "$warm")


def test_an_alert_stands_above_the_flags(calls: Any) -> None:
    book = calls.heated().update(Escalated(level="alert", because="heat", card={}))
    assert calls.plain(Customer().lines(calls.taken(*book.records), 40, 9))[4] == "▲ supervisor called 00:53"


def test_each_kind_of_flag_is_shown_once_and_the_agents_not_here(calls: Any) -> None:
    book = calls.heated()
    book.say(60, "customer", "this is the fourth time i call")
    book.flags("repeat_contact", "fourth time i call")
    text = "\n".join(calls.plain(Customer().lines(calls.taken(*book.records), 40, 9)))
    assert text.count("called before") == 1
    assert "called before 01:00" in text
    assert "arguing" not in text


def test_a_column_has_the_colour_of_its_own_heat() -> None:
    (row,) = coloured([10, 10, 50, 80], 1, HeatRules(warn=40, alert=70))
    assert row == (("▁▁", "$good 70%"), ("▄", "$warm 70%"), ("▆", "$hot 70%"))
