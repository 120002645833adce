"""The wall: a row for each live call, and the keys."""

from collections.abc import Callable

from textual import events as ui
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from companion.tui import help_screen, wall_words
from companion.tui.help_screen import HelpScreen
from companion.tui.panel import Drawn
from companion.tui.wall import Entry, Wall
from companion.tui.widgets.asking import Asking
from companion.tui.widgets.keys import WALL, Keys
from companion.tui.widgets.wall_rows import WallRows
from companion.tui.widgets.wall_status import WallNotice, WallStatus


class WallScreen(Screen[None]):
    """All calls.

    Args:
        wall: what is shown.
        look_into: called with the call that a person wants to look into.
        leave: called when a person leaves.
        switch_theme: called for the other theme.
    """

    AUTO_FOCUS = ""

    def __init__(self, wall: Wall, look_into: Callable[[Entry], None], leave: Callable[[], None], switch_theme: Callable[[], None]) -> None:
        super().__init__()
        self._wall = wall
        self._look_into = look_into
        self._keys: dict[str, Callable[[], None]] = {
            "up": lambda: wall.move(-1),
            "k": lambda: wall.move(-1),
            "down": lambda: wall.move(1),
            "j": lambda: wall.move(1),
            "pageup": lambda: wall.move(-self._page),
            "pagedown": lambda: wall.move(self._page),
            "home": wall.release,
            "end": lambda: wall.hold(len(wall.listed)),
            "enter": self._choose,
            "slash": lambda: self.query_one(Asking).open(wall_words.FILTER, wall.sought),
            "escape": self._show_all,
            "w": wall.show_waiting,
            "y": wall.look_back,
            "l": switch_theme,
            "q": leave,
            "question_mark": self._show_help,
            "f1": self._show_help,
        }

    def compose(self) -> ComposeResult:
        """Status above, keys below, rows between them."""
        yield WallStatus(self._wall)
        yield WallRows(self._wall)
        yield WallNotice(self._wall)
        yield Keys(WALL)
        yield Asking()

    def draw(self) -> None:
        """Show the wall as it is."""
        for panel in self.query(Drawn):
            if not isinstance(panel, Keys):
                panel.show(self._wall)

    def on_key(self, event: ui.Key) -> None:
        """Do what the key says, unless a line is being typed."""
        if self.focused is not None:
            return
        event.stop()
        if event.key in self._keys:
            self._keys[event.key]()
            self.draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        if event.input.display:
            self._seek(event.value)

    def on_input_submitted(self) -> None:
        """Keep the filter."""
        self.query_one(Asking).close()

    def on_asking_abandoned(self) -> None:
        """Drop the filter."""
        self._seek("")

    def on_wall_rows_pressed(self, event: WallRows.Pressed) -> None:
        """Put the cursor on a row; pressed once more, look into its call."""
        if self._wall.listed[event.place : event.place + 1] == [self._wall.held]:
            self._choose()
        self._wall.hold(event.place)
        self.draw()

    def on_mouse_scroll_up(self) -> None:
        """Up by three rows."""
        self._wall.move(-3)
        self.draw()

    def on_mouse_scroll_down(self) -> None:
        """Down by three rows."""
        self._wall.move(3)
        self.draw()

    @property
    def _page(self) -> int:
        return max(1, self.query_one(WallRows).content_size.height - 2)

    def _choose(self) -> None:
        entry = self._wall.choose()
        if entry is not None:
            self._look_into(entry)

    def _seek(self, sought: str) -> None:
        self._wall.seek(sought)
        self.draw()

    def _show_all(self) -> None:
        """Undo one thing: the filter, the history, the cursor."""
        if self._wall.sought or self._wall.only_waiting:
            self._wall.only_waiting = False
            self._wall.seek("")
        elif self._wall.looking_back:
            self._wall.look_back()
        else:
            self._wall.release()

    def _show_help(self) -> None:
        self.app.push_screen(HelpScreen(help_screen.WALL, help_screen.ROWS))
