"""The wall's rows: one call a line, in columns that follow from the width."""

from itertools import groupby

import msgspec
from textual import events as ui
from textual.message import Message

from companion.core.wall import WallRow
from companion.tui import wall_words as words
from companion.tui.lines import Line, cut, fit, harmless, wrap
from companion.tui.panel import Drawn
from companion.tui.wall import FRESH, Entry, Wall
from companion.tui.widgets.checklist import STYLES
from companion.tui.widgets.customer import style_of
from companion.tui.words import mark

WORDS = 10
"""In fewer cells no words are quoted."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """How many cells each thing takes; nothing of what takes none is shown."""

    spark: int
    flags: int
    agent: int
    customer: int
    team: int
    steps: int
    apart: bool
    """A space between the steps' marks."""
    words: int
    waiting: int


class WallRows(Drawn[Wall]):
    """Only what is in view is laid out, however many calls there are."""

    class Pressed(Message):
        """The mouse was pressed on that row of `Wall.listed`."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def on_click(self, event: ui.Click) -> None:
        """Say which row it was."""
        place = self.snapshot.top + event.y - 1
        if event.y > 0 and place < len(self.snapshot.listed):
            self.post_message(self.Pressed(place))

    def lines(self, snapshot: Wall, width: int, height: int) -> list[Line]:
        """The columns' names, then the rows around the cursor."""
        entries, cursor = snapshot.view(height - 1)
        if not entries:
            return [(), *((("  ", "$quiet"), *line) for line in wrap([(words.empty(snapshot), "$quiet")], width - 2))]
        most = max(len(entry.row.steps) for entry in entries)
        columns = columns_of(width, max(6, most))
        dim = bool(snapshot.away) or snapshot.closed is not None
        rows = [_row(entry, columns, snapshot.now, at == cursor, dim) for at, entry in enumerate(entries)]
        return [_head(columns), *(cut(row, width) for row in rows)]


def columns_of(width: int, steps: int) -> Columns:
    """What fits into `width` cells, with so many steps."""
    if width < 60:
        return _filled(width, Columns(spark=3, flags=0, agent=7, customer=9, team=0, steps=3, apart=False, words=0, waiting=2))
    if width < 96:
        return _filled(width, Columns(spark=5, flags=2, agent=8, customer=11, team=0, steps=steps, apart=False, words=0, waiting=2))
    if width < 116:
        apart = Columns(spark=6, flags=2, agent=9, customer=13, team=0, steps=2 * steps - 1, apart=True, words=0, waiting=9)
        return _filled(width, apart)
    wide = Columns(spark=10, flags=2, agent=10, customer=15, team=10, steps=2 * steps - 1, apart=True, words=0, waiting=10)
    return _filled(width, wide)


def _filled(width: int, columns: Columns) -> Columns:
    """The room that is left goes to the customer's words, or where it is too little for them, to the customer's name."""
    left = width - 12 - sum(cells + 1 for cells in _cells(columns) if cells)  # 12: the cursor, the heat, the mark and the time
    if left >= WORDS:
        return msgspec.structs.replace(columns, words=left)
    return msgspec.structs.replace(columns, customer=max(1, columns.customer + left + 1))


def _cells(columns: Columns) -> tuple[int, ...]:
    return columns.spark, columns.flags, columns.agent, columns.customer, columns.team, columns.steps, columns.words, columns.waiting


def _head(columns: Columns) -> Line:
    numbers = (" " if columns.apart else "").join(str(number) for number in range(1, 10))[: columns.steps]
    titles = {
        "heat": 4 + 1 + columns.spark + (1 + columns.flags if columns.flags else 0),
        "time": 6,
        "agent": columns.agent,
        "customer": columns.customer,
        "team": columns.team,
        numbers if columns.steps > 3 else "1-6": columns.steps,
        "last words of the customer" if columns.words > 30 else "last words": columns.words,
        "waiting" if columns.waiting > 7 else "": columns.waiting,
    }
    parts = [piece for title, cells in titles.items() if cells for piece in (*fit(((title, ""),), cells), (" ", ""))]
    return tuple((text, "$quiet") for text, _ in parts)


def _row(entry: Entry, columns: Columns, now: float, here: bool, dim: bool) -> Line:
    row = entry.row
    over = entry.ended is not None
    heat = style_of(row.heat, row.limits)
    fresh = entry.alerted is not None and now - entry.alerted < FRESH and row.waiting > 0
    parts: list[tuple[Line, int]] = [
        ((("▶" if here else " ", "bold $bar"), (f"{row.heat:>3}", f"bold {heat}")), 4),
        (((words.blocks(words.spark(entry, columns.spark)), heat),), columns.spark),
        (((words.flags(row), "bold $hot" if words.serious(row) else "$warm"),), columns.flags),
        (((words.mark(entry, now), "bold $warm"), (words.time(entry.now), "")), 6),
        (((harmless(row.agent), "$agent"),), columns.agent),
        (((harmless(words.customer(row)), "bold"),), columns.customer),
        (((harmless(row.team), "$quiet"),), columns.team),
        (_steps(row, columns), columns.steps),
        (((harmless(words.said(entry)), "" if over else "$customer"),), columns.words),
        (((harmless(words.waiting(row, columns.waiting > 3)), "bold $hot" if row.waiting else "$warm"),), columns.waiting),
    ]
    shown = [(line, cells + 1) for line, cells in parts if cells]
    pieces = [piece for line, cells in shown for piece in fit(cut(line, cells - 1), cells)]  # drawing a piece costs: a gap is none
    pieces[-1] = (pieces[-1][0][:-1], pieces[-1][1])
    if over or dim or entry.unheard(now):
        pieces = [(text, "$quiet") for text, _ in pieces]
    ground = " on $cursor" if here else " on $alert-back" if fresh else ""
    return tuple((text, style + ground) for text, style in pieces) if ground else tuple(pieces)


def _steps(row: WallRow, columns: Columns) -> Line:
    if columns.steps <= 3:
        return ((words.progress(row), ""),)
    gap = " " if columns.apart else ""
    runs = groupby(row.steps, key=lambda step: STYLES[step.state])
    line = [("".join(mark(step) + gap for step in steps), style) for style, steps in runs]
    return (*line[:-1], (line[-1][0].rstrip(), line[-1][1])) if line else ()
