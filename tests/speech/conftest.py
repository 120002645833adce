"""What the tests of speech share: the bundled model and call, and that no process is left behind."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import vosk
from numpy.typing import NDArray
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

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


class VoskServer:
    """A server of vosk-server's protocol: straight on vosk and websockets, on nothing of ours. What clients say in words is kept."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.frames = 0
        self.uri = ""
        self._model: Any = None
        self._connections: set[ServerConnection] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["VoskServer"]:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(models.STARTER))
        async with serve(self._recognise, "127.0.0.1", 0) as server:
            self.uri = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            yield self

    def break_off(self) -> None:
        """Every connection breaks, as when the server is killed."""
        for connection in self._connections:
            connection.transport.abort()

    async def _recognise(self, connection: ServerConnection) -> None:
        self._connections.add(connection)
        recogniser, config = None, {}
        with suppress(ConnectionClosed):
            async for message in connection:
                if isinstance(message, str):
                    self.said.append(message)
                if isinstance(message, str) and "config" in message:
                    config = json.loads(message)["config"]
                    continue
                self.frames += 1
                if recogniser is None:
                    recogniser = vosk.KaldiRecognizer(self._model, config["sample_rate"])
                    recogniser.SetWords(config["words"])
                await connection.send(await asyncio.to_thread(self._answer, recogniser, message))
                if message == '{"eof" : 1}':
                    break
        self._connections.discard(connection)

    @staticmethod
    def _answer(recogniser: Any, message: str | bytes) -> str:
        if message in ('{"eof" : 1}', '{"reset" : 1}'):
            return str(recogniser.FinalResult())
        return str(recogniser.Result() if recogniser.AcceptWaveform(message) else recogniser.PartialResult())


@pytest.fixture
async def vosk_server() -> AsyncIterator[VoskServer]:
    """A vosk-server with the starter model."""
    async with VoskServer().listening() as server:
        yield server
