"""The summary page at three sizes."""

from typing import Any

from companion.tui.lines import width_of
from companion.tui.widgets.summary import summary


def test_all_of_it_fits_80_by_24(calls: Any) -> None:
    lines = calls.plain(summary(calls.taken(*calls.settled().records), 76, 24))
    assert len(lines) <= 23
    text = "\n".join(lines)
    assert lines[0].startswith("Moss, A. · complaint")
    assert lines[0].endswith("02:04  agent hung up")
    assert " 4 ● apologized             01:02    “so sorry that you lost that meeting" in text
    assert "heat: 74 at most, 24 at the end" in text
    assert " → engineer's visit  “tomorrow morning” – Sat 21 Nov, 12:00" in text
    assert " + The heat came down from 74 to 24" in text


def test_steps_stand_under_the_curve_in_the_order_they_were_said(calls: Any) -> None:
    lines = calls.plain(summary(calls.taken(*calls.settled().records), 116, 40))
    marks = next(line for line in lines if line.split() == list("143256"))
    curve = lines[lines.index(marks) - 8 : lines.index(marks)]
    assert curve[0].startswith("100")
    assert curve[-1].startswith("  0 ▁")
    assert lines[lines.index(marks) + 1].split() == ["00:00", "02:04"]


def test_narrow_steps_have_their_words_below(calls: Any) -> None:
    lines = summary(calls.taken(*calls.settled().records), 40, 24)
    assert all(width_of(line) <= 40 for line in lines)
    text = calls.plain(lines)
    assert text[text.index(" 1 ● heard fully            00:40") + 1] == "     “because of this thing”"


def test_a_promise_that_is_too_long_for_one_line_keeps_its_day(calls: Any) -> None:
    lines = calls.plain(summary(calls.taken(*calls.settled().records), 44, 24))
    place = lines.index(" → engineer's visit")
    assert lines[place + 1] == "     “tomorrow morning” – Sat 21 Nov, 12:00"


def test_a_call_that_was_cut_short(calls: Any) -> None:
    book = calls.heated().changes("acknowledged_feelings", "missed")
    book.update(calls.updates.CallClosed(summary={}))
    text = "\n".join(calls.plain(summary(calls.taken(*book.records), 76, 24)))
    assert " 3 ✕ acknowledged feelings  missed" in text
    assert " 2 ○ paraphrased            not said" in text
    assert " 5 ○ offered choices" in text
    assert "promises" not in text
    assert "one thing" not in text


def test_a_draft_to_the_customer_stands_last(calls: Any) -> None:
    book = calls.heated()
    book.update(calls.updates.CallClosed(summary={"message": "Hello,\n\nThank you for telling us about the line.", "try": "Listen."}))
    lines = calls.plain(summary(calls.taken(*book.records), 76, 24))
    place = next(at for at, line in enumerate(lines) if "a draft to the customer" in line)
    assert lines[place - 1].endswith("→ Listen.")
    assert lines[place + 1 : place + 3] == [" Hello,", " Thank you for telling us about the line."]


def test_steps_said_at_once_do_not_hide_each_other(calls: Any) -> None:
    book = calls.opening().say(20, "agent", "sorry tomorrow or today")
    for step in ("apologized", "gave_timeline", "offered_choices"):
        book.hears(step, 1, "sorry")
    lines = calls.plain(summary(calls.taken(*book.ends(20).records), 60, 24))
    assert any(sorted(line.split(" ")[-3:]) == ["4", "5", "6"] for line in lines)
    narrow = calls.plain(summary(calls.taken(*book.records), 8, 24))
    assert any(sorted(line.strip()) == ["4", "5", "6"] for line in narrow)  # better close together than not at all


def test_turns_are_wrapped_at_words(calls: Any) -> None:
    book = calls.settled().prompts(119, 1, "apologized", "Say sorry", "Sorry").closes(1, "dismissed")
    book.prompts(120, 2, "apologized", "Say sorry", "Sorry").closes(2, "expired")
    lines = calls.plain(summary(calls.taken(*book.records), 30, 24))
    told = " ".join(line.strip() for line in lines)
    assert "prompts 3 (1 acted, 1 dismissed, 1 expired)" in told
