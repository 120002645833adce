"""Ports for programs that must be told theirs.

A port that the system chose is free only until somebody else is given it: between its being let go and the program's taking it, a test
beside this one may have it. So these lie below those that systems choose from (32768 on Linux, 49152 elsewhere), and each of the
workers that run tests at a time has its own.
"""

import itertools
import os
import socket

_SLICE = 1000
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 12
# from where on, by chance: another run of the tests may go on beside this one
_ROUND = itertools.count(os.getpid() % (_SLICE // 2))


def free_port() -> int:
    """A port that nothing listens on, as nothing does on the next (baresip takes that for TLS)."""
    for _ in range(_SLICE // 2):
        port = 20_000 + _SLICE * _WORKER + 2 * (next(_ROUND) % (_SLICE // 2))
        if all(_is_free(each, kind) for each in (port, port + 1) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)):
            return port
    raise AssertionError("no free port")


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(type=kind) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)  # as servers do
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
