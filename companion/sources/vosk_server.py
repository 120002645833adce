"""A listener that vosk-server clients join, as if it were vosk-server. Two that name the same call are its two channels."""

import asyncio
import contextlib
import errno
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from websockets import http11
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from companion.core.events import Channel
from companion.core.feed import Complaint, Item
from companion.errors import ConfigError, PeerError, SourceError, SpeechError
from companion.sources.door import Door, is_local, tls
from companion.sources.exchange import LINGER, Exchange
from companion.sources.listening import Listening
from companion.sources.protocols.vosk_wire import Client, Configured, Ended, Request, Sound, seat
from companion.sources.switchboard import Call
from companion.speech.audio import Wire
from companion.speech.recogniser import Recogniser

LONGEST_MESSAGE = 1024 * 1024
"""Bytes of a message: the limit of the websockets library that vosk-server runs on; half a minute of 16 kHz sound."""

_HANDSHAKE = 5.0  # seconds
_CLOSE = 2.0  # seconds that a client may take to say good-bye
_REASON = 120  # bytes that a close frame has for words (RFC 6455, section 5.5)

# What matters is said as items; the library's own log would write into the screen.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class VoskServer:
    """A source of any number of calls.

    Args:
        host: what to bind to; empty means this machine only. Anything beyond this machine needs a token.
        port: TCP port; 0 picks a free one.
        recogniser: makes a call's recogniser.
        mono_as: whose sound a client sends that does not say.
        token: what clients must present, as `?token=…` or `Authorization: Bearer …`.
        certificate: a PEM file; with it, clients are served over TLS.
        key: the certificate's private key, where it is not in the same file.
        linger: seconds that a named call waits for a client that was lost.

    Raises:
        ConfigError: no token for a host beyond this machine, or a certificate that cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        recogniser: Callable[[str], Recogniser],
        mono_as: Channel = "customer",
        token: str | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        linger: float = LINGER,
    ) -> None:
        self._host = host or "127.0.0.1"
        self.port = port
        """The TCP port; the real one once `listening`."""
        if not is_local(self._host) and not token:
            raise ConfigError(f"{self.name}: reaches beyond this machine without a token; give --listen-token-file, or leave the host out")
        self._mono_as = mono_as
        self._tls = tls(certificate, key)
        self._door = Door(token)
        self._exchange = Exchange(self.name, recogniser, linger)
        self.listening = asyncio.Event()
        """Set once clients can connect."""

    @property
    def name(self) -> str:
        """Where clients find it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"vosk://{host}:{self.port}"

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen, and yield what happens in all calls, until closed.

        Raises:
            SourceError: the port cannot be had.
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
        """Hang up on all clients; the last final texts of what was heard still come."""
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
                compression=None,  # sound does not shrink; trying costs time
                logger=_log,
            )
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "the port is taken" if taken else str(error.strerror or error).lower()
            raise SourceError(f"{self.name}: cannot listen: {why}; end what uses it, or choose another") from error
        self.port = next(iter(server.sockets)).getsockname()[1]
        self._exchange.name = self.name
        self.listening.set()
        return server

    def _admit(self, connection: ServerConnection, request: http11.Request) -> http11.Response | None:
        refusal = self._door.refusal(request.path, request.headers)
        if refusal is None:
            try:
                pair, channel = seat(request.path)
                if self._exchange.board.is_taken(pair, channel or self._mono_as):
                    refusal = 409, "this channel of the call is already connected"
            except PeerError as error:
                refusal = 400, str(error)
        return None if refusal is None else connection.respond(refusal[0], f"{refusal[1]}\n")

    async def _serve(self, connection: ServerConnection) -> None:
        self._door.enter()
        try:
            await self._talk(connection)
        except Exception as error:  # the room's outer edge: a fault of ours must not die in the library's log
            self._exchange.give(error)
        finally:
            self._door.leave()

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        pair, channel = seat(connection.request.path)
        channel = channel or self._mono_as
        client, guest, lost = Client(), None, ""
        try:
            async for message in connection:
                request = client.receive(message)
                if guest is None:
                    guest = _Guest(self._exchange.board.join(pair, channel), channel)
                if isinstance(request, Configured):
                    continue
                heard = await guest.hear(request, client.rate)
                for item in heard:
                    self._exchange.give(item)
                await self._exchange.room.wait()
                reply = client.reply if isinstance(request, Sound) else client.last
                await connection.send(reply(heard, guest.offset))
                if isinstance(request, Ended):
                    break
        except ConnectionClosedOK:
            pass
        except ConnectionClosed:
            lost = "" if self._exchange.stop.is_set() else f"the {channel}'s connection broke"
        except (PeerError, SpeechError) as error:
            lost = str(error)
            self._exchange.complain(guest.call.name if guest is not None else "", error)
            reason = lost.encode()[:_REASON].decode("utf-8", "ignore")
            await connection.close(1008 if isinstance(error, PeerError) else 1011, reason)
        if guest is not None:
            await self._part(guest, lost)

    async def _part(self, guest: "_Guest", lost: str) -> None:
        """Give out what is still to be heard of a client that has gone."""
        try:
            for item in await guest.hear(Ended()):
                self._exchange.give(item)
        except SpeechError as error:
            lost = lost or str(error)
        if not self._exchange.stop.is_set():  # then all calls end together
            await self._exchange.board.leave(guest.call, guest.channel, lost)


class _Guest:
    """One client's sound in its call."""

    def __init__(self, call: Call, channel: Channel) -> None:
        self.call = call
        self.channel = channel
        self.offset = round(asyncio.get_running_loop().time() - call.began, 3)
        """Seconds of the call that passed before the client's first sound."""
        self._now = self.offset
        self._wire = Wire()
        self._listening: Listening | None = None

    async def hear(self, request: Request, rate: int = 0) -> list[Item]:
        """What a frame, or the end of sound so far, brings.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        items: list[Item] = []
        if isinstance(request, Sound):
            if self._listening is None:
                self._listening = Listening(self.call.name, self.call.recogniser, (self.channel,), rate, start=self._now)
            for round_ in self._listening.feed(self._wire.decode(request.pcm)):
                items += await self._listening.hear(round_, clocked=False)
        elif self._listening is not None:
            items = await self._listening.last()
            self._now, self._wire, self._listening = self._listening.now, Wire(), None
        return items
