"""A network between two ends that does what networks do: it breaks, falls silent, delays, drips, and loses what it should carry."""

import asyncio
import contextlib
import random
import socket
import struct
from collections.abc import Iterator


class Proxy:
    """A relay to a port of this machine, as long as it is entered: `async with Proxy(port) as network: …`.

    Args:
        port: what it stands in front of.
        lag: seconds that everything is late, in each direction.
        sip: bytes that go on at once; 0 for as many as came.
        loss: share of WebSocket messages that never arrive; TCP itself would bring them. None where no WebSocket goes through.
        seed: of which messages those are.
    """

    def __init__(self, port: int, *, lag: float = 0.0, sip: int = 0, loss: float | None = None, seed: int = 1) -> None:
        self.port = 0
        """Where it is to be dialled."""
        self.dialled = 0
        """How many connections there were so far."""
        self.carried = 0
        """Bytes that went through, both ways."""
        self.lost = 0
        """Messages that did not."""
        self.refuses = False
        """Whether new connections are turned away."""
        self.lag = lag
        """How late everything is just now."""
        self._to = port
        self._sip = sip
        self.loss = loss
        """What share gets lost just now."""
        self._chance = random.Random(seed)
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Break all connections, without a good-bye to either end."""
        for writer in self._writers:
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        self._writers.clear()

    def fall_silent(self) -> None:
        """Carry nothing any more; both ends still think they are connected."""
        self._open.clear()

    def recover(self) -> None:
        """Carry again what comes, and what has come meanwhile."""
        self._open.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.dialled += 1
        if self.refuses:
            writer.transport.abort()
            return
        try:
            there, away = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, away}
        for ends in ((reader, away), (there, writer)):
            task = asyncio.create_task(self._carry(*ends))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction: what comes goes on when it is due, as it is."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(self._deliver(under_way, writer))
        cut = Messages() if self.loss is not None else None
        try:
            with contextlib.suppress(OSError):
                while data := await reader.read(65536):
                    for piece, losable in cut.feed(data) if cut else [(data, False)]:
                        if losable and self._chance.random() < (self.loss or 0.0):
                            self.lost += 1
                        else:
                            under_way.put_nowait((loop.time() + self.lag, piece))
            under_way.put_nowait((loop.time() + self.lag, b""))
            await delivering
        finally:
            delivering.cancel()

    async def _deliver(self, under_way: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            while True:
                due, data = await under_way.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data:
                    break
                for start in range(0, len(data), self._sip or len(data)):
                    await self._open.wait()
                    piece = data[start : start + self._sip] if self._sip else data
                    writer.write(piece)
                    self.carried += len(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        writer.close()
        self._writers.discard(writer)


class Messages:
    """One direction of a WebSocket connection, cut into its HTTP head and its frames (RFC 6455, section 5.2)."""

    def __init__(self) -> None:
        self._held = b""
        self._talking = False

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """What is whole now, and whether it is a message, which may be lost; the rest is signs of life and good-byes."""
        self._held += data
        while piece := self._next():
            self._held = self._held[len(piece) :]
            losable, self._talking = self._talking and piece[0] & 0x0F < 8, True
            yield piece, losable

    def _next(self) -> bytes:
        held = self._held
        if not self._talking:
            end = held.find(b"\r\n\r\n")
            return held[: end + 4] if end >= 0 else b""
        if len(held) < 2:
            return b""
        length, head = held[1] & 0x7F, 2
        if length >= 126:
            head = 4 if length == 126 else 10
            length = int.from_bytes(held[2:head], "big") if len(held) >= head else len(held)
        whole = head + (4 if held[1] & 0x80 else 0) + length
        return held[:whole] if len(held) >= whole else b""
