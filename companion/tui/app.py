"""`CallApp`: the terminal application around one call. Takes what is shown, hands out what the agent does.

Runs in the event loop of whoever feeds it: `await app.run_async()` beside the tasks that call `show`. What comes in is
folded at once; the screen is given the newest snapshot at most every `PACE` seconds, however much came in.
"""

from collections.abc import Callable
from typing import ClassVar, Literal

from textual.app import App
from textual.binding import Binding, BindingType

from companion.core.events import AnyEvent
from companion.tui.call_screen import CallScreen
from companion.tui.feed import Shown, Viewer
from companion.tui.snapshot import Snapshot
from companion.tui.summary_screen import Save, SummaryScreen
from companion.tui.themes import THEMES, plain

PACE = 0.05
"""Seconds between two refreshes at least: 20 a second."""


class CallApp(App[None]):
    """One call's screen, from before its first record until a key closes the summary.

    Args:
        act: told the call's name and what the agent does to it (`Marked`, `PromptDismissed`, `HoldBegan`, `HoldEnded`,
            `Bookmarked`, `Quieted`); None for a screen that only looks on.
        end: called when the agent ends the call; its last records, or `Closed`, should follow. None: the screen just goes.
        save: keeps an ended call's page and summary, and says where (`summary_screen.Save`); None where there is no place.
        theme: `dark` or `light`.
    """

    CSS_PATH = "companion.tcss"
    TITLE = "companion"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c,ctrl+q", "leave", show=False, priority=True)]

    def __init__(
        self,
        *,
        act: Callable[[str, AnyEvent], None] | None = None,
        end: Callable[[], None] | None = None,
        save: Save | None = None,
        theme: Literal["dark", "light"] = "dark",
    ) -> None:
        super().__init__()
        self._themes = {name: plain(known) if self.no_color else known for name, known in THEMES.items()}
        for known in self._themes.values():
            self.register_theme(known)
        self.theme = self._themes[theme].name
        self.snapshot = Snapshot()
        self.viewer = Viewer(self.show)
        self.refreshes = 0
        """How often the screen was given a snapshot."""
        self._end = end
        self._save = save
        self._ending = False
        self._due = False
        self._mounted = False
        self._summed_up: Snapshot | None = None
        self._call = CallScreen(act, self.action_leave, self.switch_theme)

    def show(self, item: Shown) -> None:
        """Take in one thing; never waits, and may be called before the app runs."""
        before, self.snapshot = self.snapshot, self.snapshot.take(item)
        if before.view.summary is None and self.snapshot.view.summary is not None:
            self._summed_up, self._ending = self.snapshot, False
        if self._mounted and not self._due and self.snapshot is not before:
            self._due = True
            self.call_later(self.set_timer, PACE, self._give)  # a timer must be made in the app's own context, not its feeder's

    def on_mount(self) -> None:
        """Show what came in so far."""
        self.push_screen(self._call)
        self._mounted = True
        self.call_after_refresh(self._give)

    def action_leave(self) -> None:
        """End the call; asked a second time, or with nothing left to end, leave."""
        summed_up = isinstance(self.screen, SummaryScreen)
        if self._end is None or self._ending or summed_up or self.snapshot.closed is not None:
            self.exit()
        else:
            self._ending = True
            self._end()

    def switch_theme(self) -> None:
        """From dark to light and back."""
        self.theme = self._themes["light" if self.current_theme.dark else "dark"].name

    def close_summary(self) -> None:
        """Leave, or go back to the screen where a next call has begun meanwhile."""
        if self.snapshot.view.ended is None and self.snapshot.closed is None:
            self.pop_screen()
        else:
            self.exit()

    def _give(self) -> None:
        self._due = False
        self.refreshes += 1
        self._call.snapshot = self.snapshot
        if self._summed_up is not None:
            if isinstance(self.screen, SummaryScreen):
                self.pop_screen()
            self.push_screen(SummaryScreen(self._summed_up, self.close_summary, self._save))
            self._summed_up = None
