"""A listener that Asterisk dials by AudioSocket: plain TCP. It reads at once and never sends, and leaves hanging up to Asterisk.

Closing the socket, or reading too slowly, can end a call that is routed through it: so a stream that cannot be used is read on, unheard.
One whose seat is taken is heard once it is free: while a call is handed over, two agents are connected.
"""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeAlias

from companion.core.events import Channel
from companion.core.feed import Complaint, Item, Ready
from companion.errors import AudioFormatError, ConfigError, PeerError, SourceError, SpeechError
from companion.net.reach import address, is_local, not_listening
from companion.sources.listeners.door import Door
from companion.sources.listeners.exchange import LINGER, Exchange
from companion.sources.listeners.phone import FIRST, HOLD
from companion.sources.listeners.stream import Stream
from companion.sources.protocols.audiosocket_wire import AudioSocket
from companion.speech.recogniser import Recogniser

_PIECE = 65536  # bytes read at once, at most

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class AudioSocketListener:
    """A source of any number of calls; two connections with the same UUID are the two channels of one.

    Args:
        host: what to bind to; empty means this machine only.
        ports: TCP ports and whose sound comes in at each; 0 picks a free one.
        recogniser: makes a call's recogniser.
        friends: addresses and networks that may connect; needed beyond this machine, for AudioSocket has neither token nor TLS.
        linger: seconds that a call waits for a stream that was lost.

    Raises:
        ConfigError: no friends for a host beyond this machine, or what is none.
    """

    def __init__(
        self,
        host: str,
        ports: Sequence[tuple[int, Channel]],
        *,
        recogniser: Callable[[str], Recogniser],
        friends: Sequence[str] = (),
        linger: float = LINGER,
    ) -> None:
        self._host = host or "127.0.0.1"
        self.ports: dict[Channel, int] = {channel: port for port, channel in ports}
        """The TCP port of each channel; the real ones once `listening`."""
        self._friends = [_network(friend) for friend in friends]
        if not is_local(self._host) and not self._friends:
            raise ConfigError(f"{self.name}: reaches beyond this machine; name who may connect: from=ADDRESS, or leave the host out")
        self._door = Door(None)
        self._exchange = Exchange(self.name, recogniser, linger)
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.listening = asyncio.Event()
        """Set once Asterisk can connect."""

    @property
    def name(self) -> str:
        """Where Asterisk finds it."""
        return self._at(next(iter(self.ports.values())))

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen, and yield what happens in all calls, until closed.

        Raises:
            SourceError: a port cannot be had.
            SpeechError: the recogniser keeps failing.
        """
        servers: list[asyncio.Server] = []
        try:
            for channel in self.ports:
                servers.append(await self._listen(channel))
        except SourceError:
            for server in servers:
                server.close()
            raise
        self._exchange.name = self.name
        self.listening.set()

        async def hang_up() -> None:
            for server in servers:
                server.close()
            for writer in self._talks.values():
                writer.close()
            await asyncio.gather(*self._talks, return_exceptions=True)

        self._exchange.give(Ready(text=f"{self.name}: waits for calls"))
        async with contextlib.aclosing(self._exchange.items(hang_up)) as items:
            async for item in items:
                yield item

    def _at(self, port: int) -> str:
        return address("audiosocket", self._host, port)

    async def close(self) -> None:
        """Hang up on everybody; the last final texts of what was heard still come."""
        self._exchange.stop.set()

    async def _listen(self, channel: Channel) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talk = asyncio.current_task()
            assert talk is not None
            self._talks[talk] = writer
            peer = str((writer.get_extra_info("peername") or [""])[0])  # none of one that has gone already
            refusal = self._refusal(peer)
            self._door.enter(peer)
            try:
                if refusal:
                    self._exchange.complain("", refusal)
                else:
                    await self._talk(channel, reader, writer)
            except Exception as error:  # the room's outer edge: a fault of ours must not die in the loop's log
                self._exchange.give(error)
            finally:
                self._door.leave(peer)
                del self._talks[talk]
                writer.close()

        try:
            server = await asyncio.start_server(serve, self._host, self.ports[channel])
        except OSError as error:
            raise not_listening(self._at(self.ports[channel]), error) from error
        self.ports[channel] = server.sockets[0].getsockname()[1]
        return server

    async def _talk(self, channel: Channel, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _notice_when_gone(writer)
        wire = AudioSocket(channel)
        while await self._hear(wire, channel, reader):
            pass

    async def _hear(self, wire: AudioSocket, channel: Channel, reader: asyncio.StreamReader) -> bool:
        """Hear a stream to its end. True: its seat was taken, and has become free."""
        stream, lost, read_on = Stream(self._exchange, wire), "", False
        loop = asyncio.get_running_loop()
        first = loop.time() + FIRST
        try:
            while not stream.ended:
                async with asyncio.timeout_at(loop.time() + HOLD if wire.named else first):
                    data = await reader.read(_PIECE)
                if not data:
                    break
                stream.take(data)
        except (PeerError, AudioFormatError, SpeechError) as error:
            lost, read_on = str(error), wire.named
        except OSError as error:
            # One without a number is our own time limit; the system's, for a peer that is gone, has one.
            lost = "the connection broke" if error.errno else f"nothing came for {HOLD if wire.named else FIRST:g} s"
        seatless = read_on and not stream.call and self._exchange.board.is_taken(wire.call, channel)
        if seatless:
            self._exchange.give(Complaint(text=f"{self.name}: {lost}; this one is heard once that has gone"))
        elif lost:
            self._exchange.complain(stream.call, lost)
        await stream.part(lost)
        if read_on:
            with contextlib.suppress(OSError):
                while data := await reader.read(_PIECE):
                    if seatless:
                        wire.pass_over(data)
                        if not self._exchange.board.is_taken(wire.call, channel):
                            return True
        return False

    def _refusal(self, peer: str) -> str:
        """Why a peer must stay outside; empty lets it in."""
        if self._door.is_full(peer):
            return f"too many connections, {peer} has to wait"
        address = _address(peer)
        if self._friends and not any(address is not None and address in network for network in self._friends):
            return f"{peer} may not connect; name it with from={peer}, if it should"
        return ""


def _notice_when_gone(writer: asyncio.StreamWriter) -> None:
    """Have the system ask, after half a minute of silence, whether the other end is still there: AudioSocket has no signs of life."""
    peer = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # it may have gone already
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)


def _address(peer: str) -> Address | None:
    """A peer's address, without its zone, and as IPv4 where it is one in disguise."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(friend: str) -> Network:
    try:
        return ipaddress.ip_network(friend.strip(), strict=False)
    except ValueError:
        raise ConfigError(f"audiosocket: from {friend[:60]!r} is no address; give from=10.0.0.5 or from=10.0.0.0/24") from None
