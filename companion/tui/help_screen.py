"""The help: every key and every mark, over the call screen, which goes on below."""

from textual import events as ui
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

KEYS = (
    ("1-6", "tick a step, or undo the tick"),
    ("↑ ↓", "reach any step; space ticks it, w waives it"),
    ("d", "dismiss the prompt"),
    ("h", "customer on hold, and back: clocks stand still"),
    ("b", "bookmark this moment"),
    ("q", "quiet: no prompts; again: prompts"),
    ("e", "end the call (asks first)"),
    ("pgup pgdn", "look back in the transcript"),
    ("t", "light or dark"),
)
MARKS = (
    ("●", "done, for this customer's case"),
    ("◐", "done, but thin: a formula, could say more"),
    ("◌", "it sounds like it; the end of the sentence settles it"),
    ("○", "open"),
    ("!", "overdue"),
    ("✕", "missed"),
    ("–", "waived by a person"),
    ("?", "unknown: nothing could be heard at the time"),
    ("⚑ ⚠", "the customer's words, your words: mind these"),
)


class HelpScreen(ModalScreen[None]):
    """Any key goes back."""

    def compose(self) -> ComposeResult:
        """Two lists."""
        rows = [*KEYS, ("", ""), *MARKS]
        lines = [Content.assemble((f"{sign:<11}", "bold $bar"), text) for sign, text in rows]
        text = Static(Content("\n").join(lines))
        text.border_title = "help – any key goes back"
        yield text

    def on_key(self, event: ui.Key) -> None:
        """Go back."""
        event.stop()
        self.dismiss()
