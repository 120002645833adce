"""Recognition on a vosk-server elsewhere, for machines that are too thin for it: the same words as here, if its model is the same.

A channel of a call is a connection of its own, since the protocol is mono: first a config, then sound, each frame of which is answered
once; `{"eof" : 1}`, spaced like that, asks for the last words. As alphacep/vosk-server speaks it at c2e82f0 (websocket/asr_server.py).
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from companion.errors import ConfigError, SourceLost, SpeechError
from companion.speech import worker
from companion.speech.call import Call
from companion.speech.ear import Heard, read
from companion.speech.engine import Engine, EngineLost, Listener

RATE = 16000
"""Samples a second that are sent, and told to the server in the config; servers bring it down to their model's rate, but not up."""

PORT = 2700
"""Where vosk-server listens unless told otherwise."""

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try to reach the server; each is up to a quarter longer or shorter, so that not all clients come at once."""

_SCHEMES = {"vosk-server": "ws", "vosk-server+wss": "wss"}
_TOGETHER = 1.0  # seconds within which connections that break are one accident
_CONFIG = json.dumps({"config": {"sample_rate": RATE, "words": True, "max_alternatives": 0}})
_SETTLE = '{"reset" : 1}'
_END = '{"eof" : 1}'
_ADVICE = "see to the server, or leave --speech away to recognise on this machine"


class Connection(Protocol):
    """A WebSocket connection. Each method raises SourceLost, whose text says in a few words how it broke."""

    async def send(self, message: str | bytes) -> None:
        """Send a message; waits where the peer does not read."""
        ...

    async def receive(self) -> str | bytes:
        """The next message."""
        ...

    async def close(self) -> None:
        """Hang up; raises nothing."""
        ...


Dial = Callable[[], Awaitable[Connection]]
"""Dials the server once; raises SourceLost as a connection does."""


def address(text: str) -> tuple[str, str]:
    """What a person wrote for a server, `vosk-server://host:2700` or `vosk-server+wss://…`: its name, and what is to be dialled.

    Raises:
        ConfigError: it is no such address.
    """
    try:
        split = urlsplit(text)
        port = split.port or PORT
    except ValueError:
        split, port = urlsplit(""), 0
    if split.scheme not in _SCHEMES or not split.hostname or "@" in split.netloc or split.query:
        shown = text.rpartition("@")[2].partition("?")[0][:80]  # the rest may be a secret
        raise ConfigError(
            f"speech recogniser {shown!r}: is not understood; give vosk-server://host:{PORT} or vosk-server+wss://host:{PORT}"
        )
    host = f"[{split.hostname}]:{port}" if ":" in split.hostname else f"{split.hostname}:{port}"
    return f"{split.scheme}://{host}", f"{_SCHEMES[split.scheme]}://{host}{split.path}"


class _Reply(msgspec.Struct):
    partial: str | None = None
    text: str | None = None
    result: list[Heard] = []


_reply = msgspec.json.Decoder(_Reply)


class Server:
    """A vosk-server, for any number of calls.

    Args:
        name: what errors and the journal call it: `vosk-server://host:port`.
        dial: how it is reached.
        patience: seconds without an answer after which a connection counts as broken.
        waits: seconds before each further try to reach it.
    """

    rate = RATE

    def __init__(self, name: str, dial: Dial, *, patience: float, waits: Sequence[float] = WAITS) -> None:
        self.name = name
        self.patience = patience
        self._dial = dial
        self._waits = waits
        self._lines: set[asyncio.Task[None]] = set()
        self._accident: EngineLost | None = None
        self._broke = 0.0
        self._accidents = 0  # since it last answered
        self._closed = False

    async def __aenter__(self) -> "Server":
        """Make sure that it is there and speaks as it should, without sending it any sound.

        Raises:
            SpeechError: it is not, or does not.
        """
        try:
            async with asyncio.timeout(self.patience):
                connection = await self._connected()
                try:
                    await connection.send(_END)
                    _kind(await connection.receive())
                finally:
                    await connection.close()
        except (SourceLost, TimeoutError) as error:
            why = str(error) or f"gave no answer for {self.patience:g} s"
            raise SpeechError(f"{self.name}: {why}; check the address, and that a vosk-server is running there") from error
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        await self.close()

    def call(self, id: str = "") -> Call:
        """A recogniser for one call, both channels. The call's id is not used; it makes this a factory for those who have one."""
        return Call(self.name, self.rate, self._engine)

    async def close(self) -> None:
        """Hang up on all lines."""
        self._closed = True
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def broke(self, why: str) -> EngineLost:
        """What connections that break now have to tell: those that break together share it."""
        now = asyncio.get_running_loop().time()
        if self._accident is None or now - self._broke > _TOGETHER:
            self._accident = EngineLost(f"{self.name}: {why}", loading=False, advice=_ADVICE)
            self._broke = now
            self._accidents += 1
        return self._accident

    def answered(self) -> None:
        """It works: the next accident is met with the shortest wait again."""
        self._accidents = 0

    async def _engine(self) -> Engine:
        """A new connection.

        Raises:
            EngineLost: the server cannot be reached, for all the waiting.
        """
        why = ""
        for tries in range(len(self._waits) + 1):
            if step := min(tries + self._accidents, len(self._waits)):
                await asyncio.sleep(self._waits[step - 1] * random.uniform(0.75, 1.25))
            if self._closed:
                raise EngineLost("the recogniser is closed", loading=True)
            try:
                stream = _Stream(self, await self._connected())
            except SourceLost as lost:
                why = str(lost)
                continue
            self._lines.add(stream.work)
            stream.work.add_done_callback(self._lines.discard)
            return stream
        raise EngineLost(f"{self.name}: {why}", loading=True, advice=_ADVICE)

    async def _connected(self) -> Connection:
        connection = await self._dial()
        try:
            await connection.send(_CONFIG)
        except BaseException:
            await connection.close()
            raise
        return connection


