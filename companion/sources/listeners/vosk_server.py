"""A listener that vosk-server clients join, as if it were vosk-server. Two that name the same call are its two channels."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from websockets import http11
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK

from companion.core.events import Channel
from companion.core.feed import Item
from companion.errors import PeerError, SpeechError
from companion.sources.listeners.door import Door
from companion.sources.listeners.exchange import LINGER
from companion.sources.listeners.switchboard import Seat
from companion.sources.listeners.websocket_listener import WebSocketListener, turn_away
from companion.sources.listening import Listening
from companion.sources.protocols.vosk_wire import Client, Configured, Ended, Request, Sound, seat, who
from companion.speech.audio import Wire
from companion.speech.recogniser import Recogniser

LONGEST_MESSAGE = 1024 * 1024
"""Bytes of a message: the limit of the websockets library that vosk-server runs on; half a minute of 16 kHz sound."""

FIRST = 10.0
"""Seconds within which a client has to say something."""

IDLE = 600.0
"""Seconds without a message, after which a client is given up: one that has joined sends sound, silence too."""


class VoskServer(WebSocketListener):
    """A source of any number of calls.

    Args:
        host: what to bind to; empty means this machine only. Anything beyond this machine needs a token.
        port: TCP port; 0 picks a free one.
        recogniser: makes a call's recogniser.
        mono_as: whose sound a client sends that does not say.
        token: what clients must present just now, as `?token=…` or `Authorization: Bearer …`.
        certificate: a PEM file; with it, clients are served over TLS.
        key: the certificate's private key, where it is not in the same file.
        linger: seconds that a named call waits for a client that was lost.

    Raises:
        ConfigError: no token for a host beyond this machine, or a certificate that cannot be used.
    """

    longest_message = LONGEST_MESSAGE

    def __init__(
        self,
        host: str,
        port: int,
        *,
        recogniser: Callable[[str], Recogniser],
        mono_as: Channel = "customer",
        token: Callable[[], str] | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        linger: float = LINGER,
    ) -> None:
        super().__init__(
            "vosk",
            host,
            port,
            recogniser=recogniser,
            door=Door(token),
            certificate=certificate,
            key=key,
            linger=linger,
        )
        self._mono_as = mono_as

    def _refusal(self, connection: ServerConnection, request: http11.Request) -> tuple[int, str] | None:
        refusal = super()._refusal(connection, request)
        if refusal is None:
            try:
                pair, channel = seat(request.path)
                if self._exchange.board.is_taken(pair, channel or self._mono_as):
                    refusal = 409, "this channel of the call is already connected"
            except PeerError as error:
                refusal = 400, str(error)
        return refusal

    async def _talk(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        pair, channel = seat(connection.request.path)
        channel = channel or self._mono_as
        client, guest, lost, patience = Client(), None, "", FIRST
        try:
            while True:
                async with asyncio.timeout(patience):
                    message = await connection.recv()
                patience = IDLE
                request = client.receive(message)
                if guest is None:
                    guest = _Guest(self._exchange.board.join(pair, channel, who=who(connection.request.path)))
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
            if guest is not None and not self._exchange.stop.is_set():
                lost = f"the {channel}'s connection broke"
                self._exchange.complain(guest.seat.call.name, lost)
        except (PeerError, SpeechError, TimeoutError) as error:
            lost = str(error) or f"nothing came for {patience:g} s"
            self._exchange.complain(guest.seat.call.name if guest is not None else "", lost)
            await turn_away(connection, 1011 if isinstance(error, SpeechError) else 1008, lost)
        if guest is not None:
            await self._part(guest, lost)

    async def _part(self, guest: "_Guest", lost: str) -> None:
        """Give out what is still to be heard of a client that has gone."""
        guest.seat.part()
        try:
            async for item in guest.rest():
                self._exchange.give(item)
        except SpeechError as error:
            lost = lost or str(error)
        finally:
            guest.seat.done()
        if not self._exchange.stop.is_set():  # then all calls end together
            await self._exchange.board.leave(guest.seat, lost)


class _Guest:
    """One client's sound in its call."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.offset = round(asyncio.get_running_loop().time() - seat.call.began, 3)
        """Seconds of the call that passed before the client's first sound."""
        self._now = self.offset
        self._wire = Wire()
        self._listening: Listening | None = None

    async def hear(self, request: Request, rate: int = 0) -> list[Item]:
        """What a frame, or the end of sound so far, brings.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        if not isinstance(request, Sound):
            return [item async for item in self.rest()]
        await self.seat.ready()
        if self._listening is None:
            call = self.seat.call
            self._listening = Listening(call.name, call.recogniser, (self.seat.channel,), rate, start=self._now, clocked=False)
        items: list[Item] = []
        for round_ in self._listening.feed(self._wire.decode(request.pcm)):
            items += await self._listening.hear(round_)
        return items

    async def rest(self) -> AsyncIterator[Item]:
        """The last final texts of the sound so far.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        await self.seat.ready()
        if self._listening is not None:
            listening, self._listening, self._wire = self._listening, None, Wire()
            async for item in listening.last():
                yield item
            self._now = listening.now
