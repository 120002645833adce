#!/usr/bin/env python3
"""How well calls are heard, and how soon a tick comes: word errors, and the delay from the end of a phrase to its mark.

    python bench/speech.py [--audio FOLDER] [--kind 16k.flac] [--live]

Each call is a sound file with a JSON file of its turns beside it (channel, start, end, text, steps). Without --audio, the demo's call. A
tentative mark is the first partial that meets the step, a final one its `step_heard`. Delays are in audio time, so they do not depend on
the machine; with --live the call is played in real time and they are taken from the clock, so judging and waiting count too.
"""

import argparse
import asyncio
import json
import re
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from companion.core.events import Partial, Utterance
from companion.core.record import Record
from companion.core.updates import FlagRaised, StepHeard
from companion.run import Run
from companion.wiring.parts import DATA, open_source, recognisers, rules_of

SLACK = 2.5
"""Seconds after its end in which a phrase's mark still counts."""


class Marks:
    """A viewer that notes when steps are marked, in seconds of the call."""

    def __init__(self, live: bool) -> None:
        self.tentative: list[tuple[float, str]] = []
        self.final: list[tuple[float, str]] = []
        self.said: dict[str, list[str]] = {"agent": [], "customer": []}
        self._live = live
        self._start = time.monotonic()
        self._at = 0

    def _now(self, at: int) -> float:
        return time.monotonic() - self._start if self._live else at / 1000

    def wants_partials(self, call: str) -> bool:
        return True

    def record(self, record: Record) -> None:
        if isinstance(record.event, Utterance):
            self.said[record.event.speaker].append(record.event.text)
        if isinstance(record.update, StepHeard):
            self.final.append((self._now(record.at), record.update.step))

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        # A file's partial arrives at the end of its chunk; the clock was last told the end of the chunk before.
        self.tentative += [(self._now(self._at + 200), mark.step) for mark in tentative if isinstance(mark, StepHeard)]

    def clock(self, call: str, at: int) -> None:
        self._at = at

    def level(self, *what: Any) -> None: ...

    def notice(self, text: str) -> None:
        print(text)

    def progress(self, *what: Any) -> None: ...


def words(text: str) -> list[str]:
    """Bare words, contractions written out, so that "i've" is not an error where "i have" was said."""
    text = re.sub(r"'ve\b", " have", re.sub(r"'m\b", " am", re.sub(r"'ll\b", " will", text.lower())))
    return re.sub(r"[^a-z' ]", " ", text).split()


async def hear(path: Path, live: bool) -> Marks:
    """Play one call through recogniser and checklist."""
    options = {"speech_model": str(DATA / "starter")}
    async with recognisers([str(path)], options) as recogniser:
        marks = Marks(live)
        source = open_source(str(path), recogniser, options, speed=1.0 if live else None)
        await Run(source, rules_of("complaint"), [], viewer=marks).go()
    return marks


def delays(turns: list[dict[str, Any]], marks: list[tuple[float, str]]) -> list[float]:
    """For each phrase that holds a step: seconds from its end to its first mark, where there is one."""
    found = []
    for number, turn in enumerate(turns):
        end = turn["end"]
        for later in turns[number + 1 :]:  # a final may cover turns of one speaker that follow closely
            if later["channel"] != turn["channel"] or later["start"] - end > 1.0:
                break
            end = later["end"]
        for step in turn.get("steps", {}):
            hits = [at for at, marked in marks if marked == step and turn["start"] <= at <= end + SLACK]
            found += [hits[0] - turn["end"]] if hits else []
    return found


def shown(values: list[float]) -> str:
    """Median, nine in ten, worst."""
    if not values:
        return "none"
    ordered = sorted(values)
    return f"{statistics.median(ordered):5.2f} {ordered[int(0.9 * (len(ordered) - 1))]:5.2f} {ordered[-1]:5.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--audio", type=Path, default=DATA / "demo")
    parser.add_argument("--kind", default="")
    parser.add_argument("--live", action="store_true")
    args = parser.parse_args()
    tentative: list[float] = []
    final: list[float] = []
    errors = total = 0
    for truth in sorted(args.audio.glob("*.json")):
        path = truth.with_name(f"{truth.stem}_{args.kind}") if args.kind else truth.with_suffix(".flac")
        turns = json.loads(truth.read_text(encoding="utf-8"))["turns"]
        marks = asyncio.run(hear(path, args.live))
        wrong = count = 0
        for channel, said in marks.said.items():
            reference = [word for turn in turns if turn["channel"] == channel for word in words(turn["text"])]
            wrong += Levenshtein.distance(reference, words(" ".join(said)))
            count += len(reference)
        print(f"{path.name:36} word errors {100 * wrong / count:5.1f} % of {count}")
        errors, total = errors + wrong, total + count
        tentative += delays(turns, marks.tentative)
        final += delays(turns, marks.final)
    print(f"{'all':36} word errors {100 * errors / total:5.1f} % of {total}")
    print(f"delay in s from the end of a phrase, median / nine in ten / worst ({'clock' if args.live else 'audio time'}):")
    print(f"  tentative {shown(tentative)}   ({len(tentative)} phrases)")
    print(f"  final     {shown(final)}   ({len(final)} phrases)")


if __name__ == "__main__":
    main()
