#!/usr/bin/env python3
"""How many calls are held at once in real time: companion, from sound to judged records, against bare Vosk streams.

    python bench/concurrency.py [--workers 1] [--start 24] [--seconds 60]

A number of two-channel calls is held if 95 of 100 finals come less than a second after the end of the chunk that brought them. Both sides
hear the demo's call, over and over, each call from another place in it. The highest number is searched in short trials, the two sides in
turn; what they find is then proved for a minute each, and lowered until it holds.

Companion: one process judges and keeps the records, `--workers` recognise. Bare: a process for each core, in it a thread for each channel
that does nothing but feed Vosk in time.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import soundfile
from sides import HEADER, row

from companion.core.events import Utterance
from companion.core.feed import Closed, Item, Opened
from companion.core.record import Record
from companion.run import Run
from companion.sinks.journal import JournalFolder
from companion.sources.listening import Listening
from companion.speech.audio import CHUNK, Samples
from companion.speech.vosk import Call, Vosk
from companion.wiring.parts import DATA, rules_of

SLOWEST = 1.0
"""Seconds that a final may take."""

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

BARE = """
import json, sys, threading, time
import numpy, soundfile, vosk
file, path, chunk, places, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]), json.loads(sys.argv[4]), float(sys.argv[5])
vosk.SetLogLevel(-1)
model = vosk.Model(path)
sound, rate = soundfile.read(file, dtype="int16", always_2d=True)
size = round(rate * chunk)
lags = []
def hear(column, start):
    ear = vosk.KaldiRecognizer(model, rate)
    ear.SetWords(True)
    for number in range(round(seconds / chunk)):
        due = start + (number + 1) * chunk
        time.sleep(max(0.0, due - time.monotonic()))
        if ear.AcceptWaveform(numpy.take(column, range(number * size, (number + 1) * size), mode="wrap").tobytes()):
            if json.loads(ear.Result())["text"]:
                lags.append(time.monotonic() - due)
        else:
            ear.PartialResult()
start = time.monotonic() + 1.0
threads = []
for place in places:
    turned = numpy.roll(sound, -round(place * len(sound)), axis=0)
    threads += [threading.Thread(target=hear, args=(column.copy(), start + place * chunk)) for column in turned.T]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(lags))
"""


class Line:
    """A source that plays the demo's call in time, over and over, from a place in it, 0–1."""

    def __init__(self, name: str, sound: Samples, rate: int, place: float, seconds: float, ear: Call):
        self._name, self._rate, self._seconds, self._ear = name, rate, seconds, ear
        self._sound = np.roll(sound, -round(place * len(sound)), axis=0)
        self.began = time.monotonic() + 1.0 + place * CHUNK

    async def __aiter__(self) -> AsyncIterator[Item]:
        yield Opened(call=self._name, source="bench", speech=self._ear.model)
        listening = Listening(self._name, self._ear, ("agent", "customer"), self._rate)
        size = round(self._rate * CHUNK)
        for number in range(round(self._seconds / CHUNK)):
            await asyncio.sleep(max(0.0, self.began + (number + 1) * CHUNK - time.monotonic()))
            frames = np.take(self._sound, range(number * size, (number + 1) * size), axis=0, mode="wrap")
            for round_ in listening.feed(frames):
                for item in await listening.hear(round_):
                    yield item
        await self._ear.close()
        yield Closed(call=self._name, reason="done", at=round(listening.now * 1000))

    async def close(self) -> None: ...


class Lags:
    """A sink that notes how long after its chunk's end each final came."""

    name = "lags"

    def __init__(self, line: Line) -> None:
        self.lags: list[float] = []
        self._line = line

    def write(self, record: Record) -> None:
        if isinstance(record.event, Utterance):
            self.lags.append(time.monotonic() - self._line.began - record.at / 1000)

    def close(self) -> None: ...


def ours(calls: int, seconds: float, workers: int) -> list[float]:
    """Lags of the finals of so many calls."""

    async def hold() -> list[float]:
        sound, rate = soundfile.read(DATA / "demo" / "call4_everything.flac", dtype="int16", always_2d=True)
        rules = rules_of("complaint")
        with tempfile.TemporaryDirectory() as folder:
            async with Vosk(DATA / "starter", workers=workers) as vosk:
                lines = [Line(f"call-{n}", sound, rate, n / calls, seconds, vosk.call()) for n in range(calls)]
                sinks = [Lags(line) for line in lines]
                journals = JournalFolder(Path(folder), print)
                await asyncio.gather(*(Run(line, rules, [sink, journals]).go() for line, sink in zip(lines, sinks, strict=True)))
        return [lag for sink in sinks for lag in sink.lags]

    return asyncio.run(hold())


def bare(calls: int, seconds: float) -> list[float]:
    """The same of bare recognisers."""
    file, model = str(DATA / "demo" / "call4_everything.flac"), str(DATA / "starter")
    shares = [json.dumps([n / calls for n in range(core, calls, CORES)]) for core in range(CORES)]
    commands = [[sys.executable, "-c", BARE, file, model, str(CHUNK), share, str(seconds)] for share in shares]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    return [lag for process in running for lag in json.loads(process.communicate()[0])]


def nineteen_in_twenty(lags: list[float]) -> float:
    """The lag that 95 of 100 finals stay below."""
    return sorted(lags)[int(0.95 * (len(lags) - 1))] if lags else float("inf")


def search(sides: list[Callable[[int, float], list[float]]], start: int, seconds: float) -> list[tuple[int, float]]:
    """For each side the highest number of calls that is held, and the lag at it."""
    at, best, step = [start] * len(sides), [1] * len(sides), max(1, start // 3)
    while True:
        for n, side in enumerate(sides):
            lag = nineteen_in_twenty(side(at[n], seconds / 4))
            print(f"  trial: side {n}, {at[n]} calls, {lag:.2f} s", file=sys.stderr)
            if lag < SLOWEST:
                best[n] = max(best[n], at[n])
            at[n] = max(1, at[n] + (step if lag < SLOWEST else -step))
        if not step:
            break
        step //= 2
    proved = []
    for n, side in enumerate(sides):
        while (lag := nineteen_in_twenty(side(best[n], seconds))) >= SLOWEST and best[n] > 1:
            print(f"  not for a minute: side {n}, {best[n]} calls, {lag:.2f} s", file=sys.stderr)
            best[n] -= 1
        proved.append((best[n], lag))
    return proved


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--start", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    (calls, lag), (peers, peers_lag) = search([lambda n, s: ours(n, s, args.workers), bare], args.start, args.seconds)
    print(f"{CORES} cores, {time.strftime('%Y-%m-%d')}, {args.workers} worker(s), {args.seconds:g} s")
    print("| two-channel calls held in real time | calls | 95 of 100 finals within |\n|---|---|---|")
    print(f"| companion, judged and kept | {calls} | {lag:.2f} s |")
    print(f"| bare Vosk, {CORES} processes | {peers} | {peers_lag:.2f} s |")
    print(f"\n{HEADER}")
    held, theirs = f"{calls} ({lag:.2f} s)", f"{peers} ({peers_lag:.2f} s)"
    print(row(f"two-channel calls held in real time on {CORES} cores / bare Vosk streams", held, theirs, [calls / peers], 0.9, faster=True))


if __name__ == "__main__":
    main()
