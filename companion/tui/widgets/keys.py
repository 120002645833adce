"""The footer: the keys, as many as fit."""

from companion.tui.lines import Line, width_of
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot

KEYS = (
    ("1-6", "tick/undo"),
    ("d", "dismiss"),
    ("h", "hold"),
    ("b", "bookmark"),
    ("q", "quiet"),
    ("e", "end"),
    ("?", "help"),
)
NARROW = (("1-6", "tick"), ("d", "ismiss"), ("h", "old"), ("b", ""), ("q", "uiet"), ("e", "nd"), ("?", ""))
"""A letter runs into its word, for narrow columns."""


class Keys(Panel):
    """One line."""

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """Words for keys, shorter ones in a narrow column."""
        long = _line(KEYS, " ", "   ")
        return [long if width_of(long) <= width else _line(NARROW, "", " ")]


def _line(keys: tuple[tuple[str, str], ...], between: str, gap: str) -> Line:
    pieces: list[tuple[str, str]] = []
    for key, word in keys:
        space = between if word and not (key == "1-6" and not between) else " " if key == "1-6" else ""
        pieces += [(key, "bold $bar"), (f"{space}{word}{gap}", "$quiet")]
    return tuple(pieces)
