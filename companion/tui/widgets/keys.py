"""The footer: the keys, as many as fit."""

from typing import NamedTuple

from companion.tui.lines import Line, width_of
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot


class Keyboard(NamedTuple):
    """A screen's keys, each with its word. In the narrow form a letter runs into its word."""

    words: tuple[tuple[str, str], ...]
    narrow: tuple[tuple[str, str], ...]


STEPS = "1-9"
"""The steps, by their numbers; the footer names as many as the call has."""

AGENT = Keyboard(
    ((STEPS, "tick/undo"), ("d", "dismiss"), ("h", "hold"), ("b", "bookmark"), ("q", "quiet"), ("e", "end"), ("?", "help")),
    ((STEPS, " tick"), ("d", "ismiss"), ("h", "old"), ("b", ""), ("q", "uiet"), ("e", "nd"), ("?", "")),
)
SUPERVISOR = Keyboard(
    (("n", "nudge"), ("a", "acknowledge"), ("t", "take over"), (STEPS, "tick"), ("b", "bookmark"), ("Esc", "back"), ("?", "help")),
    (("n", "udge"), ("a", "ck"), ("t", "ake over"), (STEPS, " tick"), ("b", "mark"), ("Esc", ""), ("?", "")),
)
PRACTICE = Keyboard((("t", "type"), ("i", "info"), *AGENT.words), (("t", "ype"), ("i", "nfo"), *AGENT.narrow[:3], *AGENT.narrow[5:]))
READER = Keyboard((("Esc", "back"), ("pgup pgdn", "look back"), ("?", "help")), (("Esc", " back"), ("?", " help")))
WALL = Keyboard(
    (("↑↓", "choose"), ("Enter", "look in"), ("/", "filter"), ("w", "waiting"), ("y", "history"), ("q", "leave"), ("?", "help")),
    (("↑↓", ""), ("Enter", ""), ("/", ""), ("w", "aiting"), ("y", " past"), ("q", " leave"), ("?", "")),
)


class Keys(Panel):
    """One line."""

    def __init__(self, keys: Keyboard = AGENT) -> None:
        super().__init__()
        self.keys = keys

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """Words for keys, closer together or shorter ones in a narrow column."""
        last = max((step.number or 0 for step in snapshot.view.steps), default=0) or 6
        for gap in (3, 2):
            line = _line(self.keys.words, last, " ", " " * gap)
            if width_of(line) <= width:
                return [line]
        return [_line(self.keys.narrow, last, "", " ")]


def _line(keys: tuple[tuple[str, str], ...], last: int, between: str, gap: str) -> Line:
    pieces: list[tuple[str, str]] = []
    for key, word in keys:
        pieces += [(f"1-{last}" if key == STEPS else key, "bold $bar"), (f"{between if word else ''}{word}{gap}", "$quiet")]
    return tuple(pieces)
