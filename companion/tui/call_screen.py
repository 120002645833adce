"""The agent's call screen: panels in three layouts, and the keys."""

from collections.abc import Callable
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
from companion.tui.widgets.keys import Keys
from companion.tui.widgets.notice import NoticeLine
from companion.tui.widgets.prompt import Say
from companion.tui.widgets.status import Status
from companion.tui.widgets.transcript import Transcript

ASKING = 5.0
"""A question to the person goes away after so many seconds."""


class CallScreen(Screen[None]):
    """One call, live or replayed.

    Args:
        act: told the call and what the agent does to it; None for a screen that only looks on.
        end: called when the agent ends the call.
        switch_theme: called for the other theme.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-strip"), (60, "-stacked"), (100, "-wide")]  # noqa: RUF012 – typed by Textual
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-short"), (36, "-tall")]  # noqa: RUF012

    snapshot: reactive[Snapshot] = reactive(Snapshot())

    def __init__(self, act: Callable[[str, AnyEvent], None] | None, end: Callable[[], None], switch_theme: Callable[[], None]) -> None:
        super().__init__()
        self._act = act
        self._end = end
        self._cursor: int | None = None
        self._asking = ""
        self._patience: Timer | None = None
        self._keys: dict[str, Callable[[], None]] = {
            "d": self._dismiss,
            "h": self._hold,
            "b": lambda: self._do(Bookmarked(by="agent")),
            "q": lambda: self._do(Quieted(on=not self.snapshot.view.quiet, by="agent")),
            "e": self._ask_to_end,
            "t": switch_theme,
            "w": self._waive,
            "question_mark": lambda: self._show_help(),
            "f1": lambda: self._show_help(),
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "space": self._tick_cursor,
            "enter": self._tick_cursor,
            "escape": self._leave_cursor,
            "pageup": lambda: self._look(1),
            "pagedown": lambda: self._look(-1),
        }

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
        yield Keys()

    def watch_snapshot(self, snapshot: Snapshot) -> None:
        """Hand the snapshot to every panel; each draws what changed for it."""
        shown = replace(snapshot, cursor=self._cursor, asking=self._asking)
        for panel in self.query(Panel):
            panel.show(shown)

    def on_mount(self) -> None:
        """Draw what there is."""
        self.watch_snapshot(self.snapshot)

    def on_key(self, event: ui.Key) -> None:
        """Do what the key says."""
        event.stop()
        if self.snapshot.closed is not None:
            self.app.exit()
        elif self._asking:
            self._answer(event.key)
        elif event.key in self._keys:
            self._keys[event.key]()
        elif event.character is not None and event.character in "123456789":
            self._tick_number(int(event.character))

    def on_mouse_scroll_up(self) -> None:
        """Look back in the transcript."""
        self.query_one(Transcript).scroll_back(3)

    def on_mouse_scroll_down(self) -> None:
        """Look forward in the transcript."""
        self.query_one(Transcript).scroll_back(-3)

    def _do(self, event: AnyEvent) -> None:
        if self._act is None:
            self._tell(words.READ_ONLY)
        elif self.snapshot.view.ended is None:
            self._act(self.snapshot.view.call, event)

    def _tell(self, text: str) -> None:
        self.snapshot = replace(self.snapshot, notice=text, noticed=self.snapshot.now)

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
        self._do(Marked(step=step, state=state, by="agent"))

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
        self.app.push_screen(HelpScreen())

    def _redraw(self, *_: Any) -> None:
        self.watch_snapshot(self.snapshot)
