"""A connection of ours that is dialled again when it breaks."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeAlias

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin, Subprotocol

from companion.errors import SourceError, SourceLost
from companion.net.connection import connect, in_words

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each try to join a lost stream again."""

JITTER = 0.25
"""Share by which such a wait is longer or shorter, by chance: a server that comes back is not met by all its clients at once."""


class Lost(msgspec.Struct, frozen=True):
    """The stream broke off; it is dialled again after `wait` seconds, or given up."""

    reason: str
    wait: float | None

    def __str__(self) -> str:
        """In words, after a name and a colon."""
        return f"{self.reason}; {'given up' if self.wait is None else f'trying again in {self.wait:g} s'}"


class Back(msgspec.Struct, frozen=True):
    """The stream is back after `gap` seconds."""

    gap: float

    def __str__(self) -> str:
        """In words, after a name and a colon."""
        return f"is back after {self.gap:.1f} s"


Message: TypeAlias = str | bytes | Lost | Back


class Line:
    """A connection that is dialled again when it breaks.

    Args:
        uri: what is dialled; or what finds it out, each time anew, and may raise OSError or SourceLost where it cannot.
        name: how it is called in errors.
        waits: seconds before each try to join again; begins anew once something was received.
        kept: a service that is meant to be there always: its good-bye is a loss too, and the last wait is repeated without end.
        greeting: what is said first on every connection, looked up for each.
        subprotocol: asked for in the handshake.
        origin: likewise; some servers take it for a browser's.
    """

    def __init__(
        self,
        uri: str | Callable[[], Awaitable[str]],
        name: str,
        waits: Sequence[float] = WAITS,
        *,
        kept: bool = False,
        greeting: Callable[[], Sequence[str]] = tuple,
        subprotocol: str | None = None,
        origin: str | None = None,
    ) -> None:
        self._uri = uri
        self._name = name
        self._waits = waits
        self._kept = kept
        self._greeting = greeting
        self._subprotocols = [Subprotocol(subprotocol)] if subprotocol else None
        self._origin = Origin(origin) if origin else None
        self._stop = asyncio.Event()
        self._dialling: asyncio.Future[ClientConnection] | None = None
        self._connection: ClientConnection | None = None
        self._next: ClientConnection | None = None
        self._why = ""
        self._refused = False

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
        tries, before, joined, lost_at = 0, 0, False, 0.0
        while not self.stopped:
            try:
                moved, self._next = self._next, None
                self._connection = moved or await self._dial()
                if self._connection is None:
                    return
                if joined and moved is None:
                    yield Back(round(loop.time() - lost_at, 3))
                joined, before = True, tries
                for text in self._greeting():
                    await self._connection.send(text)
                async for message in self._connection:
                    tries = 0
                    yield message
                if self.stopped or not (self._kept or self._next):
                    return
                reason, lost_at = self._why or "hung up", loop.time()
            except (OSError, SourceLost, WebSocketException) as error:
                reason = self._why or in_words(error)
                if not joined:
                    raise SourceError(f"{self._name}: {reason}; check the address, and that it is on") from error
                if self._stop.is_set():
                    return  # it was too slow to say good-bye, and that is no loss
                lost_at = loop.time() if self._connection is not None else lost_at
            finally:
                connection, self._connection = self._connection, None
                if connection is not None:
                    await connection.close()
            if self._next is not None:
                continue
            if self._refused:
                tries = before
            self._why, self._refused = "", False
            wait = self._waits[tries] if tries < len(self._waits) else self._waits[-1] if self._kept else None
            yield Lost(reason, wait)
            if wait is None:
                return
            tries += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait * random.uniform(1 - JITTER, 1 + JITTER)):
                    await self._stop.wait()

    async def send(self, message: str | bytes) -> None:
        """Say something; nobody hears it where there is no connection, which the iterator tells."""
        if self._connection is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._connection.send(message)

    async def hang_up(self, why: str, *, refused: bool = False) -> None:
        """End this connection, to dial anew after a wait; a longer one each time where we were not let in, whatever else was received."""
        self._why, self._refused = why, refused
        if self._connection is not None:
            await self._connection.close()

    async def move(self) -> None:
        """Go on in a new connection: the old one is closed once the new one stands, and what it had brought still comes out first."""
        with contextlib.suppress(OSError, SourceLost, WebSocketException):  # then the old one's end is met like any other loss
            self._next = await self._dial()
        if self._connection is not None and self._next is not None:
            await self._connection.close()

    async def close(self) -> None:
        """Hang up; messages that have arrived still come out."""
        self._stop.set()
        if self._dialling is not None:
            self._dialling.cancel()
        for connection in (self._connection, self._next):
            if connection is not None:
                await connection.close()

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
        uri = self._uri if isinstance(self._uri, str) else await self._uri()
        return await connect(uri, origin=self._origin, subprotocols=self._subprotocols)
