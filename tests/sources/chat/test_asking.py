"""Questions over HTTP, to real servers that answer and that do not."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from companion.errors import ConfigError
from companion.sources.chat import asking
from companion.sources.chat.asking import Asker
from companion.sources.protocols.room import Ask


@asynccontextmanager
async def answering(answer: Callable[[web.BaseRequest], Any]) -> AsyncIterator[str]:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        found = answer(request)
        return found if isinstance(found, web.StreamResponse) else web.json_response(found)

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def asked(url: str, **keys: Any) -> tuple[int, Any]:
    async with Asker() as asker:
        return await asker.ask(Ask(url=url, **keys))


async def test_asked_and_answered() -> None:
    def answer(request: web.BaseRequest) -> Any:
        return {"method": request.method, "query": dict(request.query), "token": request.headers.get("X-Token")}

    async with answering(answer) as site:
        assert await asked(site, query={"a": "b c"}, headers={"X-Token": "t"}) == (
            200,
            {"method": "GET", "query": {"a": "b c"}, "token": "t"},
        )
        assert (await asked(site, method="POST"))[1]["method"] == "POST"


@pytest.mark.parametrize("body", ["no JSON", '{"a": ', "[" * 100_000])
async def test_what_is_no_json_is_none(body: str) -> None:
    async with answering(lambda request: web.Response(status=502, text=body)) as site:
        assert await asked(site) == (502, None)


async def test_a_token_is_taken_nowhere_else() -> None:
    async with answering(lambda request: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})) as site:
        assert await asked(site) == (302, None)


async def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONGEST_ANSWER", 1000)
    async with answering(lambda request: web.Response(body=b"x" * 100_000)) as site:
        with pytest.raises(OSError, match="answers with more than 1,000 bytes"):
            await asked(site)


async def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(OSError, match="Connect call failed"):
        await asked(f"http://127.0.0.1:{port}/secret")


async def test_gone_before_the_answer() -> None:
    async def gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    async with await asyncio.start_server(gone, "127.0.0.1", 0) as server:
        with pytest.raises(OSError, match="breaks off"):
            await asked(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


async def test_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(OSError, match="does not answer"):
        await asked(f"http://127.0.0.1:{silent.getsockname()[1]}/")


async def test_no_http() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
        with pytest.raises(OSError, match="does not speak HTTP"):
            await asked(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(ConfigError, match=r"pip install 'companion\[chat\]'"):
        Asker()
