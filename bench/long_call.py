#!/usr/bin/env python3
"""Whether a long call costs more as it goes on: 10,000 utterances in four hours, against the same call's first hundred.

    python bench/long_call.py [--utterances 10000] [--rounds 2]

A hundred turns of `turns.jsonl` are said again and again, so that every hundred is the same work, as one call that is judged, written
as lines of a journal, and folded into what an agent's screen and a supervisor's wall show. The cost of an utterance is the processor time
of all that, at the median of its hundred; memory is that of the process, and what Python has allocated since the call began.
"""

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from itertools import cycle
from pathlib import Path

from sides import HEADER, figure, row

from companion.core.call import Call
from companion.core.events import SpeechBegan, SpeechEnded, Utterance
from companion.core.record import encode
from companion.core.wall import WallRow
from companion.tui.feed import Clock
from companion.tui.snapshot import Snapshot
from companion.wiring.parts import rules_of

HUNDRED = 100
SECONDS = 1.44
"""Of each turn: 10,000 are four hours."""

_TURNS = Path(__file__).with_name("turns.jsonl")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def talk(utterances: int, *, traced: bool) -> dict[str, list[float]]:
    """Judge one call; for each hundred utterances its cost, ms, and the memory at its end, MB."""
    turns = [json.loads(line) for line in _TURNS.read_text("utf-8").splitlines()]
    said = [(turn["speaker"], turn["text"]) for turn in turns[:: len(turns) // HUNDRED]][:HUNDRED]
    rules = rules_of("complaint")
    if traced:
        tracemalloc.start()
    call = Call("long", rules.started(source="bench", began="2026-11-20T10:00:00+00:00", timed=True, speech="bench"), rules)
    screen, wall = Snapshot().take(call.begin()), WallRow()
    found: dict[str, list[float]] = {"cost": [], "memory": [], "held": []}
    took = []
    turn = cycle(said)
    for number in range(utterances):
        speaker, text = next(turn)
        start = number * SECONDS
        end = start + SECONDS - 0.2
        events = (
            (SpeechBegan(channel=speaker, start=start), start + 0.5),
            (Utterance(speaker=speaker, text=text, start=start, end=end), end),
            (SpeechEnded(channel=speaker, end=end), end),
        )
        began = time.process_time()
        for event, at in events:
            for record in call.receive(event, round(at * 1000)):
                encode(record)
                screen, wall = screen.take(record), wall.fold(record)
        screen = screen.take(Clock(call="long", at=round(end * 1000)))
        took.append((time.process_time() - began) * 1000)
        if len(took) == HUNDRED:
            gc.collect()
            found["cost"].append(statistics.median(took))
            found["memory"].append(int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6)
            if traced:
                found["held"].append(tracemalloc.get_traced_memory()[0] / 1e6)
            took.clear()
    return found


def apart(utterances: int, *, traced: bool) -> dict[str, list[float]]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--utterances", str(utterances), "--one", "traced" if traced else "plain"]
    found: dict[str, list[float]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--utterances", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--one", choices=["plain", "traced"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(talk(options.utterances, traced=options.one == "traced")))
        return
    rounds = []
    for number in range(options.rounds):
        print(f"  round {number + 1} of {options.rounds}", file=sys.stderr)
        rounds.append(apart(options.utterances, traced=False))
    held = apart(options.utterances, traced=True)["held"]
    tenth = max(1, len(rounds[0]["cost"]) // 10)
    costs = [(statistics.median(one["cost"][-tenth:]), one["cost"][0]) for one in rounds]
    memories = [(one["memory"][-1], one["memory"][0]) for one in rounds]
    print(HEADER)
    for question, unit, pairs in (
        (f"an utterance in the last tenth of {options.utterances:,} / in the first hundred", "ms", costs),
        (f"memory after {options.utterances:,} utterances / after a hundred", "MB", memories),
    ):
        last, first = (statistics.median(side) for side in zip(*pairs, strict=True))
        print(row(question, figure(last, unit), figure(first, unit), [a / b for a, b in pairs], 1.2))
    print("\n| utterances so far | cost of one, ms | memory, MB | of it allocated since the call began, MB |\n|---|---|---|---|")
    marks = [place for place in (1, 2, 5, 10, 20, 50, 100) if place * HUNDRED <= options.utterances]
    for mark in marks:
        cost, memory = (statistics.median(one[what][mark - 1] for one in rounds) for what in ("cost", "memory"))
        print(f"| {mark * HUNDRED:,} | {cost:.3f} | {memory:.1f} | {held[mark - 1]:.2f} |")


if __name__ == "__main__":
    main()
