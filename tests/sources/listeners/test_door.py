"""Who may come in."""

import base64
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus

from companion.core.feed import Complaint
from companion.errors import ConfigError
from companion.net.reach import is_local
from companion.sources.listeners.door import PER_PEER, Door
from companion.sources.listeners.vosk_server import VoskServer
from companion.speech.recogniser import Recogniser

Script = Callable[..., Callable[[str], Recogniser]]
Run = Callable[..., AbstractAsyncContextManager[Any]]


def status(door: Door, path: str = "/", **headers: str) -> int | None:
    refusal = door.refusal(path, Headers(**headers))
    return refusal[0] if refusal else None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"])
def test_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org", ""])
def test_beyond(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize("path", ["/?token=secret", "/asr?call=4&token=secret", "/?token=wrong&token=secret"])
def test_token_in_the_query(path: str) -> None:
    assert status(Door(lambda: "secret"), path) is None


def test_token_in_the_header() -> None:
    assert status(Door(lambda: "secret"), Authorization="Bearer secret") is None
    assert status(Door(lambda: "secret"), Authorization="bearer  secret ") is None
    assert status(Door(lambda: "secret"), Authorization="Basic secret") == 401


def test_a_token_that_is_replaced() -> None:
    given = ["secret"]
    door = Door(lambda: given[0])
    given[0] = "another"
    assert status(door, "/?token=secret") == 401
    assert status(door, "/?token=another") is None


def test_token_as_a_password() -> None:
    assert status(Door(lambda: "secret"), Authorization="Basic " + base64.b64encode(b"anybody:secret").decode()) is None
    for wrong in (b"secret:", b"secret", b":secrets", b"\xff:secret"):
        assert status(Door(lambda: "secret"), Authorization="Basic " + base64.b64encode(wrong).decode()) == 401
    assert status(Door(lambda: "secret"), Authorization="Basic %") == 401


def test_a_proof_does_instead_of_a_token() -> None:
    door = Door(lambda: "secret", proof=lambda token, path, headers: token == "secret" and path == "/signed" and headers["Host"] == "here")
    assert status(door, "/signed", Host="here") is None
    assert status(door, "/", Host="here") == 401
    assert status(Door(None, proof=lambda token, path, headers: False)) is None  # nothing is asked for


def test_one_address_cannot_fill_the_house() -> None:
    door = Door(None)
    for _ in range(PER_PEER):
        door.enter("10.0.0.1")
    assert door.refusal("/", Headers(), "10.0.0.1") == (503, "too many connections")
    assert door.refusal("/", Headers(), "10.0.0.2") is None
    door.leave("10.0.0.1")
    assert door.refusal("/", Headers(), "10.0.0.1") is None


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=secre", "/?token=secrets", "/secret", "/?token=%ff%fe", "/?token=é"])
def test_no_token(path: str) -> None:
    assert status(Door(lambda: "secret"), path) == 401


def test_with_the_token_any_page_may_come() -> None:
    assert status(Door(lambda: "secret"), "/?token=secret", Origin="https://elsewhere.example") is None


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost.elsewhere.example", "http://[::", ""])
def test_without_one_only_pages_of_this_machine(origin: str) -> None:
    assert status(Door(None), Origin=origin) == 403


def test_no_more_than_agreed() -> None:
    door = Door(None, most=2)
    door.enter()
    assert status(door) is None
    door.enter()
    assert status(door) == 503
    door.leave()
    assert status(door) is None


async def goodbye(client: Any) -> bool:
    """Whether the listener answers."""
    await client.send('{"eof" : 1}')
    return bool(await client.recv())


class TestListener:
    """The same at a listener that runs."""

    async def test_token(self, running: Run, script: Script) -> None:
        async with running(script(), host="0.0.0.0", token="let me in") as run:
            assert run.of(Complaint) == await run.until(Complaint)
            for path, headers in (("/?token=let%20me%20in", {}), ("/", {"Authorization": "Bearer let me in"})):
                async with run.dial(path, additional_headers=headers) as client:
                    assert await goodbye(client)
            for path in ("/", "/?token=", "/?token=let%20me%20i"):
                with pytest.raises(InvalidStatus) as caught:
                    await run.dial(path).__aenter__()
                assert caught.value.response.status_code == 401
            why = "no token, or another one; give ?token=… or Authorization: Bearer …; refused, and others like it will be without a word"
            assert [item.text for item in run.of(Complaint)][1:] == [f"{run.server.name}, 127.0.0.1: {why}"]

    async def test_tls(self, running: Run, script: Script, certificate: tuple[Path, Path]) -> None:
        chain, key = certificate
        trusting = ssl.create_default_context(cafile=str(chain))
        async with running(script(), certificate=chain, key=key) as run:
            client = await connect(f"wss://127.0.0.1:{run.server.port}", ssl=trusting)
            assert await goodbye(client)

    def test_a_certificate_that_is_none(self, script: Script, tmp_path: Path) -> None:
        path = tmp_path / "certificate.pem"
        with pytest.raises(ConfigError, match="no such file or directory; give PEM files"):
            VoskServer("", 0, recogniser=script(), certificate=path)
        path.write_text("not a certificate")
        with pytest.raises(ConfigError, match="is no certificate with its private key; give PEM files"):
            VoskServer("", 0, recogniser=script(), certificate=path)

    async def test_pages_of_other_sites(self, running: Run, script: Script) -> None:
        async with running(script()) as run:
            for origin in ("http://localhost:8080", "http://127.0.0.1"):
                async with run.dial(origin=origin) as client:
                    assert await goodbye(client)
            for origin in ("https://elsewhere.example", "null"):
                with pytest.raises(InvalidStatus) as caught:
                    await run.dial(origin=origin).__aenter__()
                assert caught.value.response.status_code == 403
