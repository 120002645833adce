#!/usr/bin/env python3
"""How soon a tick stands on the screen: from the bare recogniser's partial and final to the bytes in the terminal.

    python bench/screen.py [--file CALL]

The demo's call is fed in real time, chunk by chunk, first into the pipe of a process which does nothing but give the chunks to Vosk, a
thread a channel, and note when each partial and final came; then into that of `companion live pcm:-`, in a real terminal. Times count from
the first chunk. The checklist is the shipped one and up to two steps more for every final of the call, each met by three words that occur
in no other, so that there are enough marks to speak of a p95; those are what is timed. The bare partials and finals are judged afterwards:
that one which first meets a step is what the mark on the screen is compared with.
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
from collections.abc import Callable, Sequence
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


def in_time(sound: Any, rate: int, give: Callable[[bytes], object], *, pace: float = 1.0) -> float:
    """Give the sound out by chunks, each when it has been spoken; when it began. A pace of 0 gives it out at once."""
    size = round(rate * CHUNK)
    start = time.monotonic() + pace
    for number in range(len(sound) // size):
        time.sleep(max(0.0, start + (number + 1) * CHUNK * pace - time.monotonic()))
        give(sound[number * size : (number + 1) * size].tobytes())
    return start


def bare(sound: Any, rate: int, *, pace: float = 1.0) -> list[Said]:
    """What a recogniser and nothing else says, and when."""
    command = [sys.executable, "-c", BARE, str(DATA / "starter"), str(rate), str(round(rate * CHUNK))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        start = in_time(sound, rate, process.stdin.write, pace=pace)
        said = json.loads(process.communicate()[0])
    return [(when - start, who, kind, text) for when, who, kind, text in said]


def on_screen(sound: Any, rate: int, checklist: Path) -> tuple[bytes, list[tuple[int, float]]]:
    """All that the screen drew, and up to which byte at which moment."""
    out, into = os.pipe()
    options = ["--checklist", str(checklist), "--speech-model", str(DATA / "starter")]
    drawn, moments = bytearray(), []
    with Terminal([sys.executable, "-m", "companion", "live", f"pcm:-?rate={rate}&channels=2", *options], stdin=out, lines=LINES) as screen:
        os.close(out)
        screen.until(lambda text: "mark00 said" in text)

        def watch() -> None:
            for when, came in screen.drawn():
                drawn.extend(came)
                moments.append((len(drawn), when))

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        start = in_time(sound, rate, lambda chunk: os.write(into, chunk))
        os.close(into)
        time.sleep(3.0)
        screen.press("x")
        watching.join(10)
    return bytes(drawn), [(place, when - start) for place, when in moments]


def marked(finals: Sequence[Said], folder: Path) -> tuple[Path, list[str]]:
    """The shipped checklist with steps for each final that has three words of its own, and the steps' names."""
    triples = [(who, list(zip(*(text.split()[n:] for n in range(3)), strict=False))) for _, who, _, text in finals]
    common = Counter(triple for _, found in triples for triple in set(found))
    steps, names = [], []
    for who, found in triples:
        own = [triple for triple in found if common[triple] == 1 and all(word.isalpha() and len(word) > 1 for word in triple)]
        for words in dict.fromkeys(own[len(own) * part // 4] for part in (1, 3) if own):
            names.append(f"mark{len(names):02}")
            steps.append({"id": names[-1], "title": f"{names[-1]} said", "speaker": who, "key": False, "says": [" ".join(words)]})
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DATA / "demo" / "call4_everything.flac")
    sound, rate = soundfile.read(parser.parse_args().file, dtype="int16", always_2d=True)
    finals = [one for one in bare(sound, rate, pace=0.0) if one[2] == "final"]
    with tempfile.TemporaryDirectory() as folder:
        checklist, names = marked(finals, Path(folder))
        rules = Rules.of(load(checklist))
        print("  bare Vosk, in real time", file=sys.stderr)
        said = bare(sound, rate)
        print("  the screen, in real time", file=sys.stderr)
        drawn, moments = on_screen(sound, rate, checklist)
    times = expected(said, rules)
    lags: dict[str, list[float]] = {"tentative": [], "final": []}
    for name in names:
        for kind, when in shown(drawn, moments, f"{name} said").items():
            if name in times[kind]:
                lags[kind].append((when - times[kind][name]) * 1000)
    print(HEADER)
    for kind, reach in REACH.items():
        p95 = centile(lags[kind], 0.95)
        question = f"from Vosk's {'partial' if kind == 'tentative' else 'final'} to the {kind} tick on the screen, {len(lags[kind])} marks"
        ours = f"median {statistics.median(lags[kind]):.0f} ms later, worst {max(lags[kind]):.0f} ms"
        print(line(question, ours, "bare Vosk, fed the same", f"p95 {p95:.0f} ms later", f"≤ {reach} ms", p95 <= reach))


if __name__ == "__main__":
    main()
