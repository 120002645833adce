"""A real nats-server of the test's own, calls to send through it, and gateways to send them."""

import asyncio
import json
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from companion.core.call import Call, Rules
from companion.core.events import CallEnded, Introduced, Utterance
from companion.core.record import Record, encode
from companion.core.seen import Seen
from companion.rules.load import find, load
from tests.ports import free_port

PATIENCE = 20.0
"""Seconds until what a test waits for must have come."""


class NatsServer:
    """A nats-server, with JetStream if not otherwise said, on a port of its own that is kept when it is started again."""

    def __init__(self, folder: Path, config: str = "", *, jetstream: bool = True) -> None:
        self.folder = folder
        self._jetstream = ["-js", "-sd", str(folder / "store")] if jetstream else []
        self.port = free_port()
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        for old in self.folder.glob("*.ports"):
            old.unlink()
        command = ["nats-server", *self._jetstream, "-a", "127.0.0.1", "-p", str(self.port)]
        if self._config:
            (self.folder / "server.conf").write_text(self._config)
            command += ["-c", str(self.folder / "server.conf")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*command, "--ports_file_dir", str(self.folder)], stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            for file in self.folder.glob("*.ports"):
                if json.loads(file.read_text() or "{}").get("nats"):
                    return
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        """Kill it without a good-bye."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Let it hang."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


needs_nats_server = pytest.mark.skipif(shutil.which("nats-server") is None, reason="nats-server is not installed (Debian: nats-server)")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    """A nats-server for one test."""
    found = NatsServer(tmp_path)
    yield found
    found.kill()


@cache
def rules() -> Rules:
    """What the calls are judged by."""
    return Rules.of(load(find("complaint")))


class Talk:
    """A call that says as much as it is asked to."""

    def __init__(self, name: str, agent: str | None = None) -> None:
        self.call = Call(name, rules().started(source="test", began=None, timed=True, speech=None), rules())
        self.records = [self.call.begin()]
        if agent is not None:
            self.records += self.call.receive(Introduced(agent=agent), 0)
        self._said = 0

    @property
    def journal(self) -> list[bytes]:
        """The records so far, as journal lines."""
        return list(map(encode, self.records))

    def say(self, count: int = 1) -> list[Record]:
        """So many utterances more, and what follows from them."""
        new: list[Record] = []
        for _ in range(count):
            at = self._said * 3000
            speaker = "customer" if self._said % 2 == 0 else "agent"
            text = f"I am so sorry about number {self._said}, I want your manager"
            said = Utterance(speaker=speaker, text=text, start=at / 1000, end=at / 1000 + 2)
            new += self.call.receive(said, at + 2000)
            self._said += 1
        self.records += new
        return new

    def end(self) -> list[Record]:
        """The end of it."""
        new = list(self.call.receive(CallEnded(reason="over"), self.call.at))
        self.records += new
        return new


class Watch:
    """Somebody who looks on, and keeps what is seen."""

    def __init__(self, lookout: AsyncIterator[Seen]) -> None:
        self.seen: list[Seen] = []
        self._lookout = lookout
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        async for seen in self._lookout:
            self.seen.append(seen)

    def records(self, call: str | None = None) -> list[bytes]:
        """The records so far, as journal lines."""
        return [encode(seen) for seen in self.seen if isinstance(seen, Record) and call in (None, seen.call)]

    @property
    def count(self) -> int:
        """How many records there were."""
        return sum(isinstance(seen, Record) for seen in self.seen)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait for it."""
        end = time.monotonic() + PATIENCE
        while not holds():
            if self._task.done():
                self._task.result()
                raise AssertionError("it does not look on any more")
            assert time.monotonic() < end, self.seen[-3:]
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Look no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def until(holds: Callable[[], object]) -> None:
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
