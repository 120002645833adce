"""What the tests of sources share: a scripted recogniser, sound to play, and the starter model for tests with real words."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray
from websockets.asyncio.client import connect

from companion import sources
from companion.core.events import Partial, Utterance
from companion.core.feed import Glimpsed, Item, Level, Ready
from companion.sources.listeners.vosk_server import VoskServer
from companion.speech.audio import Wire
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
def apology() -> dict[str, NDArray[np.int16]]:
    """Four seconds of the demo call at 8 kHz, an array each: the agent says sorry that nobody called, and whose mistake it was."""
    sound, rate = soundfile.read(DATA / "demo" / "call4_everything.flac", start=54 * 16000, frames=round(4.2 * 16000), dtype="int16")
    at_8k = [soxr.resample(sound[:, column], rate, 8000).astype(np.int16) for column in (0, 1)]
    return {"agent": at_8k[0], "customer": at_8k[1]}


@pytest.fixture(scope="session")
def mulaw() -> Callable[[NDArray[np.int16]], bytes]:
    """Encodes 16-bit samples as µ-law: of the 256 codes, the one whose sample is closest."""
    samples = Wire("mulaw").decode(bytes(range(256)))[:, 0].astype(np.int32)
    order = np.argsort(samples)
    between = (samples[order][1:] + samples[order][:-1]) / 2

    def encode(sound: NDArray[np.int16]) -> bytes:
        return order[np.searchsorted(between, sound)].astype(np.uint8).tobytes()

    return encode


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


class Pipe:
    """A pipe's two descriptors."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()
        self._open = True

    def send(self, data: bytes) -> None:
        os.write(self.write, data)

    def end(self) -> None:
        """No more will be written."""
        if self._open:
            self._open = False
            os.close(self.write)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """A pipe that is not closed under the feet of a thread which still reads it: its number may be another's by then."""
    pipe = Pipe()
    yield pipe
    pipe.end()
    for thread in threading.enumerate():
        if thread.name.startswith("read "):
            thread.join(10)
    os.close(pipe.read)


class Running:
    """A listener that runs, and what it gave out."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.items: list[Item] = []
        self.task: asyncio.Task[None] | None = None
        self._seen = asyncio.Condition()

    async def run(self) -> None:
        async for item in self.server:
            async with self._seen:
                self.items.append(item)
                self._seen.notify_all()

    async def until(self, kind: type, count: int = 1) -> list[Any]:
        """Wait for so many items, or events, of a kind."""
        async with asyncio.timeout(10), self._seen:
            await self._seen.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)

    def of(self, kind: type) -> list[Any]:
        return [item for item in self.items if isinstance(item, kind) or isinstance(getattr(item, "event", None), kind)]

    def story(self) -> list[Item]:
        return [item for item in self.items if not isinstance(item, Level | Glimpsed | Ready)]

    def dial(self, path: str = "/", **keys: Any) -> connect:
        return connect(f"ws://127.0.0.1:{self.server.port}{path}", **keys)


@pytest.fixture
def running() -> Callable[..., AbstractAsyncContextManager[Running]]:
    """Runs a vosk-server listener, or the one of a URI, for as long as a test needs it."""

    @asynccontextmanager
    async def run(
        recogniser: Callable[[str], Recogniser], host: str = "", port: int = 0, *, uri: str = "", token: str = "", **keys: Any
    ) -> AsyncIterator[Running]:
        keys["token"] = (lambda: token) if token else None
        server = sources.open(uri, recogniser=recogniser, **keys) if uri else VoskServer(host, port, recogniser=recogniser, **keys)
        run = Running(server)
        run.task = asyncio.create_task(run.run())
        listening = asyncio.create_task(run.server.listening.wait())
        await asyncio.wait({run.task, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()
        try:
            yield run
        finally:
            await run.server.close()
            async with asyncio.timeout(10):
                await run.task

    return run
