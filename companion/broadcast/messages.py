"""What goes over the wire between whoever owns calls and whoever looks on: one JSON object a line, one or more lines a frame. Sans I/O.

`docs/broadcast.md` is the same for people. A record's line travels as it stands in the journal, but for the checklist in `call_started`:
that is sent once a connection, under its digest.
"""

from collections.abc import Iterable
from typing import Literal, TypeAlias, TypeVar

import msgspec

from companion.core.events import AnyEvent
from companion.core.seen import Clock, Glimpse, Level, Message, Missed, Notice, Over
from companion.errors import PeerError

VERSION = 1
"""The protocol's version; a hub and its peers must have the same."""

EVERY = "*"
"""Stands for all calls that a role may see."""

LONGEST_FRAME = 1024 * 1024
"""Bytes of a frame from a peer; the hub sends no longer one but for a single longer line."""

Role: TypeAlias = Literal["agent", "supervisor", "reader", "gateway"]
"""Agents see and mark their own calls, supervisors see all and may nudge, readers only read, gateways bring calls."""


# Either way.


class Line(Message, frozen=True, kw_only=True, tag="record"):
    """One record of a call, as in the journal. From the hub, and from gateways to it."""

    record: msgspec.Raw
    """`call_started` has no checklist of its own here but `{"digest": …}`."""


class Checklist(Message, frozen=True, kw_only=True):
    """A checklist by value; comes before the first `call_started` that names its digest."""

    digest: str
    value: msgspec.Raw


class Act(Message, frozen=True, kw_only=True):
    """What a person does to a call. `by` is filled in from the token by whoever lets it in; a gateway gets it like this from the hub."""

    id: int
    """Of the sender's own counting; comes back in `done`."""
    call: str
    event: AnyEvent


class Done(Message, frozen=True, kw_only=True):
    """An act was passed on, or why not."""

    id: int
    refused: str = ""


class Bye(Message, frozen=True, kw_only=True):
    """Nothing more comes; the connection is closed next."""

    reason: str


class Place(msgspec.Struct, frozen=True):
    """Where somebody stands in a call."""

    next: int
    """The number of the next record wanted."""
    first: int
    """CRC-32 of the call's first record as it came: two calls may have one name, one after the other."""


# From a peer.


class Hello(Message, frozen=True, kw_only=True):
    """A peer's first words, within five seconds."""

    version: int
    role: Role
    token: str = ""
    name: str = ""
    """Who it is; a token knows better."""


class Subscribe(Message, frozen=True, kw_only=True):
    """Wants the records of a call, or of every call, from the beginning or from where it stopped; asked again it starts anew from there."""

    call: str = EVERY
    resume: dict[str, Place] = msgspec.field(default_factory=dict)
    """Where it stands in each call known already."""
    partials: bool = False
    """Whether partials and levels are wanted as well."""


class Unsubscribe(Message, frozen=True, kw_only=True):
    """Does not want that call, or its partials, any more; what `*` brings still comes."""

    call: str = EVERY


# From the hub.


class Welcome(Message, frozen=True, kw_only=True):
    """The peer may come in."""

    version: int
    role: Role
    name: str
    have: dict[str, Place] = msgspec.field(default_factory=dict)
    """To a gateway: where the hub stands in its calls."""


FromPeer: TypeAlias = Hello | Subscribe | Unsubscribe | Act | Done | Line | Checklist | Glimpse | Level | Clock | Missed | Over | Bye
FromHub: TypeAlias = Welcome | Line | Checklist | Glimpse | Level | Clock | Act | Done | Missed | Over | Notice | Bye

_encoder = msgspec.json.Encoder()
_from_peer = msgspec.json.Decoder(FromPeer)
_from_hub = msgspec.json.Decoder(FromHub)


def encode(messages: Iterable[Message]) -> bytes:
    """Messages as one frame."""
    return b"\n".join(map(_encoder.encode, messages))


def from_peer(frame: str | bytes) -> list[FromPeer]:
    """What a peer said.

    Raises:
        PeerError: it is longer than `LONGEST_FRAME`, or not of this protocol.
    """
    frame = _bytes(frame)
    if len(frame) > LONGEST_FRAME:
        raise PeerError(f"a frame of {len(frame):,} bytes, more than {LONGEST_FRAME:,}")
    return [_decoded(_from_peer, line) for line in frame.split(b"\n")]


def from_hub(frame: str | bytes) -> list[FromHub]:
    """What the hub said.

    Raises:
        PeerError: it is not of this protocol.
    """
    return [_decoded(_from_hub, line) for line in _bytes(frame).split(b"\n")]


_T = TypeVar("_T")


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode("utf-8", "replace") if isinstance(frame, str) else frame


def _decoded(decoder: msgspec.json.Decoder[_T], line: bytes) -> _T:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PeerError(f"not a message of this protocol: {error}") from None
