"""A journal line. Unknown kinds of events and updates survive a round trip, as a plain tagged union would not."""

from typing import Any

import msgspec
from msgspec.structs import replace

from companion.core.events import AnyEvent, CallStarted, Event
from companion.core.updates import AnyUpdate, Update
from companion.errors import JournalError


class Unknown(msgspec.Struct, frozen=True):
    """An event or update of a type that this version does not know, kept exactly as it was read."""

    raw: dict[str, Any]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal: in call `call`, number `seq`, `at` milliseconds after its start, this happened or followed."""

    call: str
    seq: int
    at: int
    event: AnyEvent | Unknown | None = None
    update: AnyUpdate | Unknown | None = None

    @property
    def what(self) -> AnyEvent | AnyUpdate | Unknown:
        """The event or the update, whichever it holds."""
        what = self.event if self.event is not None else self.update
        assert what is not None  # decode() and run.Call make none without
        return what


class _Line(msgspec.Struct):
    call: str
    seq: int
    at: int
    event: msgspec.Raw = msgspec.Raw()
    update: msgspec.Raw = msgspec.Raw()


class _Kind(msgspec.Struct):
    type: str


_encoder = msgspec.json.Encoder()
_last: tuple[Any, msgspec.Raw] = (None, msgspec.Raw(b"null"))
_line = msgspec.json.Decoder(_Line)
_kind = msgspec.json.Decoder(_Kind)
_event = msgspec.json.Decoder(AnyEvent)
_update = msgspec.json.Decoder(AnyUpdate)
_raw = msgspec.json.Decoder(dict[str, Any])
_EVENTS = frozenset(str(kind.__struct_config__.tag) for kind in Event.__subclasses__())
_UPDATES = frozenset(str(kind.__struct_config__.tag) for kind in Update.__subclasses__())


def encode(record: Record) -> bytes:
    """The record as one line of JSON, without the line's end."""
    side = "event" if record.event is not None else "update"
    what = record.what
    body = what.raw if isinstance(what, Unknown) else what
    if isinstance(body, CallStarted):
        body = replace(body, checklist=_embedded(body.checklist))
    return _encoder.encode({"call": record.call, "seq": record.seq, "at": record.at, side: body})


def _embedded(checklist: Any) -> msgspec.Raw:
    """A checklist as it stands in JSON. The last one is kept: calls by the same rules hold the very same value, 160 KB of text each."""
    global _last
    last = _last  # another thread may replace it
    if last[0] is not checklist:
        _last = last = (checklist, msgspec.Raw(_encoder.encode(checklist)))
    return last[1]


def decode(line: bytes | str) -> Record:
    """Read one line.

    Raises:
        JournalError: it is no record; the text says why, without the line's number.
    """
    try:
        read = _line.decode(line)
        if bool(bytes(read.event)) == bool(bytes(read.update)):
            raise JournalError("a record holds either an event or an update")
        if bytes(read.event):
            known = _kind.decode(read.event).type in _EVENTS
            event = _event.decode(read.event) if known else Unknown(_raw.decode(read.event))
            return Record(call=read.call, seq=read.seq, at=read.at, event=event)
        known = _kind.decode(read.update).type in _UPDATES
        update = _update.decode(read.update) if known else Unknown(_raw.decode(read.update))
        return Record(call=read.call, seq=read.seq, at=read.at, update=update)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise JournalError(f"not a journal record: {error}") from error
    except RecursionError as error:
        raise JournalError("not a journal record: nested too deeply") from error
