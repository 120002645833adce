"""Crowds at the door: they cost what they may cost, are told what they may be told, and nobody who behaves notices them."""

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from companion import sources
from companion.broadcast.hub import Hub
from companion.broadcast.messages import VERSION, Hello, encode
from companion.core.events import SourceLost
from companion.core.feed import Source
from companion.core.replay import check
from companion.sinks.reading import read
from companion.wiring.parts import DATA
from tests.faults.counted import Twilio, counting
from tests.faults.processes import gateway, until
from tests.faults.size import times

pytestmark = pytest.mark.timeout(times(120, 1800))

HANDSHAKE = times(2.0, 5.0)
IDLE = times(150, 1000)
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


@asynccontextmanager
async def listening(uri: str) -> AsyncIterator[int]:
    """A listener that judges nothing; its port."""
    source: Source = sources.open(uri, recogniser=counting)

    async def listen() -> None:
        async for _ in source:
            pass

    listens = asyncio.create_task(listen())
    await source.listening.wait()  # type: ignore[attr-defined]
    try:
        yield source.port  # type: ignore[attr-defined]
    finally:
        await source.close()
        await listens


@asynccontextmanager
async def hubs(uri: str) -> AsyncIterator[int]:
    """A hub; its port."""
    async with Hub("", 0) as hub:
        yield hub.port


async def closed(reader: asyncio.StreamReader) -> None:
    """Wait until the other end has hung up."""
    with contextlib.suppress(OSError):
        await reader.read()


async def phones(port: int) -> None:
    """A phone system comes in."""
    async with connect(f"ws://127.0.0.1:{port}/?call=good"):
        pass


async def looks_on(port: int) -> None:
    """A supervisor comes in."""
    async with connect(f"ws://127.0.0.1:{port}") as connection:
        await connection.send(encode([Hello(version=VERSION, role="reader", name="Sue")]))
        assert '"welcome"' in str(await connection.recv())


async def delivers(port: int) -> None:
    """A chat system delivers something."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    assert (await reader.readline()).startswith(b"HTTP/1.1 ")
    writer.close()


@pytest.mark.parametrize(
    ("opened", "uri", "comes_in"),
    [(listening, "twilio://:0", phones), (listening, "vosk://:0", phones), (listening, "intercom://:0", delivers), (hubs, "", looks_on)],
    ids=["twilio", "vosk", "intercom", "hub"],
)
async def test_who_says_nothing_or_very_slowly_keeps_nobody_out(
    opened: Callable[[str], contextlib.AbstractAsyncContextManager[int]],
    uri: str,
    comes_in: Callable[[int], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in ("broadcast.hub._HANDSHAKE", "sources.listeners.websocket_listener._HANDSHAKE", "sources.chat.http.PATIENCE"):
        monkeypatch.setattr(f"companion.{place}", HANDSHAKE)
    async with opened(uri) as port:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IDLE)]
        for _, writer in crowd[: IDLE // 2]:
            writer.write(UPGRADE)  # half a head

        async def drip(writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                for byte in UPGRADE * 10:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(HANDSHAKE / 5)

        dripping = [asyncio.create_task(drip(writer)) for _, writer in crowd[-20:]]
        async with asyncio.timeout(HANDSHAKE * 0.8):  # while they are all there
            await comes_in(port)
        async with asyncio.timeout(60):
            await asyncio.gather(*(closed(reader) for reader, _ in crowd))
        for task in dripping:
            task.cancel()
        for _, writer in crowd:
            writer.close()
        await comes_in(port)


async def knock(port: int, turn: int) -> bytes:
    """One of many who dial: hangs up at once, talks nonsense, is a page of another site, or only shakes hands; the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    match turn % 4:
        case 0:
            writer.transport.abort()
            return b""
        case 1:
            writer.write(b"\x16\x03\x01 not for you\r\n\r\n")
        case 2:
            writer.write(UPGRADE + b"Origin: https://elsewhere.example\r\n\r\n")
        case 3:
            writer.write(UPGRADE + b"\r\n")
    answer = b""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(2):
            answer = await reader.read(1024)
    writer.close()
    return answer


async def storm(ports: list[int], count: int, seconds: float) -> list[bytes]:
    """So many connections within so many seconds, spread over the ports; the answers."""
    loop = asyncio.get_running_loop()
    began, answers, under_way = loop.time(), [], set[asyncio.Task[bytes]]()
    for turn in range(count):
        await asyncio.sleep(max(0.0, began + turn * seconds / count - loop.time()))
        if len(under_way) >= 200:
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            answers += [task.result() for task in done if not task.exception()]
        under_way.add(asyncio.create_task(knock(ports[turn // 4 % len(ports)], turn)))
    done, _ = await asyncio.wait(under_way)
    return answers + [task.result() for task in done if not task.exception()]


def files(pid: int) -> int:
    """How many files and sockets a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


async def test_a_storm_of_connections_leaves_no_trace_and_a_call_beside_it_goes_on(tmp_path: Path) -> None:
    listens = [f"--listen={uri}" for uri in ("twilio://:0", "vosk://:0", "intercom://:0")]
    with gateway(*listens, "--journal", tmp_path, "--speech-model", str(DATA / "starter")) as (process, hub):
        ports = {kind: int(process.told(rf"{kind}://127\.0\.0\.1:(\d+): waits")) for kind in ("twilio", "vosk", "intercom")}
        every = [*ports.values(), int(hub.rpartition(":")[2])]
        before = files(process.pid)
        await storm(every, times(60, 2000), times(0.5, 12))  # what is made once is made
        warm = resident(process.pid)
        calling = asyncio.create_task(Twilio().say(ports["twilio"], 1, times(4, 12), paced=True))
        answers = await storm(every, times(200, 10_000), times(2, 60))
        await calling
        await asyncio.to_thread(until, lambda: files(process.pid) <= before + 1, "its files back")  # + the journal
        assert resident(process.pid) < warm * 1.15 + 2**21
        assert await asyncio.to_thread(process.end, signal.SIGINT) == 130
        said = process.said
    assert any(b"403 Forbidden" in answer and b"pages of other sites" in answer for answer in answers)
    assert any(b"101 Switching" in answer for answer in answers)
    assert "Traceback" not in said
    assert len(said.splitlines()) < 30
    records = list(read(tmp_path / "CA7.jsonl"))
    assert check(records) == len(records)
    assert not [record for record in records if isinstance(record.event, SourceLost)]
    assert records[-1].at >= times(1500, 5500)
