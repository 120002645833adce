"""The wall's keys, by pilot; its layouts and states, by picture."""

from collections.abc import Callable
from typing import Any

import pytest

from companion.core.seen import Away, Clock, Here
from companion.tui.help_screen import HelpScreen
from companion.tui.wall_app import WallApp
from companion.tui.widgets.asking import Asking
from companion.tui.widgets.wall_rows import WallRows
from tests.tui.test_call_screen import text_of

SIZES = [(120, 40), (80, 24), (44, 24)]


def app_of(calls: Any, *items: Any) -> WallApp:
    app = WallApp(follow=lambda call: None, leave=lambda call: None, act=lambda call, event: None, clock=lambda: 100.0)
    app.show(Here(role="supervisor", name="Sue"))
    for book in calls.floor():
        for record in book.records:
            app.show(record)
        app.show(Clock(call=book.call, at=book.at + 3_000))
    for item in items:
        app.show(item)
    return app


async def pressed(calls: Any, *keys: str) -> tuple[str, WallApp]:
    """The screen's text after the last key."""
    app = app_of(calls)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.give()
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
        return text_of(pilot), app


CHOSEN: list[tuple[tuple[str, ...], str]] = [
    ((), "dana"),
    (("down",), "maria"),
    (("j", "j", "k"), "maria"),
    (("up",), "dana"),
    (("end",), "noor"),
    (("pagedown", "home"), "dana"),
    (("down", "escape"), "dana"),
    (("end", "pageup"), "dana"),
]


@pytest.mark.parametrize(("keys", "agent"), CHOSEN, ids=[" ".join(keys) for keys, _ in CHOSEN])
async def test_the_cursor_goes_where_the_keys_say(calls: Any, keys: tuple[str, ...], agent: str) -> None:
    text, _ = await pressed(calls, *keys)
    (line,) = [line for line in text.splitlines() if "▶" in line]
    assert f" {agent} " in line


async def test_a_filter_is_typed_kept_and_dropped(calls: Any) -> None:
    text, app = await pressed(calls, "slash", *"team:bill")
    assert ("2 of 10 live" in text, "maria" in text, "dana" in text) == (True, True, False)
    text, app = await pressed(calls, "slash", *"dana", "enter", "y", "y")
    assert (app.wall.sought, "/dana – Esc shows all" in text) == ("dana", True)
    text, app = await pressed(calls, "slash", *"dana", "escape")
    assert (app.wall.sought, app.is_running) == ("", False)
    text, app = await pressed(calls, "slash", *"dana", "enter", "escape")
    assert app.wall.sought == ""
    text, app = await pressed(calls, "slash", *"dan", "enter", "slash", "a", "enter")
    assert app.wall.sought == "dana"


async def test_only_what_waits_and_the_history(calls: Any) -> None:
    text, app = await pressed(calls, "w")
    assert ("1 of 10 live" in text, "maria" in text) == (True, False)
    _, app = await pressed(calls, "w", "escape")
    assert not app.wall.only_waiting
    text, app = await pressed(calls, "y")
    assert "heat 74 at most" in text
    _, app = await pressed(calls, "y", "escape")
    assert not app.wall.looking_back


async def test_help_theme_and_leaving(calls: Any) -> None:
    app = app_of(calls)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("x", "l")
        assert app.theme == "companion-light"
        await pilot.press("z", "q")
    assert app.return_code == 0


async def test_the_mouse_chooses_and_looks_into(calls: Any) -> None:
    app = app_of(calls)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.give()
        await pilot.click(WallRows, offset=(20, 3))
        await pilot.pause()
        assert app.wall.held is app.wall.live["c-22"]
        await pilot.click(WallRows, offset=(20, 0))
        await pilot.click(WallRows, offset=(20, 19))
        assert app.shadow is None
        app.screen.on_mouse_scroll_down()  # type: ignore[attr-defined]
        assert app.wall.cursor == 5
        app.screen.on_mouse_scroll_up()  # type: ignore[attr-defined]
        await pilot.click(WallRows, offset=(20, 3))
        await pilot.pause()
        assert app.shadow is not None
        assert app.shadow.call == "c-22"


async def test_typing_moves_nothing(calls: Any) -> None:
    app = app_of(calls)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        before = app.screen.query_one(WallRows).region
        await pilot.press("slash", "d")
        await pilot.pause()
        assert app.screen.query_one(WallRows).region == before
        assert app.screen.query_one(Asking).display


STATES: dict[str, Callable[[Any], WallApp]] = {
    "connecting": lambda calls: WallApp(follow=lambda call: None, leave=lambda call: None, clock=lambda: 100.0),
    "busy": lambda calls: app_of(calls),
    "away": lambda calls: app_of(calls, Away(reason="ws://hub:2750: connection refused")),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
def test_picture(calls: Any, snap_compare: Any, state: str, size: tuple[int, int]) -> None:
    assert snap_compare(STATES[state](calls), terminal_size=size)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_picture_history(calls: Any, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(calls), terminal_size=size, press=["y"])


def test_picture_filter(calls: Any, snap_compare: Any) -> None:
    assert snap_compare(app_of(calls), terminal_size=(80, 24), press=["down", "slash", *"team:in"])


def test_picture_light(calls: Any, snap_compare: Any) -> None:
    assert snap_compare(app_of(calls), terminal_size=(120, 40), press=["l"])


def test_picture_without_colour(calls: Any, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(app_of(calls), terminal_size=(80, 24))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_picture_help(calls: Any, snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(app_of(calls), terminal_size=size, press=["question_mark"])
