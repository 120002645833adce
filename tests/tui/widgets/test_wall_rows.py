"""Rows keep to their columns at any width, whoever is on the call and whatever they say."""

from typing import Any

import pytest

from companion.core.events import CallEnded, Introduced, Utterance
from companion.core.record import Record
from companion.core.seen import Away, Clock
from companion.tui.lines import width_of
from companion.tui.wall import FRESH, STILL, UNHEARD, Wall
from companion.tui.widgets.wall_rows import WallRows, columns_of


def wall_of(calls: Any) -> Wall:
    wall = Wall()
    for book in calls.floor():
        for record in book.records:
            wall.take(record, 0.0)
        wall.take(Clock(call=book.call, at=book.at), FRESH)
    wall.settle(FRESH)
    return wall


def lines(calls: Any, wall: Wall, width: int, height: int = 20) -> list[str]:
    return list(calls.plain(WallRows(wall).lines(wall, width, height)))


def test_a_row_at_eighty_columns(calls: Any) -> None:
    head, hot, lawyer, taken, *_ = lines(calls, wall_of(calls), 78)
    assert head == "heat          time   agent    customer    123456 last words"
    assert hot == "▶ 74 ▁▄▄▄▆ ⚑2  00:58 dana     Moss, A.    ●○!○○○ “then your system is wron… ▲1"
    assert lawyer == "  68 ▄▄▄▄▅ ⚑1  06:42 maria    Parker, S.  ○◐○○○○ “or i will call my lawyer” △"
    assert taken.startswith("  57 ▁▁▁▁▅     01:35 ines     山田 太郎   ○○○○○○ “もう")


def test_more_room_shows_more(calls: Any) -> None:
    wall = wall_of(calls)
    head, hot, *_ = lines(calls, wall, 118)
    assert " team       1 2 3 4 5 6 last words" in head
    assert "internet   ● ○ ! ○ ○ ○ “then your system" in hot
    assert hot.endswith("▲ 1 alert")
    assert "1 2 3 4 5 6" in lines(calls, wall, 98)[0]
    assert "last words of the customer" in lines(calls, wall, 138)[0]


def test_a_strip_has_figures_for_marks(calls: Any) -> None:
    head, hot, *_ = lines(calls, wall_of(calls), 42)
    assert head == "heat     time   agent   customer    1-6"
    assert hot == "▶ 74 ▁▄▆  00:58 dana    Moss, A.    1/6 ▲1"


@pytest.mark.parametrize("width", [36, 42, 58, 60, 78, 95, 96, 98, 115, 116, 118, 200])
def test_columns_stand_below_each_other_in_any_script(calls: Any, width: int) -> None:
    wall = wall_of(calls)
    widths = {width_of(line) for line in WallRows(wall).lines(wall, width, 20)[1:]}
    assert widths == {width}


def test_there_is_room_for_as_many_steps_as_there_are() -> None:
    assert columns_of(78, 9).steps == 9
    assert columns_of(118, 9).steps == 17


def test_only_what_is_in_view_is_laid_out(calls: Any) -> None:
    wall = wall_of(calls)
    assert len(WallRows(wall).lines(wall, 78, 5)) == 5
    wall.hold(99)
    assert lines(calls, wall, 78, 5)[-1].startswith("▶  0")


def test_what_has_ended_and_what_may_be_otherwise_by_now_is_dim(calls: Any) -> None:
    wall = wall_of(calls)
    entry = wall.live["c-18"]
    wall.take(Record(call="c-18", seq=entry.row.seq, at=500_000, event=CallEnded(reason="hung up")), FRESH)
    wall.settle(2 * STILL + FRESH)
    last = WallRows(wall).lines(wall, 78, 20)[-1]
    assert {style for _, style in last} == {"$quiet"}
    assert "hung up · heat 68" in calls.plain([last])[0]
    wall.take(Away(reason="gone"), 0.0)
    wall.hold(5)
    assert {style for line in WallRows(wall).lines(wall, 78, 20)[1:] for _, style in line} == {"$quiet", "$quiet on $cursor"}


def test_a_call_that_nothing_is_heard_of_is_dim_and_marked(calls: Any) -> None:
    wall = wall_of(calls)
    wall.settle(FRESH + UNHEARD)
    row = WallRows(wall).lines(wall, 78, 20)[2]
    assert {style for _, style in row} == {"$quiet"}
    assert "✕06:42" in calls.plain([row])[0]


def test_a_new_alert_stands_out_for_a_while(calls: Any) -> None:
    wall = wall_of(calls)
    wall.hold(3)
    wall.now = FRESH - 1
    row = WallRows(wall).lines(wall, 78, 20)[1]
    assert all(style.endswith(" on $alert-back") for _, style in row)
    wall.now = FRESH
    assert not any("alert-back" in style for _, style in WallRows(wall).lines(wall, 78, 20)[1])


def test_nobody_writes_to_the_terminal(calls: Any) -> None:
    wall = wall_of(calls)
    entry = wall.live["c-17"]
    bad = "\x1b[2J\u202eevil\x07"
    for seq, event in enumerate(
        (Introduced(agent=bad, customer=bad, team=bad), Utterance(speaker="customer", text=bad, start=0, end=1)), entry.row.seq
    ):
        wall.take(Record(call="c-17", seq=seq, at=60_000, event=event), 0.0)
    row = lines(calls, wall, 118)[1]
    assert row.isprintable()
    assert "[2Jevil" in row


def test_an_empty_wall_says_so(calls: Any) -> None:
    assert lines(calls, Wall(), 78) == ["", "  Looking for calls …"]
