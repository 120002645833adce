"""A listener that vosk-server clients join, as if it were vosk-server. Two that name the same call are its two channels."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from websockets import http11
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from companion.core.events import Channel
from companion.core.feed import Complaint, Glimpsed, Item, Level
from companion.errors import ConfigError, PeerError, SourceError, SpeechError
from companion.sources.door import Door, is_local, tls
from companion.sources.listening import Listening
from companion.sources.protocols.vosk_wire import Client, Configured, Ended, Request, Sound, seat
from companion.sources.switchboard import Call, Switchboard
from companion.speech.audio import Wire
from companion.speech.recogniser import Recogniser

LONGEST_MESSAGE = 1024 * 1024
"""Bytes of a message: the limit of the websockets library that vosk-server runs on; half a minute of 16 kHz sound."""

LINGER = 10.0
"""Seconds that a named call waits for a client that was lost, before it ends."""

_HANDSHAKE = 5.0  # seconds
_CLOSE = 2.0  # seconds that a client may take to say good-bye
_REASON = 120  # bytes that a close frame has for words (RFC 6455, section 5.5)
_WAITING = 1000  # items not yet taken, from which on clients have to wait

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
        self._queue: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
        self._room = asyncio.Event()
        self._room.set()
        self._stop = asyncio.Event()
        self._board = Switchboard(self.name, recogniser, self._give, linger)
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
        ending = asyncio.create_task(self._end(await self._listen()))
        try:
            if not is_local(self._host) and self._tls is None:
                yield Complaint(text=f"{self.name}: sound and token travel in the clear; give --listen-tls-cert")
            while (item := await self._queue.get()) is not None:
                if self._queue.qsize() < _WAITING:
                    self._room.set()
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self._stop.set()
            self._room.set()
            await ending

    async def close(self) -> None:
        """Hang up on all clients; the last final texts of what was heard still come."""
        self._stop.set()

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
        self._board.source = self.name
        self.listening.set()
        return server

    async def _end(self, server: Server) -> None:
        await self._stop.wait()
        server.close()
        await server.wait_closed()
        await self._board.close("stopped")
        self._queue.put_nowait(None)

    def _give(self, item: Item | Exception) -> None:
        """Pass an item on; what is only shown is let go where the taker does not keep up."""
        if self._room.is_set() or not isinstance(item, Glimpsed | Level):
            self._queue.put_nowait(item)
        if self._queue.qsize() >= _WAITING and not self._stop.is_set():
            self._room.clear()

    def _admit(self, connection: ServerConnection, request: http11.Request) -> http11.Response | None:
        refusal = self._door.refusal(request.path, request.headers)
        if refusal is None:
            try:
                pair, channel = seat(request.path)
                if self._board.is_taken(pair, channel or self._mono_as):
                    refusal = 409, "this channel of the call is already connected"
            except PeerError as error:
                refusal = 400, str(error)
        return None if refusal is None else connection.respond(refusal[0], f"{refusal[1]}\n")

    async def _serve(self, connection: ServerConnection) -> None:
        self._door.enter()
        try:
            await self._talk(connection)
        except Exception as error:  # the room's outer edge: a fault of ours must not die in the library's log
            self._give(error)
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
                    guest = _Guest(self._board.join(pair, channel), channel)
                if isinstance(request, Configured):
                    continue
                heard = await guest.hear(request, client.rate)
                for item in heard:
                    self._give(item)
                await self._room.wait()
                reply = client.reply if isinstance(request, Sound) else client.last
                await connection.send(reply(heard, guest.offset))
                if isinstance(request, Ended):
                    break
        except ConnectionClosedOK:
            pass
        except ConnectionClosed:
            lost = "" if self._stop.is_set() else f"the {channel}'s connection broke"
        except (PeerError, SpeechError) as error:
            lost = str(error)
            who = f"{self.name}, {guest.call.name}" if guest is not None else self.name
            self._give(Complaint(text=f"{who}: {error}; this connection ends"))
            reason = lost.encode()[:_REASON].decode("utf-8", "ignore")
            await connection.close(1008 if isinstance(error, PeerError) else 1011, reason)
        if guest is not None:
            await self._part(guest, lost)

    async def _part(self, guest: "_Guest", lost: str) -> None:
        """Give out what is still to be heard of a client that has gone."""
        try:
            for item in await guest.hear(Ended()):
                self._give(item)
        except SpeechError as error:
            lost = lost or str(error)
        if not self._stop.is_set():  # then all calls end together
            await self._board.leave(guest.call, guest.channel, lost)


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
