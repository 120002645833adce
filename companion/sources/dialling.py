"""A connection of ours that is dialled again when it breaks."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import TypeAlias

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException

from companion.errors import SourceError
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
        try:
            return await connect(self._uri, open_timeout=_OPEN, close_timeout=_CLOSE, max_size=LONGEST_MESSAGE, logger=_log)
        except UnicodeError as error:
            raise OSError("no name of a host") from error
        except (ValueError, EOFError) as error:  # websockets 14 lets these out where the answer is not HTTP
            raise InvalidMessage(str(error) or "no answer") from error


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
