"""Who may come in."""

import pytest
from websockets.datastructures import Headers

from companion.sources.door import Door, is_local


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
    assert status(Door("secret"), path) is None


def test_token_in_the_header() -> None:
    assert status(Door("secret"), Authorization="Bearer secret") is None
    assert status(Door("secret"), Authorization="bearer  secret ") is None
    assert status(Door("secret"), Authorization="Basic secret") == 401


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=secre", "/?token=secrets", "/secret", "/?token=%ff%fe", "/?token=é"])
def test_no_token(path: str) -> None:
    assert status(Door("secret"), path) == 401


def test_with_the_token_any_page_may_come() -> None:
    assert status(Door("secret"), "/?token=secret", Origin="https://elsewhere.example") is None


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
