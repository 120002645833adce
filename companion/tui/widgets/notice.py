"""The notice line: what happens around the call – a nudge, a lost source, an escalation – always in its place."""

from textual.geometry import Size

from companion.tui import words
from companion.tui.lines import Line, fit, held, wrap
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot

STYLES = {"alert": "bold $hot on $alert-back", "nudge": "bold $say on $say-back", "plain": "$quiet", "nothing": ""}
MOST = 4
"""Lines that supervisors' nudges may have in any window, so that they can be read beside a softphone too …"""
SHARE = 3
"""… and where that is more, this part of the window's height. All else has one."""


class NoticeLine(Panel):
    """Blank most of the time."""

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """The weightiest notice there is, and nudges."""
        found: list[Line] = []
        for text, weight in words.notices(snapshot):
            if len(found) < height:
                found += lines(text, weight, width, height - len(found))
        return found

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line, but for nudges that need more."""
        return max(1, len(self.lines(self.snapshot, width, max(MOST, viewport.height // SHARE))))

    def show(self, snapshot: Snapshot) -> None:
        """Another number of lines is another height."""
        before = len(self._drawn or [])
        super().show(snapshot)
        if self.size.width and max(1, before) != self.get_content_height(self.size, self.screen.size, self.size.width):
            self.refresh(layout=True)


def lines(text: str, weight: str, width: int, most: int) -> list[Line]:
    """A notice on the ground of its weight, in at most so many lines."""
    if not text:
        return []
    style = STYLES[weight]
    if weight != "nudge":
        return [fit(((f" {text}", style),), width)]
    return [fit(((" ", style), *line), width) for line in held(wrap([(text, style)], width - 2), most, width - 2)]
