#!/usr/bin/env python3
"""How soon a tick stands on the screen: from the bare recogniser's partial and final to the bytes in the terminal.

    python bench/screen.py [--file CALL]

The demo's call is fed, in real time and chunk by chunk, into two pipes at once: that of `companion live pcm:-`, whose screen is a real
terminal, and that of a process which does nothing but give the same chunks to Vosk, a thread a channel, and note when each partial and
final came. The checklist is the shipped one and a step more for every final of the call, met by three words that occur in no other, so
that there are enough marks to speak of a p95; those are what is timed. The bare partials and finals are judged afterwards: that one which
first meets a step is what the mark on the screen is compared with. Both sides share the machine, so that each makes the other slower.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import soundfile
from sides import HEADER, centile, line
from terminal import Terminal

from companion.core.call import Call, Rules
from companion.core.events import Partial, Utterance
from companion.core.updates import StepHeard
from companion.rules.load import load
from companion.wiring.parts import DATA

CHUNK = 0.2
LINES = 100
"""Of the terminal, so that all steps are in view."""
TENTATIVE, DONE = "◌", "●◐"
REACH = {"tentative": 100, "final": 50}
"""Milliseconds at the 95th percentile."""

BARE = """
import json, os, queue, sys, threading, time
import vosk
path, rate, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
vosk.SetLogLevel(-1)
model = vosk.Model(path)
said = []
def hear(channel, chunks):
    ear = vosk.KaldiRecognizer(model, rate)
    ear.SetWords(True)
    before = ""
    while (chunk := chunks.get()) is not None:
        if ear.AcceptWaveform(chunk):
            result, before = ear.Result(), ""
            said.append((time.monotonic(), channel, "final", json.loads(result)["text"]))
        elif (partial := ear.PartialResult()) != before:
            before = partial
            said.append((time.monotonic(), channel, "partial", json.loads(partial)["partial"]))
    said.append((time.monotonic(), channel, "final", json.loads(ear.FinalResult())["text"]))
queues = {"agent": queue.Queue(), "customer": queue.Queue()}
threads = [threading.Thread(target=hear, args=each) for each in queues.items()]
for thread in threads:
    thread.start()
print("ready", flush=True)
while len(frame := sys.stdin.buffer.read(4 * size)) == 4 * size:
    for column, chunks in enumerate(queues.values()):
        chunks.put(b"".join(frame[at:at + 2] for at in range(2 * column, len(frame), 4)))
for chunks in queues.values():
    chunks.put(None)
for thread in threads:
    thread.join()
