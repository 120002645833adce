"""What every terminal application of ours has in common: the themes, and a screen that is refreshed at its own pace, not its feeder's."""

from pathlib import Path
from typing import ClassVar, Literal

from textual.app import App
from textual.binding import Binding, BindingType

from companion.tui.terminal import outlast, stop_in_turn
from companion.tui.themes import THEMES, plain

Theme = Literal["dark", "light"]

PACE = 0.05
"""Seconds between two refreshes of a call's screen at least: 20 a second."""


class PacedApp(App[None]):
    """Runs in the event loop of whoever feeds it: `await app.run_async()` beside the tasks that push things in.

    What comes in is folded at once. The screen is given it at once too, if it was given nothing in the last `pace` seconds; else when these
    are over, and then what is newest, however much came in.

    Args:
        theme: `dark` or `light`.
    """

    CSS_PATH = Path(__file__).with_name("companion.tcss")
    TITLE = "companion"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,ctrl+q", "leave", show=False, priority=True)]

    def __init__(self, theme: Theme) -> None:
        outlast()
        super().__init__()
        self._themes = {name: plain(known) if self.no_color else known for name, known in THEMES.items()}
        for known in self._themes.values():
            self.register_theme(known)
        self.theme = self._themes[theme].name
        self.refreshes = 0
        """How often the screen was given something."""
        self._stale = False
        self._resting = True

    @property
    def pace(self) -> float:
        """Seconds between two refreshes at least."""
        return PACE

    def on_mount(self) -> None:
        """Show what came in so far."""
        stop_in_turn()
        self._stale = True
        self.call_after_refresh(self._give)

    def switch_theme(self) -> None:
        """From dark to light and back."""
        self.theme = self._themes["light" if self.current_theme.dark else "dark"].name

    def action_leave(self) -> None:
        """Leave."""
        self.exit()

    def give(self) -> None:
        """Give the screen what is newest."""
        raise NotImplementedError

    def touch(self) -> None:
        """Something came in that is to be seen soon; never waits, and may be called before the app runs."""
        self._stale = True
        if not self._resting:
            self._resting = True
            self.call_later(self._give)  # in the app's own context, not its feeder's

    def _give(self) -> None:
        """Give, and then rest; where nothing came in meanwhile, the next thing need not wait."""
        self._resting = self._stale
        if self._stale:
            self._stale = False
            self.refreshes += 1
            self.give()
            self.set_timer(self.pace, self._give)
