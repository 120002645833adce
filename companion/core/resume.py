"""Go on with a call whose journal another process began: the same events bring the session back to where it stood."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeVar

from msgspec.structs import replace

from companion.core.call import Call, Rules
from companion.core.events import AnyEvent, CallEnded, Partial, SpeechBegan, SpeechEnded, Utterance
from companion.core.record import Record, Unknown, encode
from companion.core.replay import embedded, started
from companion.errors import JournalError, ReplayMismatch

Heard = TypeVar("Heard", bound=AnyEvent | Partial)


def resume(records: Sequence[Record], rules: Rules | None = None) -> tuple[Call, list[Record]]:
    """The call as it stood, and the records that followed from its last event and were never written.

    Args:
        records: its journal so far, without holes.
        rules: those embedded in it, where they are at hand.

    Raises:
        JournalError: it cannot be used, or the call is over.
        ReplayMismatch: this version judges the same events differently; it may not write that journal on.
    """
    first = started(records)
    if any(isinstance(record.event, CallEnded) for record in records):
        raise JournalError("the call is over; there is nothing to go on with")
    call = Call(records[0].call, first, rules if rules is not None and rules.digest == first.digest else embedded(first))
    again = [call.begin()]
    for record in records[1:]:
        if isinstance(record.event, Unknown):
            raise JournalError(f"record {record.seq} is of a type that this version does not know; it may not write that journal on")
        if record.event is not None:
            again += call.receive(record.event, record.at)
    again += call.advance(records[-1].at)
    for old, new in zip_longest(records, again[: len(records)]):
        if new is None or encode(old) != encode(new):
            raise ReplayMismatch(f"record {old.seq}: the same events give another record; this version may not write that journal on")
    return call, again[len(records) :]


def shifted(heard: Heard, by: float) -> Heard:
    """An event or a partial with its audio times so many seconds later; what has none comes back as it is."""
    match heard:
        case SpeechBegan():
            return replace(heard, start=_later(heard.start, by))
        case SpeechEnded():
            return replace(heard, end=_later(heard.end, by))
        case Partial():
            return replace(heard, start=_later(heard.start, by), end=_later(heard.end, by))
        case Utterance():
            words = heard.words and tuple((text, _later(start, by), _later(end, by), sure) for text, start, end, sure in heard.words)
            return replace(heard, start=_later(heard.start, by), end=_later(heard.end, by), words=words)
    return heard


def _later(time: float, by: float) -> float:
    return round(time + by, 3)
