"""Who may join a listener of ours: a token, pages of which sites, and how many at once."""

import base64
import binascii
import hmac
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import parse_qs

from websockets.datastructures import Headers

from companion.core.feed import Complaint, Item, Ready
from companion.net.reach import is_here, is_local

CONNECTIONS = 64
"""Clients at once."""

PER_PEER = 48
"""Clients of one address at once: a phone system brings all its calls from one, and yet nobody may fill the house."""


def opened(name: str, host: str, *, safe: bool, what: str, waits_for: str) -> list[Item]:
    """What a listener says once peers can come: that what comes can be read on its way, if so, and what is waited for.

    Args:
        name: where peers find it.
        host: what it is bound to.
        safe: whether TLS is spoken.
        what: what comes, in words.
        waits_for: likewise, of whom it comes.
    """
    clear = not safe and not is_local(host)
    warning = [Complaint(text=f"{name}: {what} travel in the clear; give --listen-tls-cert")] if clear else []
    return [*warning, Ready(text=f"{name}: waits for {waits_for}")]


Proof: TypeAlias = Callable[[str, str, Headers], bool]
"""Whether a request is signed by who knows the token: given the token, the request's path and headers."""


class Door:
    """Lets clients in.

    Args:
        token: what they must present just now, as `?token=…`, `Authorization: Bearer …` or the password of `Authorization: Basic …`; None
            asks for nothing.
        most: clients at once.
        proof: what else lets a client in who does not present the token.

    Attributes:
        guarded: whether a token is asked for.
    """

    def __init__(self, token: Callable[[], str] | None, most: int = CONNECTIONS, proof: Proof | None = None) -> None:
        self.guarded = token is not None
        self._token = token
        self._most = most
        self._proof = proof
        self._inside = 0
        self._peers: Counter[str] = Counter()

    def enter(self, peer: str = "") -> None:
        """A client has come in, from that address."""
        self._inside += 1
        self._peers[peer] += 1

    def leave(self, peer: str = "") -> None:
        """A client has gone."""
        self._inside -= 1
        self._peers[peer] -= 1
        if not self._peers[peer]:
            del self._peers[peer]

    def is_full(self, peer: str = "") -> bool:
        """Whether one more of that address is too many."""
        return self._inside >= self._most or bool(peer and self._peers[peer] >= PER_PEER)

    def refusal(self, path: str, headers: Headers, peer: str = "") -> tuple[int, str] | None:
        """Why a client must stay outside, as HTTP status and words; None lets it in."""
        if self.is_full(peer):
            return 503, "too many connections"
        if self._token is not None:
            token = self._token()
            if not self._knows(token, path, headers) and not (self._proof is not None and self._proof(token, path, headers)):
                return 401, "no token, or another one; give ?token=… or Authorization: Bearer …"
        elif not all(map(is_here, headers.get_all("Origin"))):
            # Any page that somebody has open in a browser can dial this machine.
            return 403, "pages of other sites may not connect without a token"
        return None

    @staticmethod
    def _knows(token: str, path: str, headers: Headers) -> bool:
        given = parse_qs(path.partition("?")[2]).get("token", [])
        for header in headers.get_all("Authorization"):
            scheme, _, value = header.partition(" ")
            if scheme.lower() == "bearer":
                given.append(value.strip())
            elif scheme.lower() == "basic":
                given.append(_password(value))
        expected = token.encode()
        return any([hmac.compare_digest(one.encode("utf-8", "replace"), expected) for one in given])


class Refusals:
    """What is said of those who must stay outside: the first of each kind. Whoever finds the port must not be able to fill the screen."""

    def __init__(self) -> None:
        self._known: set[int] = set()

    def first(self, who: str, status: int, why: str) -> list[Complaint]:
        """A complaint, unless one of that HTTP status was refused before."""
        if status in self._known:
            return []
        self._known.add(status)
        return [Complaint(text=f"{who}: {why}; refused, and others like it will be without a word")]


def _password(credentials: str) -> str:
    """What stands behind the colon of `Authorization: Basic` (RFC 7617)."""
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
