"""What the tests of speech share: the bundled model and call, and that no process is left behind."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from companion.core.events import Channel
from companion.speech import models
from companion.speech.audio import Rechunker
from companion.speech.recogniser import AudioChunk

DEMO = models.STARTER.parent / "demo" / "call4_everything.flac"


def children() -> set[int]:
    """Numbers of our child processes, zombies too. Empty where there is no /proc."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == os.getpid():
            found.add(int(status.parent.name))
    return found


@pytest.fixture
def no_process_left() -> Iterator[None]:
    """Fails where a test leaves a child process, running or not buried."""
    before = children()
    yield
    assert children() <= before


@pytest.fixture(scope="session")
def demo() -> NDArray[np.int16]:
    """The demo call, 16 kHz, shape (frames, 2), agent left."""
    samples, rate = soundfile.read(DEMO, dtype="int16", always_2d=True)
    assert rate == 16000
    return samples


@pytest.fixture(scope="session")
def chunks(demo: NDArray[np.int16]) -> "Chunks":
    """Chunks of the demo call."""
    return Chunks(demo)


@pytest.fixture
def spoiled(tmp_path: Path) -> Callable[[str, Callable[[bytes], bytes]], Path]:
    """Makes a copy of the starter model in which one file is changed."""

    def spoil(name: str, change: Callable[[bytes], bytes]) -> Path:
        model = tmp_path / "model"
        shutil.copytree(models.STARTER, model)
        (model / name).write_bytes(change((model / name).read_bytes()))
        return model

    return spoil


class Chunks:
    """Cuts stretches of a call into chunks, both channels in turn, agent first."""

    def __init__(self, samples: NDArray[np.int16]) -> None:
        self._samples = samples

    def __call__(self, begin: float, end: float, *channels: Channel, start: float | None = None) -> list[AudioChunk]:
        """From `begin` to `end` seconds of the file; their time in the call begins at `start`, or where the file has it."""
        names = channels or ("agent", "customer")
        feeds = [Rechunker(name, 16000, 16000, start=begin if start is None else start) for name in names]
        columns = [self._samples[round(begin * 16000) : round(end * 16000), 0 if name == "agent" else 1] for name in names]
        cut = [[*feed.feed(column), *feed.flush()] for feed, column in zip(feeds, columns, strict=True)]
        return [chunk for together in zip(*cut, strict=True) for chunk in together]
