"""Who can reach a listener. TLS is tested where it is spoken: tests/sources/test_door.py."""

import errno
import os
import socket

import pytest

from companion.net.reach import address, is_here, is_local, not_listening


def test_an_address_is_written_so_that_it_can_be_dialled() -> None:
    assert address("vosk", "127.0.0.1", 2700) == "vosk://127.0.0.1:2700"
    assert address("ws", "::1", 2750) == "ws://[::1]:2750"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"])
def test_only_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "example.org", "localhost.example.org"])
def test_beyond(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    ("origin", "here"),
    [
        ("http://localhost:80", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("https://x.example", False),
        ("http://127.0.0.1.x.example", False),
        ("null", False),  # a sandboxed frame of any site
        ("", False),
        ("http://[::", False),
    ],
)
def test_pages(origin: str, here: bool) -> None:
    assert is_here(origin) is here


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EADDRINUSE, ""), "the port is taken; end what uses it, or choose another"),
        (OSError(errno.EACCES, ""), "permission denied; choose a port from 1024 on, and let a proxy have this one"),
        (OSError(errno.EADDRNOTAVAIL, ""), "that is no address of this machine; leave the host out, or give one that is"),
        (socket.gaierror(socket.EAI_NONAME, ""), "that is no address of this machine; leave the host out, or give one that is"),
        (OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS)), "no buffer space available; choose another port"),
    ],
)
def test_why_there_is_no_listening(error: OSError, words: str) -> None:
    assert str(not_listening("here", error)) == f"here: cannot listen: {words}"
