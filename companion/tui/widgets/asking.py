"""A line to type into, in the place of the keys, so that nothing moves."""

from textual import events as ui
from textual.message import Message
from textual.widgets import Input

from companion.tui.lines import harmless
from companion.tui.widgets.keys import Keys


class Asking(Input):
    """Not there until it is opened; has all keys while it is. Enter submits what was typed, Esc abandons it."""

    class Abandoned(Message):
        """Nothing is to be done with what was typed."""

    def __init__(self, *, longest: int = 0) -> None:
        super().__init__(max_length=longest, compact=True, select_on_focus=False)
        self.display = False

    def open(self, about: str, text: str = "") -> None:
        """Come in the keys' place, with a word on what is asked for."""
        self.placeholder = harmless(about)
        self.value = text
        self._show(True)
        self.focus()

    def close(self) -> None:
        """Give the keys their place back."""
        self._show(False)
        self.screen.set_focus(None)

    def on_key(self, event: ui.Key) -> None:
        """Close on Esc."""
        if event.key == "escape":
            event.stop()
            self.close()
            self.post_message(self.Abandoned())

    def _show(self, shown: bool) -> None:
        self.display = shown
        self.screen.query_one(Keys).display = not shown
