"""`WallApp`: the terminal application of those who look on: the wall of live calls, and any one of them in the call's own screen."""

from collections.abc import Callable
from time import monotonic

from msgspec.structs import replace
from textual.drivers.web_driver import WebDriver

from companion.core.events import AnyEvent
from companion.core.seen import Notice
from companion.tui import wall_words
from companion.tui.feed import Overseen
from companion.tui.paced import PACE, PacedApp, Theme
from companion.tui.shadow import GONE, Shadow
from companion.tui.shadow_screen import ShadowScreen
from companion.tui.summary_screen import SummaryScreen
from companion.tui.wall import Entry, Wall
from companion.tui.wall_screen import WallScreen

WALL_PACE = 0.1
"""Seconds between two refreshes of the wall at least: nobody reads many rows faster, and it goes over SSH."""


class WallApp(PacedApp):
    """A row for each live call; Enter looks into one.

    What comes in is only folded; it is drawn at the app's pace, and of the rows only those in view.

    Args:
        follow: called with the call that is looked into; its records should then be shown from the first one on, and its partials.
        leave: called when it is looked into no more.
        act: told a call's name and what the supervisor does to it (`Nudged`, `Acknowledged`, `TakenOver`, `Bookmarked`); `by` is left
            empty for whoever knows the person. What comes of it should be shown as a record, a refusal as a `Notice`. None for a screen
            that only looks on.
        theme: `dark` or `light`.
        bell: ring the terminal's bell for a new alert.
        clock: a person's time in seconds, from any beginning; a call's time is told, never read.
    """

    def __init__(
        self,
        *,
        follow: Callable[[str], None],
        leave: Callable[[str], None],
        act: Callable[[str, AnyEvent], None] | None = None,
        theme: Theme = "dark",
        bell: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(theme)
        self.wall = Wall()
        self.shadow: Shadow | None = None
        """The call that is looked into."""
        self._follow = follow
        self._leave = leave
        self._act = act
        self._bell = bell
        self._clock = clock
        self._rung = 0
        self._all = WallScreen(self.wall, self.look_into, self.exit, self.switch_theme)
        self._one: ShadowScreen | None = None

    @property
    def is_page(self) -> bool:
        """Whether it is a page in a browser: words that are not on the screen are nowhere."""
        return issubclass(self.driver_class, WebDriver)

    @property
    def pace(self) -> float:
        """The wall's, or that of any call's screen."""
        return WALL_PACE if self.shadow is None else PACE

    def show(self, item: Overseen) -> None:
        """Take in one thing; never waits, and may be called before the app runs."""
        alerts = self.wall.alerts
        changed = self.wall.take(item, self._clock())
        if self.shadow is not None:
            before, self.shadow = self.shadow, self.shadow.take(item)
            entry = self.wall.alerted
            if self.wall.alerts > alerts and entry is not None and entry.row.call != self.shadow.call:
                self.shadow = self.shadow.take(Notice(text=wall_words.elsewhere(entry.row)))
            changed = changed or self.shadow is not before
        if changed:
            self.touch()

    def on_mount(self) -> None:
        """The wall; from then on, time passes."""
        self.push_screen(self._all)
        self.set_interval(1.0, self.touch)

    def look_into(self, entry: Entry) -> None:
        """Show one call in the call's own screen, whole from its first record on."""
        call = entry.row.call
        if entry.gone:
            self.show(Notice(text=GONE))
            return
        self.shadow = Shadow(call=call)
        here = self.wall.here
        self._one = ShadowScreen(None if here is not None and here.role == "reader" else self._act, self.look_away, self.switch_theme)
        self.push_screen(self._one)
        self._follow(call)

    def look_away(self) -> None:
        """Back to the wall."""
        while self.screen is not self._all:
            self.pop_screen()
        if self.shadow is not None:
            self._leave(self.shadow.call)
        self.shadow = self._one = None
        self.wall.come_back()
        self.touch()

    def give(self) -> None:
        """The wall as it is now, or the newest snapshot of the call that is looked into, and its summary once there is one."""
        self.wall.settle(self._clock())
        if self._bell and self.wall.alerts > self._rung:
            self.bell()
        self._rung = self.wall.alerts
        if self.shadow is None or self._one is None:
            self._all.draw()
            return
        summed_up = self._one.snapshot.view.summary is None and self.shadow.snapshot.view.summary is not None
        entry = self.wall.live.get(self.shadow.call)
        unheard = entry.unheard(self.wall.now) if entry is not None else 0
        self._one.snapshot = replace(self.shadow.snapshot, unheard=unheard) if unheard else self.shadow.snapshot
        if summed_up:
            self.push_screen(SummaryScreen(self.shadow.snapshot, self.look_away))
