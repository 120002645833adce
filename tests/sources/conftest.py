"""What the tests of sources share: a scripted recogniser, sound to play, and the starter model for tests with real words."""

from collections.abc import AsyncIterator, Callable, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from companion.core.events import Partial, Utterance
from companion.speech.recogniser import Recogniser, Scripted
from companion.speech.vosk import Vosk

DATA = Path(str(files("companion"))) / "data"


@pytest.fixture
def script() -> Callable[..., Callable[[str], Recogniser]]:
    """Makes a factory of recognisers that hear what they are told, and remember being closed."""

    def make(*lines: Partial | Utterance, rate: int = 16000) -> Callable[[str], Recogniser]:
        def recogniser(call: str) -> Recogniser:
            made = Scripted(lines, rate)
            recogniser.made[call] = made  # type: ignore[attr-defined]
            return made

        recogniser.made = {}  # type: ignore[attr-defined]
        return recogniser

    return make


@pytest.fixture
def tone() -> Callable[..., NDArray[np.float32]]:
    """Makes `seconds` of a quiet tone, shape (frames, channels)."""

    def make(seconds: float, channels: int = 2, rate: int = 16000) -> NDArray[np.float32]:
        time = np.arange(round(seconds * rate), dtype=np.float32) / rate
        return np.stack([0.3 * np.sin(2 * np.pi * (300 + 100 * n) * time) for n in range(channels)], axis=1)

    return make


@pytest.fixture(scope="session")
def greeting() -> tuple[NDArray[np.int16], int]:
    """The first words of the demo call: six seconds, the agent left, and the rate."""
    sound, rate = soundfile.read(DATA / "demo" / "call4_everything.flac", frames=6 * 16000, dtype="int16")
    return sound, rate


@pytest.fixture(scope="session")
def starter_folder() -> Path:
    """Where the model that we ship lies."""
    return DATA / "starter"


@pytest.fixture
async def starter() -> AsyncIterator[Callable[[str], Recogniser]]:
    """Recognisers with the model that we ship."""
    async with Vosk(DATA / "starter", name="starter") as vosk:
        yield lambda call: vosk.call()


@pytest.fixture
def texts() -> Callable[[Sequence[object]], list[str]]:
    """The texts of the utterances among some items."""

    def read(items: Sequence[object]) -> list[str]:
        events = [getattr(item, "event", None) for item in items]
        return [f"{event.speaker}: {event.text}" for event in events if isinstance(event, Utterance)]

    return read
