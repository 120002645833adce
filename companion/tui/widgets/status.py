"""The status line: which call, its state, whether sound arrives, the time."""

from companion.core.events import Channel
from companion.tui import words
from companion.tui.curve import BLOCKS
from companion.tui.lines import Line, cut, spread, width_of
from companion.tui.panel import Panel
from companion.tui.snapshot import METER, Snapshot

LEAST = 6
"""In fewer cells nobody is named."""
STATES = {"●": "bold $good", "‖": "bold $warm", "✕": "bold $hot", "■": "bold", "○": "$quiet"}


class Status(Panel):
    """One line."""

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """The line: names on the left as far as there is room, then state, meters and the clock."""
        state = words.state(snapshot)
        quiet: Line = ((" · quiet", "$warm"),) if snapshot.view.quiet else ()
        kept: Line = ((" · sound kept", "bold $warm"),) if snapshot.view.sound_kept else ()
        shown: Line = ((state, STATES[state[0]]), *quiet, *kept)
        time: Line = ((words.clock(snapshot.now), "bold"),)
        if width < 60:
            return [spread(_named((*shown, *_meters(snapshot, 3, ("A", "C"))), snapshot, width - width_of(time) - 1), time, width)]
        meters = _meters(snapshot, 3 if width < 90 else METER, ("agent", "customer"))
        right: Line = (*shown, *meters, ("   ", ""), *time)
        view = snapshot.view
        name = " · ".join(part for part in (view.agent, view.customer or view.call, view.checklist.title) if part)
        left: Line = (("companion", "bold $bar"), (f"  {name}", "$quiet"))
        return [spread(cut(left, max(0, width - width_of(right) - 2)), right, width)]


def _named(line: Line, snapshot: Snapshot, width: int) -> Line:
    """The line, and in what it leaves of `width` cells who is on the call; to who looks on, whose call it is too."""
    view = snapshot.view
    room = width - width_of(line) - 2
    people = " · ".join(filter(None, (view.agent if snapshot.you != "you" else "", view.customer or view.call)))
    return (*line, *cut(((f"  {people}", "$quiet"),), room + 2)) if people and room >= LEAST else line


def _meters(snapshot: Snapshot, cells: int, names: tuple[str, str]) -> Line:
    return (*_meter(snapshot, "agent", names[0], cells), *_meter(snapshot, "customer", names[1], cells))


def _meter(snapshot: Snapshot, channel: Channel, name: str, cells: int) -> Line:
    levels = snapshot.side(channel).levels[-cells:]
    if not levels:
        return ()
    silence = words.silence(snapshot, channel)
    if silence:
        return ((f"  {name} ", "$quiet"), (silence, "$warm" if words.too_silent(snapshot, channel) else "$quiet"))
    blocks = "".join(BLOCKS[min(8, 1 + round(level * 7))] for level in levels)
    label = f"bold ${channel}" if channel in snapshot.view.speaking else "$quiet"
    return ((f"  {name} ", label), (blocks.rjust(cells, "▁"), f"${channel}"))
