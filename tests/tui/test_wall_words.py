"""What the wall says, in words and marks."""

from typing import Any

import pytest

from companion.core.events import Acknowledged, CallEnded, Nudged
from companion.core.seen import Away, Clock, Here, Notice, Over
from companion.core.updates import Escalated
from companion.core.wall import Alert, WallRow
from companion.tui import wall_words as words
from companion.tui.feed import Closed
from companion.tui.wall import UNHEARD, Entry, Wall


def wall_of(*books: Any) -> Wall:
    wall = Wall()
    for book in books:
        for record in book.records:
            wall.take(record, 0.0)
    wall.settle(0.0)
    return wall


def entry_of(book: Any) -> Entry:
    wall = wall_of(book)
    return wall.live.get(book.call) or wall.history[book.call]


@pytest.mark.parametrize(("at", "said"), [(0, "00:00"), (3_599_999, "59:59"), (3_600_000, "1h00"), (3_900_000, "1h05"), (-5, "00:00")])
def test_a_time_takes_five_cells_at_most(at: int, said: str) -> None:
    assert words.time(at) == said


def test_a_row_in_marks(calls: Any) -> None:
    hot, lawyer, third, held, lost, taken, _, unknown, *_ = map(entry_of, calls.floor())
    assert [words.mark(entry, 0.0) for entry in (hot, held, lost)] == [" ", "‖", "✕"]
    assert (words.flags(hot.row), words.serious(hot.row)) == ("⚑2", True)
    assert (words.flags(lawyer.row), words.serious(lawyer.row), words.flags(held.row)) == ("⚑1", False, "")
    assert (words.steps(hot.row), words.progress(hot.row), words.progress(WallRow())) == ("●○!○○○", "1/6", "")
    assert (words.customer(hot.row), words.customer(unknown.row)) == ("Moss, A.", "twilio-CA5f3e9d")
    assert (words.said(lawyer), words.said(unknown)) == ("“or i will call my lawyer”", "")
    assert [words.waiting(entry.row, True) for entry in (hot, lawyer, taken, third, held)] == ["▲ 1 alert", "△ told", "⇄ Sue", "✉ 1", ""]
    assert [words.waiting(entry.row, False) for entry in (hot, lawyer, taken, third, held)] == ["▲1", "△", "⇄", "✉1", ""]


def test_the_trend_is_that_of_the_last_minutes(calls: Any) -> None:
    entry = entry_of(calls.floor()[0])
    assert words.blocks(words.spark(entry, 5)) == "▁▄▄▄▆"
    assert words.blocks(words.spark(Entry(), 3)) == "▁▁▁"


def test_causes_are_said_once_the_newest_first() -> None:
    row = WallRow(alerts=(Alert(1, "Harm", True), Alert(2, "heat above 70", True), Alert(3, "Harm", True)))
    assert words.causes(Entry(row)) == "harm · heat above 70"


def test_what_came_of_a_call(calls: Any) -> None:
    over = entry_of(calls.floor()[8])
    assert words.mark(over, 0.0) == "■"
    assert words.said(over) == "agent hung up · heat 74 at most, 24 at the end · 1 promise"
    taken = calls.floor()[5].event(CallEnded(reason=""))
    assert words.said(entry_of(taken)) == "ended · heat 57 at most, 57 at the end · taken over by Sue"
    assert words.result(Entry(WallRow(promises=2))) == "no longer heard of · calm throughout · 2 promises"


def test_a_call_that_nothing_is_heard_of_is_not_said_to_be_live(calls: Any) -> None:
    hot, held, lost, over = (entry_of(book) for book in (calls.floor()[0], calls.floor()[3], calls.floor()[4], calls.settled()))
    assert [words.mark(entry, UNHEARD) for entry in (hot, held, lost, over)] == ["✕", "‖", "✕", "■"]
    wall = wall_of(calls.floor()[0])
    wall.settle(23.0)
    assert words.notice(wall, 80) == ("✕ not up to date: nothing was heard of this call for 0:23", "alert")


