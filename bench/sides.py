"""Two sides measured in turn, A B A B …, so that a machine whose speed drifts favours neither; and how a result is written."""

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

HEADER = "| question | companion | peer | ratio, median (range) | reach | |\n|---|---|---|---|---|---|"
"""The head of a table of questions. `all.py` gathers the rows below it, from all sections, at the head of docs/performance.md."""

T = TypeVar("T")


class Spent(NamedTuple):
    """Seconds of one run: user and system time of the process and its children, and by the wall."""

    cpu: float
    wall: float


def spend(command: Sequence[str], *, stdin: str | None = None) -> Spent:
    """Run a command to its end, its output thrown away; `stdin` names the file it reads."""
    before, start = os.times(), time.monotonic()
    with open(stdin or os.devnull, "rb") as given:
        subprocess.run(command, stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(cpu, time.monotonic() - start)


def in_turn(ours: Callable[[], T], theirs: Callable[[], T], runs: int) -> list[tuple[T, T]]:
    """So many pairs, after one that only warms up."""
    ours(), theirs()
    pairs = []
    for number in range(runs):
        print(f"  pair {number + 1} of {runs}", file=sys.stderr)
        pairs.append((ours(), theirs()))
    return pairs


def compared(question: str, pairs: Sequence[tuple[float, float]], unit: str, reach: float, *, faster: bool = False) -> str:
    """A row for pairs of figures; `faster` where more is better, so that the ratio must be at least `reach`."""
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return row(question, figure(ours, unit), figure(theirs, unit), [a / b for a, b in pairs], reach, faster=faster)


def row(question: str, ours: str, theirs: str, ratios: Sequence[float], reach: float, *, faster: bool = False) -> str:
    """A row: both sides as they are to be read, and the ratios of the rounds."""
    middle = statistics.median(ratios)
    spread = f"{middle:.2f}× ({min(ratios):.2f}–{max(ratios):.2f})" if len(ratios) > 1 else f"{middle:.2f}×"
    reached = middle >= reach if faster else middle <= reach
    return line(question, ours, theirs, spread, f"{'≥' if faster else '≤'} {reach:g}×", reached)


def line(question: str, ours: str, theirs: str, found: str, reach: str, reached: bool) -> str:
    """A row where no ratio is asked for."""
    return f"| {question} | {ours} | {theirs} | {found} | {reach} | {'reached' if reached else 'not reached'} |"


def figure(value: float, unit: str) -> str:
    """Two figures that count, or all those before the point."""
    places = max(0, 1 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{places}f} {unit}"


def centile(values: Sequence[float], share: float) -> float:
    """The value that so many of 1 stay below."""
    return sorted(values)[round(share * (len(values) - 1))]
