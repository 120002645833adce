"""Whatever comes in and however much, the screen is refreshed at its own pace."""

import asyncio

from companion.tui.paced import PACE, PacedApp


class Counting(PacedApp):
    """Shows nothing."""

    def __init__(self) -> None:
        super().__init__("dark")
        self.given = 0

    def give(self) -> None:
        self.given += 1


class Slow(Counting):
    """Rests for an hour after each refresh."""

    @property
    def pace(self) -> float:
        return 3600.0


async def test_many_touches_are_one_refresh() -> None:
    app = Counting()
    app.touch()
    async with app.run_test() as pilot:
        await pilot.pause()
        before = app.given
        for _ in range(1_000):
            app.touch()
        async with asyncio.timeout(10):
            while app.given == before:
                await asyncio.sleep(PACE)
        await asyncio.sleep(3 * PACE)
        assert (app.given, app.refreshes) == (before + 1, before + 1)


async def test_what_comes_after_a_rest_need_not_wait() -> None:
    app = Slow()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.given == 1  # the first frame; from now on it rests for an hour
        app.touch()
        await pilot.pause()
        assert app.given == 1
        app._give()  # the hour is over: what came in is given, and it rests again
        assert app.given == 2
        app._give()
        assert app.given == 2
        app.touch()
        async with asyncio.timeout(10):
            while app.given == 2:
                await pilot.pause()


async def test_themes_switch_and_ctrl_c_leaves() -> None:
    app = Counting()
    async with app.run_test() as pilot:
        app.switch_theme()
        assert app.theme == "companion-light"
        app.switch_theme()
        assert app.theme == "companion-dark"
        await pilot.press("ctrl+c")
    assert app.return_code == 0
