"""One line, or none; more only for a nudge that needs them."""

from typing import Any

from textual.geometry import Size

from companion.core.events import Nudged, SourceLost, TakenOver
from companion.tui.widgets.notice import NoticeLine


def test_a_nudge_is_shown_whole_beside_a_softphone_too(calls: Any) -> None:
    text = "their contract ends in may: you may offer two months free if they stay, and no more than that"
    book = calls.opening().event(Nudged(text=text, by="Maria"))
    panel = NoticeLine()
    lines = panel.lines(calls.taken(*book.records), 44, 4)
    assert " ".join("".join(calls.plain(lines)).split()) == f"✉ Maria: {text}"
    assert {style for line in lines for _, style in line} == {"bold $say on $say-back"}
    panel.snapshot = calls.taken(*book.records)
    assert panel.get_content_height(Size(44, 24), Size(44, 24), 44) == len(lines) == 3


def test_a_nudge_that_is_too_long_says_so(calls: Any) -> None:
    book = calls.opening().event(Nudged(text="please " * 70, by="Maria"))
    lines = calls.plain(NoticeLine().lines(calls.taken(*book.records), 44, 4))
    assert len(lines) == 4
    assert lines[-1].endswith("please…")


def test_a_high_window_gives_the_longest_nudge_its_room(calls: Any) -> None:
    panel = NoticeLine()
    panel.snapshot = calls.taken(*calls.opening().event(Nudged(text="please " * 70, by="Maria")).records)
    assert panel.get_content_height(Size(44, 24), Size(44, 12), 44) == 4
    assert panel.get_content_height(Size(44, 24), Size(44, 24), 44) == 8
    assert panel.get_content_height(Size(80, 24), Size(80, 24), 80) == 7


def test_two_supervisors_may_nudge_at_once(calls: Any) -> None:
    book = calls.opening().event(Nudged(text="offer the refund", by="Sue")).event(Nudged(text="be quick", by="Kim"))
    panel = NoticeLine()
    panel.snapshot = calls.taken(*book.records)
    assert calls.plain(panel.lines(panel.snapshot, 44, 4)) == [" ✉ Kim: be quick", " ✉ Sue: offer the refund"]
    assert panel.get_content_height(Size(44, 24), Size(44, 24), 44) == 2


def test_who_took_over_is_said_at_once_and_stays(calls: Any) -> None:
    book = calls.opening().event(TakenOver(by="Sue"))
    assert calls.plain(NoticeLine().lines(calls.taken(*book.records, now=20), 44, 1)) == [" ⇄ Sue has taken this call over"]
    assert calls.plain(NoticeLine().lines(calls.taken(*book.records, now=60), 44, 1)) == [" ⇄ taken over by Sue at 00:09"]


def test_all_else_is_cut_to_the_line(calls: Any) -> None:
    book = calls.opening().event(SourceLost(reason="ws://desk:4: connection reset by peer, and nobody answers any more"))
    (line,) = NoticeLine().lines(calls.taken(*book.records), 44, 1)
    assert calls.plain([line]) == [" ✕ nothing heard since 00:09: ws://desk:4: …"]


def test_most_of_the_time_there_is_none(calls: Any) -> None:
    assert NoticeLine().lines(calls.taken(*calls.opening().records), 80, 1) == []
