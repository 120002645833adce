"""What the protocols of chat systems have in common: what a message can mean, what may be asked over HTTP, and reading times. Sans I/O."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from companion.core.events import Channel
from companion.sources.protocols.dialect import number


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wrote a message; the texts are as the peer sent them."""

    call: str
    """The conversation's id."""
    id: str = ""
    """The message's own, by which doubles are known; empty where the peer gives none."""
    speaker: Channel
    text: str
    time: float | None = None
    """When it was written, seconds since 1970, by the peer's clock."""
    name: str = ""
    """What the writer is called."""


class Typing(msgspec.Struct, frozen=True, kw_only=True):
    """The customer began to type, or stopped."""

    call: str
    on: bool


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation is closed; it may be opened again, which is another call."""

    call: str
    reason: str


class Odd(msgspec.Struct, frozen=True):
    """Something that is left out, and why: *what is wrong; what to do*."""

    reason: str


class Say(msgspec.Struct, frozen=True):
    """Something to send to the peer."""

    message: str


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Something to ask the peer over HTTP; secrets stand in the headers, never in the URL."""

    url: str
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    method: Literal["GET", "POST"] = "GET"
    about: str = ""
    """What it was asked for, for whoever reads the answer."""


class Joined(msgspec.Struct, frozen=True):
    """From here on, messages come; what was missed before can be asked for."""


class Redial(msgspec.Struct, frozen=True):
    """This connection is of no use any more."""

    reason: str
    at_once: bool = False
    """The peer asks for it: another is opened before this one is closed."""


class Refused(msgspec.Struct, frozen=True):
    """The peer does not let us in, and would not if we asked again: *what is wrong; what to do*."""

    reason: str


Act: TypeAlias = Said | Typing | Over | Odd | Say | Ask | Joined | Redial | Refused


class Room(Protocol):
    """One chat system's side of the wire."""

    @property
    def address(self) -> str:
        """What is dialled, once that was asked which `enter` wants to be."""
        ...

    def enter(self) -> Ask | None:
        """What has to be asked each time before it is dialled, if anything."""
        ...

    def receive(self, message: str | bytes, now: float) -> list[Act]:
        """What a message means.

        Raises:
            PeerError: it breaks the protocol; it is left out.
        """
        ...

    def answer(self, ask: Ask, status: int, body: Any) -> list[Act]:
        """What an answer over HTTP means; `body` is its JSON, or None where it is none."""
        ...

    def tick(self, now: float) -> list[Act]:
        """What falls due; called every few seconds."""
        ...

    def missed(self, last: Mapping[str, Said]) -> list[Ask]:
        """How to learn what was said while nobody listened, given the newest message of each open conversation."""
        ...


_DIGITS = re.compile(r"\d{1,13}(\.\d{1,9})?")


def when(given: object) -> float | None:
    """A time as seconds since 1970: seconds or milliseconds, as a number or a text, ISO 8601, or `{"$date": milliseconds}`; else None."""
    if isinstance(given, dict):
        given = given.get("$date")
    if isinstance(given, str) and not _DIGITS.fullmatch(given):
        try:
            time = datetime.fromisoformat(given.strip())
            return number((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
        except (ValueError, OverflowError, OSError):
            return None
    found = number(given)
    return found / 1000 if found is not None and found >= 1e11 else found  # 1e11 seconds are the year 5138
