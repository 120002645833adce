"""The closing summary: what was said when, what moved the heat, what was promised. Stays until a key is pressed."""

from collections.abc import Callable

from textual import events as ui
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from companion.tui import words
from companion.tui.lines import Line
from companion.tui.snapshot import Snapshot
from companion.tui.widgets.summary import summary

LOOKING = frozenset({"up", "down", "pageup", "pagedown", "home", "end"})


class SummaryScreen(Screen[None]):
    """One page that scrolls where it must.

    Args:
        snapshot: the call at its end.
        leave: called at any key that does not scroll.
    """

    def __init__(self, snapshot: Snapshot, leave: Callable[[], None]) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._leave = leave

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll(can_focus=False):
            yield Static(id="page")
        yield Static(words.LEAVE, id="leave")

    def on_resize(self, event: ui.Resize) -> None:
        """Lay out anew."""
        lines: list[Line] = summary(self._snapshot, event.size.width - 4, event.size.height)
        page = Content("\n").join(Content.assemble(*line) for line in lines)
        self.query_one("#page", Static).update(page)

    def on_key(self, event: ui.Key) -> None:
        """Scroll, or leave."""
        event.stop()
        page = self.query_one(VerticalScroll)
        if event.key in LOOKING:
            {
                "up": page.scroll_up,
                "down": page.scroll_down,
                "pageup": page.scroll_page_up,
                "pagedown": page.scroll_page_down,
                "home": page.scroll_home,
                "end": page.scroll_end,
            }[event.key](animate=False)
        else:
            self._leave()
