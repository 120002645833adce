"""Streams that we join: a WebSocket that sends chat as JSON, or sound."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeAlias

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from companion.core.events import Channel, SourceBack, SourceLost
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.errors import SourceError
from companion.sources.listening import Listening
from companion.sources.protocols.jsonlines import JsonLines
from companion.speech.audio import Wire
from companion.speech.recogniser import Recogniser
from companion.speech.redact import clean

LONGEST_MESSAGE = 2 * 1024 * 1024
"""Bytes of a message; a minute of telephone sound, or the longest text allowed with each character escaped."""

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each try to join a lost stream again."""

_OPEN = 10.0  # seconds for dialling and the handshake
_CLOSE = 2.0  # seconds that a peer may take to say good-bye

# What matters is said as items; the library's own log would write into the screen.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class Lost(msgspec.Struct, frozen=True):
    """The stream broke off; it is dialled again after `wait` seconds, or given up."""

    reason: str
    wait: float | None


class Back(msgspec.Struct, frozen=True):
    """The stream is back after `gap` seconds."""

    gap: float


Message: TypeAlias = str | bytes | Lost | Back


class Line:
    """A connection that is dialled again when it breaks.

    Args:
        uri: what is dialled.
        name: how it is called in errors.
        waits: seconds before each try to join again; begins anew once something was received.
    """

    def __init__(self, uri: str, name: str, waits: Sequence[float] = WAITS) -> None:
        self._uri = uri
        self._name = name
        self._waits = waits
        self._stop = asyncio.Event()
        self._dialling: asyncio.Future[ClientConnection] | None = None
        self._connection: ClientConnection | None = None

    @property
    def stopped(self) -> bool:
        """Whether we hung up ourselves."""
        return self._stop.is_set()

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Yield messages until the peer hangs up in due form, we do, or the stream is lost for good.

        Raises:
            SourceError: the first call is not answered.
        """
        loop = asyncio.get_running_loop()
        tries, joined, lost_at = 0, False, 0.0
        while not self.stopped:
            try:
                self._connection = await self._dial()
                if self._connection is None:
                    return
                if joined:
                    yield Back(round(loop.time() - lost_at, 3))
                joined = True
                async for message in self._connection:
                    tries = 0
                    yield message
                return
            except (OSError, WebSocketException) as error:
                reason = _reason(error)
                if not joined:
                    raise SourceError(f"{self._name}: {reason}; check the address, and that the stream is on") from error
                lost_at = loop.time() if self._connection is not None else lost_at
            finally:
                connection, self._connection = self._connection, None
                if connection is not None:
                    await connection.close()
            wait = self._waits[tries] if tries < len(self._waits) else None
            yield Lost(reason, wait)
            if wait is None:
                return
            tries += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait)

    async def close(self) -> None:
        """Hang up; messages that have arrived still come out."""
        self._stop.set()
        if self._dialling is not None:
            self._dialling.cancel()
        if self._connection is not None:
            await self._connection.close()

    async def _dial(self) -> ClientConnection | None:
        """A connection, or None if we were stopped meanwhile."""
        self._dialling = asyncio.ensure_future(self._connect())
        try:
            return await self._dialling
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self.stopped and task is not None and not task.cancelling():
                return None
            raise
        finally:
            self._dialling = None

    async def _connect(self) -> ClientConnection:
        return await connect(self._uri, open_timeout=_OPEN, close_timeout=_CLOSE, max_size=LONGEST_MESSAGE, logger=_log)


class Chat:
    """A chat, or a transcript being made elsewhere: JSON messages with the keys of JSON Lines. It may carry several calls.

    Args:
        uri: what is dialled.
        name: how it is called in complaints and in the journal.
        strict: a message that cannot be used ends everything.
        waits: seconds before each try to join again.
    """

    def __init__(self, uri: str, *, name: str, strict: bool = False, waits: Sequence[float] = WAITS) -> None:
        self._name = name
        self._line = Line(uri, name, waits)
        self._lines = JsonLines(name, strict=strict)
        self._binary = False

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield what is said until the stream ends.

        Raises:
            SourceError: it cannot be joined, or (strict) a message cannot be used.
        """
        loop = asyncio.get_running_loop()
        reason = "stream ended"
        async for message in self._line:
            items: list[Item] = []
            match message:
                case Lost():
                    items.append(_said(self._name, message))
                    if reason != "stream lost":
                        lost = SourceLost(reason=message.reason)
                        items += [Happened(call=call, event=lost) for call in self._lines.open_calls]
                    reason = "stream lost"
                case Back():
                    back = SourceBack(gap=message.gap)
                    items += [Happened(call=call, event=back) for call in self._lines.open_calls]
                    reason = "stream ended"
                case bytes() if not message.lstrip().startswith(b"{"):
                    items += self._sound()
                case str() | bytes():
                    items += self._lines.line(message, loop.time())
            for item in items:
                yield item
        for item in self._lines.close("stopped" if self._line.stopped else reason, live=True):
            yield item

    async def close(self) -> None:
        """Hang up; what has arrived still comes out."""
        await self._line.close()

    def _sound(self) -> list[Item]:
        if self._binary:
            return []
        self._binary = True
        todo = "add ?rate=16000&channels=2 if it is sound"
        return [Complaint(text=f"{self._name}: binary messages where text belongs; {todo}, they are left out")]


