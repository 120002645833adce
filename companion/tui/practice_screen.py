"""The call screen as one rehearses at it: the very same panels, and a line to type what one would say."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Input

from companion.core.events import AnyEvent
from companion.tui import help_screen
from companion.tui.call_screen import CallScreen
from companion.tui.help_screen import HelpScreen
from companion.tui.widgets.asking import Asking
from companion.tui.widgets.keys import PRACTICE

LONGEST = 500
"""Characters of a turn."""
PLACEHOLDER = "say something … (Esc for the keys)"


class PracticeScreen(CallScreen):
    """A call with a scripted customer.

    Args:
        act: told the call and what the agent does to it.
        end: called when the agent ends the call.
        switch_theme: called for the other theme.
        say: told a turn that was typed.
        typing: told whether something stands on the line.
        briefing: shows what the desk tells, again.
    """

    AUTO_FOCUS = ""

    def __init__(
        self,
        act: Callable[[str, AnyEvent], None] | None,
        end: Callable[[], None],
        switch_theme: Callable[[], None],
        say: Callable[[str], None],
        typing: Callable[[bool], None],
        briefing: Callable[[], None],
    ) -> None:
        self._briefing = briefing
        super().__init__(act, end, switch_theme)
        self.keyboard = PRACTICE
        self._say = say
        self._typing = typing

    def own_keys(self) -> dict[str, Callable[[], None]]:
        """The agent's keys, and those back to the line and to the briefing."""
        return {**super().own_keys(), "t": self._type, "tab": self._type, "i": self._briefing}

    def help(self) -> HelpScreen:
        """The agent's keys, and those of a rehearsal."""
        return HelpScreen(help_screen.PRACTICE)

    def compose(self) -> ComposeResult:
        """The call screen, and a line to type in the keys' place."""
        yield from super().compose()
        yield Asking(longest=LONGEST)

    def on_mount(self) -> None:
        """Begin on the line."""
        self._type()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Let the customer wait while something is being typed."""
        self._typing(bool(event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Say it; the line stays for the next turn."""
        event.input.clear()
        if text := event.value.strip():
            self._say(text)

    def on_asking_abandoned(self, message: Asking.Abandoned) -> None:
        """Nothing more is being typed."""
        self._typing(False)

    def _type(self) -> None:
        self.query_one(Asking).open(PLACEHOLDER)
