"""The help: every key and every mark, over a screen that goes on below."""

from typing import TypeAlias

from textual import events as ui
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

AGENT = (
    ("1-9", "tick a step, undo a tick"),
    ("↑ ↓", "go to any step"),
    ("space w", "tick it, waive it"),
    ("d", "dismiss the prompt"),
    ("h", "on hold, and back"),
    ("b", "bookmark this moment"),
    ("q", "prompts off, and on"),
    ("e", "end the call (asks first)"),
    ("pgup pgdn", "look back in the words"),
    ("l", "light or dark"),
)
SUPERVISOR = (
    AGENT[0],
    ("n", "nudge: a line to the agent"),
    ("a", "acknowledge the alerts"),
    ("t", "hand-over card, take over"),
    ("b", "bookmark this moment"),
    ("pgup pgdn", "look back in the words"),
    ("l", "light or dark"),
    ("Esc", "back to the wall"),
)
PRACTICE = (("t", "type a turn (Esc: the keys)"), ("i", "what the desk shows"), AGENT[0], *AGENT[3:])
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


WALL = (
    ("↑ ↓", "choose a call"),
    ("Enter", "look into it"),
    ("/", "filter: team:… agent:… words"),
    ("Esc", "show all; back to the top"),
    ("w", "only calls that wait; all"),
    ("y", "ended calls, and back"),
    ("l", "light or dark"),
    ("q", "leave"),
)
ROWS = (
    ("1 … 6", "the steps, in their order"),
    ("●◐○!✕", "done thin open late missed"),
    ("⚑2", "kinds of things flagged"),
    ("▲2", "alerts that wait for you"),
    ("△", "agent told to offer you"),
    ("⇄", "a supervisor has taken over"),
    ("✉2", "nudges sent"),
    ("‖ ✕ ■", "on hold, lost, ended"),
)

Explained: TypeAlias = tuple[tuple[str, str], ...]


class HelpScreen(ModalScreen[None]):
    """Any key goes back.

    Args:
        keys: each with what it does.
        marks: each with what it means.
    """

    def __init__(self, keys: Explained = AGENT, marks: Explained = MARKS) -> None:
        super().__init__()
        self._rows = (*keys, ("", ""), *marks)

    def compose(self) -> ComposeResult:
        """Two lists."""
        lines = [Content.assemble((f"{sign:<10}", "bold $bar"), text) for sign, text in self._rows]
        text = Static(Content("\n").join(lines))
        text.border_title = "help – any key goes back"
        yield text

    def on_key(self, event: ui.Key) -> None:
        """Go back."""
        event.stop()
        self.dismiss()
