"""The server for deliveries, against clients that are not its library: `requests`, and sockets that behave badly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import requests

from companion.sources.chat import http
from companion.sources.chat.http import LONGEST, Posts
from companion.sources.protocols.hook import JSON, Request

HEAD = b"POST /hook?a=%41 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"


class Server:
    """A server, and what it was given."""

    def __init__(self) -> None:
        self.given: list[Request] = []
        self.peers: list[str] = []
        self.posts = Posts(JSON, self._take)
        self.port = 0

    def _take(self, request: Request, peer: str) -> tuple[int, str]:
        self.given.append(request)
        self.peers.append(peer)
        return 200, "ok"

    async def says(self, *pieces: bytes, end: bool = False) -> bytes:
        """All that is answered to what a raw connection sends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with contextlib.suppress(OSError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if end:
                writer.write_eof()
        answer = b""
        with contextlib.suppress(OSError):
            async with asyncio.timeout(10):
                while piece := await reader.read(65536):
                    answer += piece
        writer.close()
        return answer

    async def asked(self, method: str, **keys: object) -> requests.Response:
        return await asyncio.to_thread(requests.request, method, f"http://127.0.0.1:{self.port}/hook", timeout=10, **keys)

    async def works(self) -> bool:
        return (await self.asked("POST", json={})).status_code == 200


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    made.port = await made.posts.listen("127.0.0.1", 0, None)
    yield made
    await made.posts.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


class TestAnswers:
    async def test_a_delivery(self, server: Server) -> None:
        answer = await server.asked("POST", json={"a": "é"}, headers={"X-API-Key": "k"})
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert answer.headers["Connection"] == "close"
        (request,) = server.given
        assert (request.path, request.body, request.header("x-api-key")) == ("/hook", b'{"a": "\\u00e9"}', "k")
        assert server.peers == ["127.0.0.1"]

    async def test_the_path_is_as_it_was_written(self, server: Server) -> None:
        await server.says(HEAD + b"Content-Length: 0\r\n\r\n")
        assert server.given[0].path == "/hook?a=%41"

    async def test_somebody_looks_whether_we_are_there(self, server: Server) -> None:
        answer = await server.asked("HEAD")
        assert (answer.status_code, answer.text, server.given) == (200, "", [])

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
    async def test_other_methods(self, server: Server, method: str) -> None:
        answer = await server.asked(method)
        assert (answer.status_code, answer.headers["Allow"], server.given) == (405, "POST, HEAD", [])

    @pytest.mark.parametrize(
        "headers", [{"Content-Type": "text/plain"}, {}, {"Content-Type": JSON, "Content-Encoding": "gzip"}], ids=["text", "none", "gzip"]
    )
    async def test_other_kinds_of_bodies(self, server: Server, headers: dict[str, str]) -> None:
        assert (await server.asked("POST", data=b"{}", headers=headers)).status_code == 415

    async def test_a_charset_changes_nothing(self, server: Server) -> None:
        assert (await server.asked("POST", data=b"{}", headers={"Content-Type": "application/json; charset=utf-8"})).status_code == 200

    async def test_a_body_of_the_longest_length_and_one_more(self, server: Server) -> None:
        headers = {"Content-Type": JSON}
        assert (await server.asked("POST", data=b" " * LONGEST, headers=headers)).status_code == 200
        assert (await server.asked("POST", data=b" " * (LONGEST + 1), headers=headers)).status_code == 413
        assert [len(request.body) for request in server.given] == [LONGEST]

    async def test_a_body_in_chunks(self, server: Server) -> None:
        pieces = (b"x" * 1024 for _ in range(LONGEST // 1024 + 1))
        assert (await server.asked("POST", data=iter([b"{", b"}"]), headers={"Content-Type": JSON})).status_code == 200
        assert (await server.asked("POST", data=pieces, headers={"Content-Type": JSON})).status_code == 413
        assert [request.body for request in server.given] == [b"{}"]


class TestBadPeers:
    """Each loses its own connection, and nothing else."""

    async def test_ten_megabytes(self, server: Server) -> None:
        answer = await server.says(HEAD + b"Content-Length: 10485760\r\n\r\n", *[b"x" * 65536] * 160)
        assert status(answer) in (413, 0)  # who does not stop sending may miss the answer
        assert server.given == []
        assert await server.works()

    async def test_a_byte_at_a_time(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "PATIENCE", 0.3)
        for start in (b"", HEAD + b"Content-Length: 1000\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(start)

            async def drip(writer: asyncio.StreamWriter = writer) -> None:
                for byte in HEAD * 10:
                    writer.write(bytes([byte]))
                    await asyncio.sleep(0.05)

            dripping = asyncio.create_task(drip())
            with contextlib.suppress(OSError):
                async with asyncio.timeout(5):
                    assert await reader.read() == b""
            dripping.cancel()
            writer.close()
        assert server.given == []
        monkeypatch.setattr(http, "PATIENCE", 10.0)
        assert await server.works()

    async def test_silence(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "PATIENCE", 0.1)
        assert await server.says() == b""

    async def test_who_does_not_read_the_answer(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "PATIENCE", 1.0)
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HEAD + b"Content-Length: 2\r\n\r\n{}")
        async with asyncio.timeout(10):
            while server.posts.connections or not server.given:
                await asyncio.sleep(0.01)
        writer.close()

    async def test_a_flood_of_headers(self, server: Server) -> None:
        many = b"".join(b"X-%d: y\r\n" % n for n in range(100_000))
        assert status(await server.says(HEAD + many + b"\r\n")) in (400, 0)
        assert status(await server.says(HEAD + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n")) in (400, 0)
        assert status(await server.says(b"POST /" + b"y" * 1_000_000 + b" HTTP/1.1\r\n\r\n")) in (400, 414, 0)
        assert server.given == []
        assert await server.works()

    async def test_pipelining(self, server: Server) -> None:
        one = HEAD + b"Content-Length: 2\r\n\r\n{}"
        answer = await server.says(one * 50)
        assert answer.count(b"HTTP/1.1 200") == 1
        assert len(server.given) == 1
        assert await server.works()

    @pytest.mark.parametrize(
        "rest",
        [
            b"Content-Length: -1\r\n\r\n{}",
            b"Content-Length: +2\r\n\r\n{}",
            b"Content-Length: two\r\n\r\n{}",
            b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
            b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}}}\r\n0\r\n\r\n",
        ],
    )
    async def test_wrong_lengths(self, server: Server, rest: bytes) -> None:
        assert status(await server.says(HEAD + rest)) in (400, 413, 0)
        assert server.given == []
        assert await server.works()

    @pytest.mark.parametrize("start", [HEAD + b"Content-Length: 100\r\n\r\n{}", HEAD + b"Transfer-Encoding: chunked\r\n\r\n10\r\n{}", HEAD])
    async def test_who_goes_in_the_middle(self, server: Server, start: bytes) -> None:
        await server.says(start, end=True)
        assert server.given == []
        assert await server.works()

    @pytest.mark.parametrize("noise", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0" * 1000, b"GET\r\n\r\n", b"hello\r\n\r\n"])
    async def test_what_is_no_http(self, server: Server, noise: bytes) -> None:
        assert status(await server.says(noise, end=True)) in (400, 0)
        assert await server.works()

    async def test_too_many_at_once(self, server: Server) -> None:
        held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(http.CONNECTIONS)]
        async with asyncio.timeout(5):
            while server.posts.connections < http.CONNECTIONS:
                await asyncio.sleep(0.01)
        assert await server.works()
        async with asyncio.timeout(5):
            assert await held[0][0].read() == b""
        for _, writer in held:
            writer.close()
        async with asyncio.timeout(5):
            while server.posts.connections:
                await asyncio.sleep(0.01)
        assert await server.works()
