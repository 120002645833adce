"""A line to type comes in the keys' place and goes again."""

from textual import events as ui
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from companion.tui.paced import PacedApp
from companion.tui.widgets.asking import Asking
from companion.tui.widgets.keys import Keys


class Below(Screen[None]):
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield Keys()
        yield Asking(longest=5)

    def on_key(self, event: ui.Key) -> None:
        if self.focused is None:
            self.said.append(f"key {event.key}")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.said.append(f"submitted {event.value}")
        self.query_one(Asking).close()

    def on_asking_abandoned(self) -> None:
        self.said.append("abandoned")


class Bare(PacedApp):
    def give(self) -> None:
        return


async def asked(*keys: str) -> tuple[list[str], str]:
    """What the screen below heard, and the line while it was open."""
    app: App[None] = Bare("dark")
    async with app.run_test(size=(60, 4)) as pilot:
        screen = Below()
        await app.push_screen(screen)
        await pilot.press("x")
        asking = screen.query_one(Asking)
        assert not asking.display
        asking.open("a line to \x1bmaria")
        await pilot.pause()
        assert (asking.display, screen.query_one(Keys).display) == (True, False)
        assert asking.region.height == 1
        assert asking.placeholder == "a line to maria"
        await pilot.press(*keys)
        value = asking.value
        await pilot.press("enter")
        await pilot.press("y")
        return screen.said, value


async def test_it_has_all_keys_until_enter() -> None:
    said, value = await asked("q", "1", "space", "backspace", "n")
    assert value == "q1n"
    assert said == ["key x", "submitted q1n", "key y"]


async def test_esc_abandons_it() -> None:
    said, _ = await asked("q", "escape")
    assert said == ["key x", "abandoned", "key enter", "key y"]


async def test_it_takes_no_more_than_it_may() -> None:
    _, value = await asked(*"abcdefgh")
    assert value == "abcde"
