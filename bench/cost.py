#!/usr/bin/env python3
"""What companion costs: CPU of `companion log` against a bare Vosk loop over the same file.

    python bench/cost.py [--file CALL] [--runs 5]

The two run in turn; the ratio is taken pair by pair. CPU is user + system seconds of the whole process tree, as the operating system
counts them.
"""

import argparse
import sys
from pathlib import Path

from sides import HEADER, compared, in_turn, spend

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DATA / "demo" / "call4_everything.flac")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    log = [sys.executable, "-m", "companion", "log", str(args.file), "--speech-model", str(DATA / "starter")]
    bare = [sys.executable, "-c", BARE, str(args.file), str(DATA / "starter")]
    pairs = in_turn(lambda: spend(log).cpu, lambda: spend(bare).cpu, args.runs)
    print(HEADER)
    print(compared(f"CPU of `companion log {args.file.name}` / a bare Vosk loop", pairs, "s", 1.1))


if __name__ == "__main__":
    main()
