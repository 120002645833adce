"""How calls are laid out on a NATS server: the names of subjects and streams, and what a message holds. Sans I/O.

| subject                              | what                                                                     | kept in           |
|--------------------------------------|--------------------------------------------------------------------------|-------------------|
| `companion.call.CALL`                | its records: one or more journal lines a message                         | `COMPANION`       |
| `companion.live.CALL`                | that it is live, and where in `COMPANION` it begins                      | `COMPANION_NOW`   |
| `companion.ended.CALL`               | that it ended lately, and where it begins                                | `COMPANION_ENDED` |
| `companion.checklist.DIGEST`         | a checklist by value, before the first record that names it              | `COMPANION_NOW`   |
| `companion.glimpse.CALL`             | partials and levels, for who asked lately                                | –                 |
| `companion.clock`                    | the times of a gateway's calls, once a second                            | –                 |
| `companion.owner.CALL.ROLE.NAME`     | a request: to do something to the call; empty: is its owner there?       | –                 |

Who asks stands in the subject, so that the server's permissions decide who may call themselves what (docs/nats.md).
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from urllib.parse import unquote

import msgspec

from companion.broadcast.messages import Role
from companion.core.events import CallStarted
from companion.core.record import Record, decode, encode
from companion.core.updates import CallClosed
from companion.errors import JournalError

CALLS = "COMPANION"
"""The stream of all records."""

NOW = "COMPANION_NOW"
"""The stream of what holds now: one message a subject."""

ENDED = "COMPANION_ENDED"
"""The stream of the calls that ended lately."""

CLOCK = "companion.clock"
"""Where the calls' times pass by."""

_LONGEST = 120  # bytes of a token; the server takes lines of 4096


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A call, as `companion.live.CALL` and `companion.ended.CALL` have it."""

    call: str
    first: int
    """Number in `COMPANION` of the message with its `call_started`."""


_entry = msgspec.json.Decoder(Entry)


@lru_cache(maxsize=16384)
def token(name: str) -> str:
    """A name as one token of a subject: letters, digits, `-` and `_` stand for themselves, all else as `%` and two hex digits."""
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else _escaped(letter) for letter in name)
    if len(safe) > _LONGEST:
        begin = safe[:90] if "%" not in safe[88:90] else safe[: safe.rindex("%", 0, 90)]
        safe = begin + "~" + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return safe or "%"


def name_of(token: str) -> str:
    """The name that a token stands for."""
    return unquote(token) if token != "%" else ""  # noqa: S105 – a subject's token


def records(call: str = "*") -> str:
    """Where the records of a call, by its token, or of all are."""
    return f"companion.call.{call}"


def live(call: str = "*") -> str:
    """Where it stands that a call is live."""
    return f"companion.live.{call}"


def ended(call: str = "*") -> str:
    """Where it stands that a call ended lately."""
    return f"companion.ended.{call}"


def checklist(digest: str) -> str:
    """Where a checklist is."""
    return f"companion.checklist.{digest}"


def glimpse(call: str) -> str:
    """Where partials and levels of a call pass by."""
    return f"companion.glimpse.{call}"


def owner(call: str, role: Role | None = None, name: str = "") -> str:
    """Where a call's owner listens, and, with a role and a name, where that person asks."""
    return f"companion.owner.{call}.{role}.{token(name)}" if role else f"companion.owner.{call}.*.*"


def asker(subject: str) -> tuple[str, str]:
    """The role and the name of who asks an owner."""
    role, name = subject.split(".")[-2:]
    return role, name_of(name)


def call_of(subject: str) -> str:
    """The token of the call that a subject is about."""
    return subject.split(".")[2]


def line(record: Record) -> bytes:
    """A record as it travels: the checklist by its digest only."""
    if isinstance(record.event, CallStarted):
        event = msgspec.structs.replace(record.event, checklist={"digest": record.event.digest})
        record = msgspec.structs.replace(record, event=event)
    return encode(record)


def whole(record: Record, checklist: object) -> Record:
    """A `call_started` that travelled, with its checklist by value again."""
    assert isinstance(record.event, CallStarted)
    return msgspec.structs.replace(record, event=msgspec.structs.replace(record.event, checklist=checklist))


def read(payload: bytes) -> list[Record]:
    """The records of a message.

    Raises:
        JournalError: it holds none, or something else.
    """
    return [decode(line) for line in payload.split(b"\n")]


def read_entry(payload: bytes) -> Entry | None:
    """Where a call begins; None for what cannot be read."""
    try:
        return _entry.decode(payload)
    except msgspec.MsgspecError:
        return None


def closes(payload: bytes) -> bool:
    """Whether a message ends its call."""
    try:
        return isinstance(read(payload)[-1].update, CallClosed)
    except JournalError:
        return False


def fitting(lines: Iterable[bytes], most: int) -> int:
    """How many of these lines make one message of at most so many bytes; at least one, however long."""
    count = size = 0
    for one in lines:
        size += len(one) + 1
        if count and size > most:
            break
        count += 1
    return count


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
