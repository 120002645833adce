#!/usr/bin/env python3
"""What companion costs: CPU of `companion log` against a bare Vosk loop over the same file, and the cold start of `companion --help`.

    python bench/cost.py [--file CALL] [--runs 5]

Both sides of each pair run in turn, A B A B …, so that a machine whose speed drifts does not favour one; the ratio is taken pair by pair.
CPU is user + system seconds of the whole process tree, as the operating system counts them.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from companion.wiring.parts import DATA

BARE = """
import json, sys, soundfile, soxr, vosk
vosk.SetLogLevel(-1)
model = vosk.Model(sys.argv[2])
sound, rate = soundfile.read(sys.argv[1], dtype="int16", always_2d=True)
ears = [vosk.KaldiRecognizer(model, 16000) for _ in sound.T]
for ear in ears:
    ear.SetWords(True)
columns = [soxr.resample(column, rate, 16000) if rate != 16000 else column for column in sound.T]
for start in range(0, len(columns[0]), 3200):
    for ear, column in zip(ears, columns):
        if ear.AcceptWaveform(column[start:start + 3200].tobytes()):
            ear.Result()
        else:
            ear.PartialResult()
for ear in ears:
    ear.FinalResult()
"""

CLICK = """
import click

@click.group()
def cli(): "A bare program."

@cli.command()
def one(): "One command."

cli(["--help"])
"""


def run(command: list[str]) -> tuple[float, float]:
    """CPU and wall seconds of one run."""
    before, start = os.times(), time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, time.monotonic() - start


def compare(name: str, ours: list[str], theirs: list[str], runs: int, which: int) -> None:
    """Print both sides and their ratio; `which` is 0 for CPU, 1 for wall seconds."""
    run(ours), run(theirs)  # warm
    pairs = [(run(ours)[which], run(theirs)[which]) for _ in range(runs)]
    ratios = sorted(a / b for a, b in pairs)
    a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"| {name} | {a:.3f} s | {b:.3f} s | {statistics.median(ratios):.2f}× ({ratios[0]:.2f}–{ratios[-1]:.2f}) |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DATA / "demo" / "call4_everything.flac")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    companion = [sys.executable, "-m", "companion"]
    log = [*companion, "log", str(args.file), "--speech-model", str(DATA / "starter")]
    print("| what | companion | peer | ratio, median (range) |\n|---|---|---|---|")
    bare = [sys.executable, "-c", BARE, str(args.file), str(DATA / "starter")]
    compare(f"CPU of `companion log {args.file.name}` against a bare Vosk loop", log, bare, args.runs, 0)
    compare("`companion --help` against a bare click program, wall", [*companion, "--help"], [sys.executable, "-c", CLICK], args.runs, 1)


if __name__ == "__main__":
    main()
