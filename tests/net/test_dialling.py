"""A connection of ours: what it says when nobody answers, when it breaks, and when it is stopped."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from companion.errors import SourceError
from companion.net.dialling import Back, Line, Lost, Message


@asynccontextmanager
async def peer(*connections: str) -> AsyncIterator[str]:
    """A server that does so with each connection, one after the other: `hello` and then `close`, `break`, or else a close frame's words."""
    left = list(connections)

    async def handler(connection: ServerConnection) -> None:
        what = left.pop(0) if left else "close"
        await connection.send("hello")
        if what == "break":
            await asyncio.sleep(0.02)  # what was sent must be on its way first
            connection.transport.abort()
        elif what != "close":
            await connection.close(1011, what)

    async with serve(handler, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def heard(uri: str, waits: tuple[float, ...] = (0.01, 0.01)) -> list[Message]:
    async with asyncio.timeout(10):
        return [message async for message in Line(uri, "ws://peer", waits)]


async def refusal(uri: str) -> str:
    with pytest.raises(SourceError) as caught:
        await heard(uri)
    return str(caught.value)


class TestFirstCall:
    async def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        said = await refusal(f"ws://127.0.0.1:{port}")
        assert said == "ws://peer: refuses the connection; check the address, and that it is on"

    async def test_turned_away(self) -> None:
        async with serve(lambda c: None, "127.0.0.1", 0, process_request=lambda c, r: c.respond(403, "no\n")) as server:  # type: ignore[arg-type, return-value]
            said = await refusal(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}")
        assert said == "ws://peer: refuses with HTTP status 403; check the address, and that it is on"

    async def test_no_websocket(self) -> None:
        async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(b"220 mail.example ESMTP\r\n")
            writer.close()

        async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
            said = await refusal(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        assert said.startswith("ws://peer: does not speak WebSocket (")

    @pytest.mark.parametrize("host", ["255.255.255.255", "two..dots"])
    async def test_no_such_host(self, host: str) -> None:
        assert (await refusal(f"ws://{host}/")).startswith("ws://peer: cannot be reached (")

    async def test_stopped_meanwhile(self) -> None:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
            line = Line(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", "ws://peer")
            asyncio.get_running_loop().call_later(0.05, lambda: asyncio.ensure_future(line.close()))
            assert [message async for message in line] == []
            assert line.stopped


class TestLoss:
    async def test_a_good_bye_is_no_loss(self) -> None:
        async with peer("close") as uri:
            assert await heard(uri) == ["hello"]

    async def test_back_again(self) -> None:
        async with peer("break", "close") as uri:
            hello, lost, back, again = await heard(uri)
        assert (hello, lost, again) == ("hello", Lost("broke off", 0.01), "hello")
        assert isinstance(back, Back)
        assert back.gap >= 0.01

    async def test_what_the_peer_says_is_told_and_made_harmless(self) -> None:
        async with peer("out of\x1b[31m order") as uri:
            assert (await heard(uri))[1] == Lost("broke off with code 1011 (out of order)", 0.01)

    async def test_tries_count_anew_once_something_was_heard(self) -> None:
        async with peer("break", "break", "break", "close") as uri:
            messages = await heard(uri, (0.01,))
        assert messages.count("hello") == 4
        assert messages.count(Lost("broke off", 0.01)) == 3

    async def test_given_up(self) -> None:
        async with peer("break") as uri:
            line = aiter(Line(uri, "ws://peer", (0.01, 0.01)))
            assert [await anext(line), await anext(line)] == ["hello", Lost("broke off", 0.01)]
        async with asyncio.timeout(10):
            rest = [message async for message in line]
        assert rest == [Lost("refuses the connection", 0.01), Lost("refuses the connection", None)]

    async def test_stopped_while_waiting(self) -> None:
        async with peer("break") as uri:
            line = Line(uri, "ws://peer", (60.0,))
            messages = []
            async for message in line:
                messages.append(message)
                if isinstance(message, Lost):
                    asyncio.get_running_loop().call_soon(asyncio.ensure_future, line.close())
        assert messages == ["hello", Lost("broke off", 60.0)]


class TestKept:
    async def test_a_good_bye_is_a_loss_and_nothing_is_given_up(self) -> None:
        async with peer("close", "close", "break", "close") as uri:
            line = Line(uri, "ws://peer", (0.01,), kept=True)
            messages: list[Message] = []
            async for message in line:
                messages.append(message)
                if messages.count("hello") == 4:
                    await line.close()
        assert [message for message in messages if isinstance(message, Lost)] == [
            Lost("hung up", 0.01),
            Lost("hung up", 0.01),
            Lost("broke off", 0.01),
        ]
        assert sum(isinstance(message, Back) for message in messages) == 3

    async def test_the_address_is_asked_for_each_time(self) -> None:
        asked = []
        async with peer("break", "close") as uri:

            async def address() -> str:
                asked.append(uri)
                if len(asked) == 2:
                    raise OSError("busy")
                return uri

            messages = [message async for message in Line(address, "ws://peer", (0.01, 0.01))]
        assert [message for message in messages if not isinstance(message, Back)] == [
            "hello",
            Lost("broke off", 0.01),
            Lost("cannot be reached (busy)", 0.01),
            "hello",
        ]

    async def test_what_is_said_is_heard_from_the_first_word(self) -> None:
        heard = []

        async def listener(connection: ServerConnection) -> None:
            heard.append((connection.subprotocol, connection.request.headers.get("Origin")))  # type: ignore[union-attr]
            await connection.send("welcome")
            heard.extend([await connection.recv(), await connection.recv()])

        async with serve(listener, "127.0.0.1", 0, subprotocols=["cable"]) as server:  # type: ignore[list-item]
            uri = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            line = Line(uri, "ws://peer", greeting=lambda: ["hello"], subprotocol="cable", origin="http://here")
            await line.send("nobody hears this")
            async for _ in line:
                await line.send("thanks")
        assert heard == [("cable", "http://here"), "hello", "thanks"]

    async def test_a_connection_of_no_use_is_dialled_anew(self) -> None:
        async with peer("out of order", "close") as uri:
            line = Line(uri, "ws://peer", (0.01,), kept=True)
            messages: list[Message] = []
            async for message in line:
                messages.append(message)
                if message == "hello":
                    await (line.close() if len(messages) > 1 else line.hang_up("has a new token"))
        assert messages[0] == messages[-1] == "hello"
        assert Lost("has a new token", 0.01) in messages

    async def test_not_let_in_the_waits_grow_whatever_was_heard(self) -> None:
        async with peer("out of order") as uri:
            line = Line(uri, "ws://peer", (0.01, 0.02, 0.03), kept=True)
            waits = []
            async for message in line:
                if isinstance(message, Lost):
                    waits.append(message.wait)
                    if len(waits) == 6:
                        await line.close()
                elif message == "hello":
                    await line.hang_up("refuses the token", refused=len(waits) < 4)
        assert waits == [0.01, 0.02, 0.03, 0.03, 0.01, 0.01]

    async def test_moved_without_a_gap(self) -> None:
        open_at_once, most = 0, 0

        async def server_of(connection: ServerConnection) -> None:
            nonlocal open_at_once, most
            open_at_once += 1
            most = max(most, open_at_once)
            for number in range(3):
                await connection.send(str(number))
            await connection.wait_closed()
            open_at_once -= 1

        async with serve(server_of, "127.0.0.1", 0) as server:
            line = Line(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}", "ws://peer", (0.01,), kept=True)
            messages: list[Message] = []
            async for message in line:
                messages.append(message)
                if len(messages) == 1:
                    await line.move()
                if len(messages) == 6:
                    await line.close()
        assert messages == ["0", "1", "2"] * 2  # nothing lost, and what the old one had brought comes first
        assert most == 2

    async def test_moved_to_nowhere_the_old_one_is_kept(self) -> None:
        async with peer("close") as uri:
            addresses = [uri, "ws://127.0.0.1:1"]

            async def address() -> str:
                return addresses.pop(0)

            line = Line(address, "ws://peer", ())
            messages: list[Message] = []
            async for message in line:
                messages.append(message)
                await line.move()
        assert messages == ["hello"]
