"""One line, or none."""

from typing import Any

from companion.core.events import Nudged
from companion.tui.widgets.notice import NoticeLine


def test_a_nudge_is_shown_and_cut_to_the_line(calls: Any) -> None:
    book = calls.opening().event(Nudged(text="offer the refund now", by="Maria"))
    (line,) = NoticeLine().lines(calls.taken(*book.records), 24, 1)
    assert calls.plain([line]) == [" ✉ Maria: offer the ref…"]
    assert line[0][1] == "bold $say on $say-back"


def test_most_of_the_time_there_is_none(calls: Any) -> None:
    assert NoticeLine().lines(calls.taken(*calls.opening().records), 80, 1) == []
