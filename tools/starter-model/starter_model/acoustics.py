"""What happens to a voice on its way: a room, a microphone, noise, a telephone line."""

import random
from dataclasses import dataclass, field

import numpy as np
import soxr
from scipy import signal

from .voices import RATE, Sound

LINE = 8000
"""Samples a second on a telephone line."""
_BAND = signal.butter(4, [280 / (LINE / 2), 3450 / (LINE / 2)], "band", output="sos")


@dataclass
class Surroundings:
    """Chance, and the last sounds made, out of which the babble of others is mixed."""

    chance: random.Random
    telephone: float = 0.45
    """The share of sounds that come over a telephone line."""
    babble: list[Sound] = field(default_factory=list)

    def changed(self, sound: Sound) -> Sound:
        """The sound as it might arrive."""
        chance = self.chance
        if len(sound) and np.abs(sound).max() > 0:
            self.babble = [*self.babble[-39:], sound]
        if chance.random() < 0.12:
            return loudness(sound, chance)
        if chance.random() < 0.3:
            sound = _room(sound, chance)
        if chance.random() < 0.5:
            sound = _microphone(sound, chance)
        if chance.random() < 0.7:
            noise = self._noise(len(sound))
            sound = sound + noise * _level(sound) / (noise.std() + 1e-9) * 10 ** (-chance.uniform(7, 38) / 20)
        sound = loudness(sound, chance)
        if chance.random() < 0.03:
            sound = np.clip(sound * chance.uniform(1.5, 4), -0.99, 0.99)
        if chance.random() < self.telephone:
            sound = telephone(sound, coded=chance.random() < 0.7, narrow=chance.random() < 0.7)
        return np.clip(sound, -1, 1).astype(np.float32)

    def _noise(self, length: int) -> Sound:
        chance = self.chance
        kind = chance.random()
        if kind < 0.25 and self.babble:
            return self._others(length)
        white = _random(chance).standard_normal(length).astype(np.float32)
        if kind < 0.5:
            return white
        spectrum = np.fft.rfft(white)
        noise = np.fft.irfft(spectrum / np.arange(1.0, len(spectrum) + 1) ** chance.uniform(0.3, 1.1), length)
        time = np.arange(length) / RATE
        if chance.random() < 0.2:
            hum = chance.choice([50, 60, 100, 120])
            noise = noise / (noise.std() + 1e-9) + sum(chance.random() * np.sin(2 * np.pi * hum * part * time) for part in (1, 2, 3))
        if chance.random() < 0.3:
            noise = noise * (1 + 0.8 * np.sin(2 * np.pi * chance.uniform(0.1, 3) * time + chance.random() * 6))
        return noise.astype(np.float32)

    def _others(self, length: int) -> Sound:
        mixed = np.zeros(length, np.float32)
        for _ in range(self.chance.randint(2, 6)):
            voice = self.chance.choice(self.babble)
            voice = np.tile(voice, length // len(voice) + 2)
            start = self.chance.randrange(len(voice) - length)
            mixed += voice[start : start + length] * self.chance.uniform(0.4, 1)
        return mixed


def telephone(sound: Sound, coded: bool = True, narrow: bool = True) -> Sound:
    """Over a line of 8 kHz; `narrow` is its band of 280 to 3450 Hz, `coded` its µ-law."""
    line = soxr.resample(sound, RATE, LINE, "MQ")
    if narrow:
        line = signal.sosfilt(_BAND, line).astype(np.float32)
    return soxr.resample(_mu_law(line) if coded else line, LINE, RATE, "MQ")[: len(sound)]


def loudness(sound: Sound, chance: random.Random) -> Sound:
    """With its peak anywhere from 1 to 24 dB below the loudest there is."""
    return (sound / (np.abs(sound).max(initial=0) + 1e-9) * 10 ** (-chance.uniform(1, 24) / 20)).astype(np.float32)


def _mu_law(sound: Sound) -> Sound:
    """To 8 bits and back."""
    coded = np.round(np.sign(sound) * np.log1p(255 * np.abs(np.clip(sound, -1, 1))) / np.log(256) * 127) / 127
    return (np.sign(coded) * (np.power(256, np.abs(coded)) - 1) / 255).astype(np.float32)


def _random(chance: random.Random) -> np.random.Generator:
    return np.random.default_rng(chance.getrandbits(32))


def _level(sound: Sound) -> float:
    """Of the speech, without the pauses."""
    loud = sound[np.abs(sound) > 1e-3]
    return float(np.sqrt(np.mean(loud**2) + 1e-9)) if len(loud) else 0.1


def _room(sound: Sound, chance: random.Random) -> Sound:
    """Noise that dies away stands for the echo."""
    length = int(chance.uniform(0.08, 0.5) * RATE)
    echo = _random(chance).standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    echo[: int(0.002 * RATE)] = 0
    echo *= chance.uniform(0.1, 0.6) / np.sqrt((echo**2).sum())
    echo[0] = 1
    return signal.fftconvolve(sound, echo)[: len(sound)].astype(np.float32)


def _microphone(sound: Sound, chance: random.Random) -> Sound:
    """A tilt and a broad peak."""
    tilted = signal.lfilter([1, chance.uniform(-0.45, 0.45)], [1], sound)
    numerator, denominator = signal.iirpeak(chance.uniform(300, 5000) / (RATE / 2), chance.uniform(0.7, 3))
    return (tilted + chance.uniform(-0.6, 1.0) * signal.lfilter(numerator, denominator, tilted)).astype(np.float32)
