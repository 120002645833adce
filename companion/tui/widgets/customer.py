"""The customer: how hot the words are, where that is going, the flags, and how the two get on with taking turns."""

from collections.abc import Sequence
from itertools import groupby

from companion.core.checklist import HeatRules
from companion.tui import words
from companion.tui.curve import drawn, sampled, trend
from companion.tui.lines import Line, Piece, cut, spread, width_of
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot

WINDOW = 300_000
"""The curve shows the last so many ms."""

FRESH = 4_000
"""A talk-over or dead air stands out for so many ms."""


class Customer(Panel):
    """Two lines where room is short, a curve and a list of flags where it is not."""

    def title(self, snapshot: Snapshot) -> str:
        """The same always."""
        return "customer"

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """The heat first; then flags, newest first; talk-over and dead air last."""
        if height < 5:
            return _short(snapshot, width)
        curve = 3 if height >= 8 else 2
        drawing = _curve(snapshot, width, curve)
        turns = _turns(snapshot)
        last: list[Line] = [cut((turns,), width)] if turns[0] else []
        room = height - 1 - curve - len(last)
        flags = _flags(snapshot)[:room]
        blank: list[Line] = [()] * (room - len(flags))
        return [_heat(snapshot, width), *drawing, *[cut(line, width) for line in flags], *blank, *last]


def heat_style(snapshot: Snapshot) -> str:
    """The colour of the heat now, by the checklist's thresholds."""
    return style_of(snapshot.view.heat, snapshot.view.checklist.heat)


def style_of(heat: int, rules: HeatRules) -> str:
    """The colour of a heat."""
    return "$hot" if heat >= rules.alert else "$warm" if heat >= rules.warn else "$good"


def coloured(heats: Sequence[int], height: int, rules: HeatRules) -> list[Line]:
    """A curve of so many rows, each column in its heat's colour."""
    styles = [style_of(heat, rules) for heat in heats]
    rows: list[Line] = []
    for row in drawn(heats, height):
        runs = groupby(zip(row, styles, strict=True), key=lambda cell: cell[1])
        rows.append(tuple(("".join(block for block, _ in cells), f"{style} 70%") for style, cells in runs))
    return rows


def _heat(snapshot: Snapshot, width: int) -> Line:
    view = snapshot.view
    going = words.going(trend(view.curve, snapshot.now), view.heat, view.checklist.heat)
    style = heat_style(snapshot)
    left: Line = (("heat ", "$quiet"), (f"{view.heat}", f"bold {style}"), (f"  {words.temper(view.heat, view.checklist.heat)}", style))
    return spread(left, ((going, "bold" if going.startswith("▲") else "$quiet"),), width)


def _short(snapshot: Snapshot, width: int) -> list[Line]:
    view = snapshot.view
    style = heat_style(snapshot)
    first: Line = (
        ("heat ", "$quiet"),
        (f"{view.heat:<2} ", f"bold {style}"),
        (words.temper(view.heat, view.checklist.heat), style),
        ("  ", ""),
        (f"{words.going(trend(view.curve, snapshot.now), view.heat, view.checklist.heat):<9}", "$quiet"),
        ("  ", ""),
    )
    curve = _curve(snapshot, max(0, min(40, width - width_of(first))), 1)[0]
    flags = [piece for line in _flags(snapshot)[:2] for piece in (*line, ("  ", ""))]
    return [(*first, *curve), cut((*flags, _turns(snapshot)), width)]


def _turns(snapshot: Snapshot) -> Piece:
    """Talk-overs and dead air; what has just happened stands out for a moment."""
    floor = snapshot.view.floor
    parts = [part for part in (words.talk_overs(floor, snapshot.you), words.dead_air(floor)) if part]
    last = max((at for at in (floor.over_at, floor.dead_at) if at is not None), default=None)
    fresh = last is not None and snapshot.now - last < FRESH
    return " · ".join(parts), "bold reverse $warm" if fresh else "$warm"


def _curve(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    start = max(0, snapshot.now - WINDOW)
    heats = sampled(snapshot.view.curve, start, max(snapshot.now, 1), width)
    return coloured(heats, height, snapshot.view.checklist.heat)


def _flags(snapshot: Snapshot) -> list[Line]:
    """Escalation first, then what the customer's words raised, newest first, each kind once."""
    found: dict[str, Line] = {}
    for at, escalated in reversed(snapshot.view.escalated[-1:]):
        told = "supervisor called" if escalated.level == "alert" else "offer your supervisor"
        found[""] = ((f"▲ {told} {words.clock(at)}", "bold $hot"),)
    for raised in reversed(snapshot.view.flags):
        if raised.speaker == "customer":
            style = "bold $hot" if raised.serious else "$warm"
            found.setdefault(raised.id, ((words.flag(raised), style),))
    return list(found.values())
