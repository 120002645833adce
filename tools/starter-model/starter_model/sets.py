"""Sounds to judge a model by: sentences and voices that were kept out of training, and some that were not, on both bands."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from .acoustics import telephone
from .voices import RATE, Sound, Voice, say

PEAK, NOISE = 0.4, 0.4 * 10 ** (-45 / 20)
"""Of the speech, and of the noise under it, 45 dB below."""


@dataclass(frozen=True)
class Said:
    """A sound file, its words, and whose voice it is."""

    path: Path
    words: str
    voice: str


def make_sets(wanted: Mapping[str, tuple[Sequence[str], Sequence[Voice]]], folder: Path) -> None:
    """Have the sentences of each set said by its voices in turn, on 16 and on 8 kHz."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(99)
    index: dict[str, list[tuple[str, str, str]]] = {}
    for name, (texts, voices) in wanted.items():
        for number, text in enumerate(texts):
            sound = _presented(text, voices[number % len(voices)], chance)
            noise = np.random.default_rng(number).standard_normal(len(sound)).astype(np.float32) * NOISE
            for band, heard in (("16k", sound), ("8k", telephone(sound))):
                file = f"{name}_{band}_{number}.wav"
                soundfile.write(folder / file, np.clip(heard + noise, -1, 1), RATE, subtype="PCM_16")
                index.setdefault(f"{name}_{band}", []).append((file, text, str(voices[number % len(voices)])))
    write_index(index, folder)


def write_index(index: dict[str, list[tuple[str, str, str]]], folder: Path) -> None:
    """Say which files belong to which set."""
    (folder / "sets.json").write_text(json.dumps(index, indent=1), encoding="utf-8")


def keep_clips(clips: Sequence[tuple[Sound, str]], folder: Path) -> None:
    """Make a set of recordings of real voices."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (sound, _) in enumerate(clips):
        soundfile.write(folder / f"{number}.wav", sound, RATE, subtype="PCM_16")
    write_index({"coffee_real": [(f"{number}.wav", words, "real") for number, (_, words) in enumerate(clips)]}, folder)


def read_sets(folder: Path) -> dict[str, list[Said]]:
    """The sets of a folder."""
    index = json.loads((folder / "sets.json").read_text(encoding="utf-8"))
    return {name: [Said(folder / file, words, voice) for file, words, voice in entries] for name, entries in index.items()}


def _presented(text: str, voice: Voice, chance: random.Random) -> Sound:
    """A sentence at about the usual pace and pitch, with silence around it."""
    if voice.program == "espeak":
        voice = replace(voice, pace=chance.uniform(0.9, 1.1), pitch=chance.randint(40, 60))
    sound = say(text, voice)
    sound = sound / (np.abs(sound).max(initial=0) + 1e-9) * PEAK
    return np.concatenate([np.zeros(int(0.4 * RATE), np.float32), sound, np.zeros(int(0.6 * RATE), np.float32)])
