"""The notice line: what happens around the call – a nudge, a lost source, an escalation – one line, always in its place."""

from companion.tui import words
from companion.tui.lines import Line, cut
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot

STYLES = {"alert": "bold $hot on $alert-back", "nudge": "bold $say on $say-back", "plain": "$quiet", "nothing": ""}


class NoticeLine(Panel):
    """Blank most of the time."""

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """The weightiest line there is."""
        text, weight = words.notice(snapshot)
        if not text:
            return []
        return [cut(((f" {text}".ljust(width), STYLES[weight]),), width)]