def test_elsewhere(calls: Any) -> None:
    assert words.elsewhere(entry_of(calls.floor()[0]).row) == "dana (Moss, A.): wants a supervisor, and the heat stays above 70"


def test_the_status(calls: Any) -> None:
    wall = wall_of(*calls.floor())
    assert words.counts(wall) == ("10 live", "▲ 1 waiting")
    assert words.way(wall) == ("○ connecting", "")
    wall.take(Here(role="supervisor", name="Sue"), 0.0)
    assert words.way(wall) == ("● connected", "Sue (supervisor)")
    wall.seek("team:billing")
    assert words.counts(wall) == ("2 of 10 live", "▲ 1 waiting")
    wall.seek("")
    wall.look_back()
    assert words.counts(wall) == ("history: 1 ended", "▲ 1 waiting")
    wall.take(Away(reason="gone"), 0.0)
    assert words.way(wall) == ("✕ away", "")
    wall.take(Closed(), 0.0)
    assert words.way(wall) == ("■ closed", "")
    assert words.counts(Wall()) == ("0 live", "")


def test_an_empty_wall_says_why() -> None:
    wall = Wall()
    assert words.empty(wall) == words.CONNECTING
    wall.take(Here(role="reader", name=""), 0.0)
    assert (words.empty(wall), words.way(wall)[1]) == (words.NONE_LIVE, "(reader)")
    wall.show_waiting()
    assert words.empty(wall) == words.NONE_WAITING
    wall.seek("x")
    assert words.empty(wall) == words.NONE_FOUND
    wall.look_back()
    assert words.empty(wall) == words.NONE_FOUND
    wall.seek("")
    assert words.empty(wall) == words.NONE_ENDED


def test_the_notice_says_the_weightiest(calls: Any) -> None:
    hot, lawyer, third, *_ = calls.floor()
    wall = wall_of(third)
    assert words.notice(wall, 80) == ("", "nothing")
    assert words.notice(wall, 42) == ("“this is the third time i call”", "plain")
    wall = wall_of(lawyer)
    assert words.notice(wall, 80) == ("△ threatens to leave", "plain")
    wall = wall_of(hot, lawyer)
    assert words.notice(wall, 80) == ("▲ wants a supervisor, and the heat stays above 70", "plain")
    wall.show_waiting()
    assert words.notice(wall, 80)[0] == "only calls that wait for a supervisor – w shows all"
    wall.seek("dana")
    assert words.notice(wall, 80)[0] == "/dana – Esc shows all"
    wall.take(Notice(text="refused"), 1.0)
    assert words.notice(wall, 80) == ("! refused", "nudge")
    wall.take(Away(reason="ws://hub: connection refused"), 0.0)
    assert words.notice(wall, 80) == ("✕ not up to date: ws://hub: connection refused; trying again", "alert")
    wall.take(Closed(), 0.0)
    assert words.notice(wall, 80) == ("✕ nothing more will come – q leaves", "alert")


def test_an_ended_call_waits_for_nobody(calls: Any) -> None:
    book = calls.floor()[0].event(CallEnded(reason="hung up"))
    wall = wall_of(book)
    wall.take(Over(call=book.call), 0.0)
    wall.take(Clock(call=book.call, at=99_000), 0.0)
    assert words.counts(wall) == ("0 live", "")
    wall.seek(book.call)
    assert words.counts(wall) == ("0 of 0 live", "")
    wall.seek("")
    assert words.notice(wall, 80) == ("", "nothing")
    wall.look_back()
    assert words.notice(wall, 80) == ("hung up · heat 74 at most, 74 at the end", "plain")


def test_an_acknowledged_call_waits_no_more(calls: Any) -> None:
    book = calls.floor()[0].event(Acknowledged(by="Sue")).event(Nudged(text="well done", by="Sue"))
    assert words.waiting(entry_of(book).row, True) == "✉ 1"
    book.update(Escalated(level="alert", because="harm", card={})).update(Escalated(level="alert", because="heat", card={}))
    assert words.waiting(entry_of(book).row, True) == "▲ 2 alerts"