class SoundStream:
    """A call as binary messages of interleaved samples.

    Args:
        uri: what is dialled.
        name: how it is called in complaints and in the journal.
        columns: whose sound each channel is.
        rate: samples a second.
        encoding: `s16le`, `mulaw` or `alaw`.
        call: the call's id.
        recogniser: makes a call's recogniser.
        waits: seconds before each try to join again.
    """

    def __init__(
        self,
        uri: str,
        *,
        name: str,
        columns: Sequence[Channel],
        rate: int,
        encoding: str,
        call: str,
        recogniser: Callable[[str], Recogniser],
        waits: Sequence[float] = WAITS,
    ) -> None:
        self._name = name
        self._columns = columns
        self._rate = rate
        self._encoding = encoding
        self._call = call
        self._make = recogniser
        self._line = Line(uri, name, waits)
        self._text = False

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen until the stream ends.

        Raises:
            SourceError: it cannot be joined.
            SpeechError: the recogniser keeps failing.
        """
        recogniser = self._make(self._call)
        opened, reason, gap = False, "stream ended", 0.0
        listening, wire = self._begin(recogniser, 0.0)
        try:
            async for message in self._line:
                if not opened:
                    opened = True
                    yield Opened(call=self._call, source=self._name, speech=recogniser.model)
                items: list[Item] = []
                match message:
                    case bytes():
                        for round_ in listening.feed(wire.decode(message)):
                            items += await listening.hear(round_, clocked=False)
                    case str():
                        items += self._words()
                    case Lost():
                        if reason != "stream lost":
                            items += await listening.last()
                            items.append(Happened(call=self._call, event=SourceLost(reason=message.reason)))
                        items.append(_said(self._name, message))
                        reason = "stream lost"
                    case Back():
                        reason, gap = "stream ended", message.gap
                        listening, wire = self._begin(recogniser, listening.now + gap)
                        items.append(Happened(call=self._call, event=SourceBack(gap=gap)))
                for item in items:
                    yield item
            if opened:
                if reason != "stream lost":
                    for item in await listening.last():
                        yield item
                yield Closed(call=self._call, reason="stopped" if self._line.stopped else reason)
        finally:
            await recogniser.close()

    async def close(self) -> None:
        """Hang up; the last final texts of what was heard still come."""
        await self._line.close()

    def _begin(self, recogniser: Recogniser, start: float) -> tuple[Listening, Wire]:
        listening = Listening(self._call, recogniser, self._columns, self._rate, start=start)
        return listening, Wire(self._encoding, len(self._columns))

    def _words(self) -> list[Item]:
        if self._text:
            return []
        self._text = True
        return [Complaint(text=f"{self._name}: text messages where sound belongs; they are left out")]


def _said(name: str, lost: Lost) -> Complaint:
    todo = "given up" if lost.wait is None else f"trying again in {lost.wait:g} s"
    return Complaint(text=f"{name}: {lost.reason}; {todo}")


def _reason(error: Exception) -> str:
    """Why a connection failed, in a few words."""
    match error:
        case InvalidStatus():
            return f"refuses with HTTP status {error.response.status_code}"
        case ConnectionClosed() if error.rcvd is not None:
            said = clean(error.rcvd.reason)[:200]
            return f"broke off with code {error.rcvd.code}" + (f" ({said})" if said else "")
        case ConnectionClosed() if error.sent is not None:
            return "sends what cannot be taken" + (f" ({error.sent.reason})" if error.sent.reason else "")
        case ConnectionClosed():
            return "broke off"
        case ConnectionRefusedError():
            return "refuses the connection"
        case TimeoutError():
            return "does not answer"
        case WebSocketException():
            return f"does not speak WebSocket ({clean(str(error))[:200]})"
    return f"cannot be reached ({clean(str(error.strerror or error) if isinstance(error, OSError) else str(error))[:200]})"
