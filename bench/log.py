#!/usr/bin/env python3
"""How fast old chats are judged: `companion log -` over a file of chats, beside `jq -c .` over the same file, for scale.

    python bench/log.py [--utterances 10000] [--runs 3]

The chats are those of `turns.jsonl`, each turn with what came before it, under names of their own, until there are enough. Figures are
utterances for each second of processor time (user + system) of the whole process, its start included. The records go nowhere.
"""

import argparse
import json
import statistics
import sys
import tempfile
from itertools import count
from pathlib import Path

from sides import HEADER, figure, in_turn, line, spend

REACH, AIM = 800, 3000
"""Utterances a second of one core."""

_TURNS = Path(__file__).with_name("turns.jsonl")


def write(path: Path, utterances: int) -> int:
    """Write chats, one whole after the other; how many utterances they have."""
    turns = [json.loads(line) for line in _TURNS.read_text("utf-8").splitlines()]
    done = 0
    with path.open("w", encoding="utf-8") as file:
        for number in count():
            if done >= utterances:
                return done
            turn = turns[number % len(turns)]
            for said in [*turn["context"], turn]:
                file.write(json.dumps({"call": f"chat-{number}", "speaker": said["speaker"], "text": said["text"]}) + "\n")
                done += 1
            file.write(json.dumps({"call": f"chat-{number}", "event": "end"}) + "\n")
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--utterances", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        chats = Path(folder) / "chats.jsonl"
        utterances = write(chats, options.utterances)
        log = [sys.executable, "-m", "companion", "log", "-"]
        pairs = in_turn(lambda: spend(log, stdin=str(chats)).cpu, lambda: spend(["jq", "-c", "."], stdin=str(chats)).cpu, options.runs)
    ours, theirs = ([utterances / cpu for cpu in side] for side in zip(*pairs, strict=True))
    rate, jq = statistics.median(ours), figure(statistics.median(theirs), "/s")
    found = f"{figure(rate, '/s')} ({min(ours):,.0f}–{max(ours):,.0f})"
    print(HEADER)
    for question, reach in ((f"`companion log -` on old chats, {utterances:,} utterances, a second of a core", REACH), ("… the aim", AIM)):
        print(line(question, figure(rate, "/s"), f"`jq -c .`, for scale: {jq}", found, f"≥ {reach:,}/s", rate >= reach))


if __name__ == "__main__":
    main()
