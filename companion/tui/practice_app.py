"""`PracticeApp`: the terminal application around one rehearsal."""

from collections.abc import Callable, Sequence

from companion.core.events import AnyEvent
from companion.tui.app import CallApp
from companion.tui.paced import Theme
from companion.tui.page_screen import PageScreen
from companion.tui.practice_screen import PracticeScreen
from companion.tui.summary_screen import Save

PICK_UP = "Enter: pick up"
BACK = "Enter: back to the call"
SUMMARY = "Enter: the call's summary"


class PracticeApp(CallApp):
    """A call's application with a briefing before the call, a line to type in, and a debrief before the summary.

    Args:
        act: told what the agent does to the call, as in `CallApp`.
        end: called when the agent ends the call.
        say: told a turn that was typed; None where the agent speaks.
        typing: told whether something is being typed.
        briefing: the page before the call (`PageScreen`).
        pick_up: called when the agent has read it.
        debrief: makes the page after the call.
        save: keeps the call's page and summary.
        theme: `dark` or `light`.
    """

    def __init__(
        self,
        *,
        act: Callable[[str, AnyEvent], None],
        end: Callable[[], None],
        say: Callable[[str], None] | None,
        typing: Callable[[bool], None],
        briefing: Sequence[str],
        pick_up: Callable[[], None],
        debrief: Callable[[], Sequence[str]],
        save: Save | None = None,
        theme: Theme = "dark",
    ) -> None:
        super().__init__(act=act, end=end, save=save, theme=theme)
        self._briefing = briefing
        self._pick_up = pick_up
        self._debrief = debrief
        if say is not None:
            self._call = PracticeScreen(act, self.action_leave, self.switch_theme, say, typing, self._show_briefing)

    def on_mount(self) -> None:
        """The briefing, over the call's screen."""
        briefing = PageScreen(self._briefing, PICK_UP, self._begin)
        self.call_later(self.push_screen, briefing)  # Textual mounts the class below, and so the call's screen, after us

    def give(self) -> None:
        """The newest snapshot; at the end the debrief, and the summary below it."""
        over = self._summed_up is not None
        super().give()
        if over:
            self.push_screen(PageScreen(self._debrief(), SUMMARY, self._close_page))

    def action_leave(self) -> None:
        """End the call; asked a second time, or once it is over, leave."""
        if isinstance(self.screen, PageScreen):
            self.exit()
        else:
            super().action_leave()

    def _show_briefing(self) -> None:
        self.push_screen(PageScreen(self._briefing, BACK, self._close_page))

    def _close_page(self) -> None:
        self.pop_screen()

    def _begin(self) -> None:
        self._close_page()
        self._pick_up()
