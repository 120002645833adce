"""The app: what is pushed comes on the screen soon, in few refreshes, from whatever task it comes."""

import asyncio
from typing import Any

from companion.core.events import Utterance
from companion.core.record import Record
from companion.core.seen import Clock, Level
from companion.tui.app import CallApp
from companion.tui.paced import PACE
from companion.tui.widgets.checklist import Steps


async def shown(app: CallApp, refreshes: int) -> None:
    """Wait until the screen was given so many snapshots."""
    async with asyncio.timeout(20):
        while app.refreshes < refreshes:
            await asyncio.sleep(PACE)


async def drawn(app: CallApp) -> None:
    """Wait until the screen shows the newest snapshot."""
    async with asyncio.timeout(20):
        while app._call.snapshot is not app.snapshot:
            await asyncio.sleep(PACE)


async def test_ten_thousand_records_are_a_handful_of_refreshes(calls: Any) -> None:
    app = CallApp()
    for record in calls.opening().records:
        app.show(record)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = app.refreshes
        for at in range(10_000):
            utterance = Utterance(speaker="agent", text=f"word number {at}", start=at, end=at + 0.5)
            app.show(Record(call="Moss, A.", seq=at, at=10_000 + at, event=utterance))
            if at % 2_500 == 0:
                await pilot.pause()
        await drawn(app)
        assert app.snapshot.view.utterances == 10_002
        assert 1 <= app.refreshes - before <= 20
        screen = app.screen.query_one("Transcript")
        assert "word number 9999" in screen.render().plain  # type: ignore[attr-defined]


async def test_a_tentative_mark_is_on_the_screen_at_the_next_refresh(calls: Any) -> None:
    assert PACE <= 0.05
    book = calls.heated()
    app = CallApp()
    for record in book.records:
        app.show(record)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = app.refreshes
        app.show(calls.glimpse(book, "agent", "i am so sorry", {"apologized": "so sorry"}))
        await drawn(app)
        assert app.refreshes == before + 1
        assert "◌ apologized" in app.screen.query_one(Steps).render().plain


async def test_it_may_be_fed_by_a_task_that_knows_nothing_of_it(calls: Any) -> None:
    app = CallApp()
    app_task = asyncio.create_task(app.run_async(headless=True, size=(80, 24)))
    try:
        async with asyncio.timeout(20):
            await shown(app, 1)
        for record in calls.opening().records:
            app.show(record)
        await shown(app, 2)
        app.show(Clock(call="Moss, A.", at=30_000))
        await shown(app, 3)
        assert app._call.snapshot.now == 30_000
    finally:
        app.exit()
        await app_task


async def test_what_changes_nothing_is_not_drawn(calls: Any) -> None:
    app = CallApp()
    for record in calls.opening().records:
        app.show(record)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = app.refreshes
        app.show(Level(call="somebody else", channel="agent", level=1.0))
        await asyncio.sleep(3 * PACE)
        assert app.refreshes == before


async def test_what_comes_after_the_screen_is_gone_is_let_go(calls: Any) -> None:
    app = CallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
    for record in calls.opening().records:
        app.show(record)
    assert app.snapshot.view.utterances == 2


async def test_ctrl_c_leaves_a_call_that_goes_on_elsewhere() -> None:
    done: list[str] = []
    app = CallApp(end=lambda: done.append("end"), leave=lambda: done.append("leave"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+c")
        assert done == ["leave"]
        app.end_call()
        assert done == ["leave", "end"]


async def test_ctrl_c_ends_the_call_and_a_second_one_leaves(calls: Any) -> None:
    ended: list[bool] = []
    app = CallApp(end=lambda: ended.append(True))
    for record in calls.opening().records:
        app.show(record)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+c")
        assert ended == [True]
        assert app.return_code is None
        await pilot.press("ctrl+c")
    assert ended == [True]
    assert app.return_code == 0


async def test_without_anything_to_end_it_leaves_at_once() -> None:
    app = CallApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+q")
    assert app.return_code == 0