class _Stream:
    """A connection, as an `Engine` that carries the one stream."""

    def __init__(self, server: Server, connection: Connection) -> None:
        self.lost: EngineLost | None = None
        self._server = server
        self._connection = connection
        self._listener: Listener | None = None
        self._messages: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._open = 0  # requests that are not answered
        self._since = 0.0  # the loop's clock when there was nothing to wait for, or an answer came
        self._loop = asyncio.get_running_loop()
        self.work = self._loop.create_task(self._talk())

    def open(self, listener: Listener) -> int:
        self._listener = listener
        return 1

    def ask(self, stream: int, kind: bytes, payload: bytes = b"") -> None:
        if self.lost is not None:
            return
        if kind == worker.DROP:
            self.forget(stream)
            return
        if not self._open:
            self._since = self._loop.time()
        self._open += 1
        self._messages.put_nowait(payload if kind == worker.SOUND else _END if kind == worker.END else _SETTLE)

    def forget(self, stream: int) -> None:
        self._listener = None
        self.work.cancel()

    async def _talk(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                for doing in (self._write, self._read, self._watch):
                    tasks.create_task(doing())
        except* Exception as broken:  # this task's outer edge: whoever waits for an answer must hear of it
            error = broken.exceptions[0]
            if self._listener is not None:  # else nobody waits: the server hangs up after the last words
                self.lost = self._server.broke(str(error) if isinstance(error, SourceLost) else f"{type(error).__name__}: {error}")
                self._listener.lost(self.lost)
        finally:
            await self._connection.close()

    async def _write(self) -> None:
        while True:
            await self._connection.send(await self._messages.get())

    async def _read(self) -> None:
        while True:
            message = await self._connection.receive()
            kind = _kind(message)
            if not self._open:
                raise SourceLost("answers what it was not asked")
            self._open -= 1
            self._since = self._loop.time()
            self._server.answered()
            if self._listener is not None:
                self._listener.answered(kind, message if isinstance(message, bytes) else message.encode())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._server.patience / 8)
            if self._open and self._loop.time() - self._since >= self._server.patience:
                raise SourceLost(f"gave no answer for {self._server.patience:g} s")


def _kind(message: str | bytes) -> bytes:
    """Which answer a message is.

    Raises:
        SourceLost: none that a vosk-server gives.
    """
    try:
        reply = read(_reply, message.encode() if isinstance(message, str) else message)
    except (msgspec.DecodeError, UnicodeError):
        reply = _Reply()
    if reply.text is not None:
        return worker.FINAL
    if reply.partial is not None:
        return worker.PARTIAL
    raise SourceLost("does not answer as a vosk-server does")
