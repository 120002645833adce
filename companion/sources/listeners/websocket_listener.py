"""One port that peers dial by WebSocket: who may come in, how many, and how it all ends. What they say is each kind's own."""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from websockets import http11
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from companion.core.feed import Item
from companion.errors import ConfigError
from companion.net.reach import address, is_local, not_listening, tls
from companion.net.strangers import Strangers
from companion.sources.listeners.door import Door, Refusals, opened
from companion.sources.listeners.exchange import LINGER, Exchange
from companion.speech.recogniser import Recogniser

CLOSE = 2.0
"""Seconds that a peer may take to say good-bye."""

_HANDSHAKE = 5.0  # seconds
_STRANGERS = 256  # connections at once whose handshake is not done
_REASON = 120  # bytes that a close frame has for words (RFC 6455, section 5.5)

# What matters is said as items; the library's own log would write into the screen.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class WebSocketListener(ABC):
    """A source of any number of calls.

    Args:
        scheme: how the listener is called: `twilio`.
        host: what to bind to; empty means this machine only.
        port: TCP port; 0 picks a free one.
        recogniser: makes a call's recogniser.
        door: who may come in; beyond this machine it must ask for a token or signature.
        certificate: a PEM file; with it, TLS is spoken.
        key: the certificate's private key, where it is not in the same file.
        linger: seconds that a call waits for a stream that was lost.

    Raises:
        ConfigError: an open door beyond this machine, or a certificate that cannot be used.
    """

    longest_message: int
    """Bytes of a message."""

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        *,
        recogniser: Callable[[str], Recogniser],
        door: Door,
        certificate: Path | None = None,
        key: Path | None = None,
        linger: float = LINGER,
    ) -> None:
        self._scheme = scheme
        self._host = host or "127.0.0.1"
        self.port = port
        """The TCP port; the real one once `listening`."""
        if not is_local(self._host) and not door.guarded:
            raise ConfigError(f"{self.name}: reaches beyond this machine without a token; give --listen-token-file, or leave the host out")
        self._door = door
        self._tls = tls(certificate, key)
        self._refusals = Refusals()
        self._strangers = Strangers(_STRANGERS)
        self._exchange = Exchange(self.name, recogniser, linger)
        self.listening = asyncio.Event()
        """Set once peers can connect."""

    @property
    def name(self) -> str:
        """Where peers find it."""
        return address(self._scheme, self._host, self.port)

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen, and yield what happens in all calls, until closed.

        Raises:
            SourceError: the port cannot be had.
            SpeechError: the recogniser keeps failing.
        """
        server = await self._listen()

        async def hang_up() -> None:
            server.close()
            await server.wait_closed()

        for item in opened(self.name, self._host, safe=self._tls is not None, what="sound and token", waits_for="calls"):
            self._exchange.give(item)
        async with contextlib.aclosing(self._exchange.items(hang_up)) as items:
            async for item in items:
                yield item

    async def close(self) -> None:
        """Hang up on all peers; the last final texts of what was heard still come."""
        self._exchange.stop.set()

    async def _listen(self) -> Server:
        quick: dict[str, Any] = {"ssl_handshake_timeout": _HANDSHAKE, "ssl_shutdown_timeout": CLOSE} if self._tls is not None else {}
        try:
            server = await serve(
                self._serve,
                self._host,
                self.port,
                ssl=self._tls,
                process_request=self._admit,
                open_timeout=_HANDSHAKE,
                close_timeout=CLOSE,
                max_size=self.longest_message,
                select_subprotocol=self._select,
                create_connection=self._strangers.connection,  # type: ignore[arg-type]
                compression=None,  # sound does not shrink; trying costs time
                logger=_log,
                **quick,
            )
        except OSError as error:
            raise not_listening(self.name, error) from error
        self.port = next(iter(server.sockets)).getsockname()[1]
        self._exchange.name = self.name
        self.listening.set()
        return server

    def _admit(self, connection: ServerConnection, request: http11.Request) -> http11.Response | None:
        refusal = self._refusal(connection, request)
        if refusal is None:
            return None
        status, why = refusal
        for complaint in self._refusals.first(f"{self.name}, {self._peer(connection)}", status, why):
            self._exchange.give(complaint)
        return connection.respond(status, f"{why}\n")

    async def _serve(self, connection: ServerConnection) -> None:
        peer = self._peer(connection)
        self._strangers.leave(connection.transport)
        self._door.enter(peer)
        try:
            await self._talk(connection)
        except Exception as error:  # the room's outer edge: a fault of ours must not die in the library's log
            self._exchange.give(error)
        finally:
            self._door.leave(peer)

    def _peer(self, connection: ServerConnection) -> str:
        """Whom the door counts this connection for: its address."""
        address = connection.remote_address
        return str(address[0]) if address else ""

    # What the kinds of listeners do differently.

    def _refusal(self, connection: ServerConnection, request: http11.Request) -> tuple[int, str] | None:
        """Why a peer must stay outside, as HTTP status and words; None lets it in."""
        return self._door.refusal(request.path, request.headers, self._peer(connection))

    def _select(self, connection: ServerConnection, asked: Sequence[Subprotocol]) -> Subprotocol | None:
        """The subprotocol agreed on, of those that the peer asks for."""
        return None

    @abstractmethod
    async def _talk(self, connection: ServerConnection) -> None:
        """One connection, from its first message until it is closed."""


async def turn_away(connection: ServerConnection, code: int, why: str) -> None:
    """Close a connection with as much of the reason as a close frame has room for."""
    await connection.close(code, why.encode()[:_REASON].decode("utf-8", "ignore"))
