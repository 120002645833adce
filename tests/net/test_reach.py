"""Who can reach a listener. TLS is tested where it is spoken: tests/sources/test_door.py."""

import pytest

from companion.net.reach import is_here, is_local


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"])
def test_only_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org"])
def test_beyond(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    ("origin", "here"), [("null", True), ("http://localhost:80", True), ("https://x.example", False), ("http://[::", False)]
)
def test_pages(origin: str, here: bool) -> None:
    assert is_here(origin) is here
