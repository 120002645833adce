"""`CallApp`: the terminal application around one call. Takes what is shown, hands out what the agent does."""

from collections.abc import Callable

from companion.core.events import AnyEvent
from companion.tui import words
from companion.tui.call_screen import CallScreen
from companion.tui.feed import Shown, Viewer
from companion.tui.paced import PacedApp, Theme
from companion.tui.snapshot import Snapshot
from companion.tui.summary_screen import Save, SummaryScreen


class CallApp(PacedApp):
    """One call's screen, from before its first record until a key closes the summary.

    Args:
        act: told the call's name and what the agent does to it (`Marked`, `PromptDismissed`, `HoldBegan`, `HoldEnded`,
            `Bookmarked`, `Quieted`); None for a screen that only looks on.
        end: called when the agent ends the call; its last records, or `Closed`, should follow. None: the screen just goes.
        leave: called for Ctrl-C, where a call goes on without its screen; None: Ctrl-C ends it.
        save: keeps an ended call's page and summary, and says where (`summary_screen.Save`); None where there is no place.
        theme: `dark` or `light`.
        drawn: told when the first frame stands in the terminal.
    """

    def __init__(
        self,
        *,
        act: Callable[[str, AnyEvent], None] | None = None,
        end: Callable[[], None] | None = None,
        leave: Callable[[], None] | None = None,
        save: Save | None = None,
        theme: Theme = "dark",
        drawn: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(theme)
        self._drawn = drawn
        self.snapshot = Snapshot()
        self.viewer = Viewer(self.show)
        self._end = end
        self._leave = leave
        self._save = save
        self._ending = False
        self._summed_up: Snapshot | None = None
        self._next = False
        self._call = CallScreen(act, self.end_call, self.switch_theme)

    def show(self, item: Shown) -> None:
        """Take in one thing; never waits, and may be called before the app runs."""
        before, self.snapshot = self.snapshot, self.snapshot.take(item)
        if before.view.summary is None and self.snapshot.view.summary is not None:
            self._summed_up, self._ending = self.snapshot, False
        if before.view.ended is not None and self.snapshot.view.ended is None:
            self._next = True
        if self.snapshot is not before:
            self.touch()

    def on_mount(self) -> None:
        """The call's screen."""
        self.push_screen(self._call)
        self._call.call_after_refresh(self._drawn)

    def action_leave(self) -> None:
        """Leave, or first end the call where it cannot go on alone."""
        if self._leave is None:
            self.end_call()
        else:
            self._leave()

    def end_call(self) -> None:
        """End the call; asked a second time, or with nothing left to end, leave."""
        summed_up = any(isinstance(screen, SummaryScreen) for screen in self.screen_stack)  # none yet, where somebody is very quick
        if self._end is None or self._ending or summed_up or self.snapshot.closed is not None:
            self.exit()
        else:
            self._ending = True
            self._end()

    def close_summary(self) -> None:
        """Leave, or go back to the screen where a next call has begun meanwhile."""
        if self.snapshot.view.ended is None and self.snapshot.closed is None:
            self.pop_screen()
        else:
            self.exit()

    def give(self) -> None:
        """The newest snapshot, and the summary once there is one."""
        self._call.snapshot = self.snapshot
        if self._summed_up is not None and self.screen_stack:  # there is none any more, where the app is just closing
            if isinstance(self.screen, SummaryScreen):
                self.pop_screen()
            self.push_screen(SummaryScreen(self._summed_up, self.close_summary, self._save))
            self._summed_up = None
        if self._next and self.screen_stack:
            self._next = False
            if isinstance(self.screen, SummaryScreen):
                self.screen.tell(words.NEXT)