print(json.dumps(sorted(said)))
"""

Said = tuple[float, str, str, str]
"""When, whose, partial or final, the words."""


class Bare:
    """A recogniser and nothing else, fed through a pipe."""

    def __init__(self, rate: int) -> None:
        command = [sys.executable, "-c", BARE, str(DATA / "starter"), str(rate), str(round(rate * CHUNK))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def feed(self, chunk: bytes) -> None:
        """Give it a chunk of both channels."""
        assert self._process.stdin is not None
        self._process.stdin.write(chunk)
        self._process.stdin.flush()

    def end(self) -> list[Said]:
        """No more sound; all that it said."""
        return [tuple(one) for one in json.loads(self._process.communicate()[0])]


def marked(finals: Sequence[Said], folder: Path) -> tuple[Path, list[str]]:
    """The shipped checklist with a step for each final that has three words of its own, and the steps' names."""
    triples = [(who, list(zip(*(text.split()[n:] for n in range(3)), strict=False))) for _, who, _, text in finals]
    common = Counter(triple for _, found in triples for triple in set(found))
    steps, names = [], []
    for who, found in triples:
        own = [triple for triple in found if common[triple] == 1 and all(word.isalpha() and len(word) > 1 for word in triple)]
        if own:
            names.append(f"mark{len(names):02}")
            words = " ".join(own[len(own) // 2])
            steps.append({"id": names[-1], "title": f"{names[-1]} said", "speaker": who, "key": False, "says": [words]})
    path = folder / "marked.yaml"
    path.write_text(json.dumps({"include": "complaint", "id": "marked", "title": "Marked", "steps": steps}))
    return path, names


def expected(said: Sequence[Said], rules: Rules) -> dict[str, dict[str, float]]:
    """For each step the moments at which bare partials and finals first meet it."""
    call = Call("bare", rules.started(source="bench", began=None, timed=True, speech=None), rules)
    call.begin()
    found: dict[str, dict[str, float]] = {"tentative": {}, "final": {}}
    for number, (when, who, kind, text) in enumerate(said):
        channel: Any = who
        if not text:
            continue
        if kind == "partial":
            partial = Partial(channel=channel, text=text, start=number, end=number)
            hits = [mark for mark in call.preview(partial) if isinstance(mark, StepHeard)]
        else:
            event = Utterance(speaker=channel, text=text, start=number, end=number + 0.9)
            hits = [record.update for record in call.receive(event, 1000 * number + 900) if isinstance(record.update, StepHeard)]
        for hit in hits:
            found["tentative" if kind == "partial" else "final"].setdefault(hit.step, when)
    return found


def shown(drawn: bytes, moments: Sequence[tuple[int, float]], title: str) -> dict[str, float]:
    """When a step's line first had a tentative and a final mark; `moments` are the places up to which had been drawn, and when."""
    between = rb"(?:\x1b\[[0-9;]*m| )*"
    found = {}
    for kind, marks in (("tentative", TENTATIVE), ("final", DONE)):
        glyph = b"(?:" + b"|".join(mark.encode() for mark in marks) + b")"
        if match := re.search(glyph + between + title.encode(), drawn):
            found[kind] = next(when for place, when in moments if place >= match.end())
    return found


def play(file: Path, checklist: Path) -> tuple[list[Said], bytes, list[tuple[int, float]]]:
    """Feed both sides in real time; what the bare one said, and what the screen drew when."""
    sound, rate = soundfile.read(file, dtype="int16", always_2d=True)
    size = round(rate * CHUNK)
    bare = Bare(rate)
    out, into = os.pipe()
    source = f"pcm:-?rate={rate}&channels=2"
    options = ["--checklist", str(checklist), "--speech-model", str(DATA / "starter")]
    drawn, moments = bytearray(), []
    with Terminal([sys.executable, "-m", "companion", "live", source, *options], stdin=out, lines=LINES) as screen:
        os.close(out)
        screen.until(lambda text: "mark00 said" in text)

        def watch() -> None:
            for when, came in screen.drawn():
                drawn.extend(came)
                moments.append((len(drawn), when))

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        start = time.monotonic() + 0.5
        for number in range(len(sound) // size):
            chunk = sound[number * size : (number + 1) * size].tobytes()
            time.sleep(max(0.0, start + (number + 1) * CHUNK - time.monotonic()))
            os.write(into, chunk)
            bare.feed(chunk)
        os.close(into)
        said = bare.end()
        time.sleep(2.0)
        screen.press("x")
        watching.join(10)
    return said, bytes(drawn), moments


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DATA / "demo" / "call4_everything.flac")
    file = parser.parse_args().file
    sound, rate = soundfile.read(file, dtype="int16", always_2d=True)
    size = round(rate * CHUNK)
    first = Bare(rate)
    for at in range(0, len(sound) - size, size):
        first.feed(sound[at : at + size].tobytes())
    finals = [one for one in first.end() if one[2] == "final"]
    with tempfile.TemporaryDirectory() as folder:
        checklist, names = marked(finals, Path(folder))
        rules = Rules.of(load(checklist))
        said, drawn, moments = play(file, checklist)
    times = expected(said, rules)
    lags: dict[str, list[float]] = {"tentative": [], "final": []}
    for name in names:
        for kind, when in shown(drawn, moments, f"{name} said").items():
            lags[kind].append((when - times[kind][name]) * 1000)
    print(HEADER)
    for kind, reach in REACH.items():
        p95 = centile(lags[kind], 0.95)
        question = f"from Vosk's {'partial' if kind == 'tentative' else 'final'} to the {kind} tick on the screen, {len(lags[kind])} marks"
        ours = f"median {statistics.median(lags[kind]):.0f} ms later, worst {max(lags[kind]):.0f} ms"
        print(line(question, ours, "bare Vosk, fed the same", f"p95 {p95:.0f} ms later", f"≤ {reach} ms", p95 <= reach))


if __name__ == "__main__":
    main()
