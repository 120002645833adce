"""The call screen as a supervisor has it: the very same panels, and other keys."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.widgets import Input

from companion.core.events import Acknowledged, AnyEvent, Bookmarked, Nudged, TakenOver
from companion.tui import help_screen, words
from companion.tui.call_screen import CallScreen
from companion.tui.card_screen import CardScreen
from companion.tui.help_screen import HelpScreen
from companion.tui.widgets.asking import Asking
from companion.tui.widgets.keys import READER, SUPERVISOR

LONGEST = 500
"""Characters of a nudge."""


class ShadowScreen(CallScreen):
    """Looks on; nudges, acknowledges, takes over, ticks and bookmarks, by whom is known further on.

    Args:
        act: told the call and what the supervisor does to it; None for who may only look on.
        back: called to go back to the wall.
        switch_theme: called for the other theme.
    """

    AUTO_FOCUS = ""
    by = ""

    def __init__(self, act: Callable[[str, AnyEvent], None] | None, back: Callable[[], None], switch_theme: Callable[[], None]) -> None:
        super().__init__(act, back, switch_theme)
        self.keyboard = READER if act is None else SUPERVISOR

    def own_keys(self) -> dict[str, Callable[[], None]]:
        """The supervisor's keys."""
        return {
            **self.tick_keys(),
            "n": self._ask_for_nudge,
            "a": lambda: self._do(Acknowledged(by="")),
            "t": self._show_card,
            "b": lambda: self._do(Bookmarked(by="")),
            "up": lambda: self.on_mouse_scroll_up(),
            "down": lambda: self.on_mouse_scroll_down(),
            "escape": lambda: self._end(),
        }

    def help(self) -> HelpScreen:
        """The supervisor's keys, and the same marks."""
        return HelpScreen(help_screen.SUPERVISOR)

    def compose(self) -> ComposeResult:
        """The call screen, and a line to type in the keys' place."""
        yield from super().compose()
        yield Asking(longest=LONGEST)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send the nudge; where that cannot be done now, it stays to be sent again."""
        text = event.value.strip()
        if text and self.snapshot.away:
            self._tell(words.CUT_OFF)
            return
        self.query_one(Asking).close()
        if text:
            self._do(Nudged(text=text, by=""))

    def _ask_for_nudge(self) -> None:
        if self._act is None:
            self._tell(words.READ_ONLY)
        elif self.snapshot.away:
            self._tell(words.CUT_OFF)
        else:
            self.query_one(Asking).open(words.nudge_to(self.snapshot.view))

    def _show_card(self) -> None:
        self.app.push_screen(CardScreen(self.snapshot.view, None if self._act is None else lambda: self._do(TakenOver(by=""))))
