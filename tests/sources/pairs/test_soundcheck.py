"""Channels that are dead, and channels that carry the same sound: on the demo call, as it is and spoilt."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from companion.sources import files
from companion.sources.pairs.soundcheck import DEAD, Soundcheck

DEMO = Path(files.__file__).parents[1] / "data" / "demo" / "call4_everything.flac"
HEARD_TOO = "mic: the customer is heard in it too, and ticks may be wrong; use a headset"


@pytest.fixture(scope="module")
def call() -> NDArray[np.float32]:
    sound: NDArray[np.float32] = soundfile.read(DEMO, frames=50 * 16000, dtype="float32")[0]
    return sound


def said(sound: NDArray[np.float32], rate: int = 16000, check: Soundcheck | None = None) -> list[str]:
    check = check or Soundcheck({"agent": "mic", "customer": "loopback"}, rate)
    samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    piece = rate // 5
    return [text for start in range(0, len(samples), piece) for text in check.hear(samples[start : start + piece])]


def with_speakers(call: NDArray[np.float32], down: float, noise: float = -60.0, delay: float = 0.15) -> NDArray[np.float32]:
    """The customer in the agent's microphone: by loudspeakers, through a small room, so many dB down; its noise in dB of full scale."""
    chance = np.random.default_rng(1)
    room = chance.standard_normal(1600) * np.exp(-np.arange(1600) / 400)
    room[0] = 3
    echo = np.convolve(call[:, 1], room / np.sqrt((room**2).sum()))[: len(call)]
    late = round(delay * 16000)
    echo = np.concatenate([np.zeros(late), echo])[: len(call)]
    agent = call[:, 0] + 10 ** (-down / 20) * echo + 10 ** (noise / 20) * chance.standard_normal(len(call))
    return np.stack([agent, call[:, 1]], axis=1).astype(np.float32)


def test_a_call_with_a_headset_is_well(call: NDArray[np.float32]) -> None:
    assert said(call) == []
    assert said(with_speakers(call, down=100, noise=-45)) == []  # a loud office
    assert said(with_speakers(call, down=45)) == []  # what a headset lets through


@pytest.mark.parametrize(
    ("down", "noise", "delay"), [(20, -60, 0.15), (20, -45, 0.15), (20, -60, 0.45), (20, -60, 0.0), (10, -50, 0.2), (0, -60, 0.05)]
)
def test_speakers_instead_of_a_headset_are_said_once(call: NDArray[np.float32], down: float, noise: float, delay: float) -> None:
    assert said(with_speakers(call, down, noise, delay)) == [HEARD_TOO]


def test_telephone_sound_too(call: NDArray[np.float32]) -> None:
    assert said(soxr.resample(call, 16000, 8000), 8000) == []
    assert said(soxr.resample(with_speakers(call, 20), 16000, 8000), 8000) == [HEARD_TOO]


def test_the_agent_in_the_customers_channel(call: NDArray[np.float32]) -> None:
    swapped = with_speakers(call[:, ::-1], down=20)[:, ::-1]
    line = "loopback: the agent is heard in it too, and ticks may be wrong; name the device that plays the customer alone"
    assert said(swapped) == [line]


def test_again_only_after_it_was_well(call: NDArray[np.float32]) -> None:
    check = Soundcheck({"agent": "mic", "customer": "loopback"}, 16000)
    bad = with_speakers(call, down=20)
    assert said(bad, check=check) == [HEARD_TOO]
    assert said(bad, check=check) == []
    assert said(call, check=check) == []
    assert said(bad, check=check) == [HEARD_TOO]


def test_a_dead_channel_is_said_once_until_it_sounds() -> None:
    check = Soundcheck({"agent": "mic", "customer": "loopback"}, 8000)
    chance = np.random.default_rng(1)
    alone = np.stack([np.zeros(8000 * 60), 0.1 * chance.standard_normal(8000 * 60)], axis=1).astype(np.float32)
    line = f"mic: no sound of the agent for {DEAD:.0f} s of the customer's talk; is it muted, or the wrong device? see: companion devices"
    assert said(alone[: round(8000 * (DEAD - 1))], 8000, check) == []
    assert said(alone, 8000, check) == [line]
    assert said(alone[:8000, ::-1], 8000, check) == []  # there it is
    assert said(alone, 8000, check) == [line]


def test_nobody_speaks_is_no_fault() -> None:
    assert said(np.zeros((16000 * 60, 2), np.float32)) == []
