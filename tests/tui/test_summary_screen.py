"""The closing summary comes by itself and stays until a key is pressed."""

from typing import Any

import pytest

from companion.core.events import HoldBegan
from companion.core.record import Record
from companion.tui.app import CallApp
from companion.tui.feed import Closed
from companion.tui.summary_screen import SummaryScreen
from companion.tui.words import NEXT
from tests.tui.test_call_screen import text_of


def over(calls: Any) -> CallApp:
    app = CallApp()
    for record in calls.settled().records:
        app.show(record)
    return app


async def test_it_comes_when_the_call_is_over_and_goes_with_a_key(calls: Any) -> None:
    app = over(calls)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, SummaryScreen)
        await pilot.press("enter")
    assert app.return_code == 0


async def test_ctrl_c_goes_too(calls: Any) -> None:
    ended: list[bool] = []
    app = CallApp(end=lambda: ended.append(True))
    for record in calls.settled().records:
        app.show(record)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+c")
    assert (app.return_code, ended) == (0, [])


async def test_arrows_scroll_it(calls: Any) -> None:
    app = over(calls)
    async with app.run_test(size=(44, 24)) as pilot:
        await pilot.pause()
        page = app.screen.query_one("VerticalScroll")
        for key, moved in (("down", 1), ("up", 0), ("end", page.max_scroll_y), ("home", 0), ("pagedown", page.max_scroll_y), ("pageup", 0)):
            await pilot.press(key)
            await pilot.pause()
            assert page.scroll_y == moved, key
        assert isinstance(app.screen, SummaryScreen)


async def test_c_copies_and_s_saves_and_neither_leaves(calls: Any) -> None:
    kept: list[tuple[str, str, dict[str, Any]]] = []

    def save(call: str, page: str, summary: dict[str, Any]) -> str:
        kept.append((call, page, summary))
        return "saved: here"

    app = CallApp(save=save)
    for record in calls.settled().records:
        app.show(record)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("c")
        assert app.clipboard.startswith("# Call Moss, A.")
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, SummaryScreen)
        assert str(app.screen.query_one("#leave").content) == "saved: here"
    assert kept[0][0] == "Moss, A."
    assert kept[0][1] == app.clipboard
    assert kept[0][2]["well"].startswith("The heat")


async def test_the_draft_is_what_is_copied_where_there_is_one(calls: Any) -> None:
    app = CallApp()
    book = calls.heated()
    book.update(calls.updates.CallClosed(summary={"message": "Hello,"}))
    for record in book.records:
        app.show(record)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("c")
        assert app.clipboard == "Hello,"


async def test_it_is_laid_out_anew_on_resize(calls: Any) -> None:
    app = over(calls)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(44, 24)
        await pilot.pause()
        page = app.screen.query_one("#page")
        assert page.size.height > 24


async def test_a_call_that_begins_meanwhile_waits_behind_it(calls: Any) -> None:
    app = over(calls)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for record in calls.Playbook(call="Reed, B.").start().records:
            app.show(record)
        app.give()
        await pilot.pause()
        assert isinstance(app.screen, SummaryScreen)
        assert NEXT in text_of(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(app.screen, SummaryScreen)
        assert app.is_running


async def test_the_end_of_the_source_leaves_it_standing(calls: Any) -> None:
    app = over(calls)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.show(Closed())
        app.show(Record(call="Moss, A.", seq=99, at=200_000, event=HoldBegan()))
        await pilot.pause(0.1)
        assert isinstance(app.screen, SummaryScreen)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (44, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_picture(calls: Any, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(over(calls), terminal_size=size)


def test_picture_light(calls: Any, snap_compare: Any) -> None:
    app = CallApp(theme="light")
    for record in calls.settled().records:
        app.show(record)
    assert snap_compare(app, terminal_size=(120, 40))
