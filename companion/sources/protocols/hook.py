"""What webhooks have in common, sans I/O: a request in, what it tells out, and whether it comes from who shares the secret."""

import hmac
from collections.abc import Mapping
from typing import Protocol, TypeAlias

import msgspec

from companion.sources.protocols.room import Over, Said, Typing

JSON = "application/json"

Told: TypeAlias = Said | Typing | Over
"""What a delivery may tell."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A POST as it came."""

    path: str
    """What was asked for, with its query."""
    headers: Mapping[str, str]
    """By their names in lower case; the first where one comes twice."""
    body: bytes

    def header(self, name: str) -> str:
        """A header's value; empty where it is missing."""
        return self.headers.get(name, "")


class Hook(Protocol):
    """One system's way to deliver."""

    media: str
    """The `Content-Type` of its requests."""

    def signed(self, request: Request, secret: str) -> bool:
        """Whether who sent this knows the secret."""
        ...

    def read(self, body: bytes) -> list[Told]:
        """What a delivery tells, in order; nothing where it is about something else.

        Raises:
            PeerError: it is no delivery of this system.
        """
        ...


def alike(given: str, expected: str) -> bool:
    """Whether two secrets are the same; how long that takes does not tell how far they agree."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))
