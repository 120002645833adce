"""The wall's first line and its notice line fit at any width."""

from typing import Any

import pytest

from companion.core.seen import Away, Here
from companion.tui.lines import width_of
from companion.tui.wall import Wall
from companion.tui.widgets.wall_status import WallNotice, WallStatus


def wall_of(calls: Any) -> Wall:
    wall = Wall()
    for book in calls.floor():
        for record in book.records:
            wall.take(record, 0.0)
    wall.take(Here(role="supervisor", name="Sue"), 0.0)
    wall.settle(0.0)
    return wall


def test_it_says_how_many_and_who_we_are(calls: Any) -> None:
    (line,) = calls.plain(WallStatus(Wall()).lines(wall_of(calls), 78, 1))
    assert [part.strip() for part in line.split("  ") if part] == ["companion", "10 live", "▲ 1 waiting", "● connected", "Sue (supervisor)"]
    (line,) = calls.plain(WallStatus(Wall()).lines(wall_of(calls), 42, 1))
    assert line == "10 live  ▲ 1 waiting           ● connected"


@pytest.mark.parametrize("width", [30, 42, 60, 78, 118])
def test_both_fit(calls: Any, width: int) -> None:
    wall = wall_of(calls)
    assert width_of(WallStatus(wall).lines(wall, width, 1)[0]) <= width
    wall.take(Away(reason="ws://hub.example:2750: the connection was refused by a machine with a long name"), 0.0)
    assert width_of(WallStatus(wall).lines(wall, width, 1)[0]) <= width
    (notice,) = WallNotice(wall).lines(wall, width, 1)
    assert width_of(notice) == width
    assert notice[0][1] == "bold $hot on $alert-back"


def test_nothing_to_say_is_nothing() -> None:
    assert WallNotice(Wall()).lines(Wall(), 80, 1) == []
