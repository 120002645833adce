"""Crowds at the door: they cost what they may cost, are told what they may be told, and nobody who behaves notices them."""

import asyncio
import contextlib
import json
import os
import re
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from companion import sources
from companion.broadcast.hub import Hub
from companion.broadcast.messages import VERSION, Hello, encode
from companion.core.call import Rules
from companion.core.events import CallEnded, SourceLost, Utterance
from companion.core.feed import Source
from companion.rules.load import find, load
from companion.run import Run
from companion.sinks.journal import JournalFolder
from companion.sinks.reading import read
from tests.faults.counted import Twilio, counting
from tests.faults.processes import gateway, until
from tests.faults.size import times

pytestmark = pytest.mark.timeout(times(120, 1800))

HANDSHAKE = times(0.5, 5.0)
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
