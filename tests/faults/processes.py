"""Companion as processes, which are killed; and what must be true of the journals they leave."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from companion.core.record import Record, decode, encode
from companion.core.replay import check
from companion.core.updates import CallClosed
from companion.sinks.reading import calls, read
from companion.sinks.store import Store
from tests.faults.size import times

COMPANION = [sys.executable, "-m", "companion"]
PATIENCE = times(90.0, 600.0)
"""Seconds until what a test waits for must have come."""

ANGRY = "This is the third time I call about this, it is ridiculous. I want your manager!"
SORRY = "I am so sorry we let you down. I will call you back tomorrow by noon."


def until(done: Callable[[], object], what: str = "") -> None:
    """Wait for another program."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, f"not within {PATIENCE:g} s: {what}"
        time.sleep(0.02)


def transcript(path: Path, call: str, turns: int, every: float, agent: str = "Anna") -> Path:
    """A call with a turn `every` so many seconds."""
    lines: list[dict[str, object]] = [{"call": call, "event": "start", "agent": agent}]
    for turn in range(turns):
        speaker, text = (("customer", ANGRY), ("agent", SORRY))[turn % 2]
        lines.append({"call": call, "speaker": speaker, "text": f"{text} {turn}", "start": turn * every, "end": (turn + 0.9) * every})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def whole(path: Path) -> list[Record]:
    """The records of a journal whose writer may have been killed: all but a torn last line, none twice, none missing, and provable."""
    records = list(read(path, damaged=pytest.fail, torn=lambda text: None))
    content = path.read_bytes()
    assert b"".join(encode(record) + b"\n" for record in records) == content[: content.rfind(b"\n") + 1]
    for call in calls(records):
        assert [record.seq for record in call] == list(range(len(call)))
        assert [record.at for record in call] == sorted(record.at for record in call)
        assert check(call) == len(call)
    return records


def ended(records: list[Record]) -> bool:
    """Whether a call came to its end."""
    return bool(records) and isinstance(records[-1].update, CallClosed)


class Process:
    """A companion without a terminal; what it says to people is gathered.

    Args:
        arguments: of the command.
        environment: besides this one.
        out: where its stdout goes.
        fed: whether `feed` is its stdin; else it has none.
    """

    def __init__(
        self, *arguments: str | Path, environment: dict[str, str] | None = None, out: int = subprocess.DEVNULL, fed: bool = False
    ) -> None:
        command = [*COMPANION, *map(str, arguments)]
        given = subprocess.PIPE if fed else subprocess.DEVNULL
        surroundings = {**os.environ, **(environment or {})}
        self._process = subprocess.Popen(command, stdin=given, stdout=out, stderr=subprocess.PIPE, env=surroundings)
        self.said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said += line.decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def until(self, done: Callable[[], object]) -> None:
        """Wait for something that it does."""
        until(lambda: done() or not self.running)
        assert done(), self.said

    def feed(self, *lines: dict[str, object]) -> None:
        """Lines of calls on its stdin."""
        assert self._process.stdin is not None
        self._process.stdin.write("".join(json.dumps(line) + "\n" for line in lines).encode())
        self._process.stdin.flush()

    def fed(self) -> None:
        """Nothing more comes on its stdin."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def told(self, pattern: str) -> str:
        """Wait until it says that; what the pattern's group holds."""
        until(lambda: re.search(pattern, self.said) or not self.running, f"{pattern!r} in {self.said!r}")
        found = re.search(pattern, self.said)
        assert found, self.said
        return found[1] if found.groups() else found[0]

    def send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    def end(self, number: int = signal.SIGKILL) -> int:
        """Send a signal and wait; its exit status."""
        self.send(number)
        return self.wait()

    def wait(self) -> int:
        status = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status


class Screen:
    """A companion in a terminal of its own; what it draws is thrown away, and its end kept."""

    def __init__(self, *arguments: str | Path) -> None:
        self._ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
        command = [*COMPANION, *map(str, arguments)]
        self._process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True)
        os.close(theirs)
        self.drawn = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):  # the terminal goes with its last process
            while piece := os.read(self._ours, 65536):
                self.drawn = (self.drawn + piece)[-200_000:]

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def end(self, number: int = signal.SIGKILL) -> int:
        """Send a signal and wait; its exit status."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        status = self._process.wait(PATIENCE)
        self._reader.join(5)
        os.close(self._ours)
        return status


@contextmanager
def gateway(*arguments: str | Path) -> Iterator[tuple[Process, str]]:
    """A running gateway, and where its hub is."""
    process = Process("serve", "--hub", "127.0.0.1:0", *arguments)
    try:
        yield process, process.told(r"hub (ws://\S+): look on")
    finally:
        process.end()


def recorded(path: Path) -> list[Record]:
    """What a process printed so far: whole lines."""
    content = path.read_bytes()
    return [decode(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]


def has(path: Path, what: bytes, count: int = 1) -> bool:
    """Whether that was printed so often; quick, for long journals."""
    return path.read_bytes().count(what) >= count


def stored(url: str) -> dict[str, list[int]]:
    """The numbers of the records in a database, by call."""
    store = Store(url)
    store.prepare()
    columns, *rows = store.rows("records")
    store.close()
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(row[columns.index("call")], []).append(row[columns.index("seq")])
    return numbers
