"""The help: every key and every mark, over the call screen, which goes on below."""

from textual import events as ui
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

KEYS = (
    ("1-6", "tick a step, undo a tick"),
    ("↑ ↓", "go to any step"),
    ("space w", "tick it, waive it"),
    ("d", "dismiss the prompt"),
    ("h", "on hold, and back"),
    ("b", "bookmark this moment"),
    ("q", "prompts off, and on"),
    ("e", "end the call (asks first)"),
    ("pgup pgdn", "look back in the words"),
    ("t", "light or dark"),
)
MARKS = (
    ("●", "done, for this very case"),
    ("◐", "done, but thin: a formula"),
    ("◌", "sounds like it, not settled"),
    ("○", "open; bold: asked for now"),
    ("!", "overdue"),
    ("✕", "missed"),
    ("–", "waived by a person"),
    ("?", "unknown: not heard then"),
    ("⚑", "mind what they said"),
    ("⚠", "mind what you said"),
)


class HelpScreen(ModalScreen[None]):
    """Any key goes back."""

    def compose(self) -> ComposeResult:
        """Two lists."""
        rows = [*KEYS, ("", ""), *MARKS]
        lines = [Content.assemble((f"{sign:<10}", "bold $bar"), text) for sign, text in rows]
        text = Static(Content("\n").join(lines))
        text.border_title = "help – any key goes back"
        yield text

    def on_key(self, event: ui.Key) -> None:
        """Go back."""
        event.stop()
        self.dismiss()
