"""One port that peers dial: what all kinds of listeners have in common."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from companion.errors import ConfigError, SourceError
from companion.sources.listeners import door
from companion.sources.listeners.door import Door
from companion.sources.listeners.websocket_listener import WebSocketListener, turn_away
from companion.speech.recogniser import Scripted


class Echo(WebSocketListener):
    """Answers once and turns away."""

    longest_message = 100

    async def _talk(self, connection: ServerConnection) -> None:
        message = await connection.recv()
        if message == "fault":
            raise ZeroDivisionError("a fault of ours")
        await connection.send(message)
        await turn_away(connection, 1008, "é" * 100)


def echo(port: int = 0, host: str = "") -> Echo:
    return Echo("echo", host, port, recogniser=lambda call: Scripted([]), door=Door(None))


async def drain(listener: Echo) -> None:
    async for _ in listener:
        pass


async def test_it_answers_where_its_name_says_until_it_is_closed() -> None:
    listener = echo()
    task = asyncio.create_task(drain(listener))
    await listener.listening.wait()
    assert listener.name == f"echo://127.0.0.1:{listener.port}"
    async with connect(f"ws://127.0.0.1:{listener.port}") as peer:
        await peer.send("hello")
        assert await peer.recv() == "hello"
        with pytest.raises(ConnectionClosed) as closed:
            await peer.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "é" * 60)
    with pytest.raises(SourceError, match="the port is taken"):
        await drain(echo(listener.port))
    await listener.close()
    await task


async def test_noise_on_the_port_harms_nobody() -> None:
    listener = echo()
    task = asyncio.create_task(drain(listener))
    await listener.listening.wait()
    for noise in (b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\x02\0" * 50, b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(noise)
        writer.write_eof()
        await reader.read()
        writer.close()
    async with connect(f"ws://127.0.0.1:{listener.port}") as peer:
        await peer.send("hello")
        assert await peer.recv() == "hello"
    await listener.close()
    await task


async def test_one_address_does_not_fill_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PER_PEER", 1)
    listener = echo()
    task = asyncio.create_task(drain(listener))
    await listener.listening.wait()
    async with connect(f"ws://127.0.0.1:{listener.port}") as peer:
        with pytest.raises(InvalidStatus, match="503"):
            await connect(f"ws://127.0.0.1:{listener.port}")
        await peer.send("hello")
        assert await peer.recv() == "hello"
    await listener.close()
    await task


async def test_a_fault_of_ours_ends_the_source_and_is_raised() -> None:
    listener = echo()
    task = asyncio.create_task(drain(listener))
    await listener.listening.wait()
    async with connect(f"ws://127.0.0.1:{listener.port}") as peer:
        await peer.send("fault")
        with pytest.raises(ZeroDivisionError):
            await task


def test_an_open_door_beyond_this_machine_is_refused() -> None:
    with pytest.raises(ConfigError, match="without a token"):
        echo(host="0.0.0.0")
