"""The voices that speak: three free programs, and which of their voices are for training and which for judging only."""

import ctypes
import functools
import random
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from .sources import RecipeError

RATE = 16000
"""Samples a second, of all sound here."""
Sound = np.ndarray[Any, np.dtype[np.float32]]
"""One channel, from -1 to 1."""


@dataclass(frozen=True)
class Voice:
    """A voice of a program, and how it is to speak."""

    program: str
    name: str
    pace: float = 1.0
    """As many times as fast as the voice is by itself."""
    pitch: int = 50
    """0 to 99, espeak only."""
    lift: int = 50
    """How far the pitch moves, 0 to 99, espeak only."""
    size: float = 1.0
    """Played so much faster afterwards, which makes the speaker smaller and the voice higher."""

    def __str__(self) -> str:
        return f"{self.program}:{self.name}"


ACCENTS = ["en-us"] * 6 + ["en"] * 3 + ["en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"]
"""As espeak-ng calls them; `en` is Great Britain, `en-gb` no name that it takes."""
VARIANTS = (
    "m1 m2 m3 m4 m6 m7 m8 f1 f2 f3 f5 klatt klatt2 klatt3 klatt4 klatt5 klatt6 adam Alex Annie Andrea aunty belinda benjamin boris "
    "caleb david Denis ed edward edward2 gustave grandma grandpa Henrique Hugo iven Jacky john Lee linda marcelo Marco Mario max "
    "Michael michel miguel norbert pablo paul pedro quincy rob robert sandro shelby steph steph2 travis victor zac anika Diogo Gene "
    "Gene2"
).split()
"""What espeak-ng changes an accent by."""
FLITE = ["rms", "slt", "awb", "rms", "slt", "awb", "kal16"]
FESTIVAL = ["kal_diphone", "cmu_us_slt_arctic_hts"]
SHARES = {"espeak": 0.55, "flite": 0.3, "festival": 0.15}
"""How much of the training speech each program says."""
HEARD = [Voice("espeak", "en-us"), Voice("espeak", "en-us+f2"), Voice("espeak", "en"), Voice("flite", "slt"), Voice("flite", "rms")]
"""Voices of the training, for judging."""
KEPT = [
    Voice("espeak", "en-us+f4"),
    Voice("espeak", "en+m5"),
    Voice("espeak", "en-us+Andy"),
    Voice("espeak", "en-gb-x-rp+Alicia"),
    Voice("festival", "ked_diphone"),
]
"""Voices that nothing is trained on."""
FEW = [Voice("espeak", "en-us"), Voice("espeak", "en"), Voice("espeak", "en-us+f2")]
"""Those of a toy."""


def anybody(chance: random.Random) -> Voice:
    """A voice for training, with a pace and a pitch of its own."""
    program = chance.choices(list(SHARES), list(SHARES.values()))[0]
    if program == "espeak":
        name = chance.choice(ACCENTS)
        variant = chance.choice(["", *VARIANTS])
        name += f"+{variant}" if variant else ""
        pace = chance.uniform(0.75, 1.3)
        return Voice(program, name, pace, chance.randint(25, 75), chance.randint(25, 75), size=chance.uniform(0.92, 1.08))
    size = chance.uniform(0.84, 1.18)
    name = chance.choice(FLITE if program == "flite" else FESTIVAL)
    return Voice(program, name, chance.uniform(0.85, 1.18) / size, size=size)


def somebody(chance: random.Random) -> Voice:
    """One of a few voices, which are easily learnt."""
    return replace(chance.choice(FEW), pace=chance.uniform(0.9, 1.1), pitch=chance.randint(40, 60))


def say(text: str, voice: Voice) -> Sound:
    """A sentence as a voice says it, without the silence around it; empty where the program stays silent.

    Raises:
        RecipeError: the program is not installed or fails.
    """
    speak = {"espeak": _espeak, "flite": _flite, "festival": _festival}[voice.program]
    try:
        sound, rate = speak(text, voice)
    except OSError as error:
        raise RecipeError(f"{voice.program}: {error.strerror or error}; see tools/starter-model/README.md for what to install") from error
    except subprocess.SubprocessError as error:
        raise RecipeError(f"{voice}: {error}; try it by hand") from error
    if not len(sound):
        return sound
    heard: Sound = soxr.resample(sound, rate * voice.size, RATE, "MQ")
    loud = np.flatnonzero(np.abs(heard) > 0.003)
    return heard[max(0, loud[0] - 160) : loud[-1] + 160] if len(loud) else heard[:0]


def _espeak(text: str, voice: Voice) -> tuple[Sound, int]:
    speaker = _Espeak.running()
    return speaker.say(text, voice.name, round(170 * voice.pace), voice.pitch, voice.lift), speaker.rate


def _flite(text: str, voice: Voice) -> tuple[Sound, int]:
    return _written(["flite", "-voice", voice.name, "--setf", f"duration_stretch={1 / voice.pace:.3f}", "-t", text, "-o"])


def _festival(text: str, voice: Voice) -> tuple[Sound, int]:
    # One process a sentence: `festival --pipe` hangs when its output is read as it comes.
    stretch = f"(Parameter.set 'Duration_Stretch {1 / voice.pace:.3f})"
    return _written(["text2wave", "-eval", f"(voice_{voice.name})", "-eval", stretch, "-o"], text)


def _written(command: list[str], text: str = "") -> tuple[Sound, int]:
    """What a program writes into a file whose name comes last."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run([*command, str(path)], input=text.encode(), check=True, timeout=60, capture_output=True)
        sound, rate = soundfile.read(path, dtype="float32")
    return sound, rate


class _Espeak:
    """espeak-ng's library, which is hundreds of times as fast as a process for each sentence."""

    SYNCHRONOUS, SPEED, PITCH, RANGE, UTF8 = 2, 1, 3, 4, 1
    CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate: int = self._library.espeak_Initialize(self.SYNCHRONOUS, 0, None, 0)
        self._said: list[Sound] = []
        self._callback = self.CALLBACK(self._hear)  # held here: C does not keep it alive
        self._library.espeak_SetSynthCallback(self._callback)

    @classmethod
    @functools.cache
    def running(cls) -> "_Espeak":
        return cls()

    def _hear(self, samples: Any, count: int, events: Any) -> int:
        if count > 0 and samples:
            self._said.append(np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / np.float32(32768))
        return 0

    def say(self, text: str, name: str, speed: int, pitch: int, lift: int) -> Sound:
        if self._library.espeak_SetVoiceByName(name.encode()):
            raise RecipeError(f"espeak:{name}: there is no such voice; use espeak-ng 1.51")
        for parameter, value in ((self.SPEED, speed), (self.PITCH, pitch), (self.RANGE, lift)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._said = []
        encoded = text.encode() + b"\0"
        self._library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded)), 0, 1, 0, self.UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.concatenate(self._said) if self._said else np.zeros(0, np.float32)
