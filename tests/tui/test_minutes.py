"""The page of a call: Markdown that a customer's words cannot break."""

from typing import Any

import msgspec

from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.tui.minutes import minutes


def page(calls: Any, summary: dict[str, Any]) -> str:
    view = calls.taken(*calls.settled().records).view
    return minutes(msgspec.structs.replace(view, summary=summary))


HEAT = {"start": 5, "peak": 80, "end": 12}


def test_it_tells_steps_promises_and_what_to_write(calls: Any) -> None:
    said = page(
        calls, {"heat": {"start": 5, "peak": 80, "end": 12}, "well": "You listened.", "try": "Name the day.", "message": "Hello,\n\nbye"}
    )
    assert "Heat 5 at the start, 80 at most, 12 at the end." in said
    for part in ("| step |", "## What went well\n\nYou listened.", "## One thing to try\n\nName the day.", "> Hello,\n>\n> bye"):
        assert part in said
    assert "## Promises" in said


def test_an_empty_call_is_a_short_page(calls: Any) -> None:
    said = minutes(calls.taken(*calls.Playbook(call="*none*").start().records).view)
    assert said.startswith("# Call \\*none\\*\n")
    assert "## " not in said


def test_words_are_never_markup(calls: Any) -> None:
    book = calls.Playbook(call="c").start()
    view = calls.taken(*book.records).view
    view = view.fold(Record(call="c", seq=100, at=99_000, update=CallClosed(summary={"well": "[a](b) | *c*"})))
    assert "\\[a\\](b) \\| \\*c\\*" in minutes(view)
