"""No port of ours is open to strangers unless somebody says so: every listener there is, at other addresses and from other sites' pages."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from companion import sources
from companion.broadcast.hub import Hub
from companion.errors import ConfigError
from companion.sources.uri import PHONES, WEBHOOKS

EVERY = (*PHONES, *WEBHOOKS, "vosk")
BROWSERS = tuple(scheme for scheme in EVERY if scheme != "audiosocket")  # whose first frame no page can send
STRANGERS = ("null", "https://evil.example", "http://evil.example:PORT", "http://127.0.0.1.evil.example", "http://localhost.evil.example")
"""Origins: a sandboxed frame's, another site's, and one whose name leads here (DNS rebinding)."""


def made(scheme: str, host: str = "", **options: Any) -> Any:
    """A listener; nobody gets so far that it would recognise anything."""
    return sources.open(f"{scheme}://{host}:0", recogniser=lambda call: None, **options)  # type: ignore[arg-type, return-value]


@asynccontextmanager
async def listening(scheme: str) -> AsyncIterator[int]:
    """The port of a listener for which nothing was said but its name."""
    source = made(scheme)

    async def listen() -> None:
        async for _ in source:
            pass

    task = asyncio.create_task(listen())
    async with asyncio.timeout(20):
        await source.listening.wait()
    try:
        yield next(iter(source.ports.values())) if scheme == "audiosocket" else source.port
    finally:
        await source.close()
        await asyncio.wait_for(task, 20)


async def status(port: int, request: str) -> str:
    """What the port answers in its first line."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.replace("PORT", str(port)).encode())
    async with asyncio.timeout(20):
        line = (await reader.readline()).decode()
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return line


def handshake(origin: str) -> str:
    """A browser's, of a WebSocket."""
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
    return f"GET / HTTP/1.1\r\nHost: evil.example:PORT\r\nOrigin: {origin}\r\n{upgrade}\r\n\r\n"


def form(origin: str, media: str) -> str:
    """A browser's, of a form."""
    return f"POST / HTTP/1.1\r\nHost: evil.example:PORT\r\nOrigin: {origin}\r\nContent-Type: {media}\r\nContent-Length: 2\r\n\r\n{{}}"


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "10.1.2.3"])
@pytest.mark.parametrize("scheme", EVERY)
def test_none_reaches_beyond_this_machine_by_itself(scheme: str, host: str) -> None:
    with pytest.raises(ConfigError, match="reaches beyond this machine"):
        made(scheme, host)
    with pytest.raises(ConfigError, match="reaches beyond this machine without tokens"):
        Hub(host.strip("[]"), 0)


@pytest.mark.parametrize("scheme", EVERY)
async def test_without_a_host_it_is_this_machine(scheme: str) -> None:
    async with listening(scheme) as port:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.2", port)


@pytest.mark.parametrize("scheme", BROWSERS)
async def test_no_other_sites_page_comes_in(scheme: str) -> None:
    media = "application/x-www-form-urlencoded" if scheme == "twilio-conversations" else "application/json"
    async with listening(scheme) as port:
        for origin in STRANGERS:
            request = form(origin, media) if scheme in WEBHOOKS else handshake(origin)
            assert " 403 " in await status(port, request), origin
        if scheme not in WEBHOOKS:
            assert " 403 " not in await status(port, handshake("http://localhost:PORT"))


async def test_nor_to_a_hub_without_tokens() -> None:
    async with Hub("", 0) as hub:
        for origin in STRANGERS:
            assert " 403 " in await status(hub.port, handshake(origin)), origin
        assert " 101 " in await status(hub.port, handshake("http://localhost:PORT"))
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.2", hub.port)
