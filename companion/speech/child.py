"""The parent's end of the pipes to the recogniser's process: requests and answers in pairs, a watchdog, and why it was lost."""

import asyncio
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from companion.speech import worker
from companion.speech.engine import EngineLost, Listener

_LAST_LINES = 20  # of libvosk's own words, kept for the text of an error
_KALDI = re.compile(r"^(?:ERROR|ASSERTION_FAILED) \(.*?:\d+\):? *")  # ERROR (VoskAPI:Model():model.cc:122) what is wrong
_GIVEN = tuple("DYLD_ GLIBC_ HOME LANG LC_ LD_ MALLOC_ MKL_ OMP_ OPENBLAS_ PATH PYTHON SYSTEMROOT TEMP TMP VOSK_".split())
"""Beginnings of the environment variables that the process is given: it reads strangers' sound, and our secrets are not its business."""

_MEMORY = {"GLIBC_TUNABLES": "glibc.malloc.arena_max=1024:glibc.malloc.mxfast=0"}
"""How glibc is to give libvosk its memory, unless somebody has said: each thread, so each stream, from a place of its own, however many
there are (two cores' seventeenth would share one and wait), and nothing put by to be tidied up later. That saves 6 to 11 % of the CPU of
28 streams and changes no word. Other C libraries do not know the variable."""


_SLOW = 6.0  # times the patience that a stream has while others are answered


class _Stream:
    """A stream's listener, how many requests are open, and since when nothing came of them."""

    __slots__ = ("listener", "open", "since")

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.open = 0
        self.since = 0.0


def hangs(waiting: Iterable[float], answered: float, now: float, patience: float) -> bool:
    """Whether a process is beyond waiting for. One that answers some of its streams is slow: to begin anew would only be more work.

    Args:
        waiting: since when each stream waits for an answer.
        answered: when any stream had its last.
        now: in seconds, as the others.
        patience: seconds.
    """
    enough = patience if now - answered >= patience else patience * _SLOW
    return any(now - since >= enough for since in waiting)


