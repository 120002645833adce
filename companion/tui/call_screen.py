"""The call screen: panels in three layouts, and the agent's keys."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace
from textual import events as ui
from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer

from companion.core.events import (
    AnyEvent,
    Bookmarked,
    HoldBegan,
    HoldEnded,
    Marked,
    PromptDismissed,
    Quieted,
    StepState,
)
from companion.tui import words
from companion.tui.help_screen import HelpScreen
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot
from companion.tui.widgets.checklist import Steps
from companion.tui.widgets.customer import Customer
from companion.tui.widgets.keys import AGENT, Keys
from companion.tui.widgets.notice import NoticeLine
from companion.tui.widgets.prompt import Say
from companion.tui.widgets.status import Status
from companion.tui.widgets.transcript import Transcript

ASKING = 5.0
"""A question or an answer to the person goes away after so many seconds."""


class CallScreen(Screen[None]):
    """One call, live or replayed.

    Args:
        act: told the call and what the person does to it; None for a screen that only looks on.
        end: called when the person ends the call, or leaves one of which nothing more comes.
        switch_theme: called for the other theme.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-strip"), (60, "-stacked"), (100, "-wide")]  # noqa: RUF012 – typed by Textual
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-short"), (36, "-tall")]  # noqa: RUF012

    snapshot: reactive[Snapshot] = reactive(Snapshot(), repaint=False)
    keyboard = AGENT
    """What the footer says."""
    by = "agent"
    """Who does what the keys do; empty where that is known further on."""

    def __init__(self, act: Callable[[str, AnyEvent], None] | None, end: Callable[[], None], switch_theme: Callable[[], None]) -> None:
        super().__init__()
        self._act = act
        self._end = end
        self._cursor: int | None = None
        self._asking = ""
        self._patience: Timer | None = None
        self._told = ""
        self._keys: dict[str, Callable[[], None]] = {
            "l": switch_theme,
            "pageup": lambda: self._look(1),
            "pagedown": lambda: self._look(-1),
            "question_mark": self._show_help,
            "f1": self._show_help,
            **self.own_keys(),
        }

    def own_keys(self) -> dict[str, Callable[[], None]]:
        """The keys that do something to the call; others only look."""
        return {
            **self.tick_keys(),
            "d": self._dismiss,
            "h": self._hold,
            "b": lambda: self._do(Bookmarked(by="agent")),
            "q": lambda: self._do(Quieted(on=not self.snapshot.view.quiet, by="agent")),
            "e": self._ask_to_end,
            "w": self._waive,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "space": self._tick_cursor,
            "enter": self._tick_cursor,
            "escape": self._leave_cursor,
        }

    def tick_keys(self) -> dict[str, Callable[[], None]]:
        """A step's own number ticks it, and takes the tick back."""
        return {str(number): partial(self._tick_number, number) for number in range(1, 10)}

    def help(self) -> HelpScreen:
        """What the help key shows."""
        return HelpScreen()

    def compose(self) -> ComposeResult:
        """Status above, keys below, the room between them."""
        yield Status()
        with Container(id="room"):
            yield Say()
            with Container(id="side"):
                yield Steps()
                yield Customer()
            yield Transcript()
        yield NoticeLine()
        yield Keys(self.keyboard)

    def watch_snapshot(self, snapshot: Snapshot) -> None:
        """Hand the snapshot to every panel; each draws what changed for it."""
        shown = replace(snapshot, cursor=self._cursor, asking=self._asking or self._told)
        for panel in self.query(Panel):
            panel.show(shown)

    def on_mount(self) -> None:
        """Draw what there is."""
        self.watch_snapshot(self.snapshot)

    def on_key(self, event: ui.Key) -> None:
        """Do what the key says, unless a line is being typed."""
        if self.focused is not None:
            return
        event.stop()
        if self.snapshot.closed is not None:
            self._end()
        elif self._asking:
            self._answer(event.key)
        elif event.key in self._keys:
            self._keys[event.key]()

    def on_mouse_scroll_up(self) -> None:
        """Look back in the transcript."""
        self.query_one(Transcript).scroll_back(3)

    def on_mouse_scroll_down(self) -> None:
        """Look forward in the transcript."""
        self.query_one(Transcript).scroll_back(-3)

    def _do(self, event: AnyEvent) -> None:
        if self._act is None:
            self._tell(words.READ_ONLY)
        elif self.snapshot.away:
            self._tell(words.CUT_OFF)
        elif self.snapshot.view.ended is None:
            self._act(self.snapshot.view.call, event)

    def _tell(self, text: str) -> None:
        self._told = text
        self.set_timer(ASKING, self._stop_telling)
        self._redraw()

    def _stop_telling(self) -> None:
        self._told = ""
        self._redraw()

    def _tick_number(self, number: int) -> None:
        for step in self.snapshot.view.steps:
            if step.number == number:
                self._mark(step.id, "open" if step.state in ("done", "waived") else "done")

    def _tick_cursor(self) -> None:
        if self._cursor is not None:
            step = self.snapshot.view.steps[self._cursor]
            self._mark(step.id, "open" if step.state in ("done", "waived") else "done")

    def _waive(self) -> None:
        if self._cursor is not None:
            self._mark(self.snapshot.view.steps[self._cursor].id, "waived")

    def _mark(self, step: str, state: StepState) -> None:
        self._do(Marked(step=step, state=state, by=self.by))

    def _dismiss(self) -> None:
        prompt = self.snapshot.view.prompt
        if prompt is not None:
            self._do(PromptDismissed(id=prompt.id, by="agent"))

    def _hold(self) -> None:
        self._do(HoldBegan() if self.snapshot.view.hold_since is None else HoldEnded())

    def _move(self, by: int) -> None:
        count = len(self.snapshot.view.steps)
        if count:
            first = 0 if by > 0 else count - 1
            self._cursor = first if self._cursor is None else (self._cursor + by) % count
            self._redraw()

    def _leave_cursor(self) -> None:
        self._cursor = None
        self._redraw()

    def _look(self, way: int) -> None:
        transcript = self.query_one(Transcript)
        transcript.scroll_back(way * max(1, transcript.content_size.height - 1))

    def _ask_to_end(self) -> None:
        if self._act is None:
            self._end()
            return
        self._asking = words.END
        self._patience = self.set_timer(ASKING, self._stop_asking)
        self._redraw()

    def _answer(self, key: str) -> None:
        self._stop_asking()
        if key == "e":
            self._end()

    def _stop_asking(self) -> None:
        self._asking = ""
        if self._patience is not None:
            self._patience.stop()
        self._redraw()

    def _show_help(self) -> None:
        self.app.push_screen(self.help())

    def _redraw(self, *_: Any) -> None:
        self.watch_snapshot(self.snapshot)
