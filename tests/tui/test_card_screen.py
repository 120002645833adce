"""Reading the card does nothing; Enter takes over."""

from typing import Any

import pytest

from companion.core.view import CallView
from companion.tui.card_screen import CardScreen
from companion.tui.paced import PacedApp


class Bare(PacedApp):
    def give(self) -> None:
        return


def view_of(calls: Any) -> CallView:
    view = CallView()
    for record in calls.floor()[0].records:
        view = view.fold(record)
    return view


async def pressed(calls: Any, *keys: str, may: bool = True) -> tuple[int, bool]:
    """How often the call was taken over, and whether the card is still there."""
    taken: list[bool] = []
    app = Bare("dark")
    async with app.run_test(size=(60, 16)) as pilot:
        await app.push_screen(CardScreen(view_of(calls), (lambda: taken.append(True)) if may else None))
        await pilot.press(*keys)
        await pilot.pause()
        return len(taken), isinstance(app.screen, CardScreen)


async def test_enter_takes_over(calls: Any) -> None:
    assert await pressed(calls, "enter") == (1, False)


@pytest.mark.parametrize("key", ["escape", "t", "x", "space"])
async def test_any_other_key_goes_back(calls: Any, key: str) -> None:
    assert await pressed(calls, key) == (0, False)


async def test_it_scrolls(calls: Any) -> None:
    assert await pressed(calls, "down", "pagedown", "up") == (0, True)


async def test_who_may_only_look_on_goes_back(calls: Any) -> None:
    assert await pressed(calls, "enter", may=False) == (0, False)
