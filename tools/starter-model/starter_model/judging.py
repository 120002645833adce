"""How well models hear, in stock Vosk: `python -m starter_model.judging SETS [SETS …] --models MODEL [MODEL …]`.

A program of its own: libvosk and pynini each bring an OpenFst, and whichever is loaded second hangs.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile
import vosk

from .sets import Said, read_sets

vosk.SetLogLevel(-1)
CHUNK = 3200
"""Samples that are given to Vosk at a time: 0.2 s."""


@dataclass
class Score:
    """Wrong words, all words, and seconds of work and of sound."""

    wrong: int = 0
    words: int = 0
    work: float = 0.0
    sound: float = 0.0

    @property
    def percent(self) -> float:
        return 100 * self.wrong / max(1, self.words)


def heard(model: vosk.Model, path: Path) -> str:
    """What Vosk makes of a sound file."""
    sound, rate = soundfile.read(path, dtype="int16")
    recogniser = vosk.KaldiRecognizer(model, rate)
    finals = []
    for start in range(0, len(sound), CHUNK):
        if recogniser.AcceptWaveform(sound[start : start + CHUNK].tobytes()):
            finals.append(json.loads(recogniser.Result())["text"])
    finals.append(json.loads(recogniser.FinalResult())["text"])
    return " ".join(final for final in finals if final)


def wrong_words(said: Sequence[str], found: Sequence[str]) -> int:
    """The least number of words to change, add or drop (Levenshtein)."""
    row = list(range(len(found) + 1))
    for number, word in enumerate(said, start=1):
        corner, row[0] = row[0], number
        for place, other in enumerate(found, start=1):
            corner, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, corner + (word != other))
    return row[-1]


def judge(model: Path, sets: dict[str, list[Said]]) -> Iterator[tuple[str, Score, dict[str, Score]]]:
    """For each set: its score, and those of its voices."""
    loaded = vosk.Model(str(model))
    for name, entries in sets.items():
        whole, voices = Score(), dict[str, Score]()
        for said in entries:
            start = time.perf_counter()
            wrong = wrong_words(said.words.split(), heard(loaded, said.path).split())
            for score in (whole, voices.setdefault(said.voice, Score())):
                score.wrong += wrong
                score.words += len(said.words.split())
                score.work += time.perf_counter() - start
                score.sound += soundfile.info(said.path).duration
        yield name, whole, voices


def table(models: Sequence[Path], sets: dict[str, list[Said]]) -> str:
    """Word errors in per cent as a Markdown table: a row for each set and for each of its voices, a column for each model."""
    rows: dict[str, list[str]] = {}
    for model in models:
        for name, whole, voices in judge(model, sets):
            print(f"{model}: {name} {whole.percent:.1f}", file=sys.stderr, flush=True)
            rows.setdefault(f"| **{name}** | {whole.words} |", []).append(f" **{whole.percent:.1f}** |")
            for voice, score in sorted(voices.items()) if len(voices) > 1 else ():
                rows.setdefault(f"| {name}, {voice} | {score.words} |", []).append(f" {score.percent:.1f} |")
    head = "| set | words |" + "".join(f" {model.name} |" for model in models) + "\n|" + "---|" * (2 + len(models))
    return "\n".join([head, *(name + "".join(cells) for name, cells in rows.items())])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    args = parser.parse_args()
    print(table(args.models, {name: said for folder in args.sets for name, said in read_sets(folder).items()}))


if __name__ == "__main__":
    main()
