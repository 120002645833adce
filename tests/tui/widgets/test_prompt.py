"""The prompt: large, whole where it fits, said to be cut where it does not."""

from typing import Any

from companion.tui.feed import Closed
from companion.tui.widgets.prompt import Say


def test_what_to_do_then_what_to_say_then_another_way(calls: Any) -> None:
    lines = calls.plain(Say().lines(calls.taken(*calls.heated().records), 110, 5))
    assert lines == [
        "▌ Name the feeling, with their case",
        "▌ “You lost a client meeting over this, on your own time – of course you are angry.”",
        "▌ or “Four calls and still no evening without a break: that would wear anybody out.”",
        "▌",
        "▌",
    ]


def test_where_room_is_short_the_other_way_is_left_out(calls: Any) -> None:
    lines = calls.plain(Say().lines(calls.taken(*calls.heated().records), 78, 4))
    assert lines[1:] == ["▌ “You lost a client meeting over this, on your own time – of course you are", "▌ angry.”", "▌"]


def test_a_line_that_does_not_fit_is_said_to_be_cut(calls: Any) -> None:
    lines = calls.plain(Say().lines(calls.taken(*calls.heated().records), 30, 3))
    assert len(lines) == 3
    assert lines[-1].endswith("…")


def test_in_a_narrow_column_what_to_do_may_take_two_lines(calls: Any) -> None:
    book = calls.opening().prompts(12, 0, "offered_choices", "Offer two ways forward and let them choose one", "Which?")
    lines = calls.plain(Say().lines(calls.taken(*book.records), 42, 4))
    assert lines == ["▌ Offer two ways forward and let them", "▌ choose one", "▌ “Which?”", "▌"]
    wide = calls.plain(Say().lines(calls.taken(*book.records), 60, 2))
    assert wide == ["▌ Offer two ways forward and let them choose one", "▌ “Which?”"]


def test_a_prompt_may_have_nothing_to_say(calls: Any) -> None:
    book = calls.opening().prompts(12, 0, "paraphrased", "Ask one question", "")
    assert calls.plain(Say().lines(calls.taken(*book.records), 40, 3)) == ["▌ Ask one question", "▌", "▌"]


def test_an_error_before_any_call_is_shown_whole(calls: Any) -> None:
    error = "ws://127.0.0.1:1/: cannot be joined: connection refused; check the address, and that the other side is running"
    for width in (98, 78, 42):
        lines = calls.plain(Say().lines(calls.taken(Closed(reason=error)), width, 5))
        assert " ".join(line.strip() for line in lines) == f"No call began: {error}"
    lines = calls.plain(Say().lines(calls.taken(Closed(reason=error)), 42, 2))
    assert lines[-1].endswith("…")


def test_none_is_a_quiet_line(calls: Any) -> None:
    lines = Say().lines(calls.taken(*calls.opening().records), 60, 4)
    assert calls.plain(lines) == ["  Nothing to say now – listen."]
