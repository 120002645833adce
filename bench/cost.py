#!/usr/bin/env python3
"""What companion costs: CPU of `companion log` against a bare Vosk loop over the same file.

    python bench/cost.py [--file CALL] [--times 3] [--runs 5]

The two run in turn, over the call and over one that is the same so many times; the ratio is taken pair by pair. CPU is user + system
seconds of the whole process tree, as the operating system counts them.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from sides import HEADER, compared, figure, in_turn, spend

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


def cpu(file: Path, runs: int) -> list[tuple[float, float]]:
    """Pairs of seconds for one file."""
    log = [sys.executable, "-m", "companion", "log", str(file), "--speech-model", str(DATA / "starter")]
    bare = [sys.executable, "-c", BARE, str(file), str(DATA / "starter")]
    return in_turn(lambda: spend(log).cpu, lambda: spend(bare).cpu, runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DATA / "demo" / "call4_everything.flac")
    parser.add_argument("--times", type=int, default=3, help="how many times over the long call is")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    sound, rate = soundfile.read(args.file, dtype="int16", always_2d=True)
    seconds = len(sound) / rate
    short = cpu(args.file, args.runs)
    with tempfile.TemporaryDirectory() as folder:
        soundfile.write(Path(folder) / "long.flac", np.tile(sound, (args.times, 1)), rate)
        long = cpu(Path(folder) / "long.flac", max(1, args.runs // 2))
    print(HEADER)
    for times, pairs in ((1, short), (args.times, long)):
        print(compared(f"CPU of `companion log`, a call of {times * seconds:.0f} s / a bare Vosk loop", pairs, "s", 1.1))
    once, over = ([statistics.median(side) for side in zip(*pairs, strict=True)] for pairs in (short, long))
    minute = [(b - a) / (args.times - 1) / seconds * 60 for a, b in zip(once, over, strict=True)]
    start = [a - a_minute * seconds / 60 for a, a_minute in zip(once, minute, strict=True)]
    print("\nThe line through the medians:\n\n| | companion | bare |\n|---|---|---|")
    for name, values in (("to start and to end", start), ("a minute of a call", minute)):
        print(f"| {name} | {figure(values[0], 's')} | {figure(values[1], 's')} |")


if __name__ == "__main__":
    main()
