"""Our end of a connection: what is heard, in which order, and when it is given up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from companion.broadcast.messages import VERSION, Bye, Hello, Welcome, encode, from_peer
from companion.broadcast.wire import Heard, TurnedAway, Wire, name_of
from companion.core.seen import Message, Notice
from companion.errors import ConfigError, SourceError
from companion.net.dialling import Lost

HELLO = Hello(version=VERSION, role="reader", token="secret", name="x")
WELCOME = Welcome(version=VERSION, role="reader", name="x")


@asynccontextmanager
async def peer(*frames: bytes) -> AsyncIterator[str]:
    """A hub that says hello's answer and then this, on each connection."""

    async def handler(connection: ServerConnection) -> None:
        assert from_peer(await connection.recv()) == [HELLO]
        for frame in frames:
            await connection.send(frame)
        await connection.wait_closed()

    async with serve(handler, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def heard(wire: Wire, count: int) -> list[Heard]:
    """So much, and then no more."""
    messages: list[Heard] = []
    async with asyncio.timeout(20):
        async for message in wire:
            messages.append(message)
            if len(messages) == count:
                await wire.close()
    return messages


async def test_what_the_hub_says() -> None:
    async with peer(encode([WELCOME, Notice(text="a\x1b[2Jb")])) as url:
        assert await heard(Wire(url, lambda: HELLO), 2) == [WELCOME, Notice(text="ab")]


@pytest.mark.parametrize("frame", [b"nonsense", b'{"type":"notice","text":"\\u001b', b"\xff"])
async def test_a_hub_that_speaks_otherwise_is_dialled_again(frame: bytes) -> None:
    async with peer(encode([WELCOME]), frame) as url:
        first, lost, again = await heard(Wire(url, lambda: HELLO, (0.01,)), 3)
        assert (first, again) == (WELCOME, WELCOME)
        assert isinstance(lost, Lost)
        assert lost.reason.startswith("not ")


async def test_why_it_hung_up() -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.recv()
        said: list[Message] = [WELCOME, Bye(reason="the hub stops")]
        await connection.send(encode(said))

    async with serve(leave, "127.0.0.1", 0) as server:
        wire = Wire(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}", lambda: HELLO, (0.01,))
        messages = await heard(wire, 4)
        assert messages[:3] == [WELCOME, Bye(reason="the hub stops"), Lost("the hub stops", 0.01)]


async def test_turned_away() -> None:
    async with peer(encode([Bye(reason="no such token")])) as url:
        with pytest.raises(TurnedAway) as caught:
            await heard(Wire(url, lambda: HELLO), 1)
        assert str(caught.value) == f"hub {url}: no such token"
        assert "secret" not in str(caught.value)


async def test_nobody_there() -> None:
    with pytest.raises(SourceError, match=r"^hub ws://127.0.0.1:1: refuses the connection; check the address"):
        await heard(Wire("ws://127.0.0.1:1", lambda: HELLO), 1)


def test_a_secret_in_the_address_is_not_shown() -> None:
    assert name_of("wss://house:1/calls?token=secret") == "hub wss://house:1/calls"
    assert name_of("wss://house:1?to=a@b") == "hub wss://house:1"
    with pytest.raises(ConfigError, match=r"^hub wss://house:1: a password does not belong there; put a token into a file"):
        name_of("wss://sue:secret@house:1")


@pytest.mark.parametrize("url", ["house:2750", "house", "http://house:2750", "ws://", "ws:///calls"])
def test_what_is_no_address_of_a_hub(url: str) -> None:
    with pytest.raises(
        ConfigError, match=r"^hub .*: is no hub's address; give ws://host:2750 or wss://host:2750, or a bus, nats://host:4222$"
    ):
        name_of(url)
