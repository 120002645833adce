"""The status line: which call, its state, whether sound arrives, the time."""

from companion.core.events import Channel
from companion.tui import words
from companion.tui.curve import BLOCKS
from companion.tui.lines import Line, cut, spread, width_of
from companion.tui.panel import Panel
from companion.tui.snapshot import METER, Snapshot

STATES = {"●": "bold $good", "‖": "bold $warm", "✕": "bold $hot", "■": "bold", "○": "$quiet"}


class Status(Panel):
    """One line."""

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """The line: names on the left as far as there is room, then state, meters and the clock."""
        state = words.state(snapshot)
        quiet: Line = ((" · quiet", "$warm"),) if snapshot.view.quiet else ()
        shown: Line = ((state, STATES[state[0]]), *quiet)
        time: Line = ((words.clock(snapshot.now), "bold"),)
        if width < 60:
            return [spread((*shown, *_meters(snapshot, short=True)), time, width)]
        meters = _meters(snapshot, short=width < 90)
        right: Line = (*shown, *meters, ("   ", ""), *time)
        view = snapshot.view
        name = " · ".join(part for part in (view.call, view.checklist.title) if part)
        left: Line = (("companion", "bold $bar"), (f"  {name}", "$quiet"))
        return [spread(cut(left, max(0, width - width_of(right) - 2)), right, width)]


def _meters(snapshot: Snapshot, short: bool) -> Line:
    agent, customer = _meter(snapshot, "agent", short), _meter(snapshot, "customer", short)
    return (*agent, *customer)


def _meter(snapshot: Snapshot, channel: Channel, short: bool) -> Line:
    levels = snapshot.side(channel).levels
    if not levels:
        return ()
    speaking = channel in snapshot.view.speaking
    name = ("  " if short else "   ") + channel
    silence = words.silence(snapshot, channel)
    style = f"${channel}"
    if silence:
        return ((f"{name} ", "$quiet"), (silence.removeprefix("no sound ") if short else silence, "$warm"))
    kept = levels[-3:] if short else levels
    blocks = "".join(BLOCKS[min(8, 1 + round(level * 7))] for level in kept)
    return ((f"{name} ", f"bold {style}" if speaking else "$quiet"), (blocks.rjust(3 if short else METER, "▁"), style))
