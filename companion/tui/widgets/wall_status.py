"""The wall's first line and its notice line."""

from companion.tui import wall_words as words
from companion.tui.lines import Line, cut, spread, width_of
from companion.tui.panel import Drawn
from companion.tui.wall import Wall
from companion.tui.widgets import notice

STATES = {"●": "bold $good", "✕": "bold $hot", "■": "bold", "○": "$quiet"}


class WallStatus(Drawn[Wall]):
    """How many calls there are, how many wait, and whether the way to them is open."""

    def lines(self, snapshot: Wall, width: int, height: int) -> list[Line]:
        """One line; who we are is left out where there is no room."""
        count, waiting = words.counts(snapshot)
        way, who = words.way(snapshot)
        left: Line = ((count, "bold"), ("  ", ""), (waiting, "bold $hot"))
        right: Line = ((way, STATES[way[0]]),)
        if width >= 60:
            left = (("companion", "bold $bar"), ("  ", ""), *left)
            right = (*right, (f"  {who}" if who else "", "$quiet"))
        return [spread(left, cut(right, max(len(way), width - width_of(left) - 1)), width)]


class WallNotice(Drawn[Wall]):
    """What happens around the calls, or what there is to say of the one under the cursor."""

    def lines(self, snapshot: Wall, width: int, height: int) -> list[Line]:
        """One line, or none."""
        return notice.lines(*words.notice(snapshot, width), width, 1)
