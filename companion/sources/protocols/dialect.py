"""What the protocols of phone systems have in common: what a message can mean, and reading JSON that a stranger sent. Sans I/O."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import msgspec

from companion.core.events import Channel, Introduced
from companion.errors import PeerError
from companion.speech.redact import clean

LONGEST_NAME = 200
"""Characters of a call's name, and of what else a peer says about it."""


NOBODY = Introduced()
"""A peer that names nobody."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A stream of sound begins; comes before any `Sound`."""

    call: str | None
    """The call's id, by which several streams can be one call; None where the peer tells none."""
    about: str
    """Who calls whom, for the journal."""
    who: Introduced = NOBODY
    """The names of those on the call."""
    rate: int
    """Samples a second."""
    encoding: str = "s16le"
    """As `companion.speech.audio.Wire` knows it."""
    clocked: bool = True
    """Whether the peer tells when its sound was; if not, times are merely counted, and sound that it leaves out goes unsaid."""


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of sound, in order and without doubles; a jump in `at` is a gap."""

    columns: tuple[Channel, ...]
    """Whose sound each interleaved channel is."""
    data: bytes
    at: float
    """Seconds from the stream's start."""


class Paused(msgspec.Struct, frozen=True):
    """No sound comes until it does again, and the peer says so."""

    reason: str


class Reply(msgspec.Struct, frozen=True):
    """Something to send back, at once."""

    message: str | bytes


class Ended(msgspec.Struct, frozen=True):
    """The peer says good-bye: that the connection then ends is no loss."""


Act: TypeAlias = Begun | Sound | Paused | Reply | Ended


class Dialect(Protocol):
    """One connection's half of a protocol."""

    def receive(self, message: str | bytes) -> list[Act]:
        """What a message means.

        Raises:
            PeerError: it breaks the protocol.
            AudioFormatError: sound of a kind that cannot be heard.
        """
        ...

    def finish(self) -> list[Act]:
        """The connection is over: what was still held back."""
        ...


def read(message: str | bytes) -> dict[str, Any]:
    """A JSON object.

    Raises:
        PeerError: it is none.
    """
    try:
        found = msgspec.json.decode(message)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError):
        raise PeerError("a message that is no JSON") from None
    if not isinstance(found, dict):
        raise PeerError("a message that is no JSON object")
    return found


def inner(message: dict[str, Any], key: str) -> dict[str, Any]:
    """The object below `key`; an empty one where there is none."""
    found = message.get(key)
    return found if isinstance(found, dict) else {}


def word(given: object) -> str:
    """A name that a peer gives, made harmless: one line of at most `LONGEST_NAME` characters; empty where it is no text."""
    return clean(given).strip()[:LONGEST_NAME] if isinstance(given, str) else str(given) if type(given) is int and given < 1 << 63 else ""


def number(given: object) -> float | None:
    """A number, which many peers write as text; None where it is none, or not finite, or negative."""
    try:
        found = float(given) if isinstance(given, str | int | float) and not isinstance(given, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return found if 0.0 <= found < 1e15 else None


def about(system: str, **told: str) -> str:
    """`Twilio, from +44…, to +49…`: what is known of a call, for the journal."""
    return ", ".join([system, *(f"{key} {value}" for key, value in told.items() if value)])


def plain(found: Mapping[str, object]) -> dict[str, str]:
    """Keys without case, underscores and dashes, with what they tell as text: `agent_name` and `agentName` are one."""
    return {key.replace("_", "").replace("-", "").lower(): text for key, value in found.items() if (text := word(value))}


def people(told: Mapping[str, str]) -> Introduced:
    """Who is on the call: `agent_name`, `customer_name` and `team`, as `plain` spells them.

    A customer without a name is who called, or was called: but only if `direction` tells which way the call went.
    """
    sides = {"inbound": ("callername", "from"), "outbound": ("to",)}
    keys = ("customername", *sides.get(told.get("direction", "").lower().partition("-")[0], ()))
    customer = next((told[key] for key in keys if told.get(key)), None)
    return Introduced(agent=told.get("agentname"), customer=customer, team=told.get("team"))
