"""A connection of ours: it says in a few words why it cannot be had, and how it broke."""

import asyncio
import ssl
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from companion.errors import SourceLost
from companion.net.connection import dial


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        if message == "break":
            connection.transport.abort()
        elif message == "bye":
            await connection.close(1008, "enough\x1b[31m")
        else:
            await connection.send(message)


@pytest.fixture
async def uri():  # type: ignore[no-untyped-def]
    async with serve(echo, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@pytest.mark.parametrize("message", ["hello", b"\x00\x01"])
async def test_messages_go_and_come(uri: str, message: str | bytes) -> None:
    connection = await dial(uri)
    await connection.send(message)
    assert await connection.receive() == message
    await connection.close()
    await connection.close()


async def test_a_token_is_presented() -> None:
    def check(connection: ServerConnection, request: Request) -> Response | None:
        return None if request.headers.get("Authorization") == "Bearer long and random" else connection.respond(401, "no")

    async with serve(echo, "127.0.0.1", 0, process_request=check) as server:
        uri = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        await (await dial(uri, lambda: "long and random")).close()
        with pytest.raises(SourceLost, match="refuses with HTTP status 401"):
            await dial(uri)


@pytest.mark.parametrize(("message", "why"), [("break", "broke off"), ("bye", "broke off with code 1008 (enough)")])
async def test_how_it_broke_is_told_to_who_sends_and_who_waits(uri: str, message: str, why: str) -> None:
    connection = await dial(uri)
    await connection.send(message)
    for doing in (connection.receive(), connection.send("more")):
        with pytest.raises(SourceLost) as caught:
            await doing
        assert str(caught.value) == why


async def test_a_closed_connection_is_lost_too(uri: str) -> None:
    connection = await dial(uri)
    await connection.close()
    with pytest.raises(SourceLost, match="broke off with code 1000"):
        await connection.receive()


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ("ws://127.0.0.1:1", "refuses the connection"),
        ("ws://no such host:2700", "cannot be reached"),
        (f"ws://{'a' * 70}.example", "cannot be reached (no name of a host)"),
    ],
)
async def test_nobody_there(there: str, why: str) -> None:
    with pytest.raises(SourceLost) as caught:
        await dial(there)
    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)


async def test_a_server_without_tls(uri: str) -> None:
    with pytest.raises(SourceLost, match=r"^(hung up before the connection stood|cannot be reached \(.*SSL)"):
        await dial(uri.replace("ws:", "wss:"))


async def test_a_server_with_a_certificate_of_ones_own(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with serve(echo, "127.0.0.1", 0, ssl=context) as server:
        uri = f"wss://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        with pytest.raises(SourceLost, match=r"^shows a certificate that is not trusted \(self-signed certificate; .*SSL_CERT_FILE\)$"):
            await dial(uri)
        with pytest.raises(SourceLost, match=r"^(does not speak WebSocket|hung up|broke off)"):
            await dial(uri.replace("wss:", "ws:"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        await (await dial(uri)).close()


async def test_somebody_who_speaks_something_else() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
        with pytest.raises(SourceLost, match=r"^does not speak WebSocket"):
            await dial(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def test_nobody_is_followed_elsewhere() -> None:
    dialled: list[str] = []

    def elsewhere(connection: ServerConnection, request: Request) -> Response:
        dialled.append(request.path)
        return Response(302, "Found", Headers(Location="/elsewhere", Connection="close", Content_Length="0"))

    async def handler(connection: ServerConnection) -> None:
        raise AssertionError("nobody comes so far")

    async with serve(handler, "127.0.0.1", 0, process_request=elsewhere) as server:
        with pytest.raises(SourceLost, match="refuses with HTTP status 302"):
            await dial(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/here", lambda: "token")
    assert dialled == ["/here"]
