"""The hand-over card over the call's screen: read it, then take the call over or go back."""

from collections.abc import Callable

from textual import events as ui
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from companion.core.view import CallView
from companion.tui import words
from companion.tui.panel import inked
from companion.tui.widgets.card import card

WIDEST = 90
"""Cells; longer lines are hard to read."""
SCROLLING = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class CardScreen(ModalScreen[None]):
    """Enter takes over, any other key goes back.

    Args:
        view: the call as it stands.
        take_over: called when the call is taken over; None for a screen that only looks on.
    """

    def __init__(self, view: CallView, take_over: Callable[[], None] | None) -> None:
        super().__init__()
        self._view = view
        self._take_over = take_over

    def compose(self) -> ComposeResult:
        """The card, and what the keys do."""
        with VerticalScroll(can_focus=False) as frame:
            frame.border_title = words.card_title(self._view)
            frame.border_subtitle = words.CARD if self._take_over is not None else words.BACK
            yield Static(id="card")

    def on_resize(self, event: ui.Resize) -> None:
        """Lay out anew."""
        width = min(WIDEST, event.size.width - 6)
        self.query_one("#card", Static).update(inked(card(self._view, width)))

    def on_key(self, event: ui.Key) -> None:
        """Take over, scroll, or go back."""
        event.stop()
        if event.key in SCROLLING:
            self.query_one(VerticalScroll).scroll_relative(y=SCROLLING[event.key], animate=False)
            return
        self.dismiss()
        if event.key == "enter" and self._take_over is not None:
            self._take_over()
