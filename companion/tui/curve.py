"""The heat curve as a step function of time, and how it is drawn with block characters."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, TypeAlias

Curve: TypeAlias = Sequence[tuple[int, int]]
"""(ms, heat 0–100), oldest first. Before the first point the heat is 0."""

Trend: TypeAlias = Literal["rising", "falling", "steady"]

BLOCKS = " ▁▂▃▄▅▆▇█"
LOOK_BACK = 30_000
"""Changes longer ago than so many ms make no trend."""
NOTABLE = 8
"""A smaller difference is no trend."""


def heat_at(curve: Curve, at: int) -> int:
    """The heat at `at` ms."""
    place = bisect_right(curve, at, key=lambda point: point[0])
    return curve[place - 1][1] if place else 0


def sampled(curve: Curve, start: int, end: int, count: int) -> list[int]:
    """The highest heat in each of `count` equal slices from `start` to `end` ms."""
    span = max(1, end - start)
    found = []
    for slice_ in range(count):
        low, high = start + span * slice_ // count, start + span * (slice_ + 1) // count
        first, last = (bisect_right(curve, edge, key=lambda point: point[0]) for edge in (low, high))
        found.append(max([heat_at(curve, low), *(heat for _, heat in curve[first:last])]))
    return found


def trend(curve: Curve, now: int) -> Trend:
    """Where the heat is going at `now` ms: the way of its last changes, as long as they went one way, within `LOOK_BACK`."""
    since = bisect_right(curve, now - LOOK_BACK, key=lambda point: point[0])
    until = bisect_right(curve, now, key=lambda point: point[0])
    heats = [heat_at(curve, now - LOOK_BACK), *(heat for _, heat in curve[since:until])]
    moved = 0
    for before, after in zip(heats[-2::-1], heats[:0:-1], strict=True):
        if moved * (after - before) < 0:
            break
        moved += after - before
    return "rising" if moved >= NOTABLE else "falling" if moved <= -NOTABLE else "steady"


def drawn(heats: Sequence[int], height: int = 1) -> list[str]:
    """Rows of block characters, the top one first; even a heat of 0 leaves a line at the bottom."""
    eighths = [max(1, round(heat / 100 * height * 8)) for heat in heats]
    return ["".join(BLOCKS[min(8, max(0, level - 8 * row))] for level in eighths) for row in range(height - 1, -1, -1)]