class Child(asyncio.SubprocessProtocol):
    """One process with one model. Made by `start`.

    Attributes:
        lost: why it is of no use any more; None while it is.
    """

    def __init__(self, patience: float) -> None:
        self.lost: EngineLost | None = None
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._streams: dict[int, _Stream] = {}
        self._opened = 0
        self._answered = 0.0
        self._read = bytearray()
        self._said: deque[str] = deque(maxlen=_LAST_LINES)
        self._transport: asyncio.SubprocessTransport | None = None
        self._stdin: asyncio.WriteTransport | None = None
        self._watch: asyncio.TimerHandle | None = None

    @classmethod
    async def start(cls, path: Path, rate: int, *, patience: float, load_patience: float) -> "Child":
        """Start a process and wait until it has loaded its model. The event loop goes on meanwhile.

        Args:
            path: the model's folder.
            rate: samples a second it will be fed.
            patience: seconds without an answer after which it counts as hung.
            load_patience: the same for loading.

        Raises:
            EngineLost: it cannot be started, or cannot load the model.
        """
        child = cls(patience)
        # A session of its own: Ctrl-C reaches only the parent, which still wants the last words.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        apart["env"] = _MEMORY | {name: value for name, value in os.environ.items() if name.upper().startswith(_GIVEN)}
        command = [sys.executable, "-P", worker.__file__, str(path), str(rate)]
        try:
            await child._loop.subprocess_exec(lambda: child, *command, **apart)
            async with asyncio.timeout(load_patience):
                await asyncio.shield(child._ready)
        except TimeoutError:
            child.give_up(f"the model was not loaded within {load_patience:g} s", loading=True)
            await child.close()
            raise child._why() from None
        except OSError as error:
            raise EngineLost(f"the recogniser cannot be started: {error.strerror or error}", loading=True) from error
        except BaseException:
            child.give_up("stopped while loading", loading=True)
            await child.close()
            raise
        child._watch = child._loop.call_later(child._patience / 8, child._look)
        return child

    def open(self, listener: Listener) -> int:
        """A number for a new stream, whose answers go to `listener`."""
        self._opened += 1
        self._streams[self._opened] = _Stream(listener)
        return self._opened

    def ask(self, stream: int, kind: bytes, payload: bytes = b"") -> None:
        """Send a request. Several may be open; the answers come in their order. Does nothing after a loss."""
        if self.lost is not None or self._stdin is None:
            return
        self._stdin.write(worker.HEAD.pack(kind, stream, len(payload)) + payload)
        if kind == worker.DROP:
            self._streams.pop(stream, None)
            return
        waiting = self._streams[stream]
        if not waiting.open:
            waiting.since = self._loop.time()
        waiting.open += 1

    def forget(self, stream: int) -> None:
        """The stream was ended and its last request answered."""
        self._streams.pop(stream, None)

    def give_up(self, reason: str, *, loading: bool = False) -> None:
        """Kill it, and let everybody who waits know why."""
        self._fail(EngineLost(reason, loading=loading))
        if self._transport is not None and self._transport.get_returncode() is None:
            self._transport.kill()

    async def close(self) -> None:
        """End it: gently, then by force. It is gone, and no zombie, when this returns."""
        if self._transport is None:
            return
        if self._stdin is not None and not self._stdin.is_closing():
            self._stdin.close()
        try:
            async with asyncio.timeout(min(2.0, self._patience)):
                await asyncio.shield(self._ended)
        except TimeoutError:
            self.give_up("closed")
            await self._ended
        self._fail(EngineLost("closed", loading=False))
        self._transport.close()

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._transport.get_pid() if self._transport else None

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._stdin = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            self._said.extend(data.decode("utf-8", "replace").splitlines())
            return
        self._read += data
        at = 0
        while len(self._read) - at >= worker.HEAD.size:
            kind, stream, length = worker.HEAD.unpack_from(self._read, at)
            end = at + worker.HEAD.size + length
            if len(self._read) < end:
                break
            self._answer(kind, stream, bytes(self._read[at + worker.HEAD.size : end]))
            at = end
        del self._read[:at]

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(EngineLost(self._obituary(), loading=not self._ready.done()))
        if not self._ended.done():
            self._ended.set_result(None)

    # Inside.

    def _answer(self, kind: bytes, stream: int, payload: bytes) -> None:
        if kind == worker.READY:
            if not self._ready.done():
                self._ready.set_result(None)
        elif kind == worker.FAILED:
            self.give_up(self._in_short(payload.decode("utf-8", "replace")), loading=not self._ready.done())
        elif waiting := self._streams.get(stream):
            waiting.open -= 1
            waiting.since = self._answered = self._loop.time()
            waiting.listener.answered(kind, payload)

    def _look(self) -> None:
        """The watchdog. Answers that came in the same turn of the loop were taken before this, so a sleep of the machine is no hang."""
        if self.lost is not None:
            return
        waiting = [stream.since for stream in self._streams.values() if stream.open]
        if hangs(waiting, self._answered, self._loop.time(), self._patience):
            self.give_up(f"the recogniser gave no answer for {self._patience:g} s")
            return
        self._watch = self._loop.call_later(self._patience / 8, self._look)

    def _fail(self, lost: EngineLost) -> None:
        if self.lost is not None:
            return
        self.lost = lost
        if self._watch is not None:
            self._watch.cancel()
        if not self._ready.done():
            self._ready.set_exception(lost)
            self._ready.exception()  # taken note of, if nobody waits any more
        waiting, self._streams = self._streams, {}
        for stream in waiting.values():
            stream.listener.lost(lost)

    def _why(self) -> EngineLost:
        """A fresh exception, since one object raised to many would gather all their tracebacks."""
        lost = self.lost or EngineLost("not started", loading=True)
        return EngineLost(str(lost), loading=lost.loading)

    def _obituary(self) -> str:
        status = self._transport.get_returncode() if self._transport else None
        if status is not None and status < 0:
            how = f"the recogniser was ended by signal {-status}"
        else:
            how = f"the recogniser ended with status {status}"
        return self._in_short(how)

    def _in_short(self, how: str) -> str:
        """With libvosk's own last complaint, where there is one."""
        for line in reversed(self._said):
            if _KALDI.match(line):
                return f"{how} ({_KALDI.sub('', line).strip()})"
        return how
