"""Speech to train on: sentences said by chance voices in chance surroundings, kept as features in files of an hour or two."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .acoustics import Surroundings
from .features import Features, features
from .voices import RATE, Sound, Voice, say

LONGEST = 16 * RATE
"""Samples of one piece of speech."""

Said = Callable[[random.Random], str]
"""Draws a sentence."""
Speaker = Callable[[random.Random], Voice]
"""Draws a voice."""


@dataclass(frozen=True)
class Piece:
    """One to three sentences in a row: features, the words, and who spoke."""

    features: Features
    words: list[str]
    voice: str

    @property
    def seconds(self) -> float:
        return len(self.features) / 100


def pieces(draw: Said, speaker: Speaker, seed: int, telephone: float) -> Iterator[Piece]:
    """Speech without end, the same for the same seed; `telephone` is the share that comes over a telephone line."""
    chance = random.Random(seed)
    around = Surroundings(chance, telephone)
    while True:
        texts = [draw(chance) for _ in range(chance.choices([1, 2, 3], [0.62, 0.28, 0.1])[0])]
        voice = speaker(chance)
        spoken = [say(text, voice) for text in texts]
        if min(map(len, spoken)) < 800:  # the program stumbled over the words
            continue
        sound = _in_a_row(spoken, chance)
        if len(sound) <= LONGEST:
            yield Piece(features(_framed(around.changed(sound), chance)), " ".join(texts).split(), str(voice))


def _silence(low: float, high: float, chance: random.Random) -> Sound:
    return np.zeros(int(RATE * chance.uniform(low, high)), np.float32)


def _in_a_row(spoken: Sequence[Sound], chance: random.Random) -> Sound:
    """With pauses before each, mostly short."""
    parts = []
    for sound in spoken:
        parts += [_silence(0.05, 0.6, chance) if chance.random() < 0.9 else _silence(0.6, 1.8, chance), sound]
    return np.concatenate([*parts, _silence(0.1, 0.8, chance)])


def _framed(sound: Sound, chance: random.Random) -> Sound:
    """Now and then inside digital silence, as a phone line that is muted."""
    if chance.random() < 0.25:
        return np.concatenate([_silence(0, 0.5, chance), sound, _silence(0, 0.7, chance)])
    return sound


def write(found: Sequence[Piece], path: Path) -> None:
    """Keep pieces in a file."""
    np.savez(
        path,
        features=np.concatenate([piece.features for piece in found]).astype(np.float16),
        lengths=[len(piece.features) for piece in found],
        words=[" ".join(piece.words) for piece in found],
        voices=[piece.voice for piece in found],
    )


def read(path: Path) -> list[Piece]:
    """What `write` kept."""
    with np.load(path) as kept:
        ends = np.cumsum(kept["lengths"])
        rows = np.split(kept["features"], ends[:-1])
        return [Piece(row, str(words).split(), str(voice)) for row, words, voice in zip(rows, kept["words"], kept["voices"], strict=True)]
