"""The closing summary: what was said when, what moved the heat, what was promised. Stays until Enter or Esc."""

from collections.abc import Callable
from typing import Any, TypeAlias

from textual import events as ui
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from companion.tui import words
from companion.tui.lines import Line
from companion.tui.minutes import minutes
from companion.tui.panel import inked
from companion.tui.snapshot import Snapshot
from companion.tui.widgets.summary import summary

Save: TypeAlias = Callable[[str, str, dict[str, Any]], str]
"""Given a call's name, its page and its summary; answers in one line."""

LEAVING = frozenset({"enter", "escape"})
LOOKING = frozenset({"up", "down", "pageup", "pagedown", "home", "end"})


class SummaryScreen(Screen[None]):
    """One page that scrolls where it must.

    Args:
        snapshot: the call at its end.
        leave: called at Enter and Esc.
        save: keeps the call's page (Markdown) and summary somewhere, and says where; None where there is no place.
    """

    def __init__(self, snapshot: Snapshot, leave: Callable[[], None], save: Save | None = None) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._leave = leave
        self._save = save
        self._line = words.leave(saves=save is not None)

    def compose(self) -> ComposeResult:
        """The page."""
        with VerticalScroll(can_focus=False):
            yield Static(id="page")
        yield Static(self._line, id="leave", markup=False)

    def on_resize(self, event: ui.Resize) -> None:
        """Lay out anew."""
        lines: list[Line] = summary(self._snapshot, event.size.width - 4, event.size.height)
        self.query_one("#page", Static).update(inked(lines))

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
        elif event.key == "c":
            self.tell(self._copied())
        elif event.key == "s" and self._save is not None:
            view = self._snapshot.view
            self.tell(self._save(view.call, minutes(view), view.summary or {}))
        elif event.key in LEAVING and self.is_current:  # keys that were pressed before it went are still delivered
            self._leave()

    def tell(self, text: str) -> None:
        """A line in the place of the keys."""
        self._line = text
        if self.is_mounted:
            self.query_one("#leave", Static).update(Content(text))

    def _copied(self) -> str:
        """Copy the draft to the customer, or the whole page where there is none, by the terminal (OSC 52)."""
        view = self._snapshot.view
        draft = str((view.summary or {}).get("message") or "")
        self.app.copy_to_clipboard(draft or minutes(view))
        return words.COPIED_DRAFT if draft else words.COPIED_PAGE
