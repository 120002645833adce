"""A listener that phone systems dial by WebSocket. What they say is read by a dialect of `protocols`; all else is the same."""

import asyncio
import contextlib
import errno
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from websockets import http11
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK
from websockets.typing import Subprotocol

from companion.core.feed import Complaint, Item
from companion.errors import AudioFormatError, ConfigError, PeerError, SourceError, SpeechError
from companion.sources.door import Door, is_local, tls
from companion.sources.exchange import LINGER, Exchange
from companion.sources.protocols.dialect import Dialect
from companion.sources.stream import Stream
from companion.speech.recogniser import Recogniser

LONGEST_MESSAGE = 128 * 1024
"""Bytes of a message: 100 KB is the most that any of these systems writes into one (Exotel); the others send 20 ms at a time."""

FIRST = 10.0
"""Seconds within which a stream has to begin."""

IDLE = 60.0
"""Seconds without a message, after which a stream is given up: all of these send sound or signs of life every few seconds."""

_HANDSHAKE = 5.0  # seconds
_CLOSE = 2.0  # seconds that a peer may take to say good-bye
_REASON = 120  # bytes that a close frame has for words (RFC 6455, section 5.5)

Speaks: TypeAlias = Callable[[str, Headers], Dialect]
"""The dialect of one connection, given its path (with the query) and headers."""

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class PhoneListener:
    """A source of any number of calls.

    Args:
        scheme: how the listener is called: `twilio`.
        host: what to bind to; empty means this machine only.
        port: TCP port; 0 picks a free one.
        speaks: makes the dialect of one connection.
        recogniser: makes a call's recogniser.
        door: who may come in.
        guarded: whether the door asks for a token or signature; needed beyond this machine.
        certificate: a PEM file; with it, TLS is spoken.
        key: the certificate's private key, where it is not in the same file.
        linger: seconds that a call waits for a stream that was lost.

    Raises:
        ConfigError: an open door beyond this machine, or a certificate that cannot be used.
    """

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        *,
        speaks: Speaks,
        recogniser: Callable[[str], Recogniser],
        door: Door,
        guarded: bool,
        certificate: Path | None = None,
        key: Path | None = None,
        linger: float = LINGER,
    ) -> None:
        self._scheme = scheme
        self._host = host or "127.0.0.1"
        self.port = port
        """The TCP port; the real one once `listening`."""
        if not is_local(self._host) and not guarded:
            raise ConfigError(f"{self.name}: reaches beyond this machine without a token; give --listen-token-file, or leave the host out")
        self._speaks = speaks
        self._door = door
        self._tls = tls(certificate, key)
        self._exchange = Exchange(self.name, recogniser, linger)
        self.listening = asyncio.Event()
        """Set once peers can connect."""

    @property
    def name(self) -> str:
        """Where peers find it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{self.port}"

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

        if not is_local(self._host) and self._tls is None:
            self._exchange.give(Complaint(text=f"{self.name}: sound and token travel in the clear; give --listen-tls-cert"))
        async with contextlib.aclosing(self._exchange.items(hang_up)) as items:
            async for item in items:
                yield item

    async def close(self) -> None:
        """Hang up on all peers; the last final texts of what was heard still come."""
        self._exchange.stop.set()

    async def _listen(self) -> Server:
        try:
            server = await serve(
                self._serve,
                self._host,
                self.port,
                ssl=self._tls,
                process_request=self._admit,
                open_timeout=_HANDSHAKE,
                close_timeout=_CLOSE,
                max_size=LONGEST_MESSAGE,
                select_subprotocol=_select,
                compression=None,
                logger=_log,
            )
        except OSError as error:
            why = "the port is taken" if error.errno == errno.EADDRINUSE else str(error.strerror or error).lower()
            raise SourceError(f"{self.name}: cannot listen: {why}; end what uses it, or choose another") from error
        self.port = next(iter(server.sockets)).getsockname()[1]
        self._exchange.name = self.name
        self.listening.set()
        return server

    def _admit(self, connection: ServerConnection, request: http11.Request) -> http11.Response | None:
        refusal = self._door.refusal(request.path, request.headers, _peer(connection))
        return None if refusal is None else connection.respond(refusal[0], f"{refusal[1]}\n")

    async def _serve(self, connection: ServerConnection) -> None:
        peer = _peer(connection)
        self._door.enter(peer)
        try:
            await self._talk(connection)
        except Exception as error:  # the room's outer edge: a fault of ours must not die in the library's log
            self._exchange.give(error)
        finally:
            self._door.leave(peer)

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        stream = Stream(self._exchange, self._speaks(connection.request.path, connection.request.headers))
        lost, code = "", 1000
        loop = asyncio.get_running_loop()
        first = loop.time() + FIRST
        try:
            while not stream.ended:
                async with asyncio.timeout_at(loop.time() + IDLE if stream.begun else first):
                    message = await connection.recv()
                for reply in stream.take(message):
                    await connection.send(reply)
        except ConnectionClosedOK:
            pass
        except ConnectionClosed:
            lost = "" if self._exchange.stop.is_set() else "the connection broke"
        except TimeoutError:
            lost, code = f"nothing came for {IDLE:g} s" if stream.begun else f"no stream began within {FIRST:g} s", 1008
        except (PeerError, AudioFormatError) as error:
            lost, code = str(error), 1008
        except SpeechError as error:
            lost, code = str(error), 1011
        if code != 1000:
            self._exchange.complain(stream.call, lost)
            await connection.close(code, lost.encode()[:_REASON].decode("utf-8", "ignore"))
        await stream.part(lost)
        if stream.ended:
            # Whoever says good-bye hangs up: to do it first is an error to some (AudioHook).
            with contextlib.suppress(TimeoutError, ConnectionClosed):
                async with asyncio.timeout(_CLOSE):
                    while True:
                        await connection.recv()


def _peer(connection: ServerConnection) -> str:
    address = connection.remote_address
    return str(address[0]) if address else ""


def _select(connection: ServerConnection, asked: Sequence[Subprotocol]) -> Subprotocol | None:
    """Whatever a peer asks for first, such as FreeSWITCH's `audio.drachtio.org`: some hang up on who does not agree."""
    return next(iter(asked), None)
