"""A rehearsal's pages: the briefing before the call, the debrief after it, the summary below that; by key and by picture."""

from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from companion.tui.app import CallApp
from companion.tui.page_screen import PageScreen
from companion.tui.practice_app import PracticeApp
from companion.tui.summary_screen import SummaryScreen
from tests.tui.test_practice_screen import Room


async def rehearse(room: Room, calls: Any, pilot: Pilot[Any]) -> None:
    """From the briefing to the call's end."""
    await pilot.pause()
    await pilot.press("enter")
    for record in calls.settled().records[len(calls.heated().records) :]:
        room.app.show(record)
    await pilot.pause(0.2)


async def test_the_call_begins_once_the_briefing_was_read(calls: Any) -> None:
    room = Room(calls)
    async with room.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(room.app.screen, PageScreen)
        assert room.picked_up == 0
        await pilot.press("enter")
        await pilot.pause()
        assert room.picked_up == 1


async def test_the_debrief_comes_before_the_summary(calls: Any) -> None:
    room = Room(calls)
    async with room.app.run_test(size=(80, 24)) as pilot:
        await rehearse(room, calls, pilot)
        assert isinstance(room.app.screen, PageScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(room.app.screen, SummaryScreen)
        await pilot.press("enter")
    assert room.ended == 0


async def test_who_types_on_when_the_call_is_over_leaves_one_page(calls: Any) -> None:
    room = Room(calls)
    async with room.app.run_test(size=(80, 24)) as pilot:
        await rehearse(room, calls, pilot)
        debrief = room.app.screen
        for _ in range(5):
            debrief.post_message(Key("enter", "\r"))
        await pilot.pause()
        assert isinstance(room.app.screen, SummaryScreen)


async def test_ctrl_c_ends_the_call_and_on_a_page_leaves(calls: Any) -> None:
    room = Room(calls)
    async with room.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("ctrl+c")
        assert room.ended == 1
    assert isinstance(room.app, CallApp)


async def test_who_speaks_has_no_line(calls: Any) -> None:
    room = Room(calls)
    app = PracticeApp(
        act=lambda call, event: None,
        end=room._end,
        say=None,
        typing=room.typing.append,
        briefing=["A call."],
        pick_up=room._pick_up,
        debrief=lambda: [],
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter", "h")
        assert room.typing == []


@pytest.mark.parametrize("size", [(80, 24), (44, 24)], ids=["80", "44"])
@pytest.mark.parametrize("stage", ["briefing", "call", "debrief"])
def test_pictures(calls: Any, snap_compare: Any, size: tuple[int, int], stage: str) -> None:
    room = Room(calls)

    async def before(pilot: Any) -> None:
        await pilot.pause()
        if stage != "briefing":
            await pilot.press("enter")
            await pilot.pause()
        if stage == "call":
            await pilot.press(*"sorry")
            await pilot.pause(0.1)
        if stage == "debrief":
            for record in calls.settled().records[len(calls.heated().records) :]:
                room.app.show(record)
            await pilot.pause(0.2)

    assert snap_compare(room.app, terminal_size=size, run_before=before)
