"""Play a journal's events again: the same events must give the same updates, byte for byte; another checklist shows "what if"."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import msgspec

from companion.core.call import Call, Rules
from companion.core.checklist import fingerprint, from_value
from companion.core.events import FORMAT, CallStarted
from companion.core.record import Record, Unknown, encode
from companion.core.updates import CallClosed
from companion.errors import JournalError, ReplayMismatch


def started(records: Sequence[Record]) -> CallStarted:
    """The first event of a journal.

    Raises:
        JournalError: it is missing, or of a newer format than this version reads.
    """
    first = records[0].event if records else None
    if not isinstance(first, CallStarted):
        raise JournalError("the journal does not begin with call_started; it is empty, or cut off at its beginning", line=1)
    if first.format > FORMAT:
        raise JournalError(f"the journal has format {first.format}; this version reads up to {FORMAT}: use a newer companion", line=1)
    return first


def embedded(event: CallStarted) -> Rules:
    """The rules that the call was judged by.

    Raises:
        JournalError: this version cannot use them, or they are not those that the call began with.
    """
    if fingerprint(event.checklist) != event.digest:
        raise JournalError("the journal's checklist was changed: it does not have the digest that stands beside it", line=1)
    try:
        return Rules.of(from_value(event.checklist))
    except msgspec.ValidationError as error:
        raise JournalError(f"the journal's checklist cannot be used: {error}; replay it with --checklist", line=1) from error


def replay(records: Sequence[Record], rules: Rules | None = None) -> Iterator[Record]:
    """Judge a call's events anew, and what fell due up to the journal's end.

    Args:
        records: the whole journal of one call; its updates are left aside.
        rules: other rules than those embedded ("what if").

    Raises:
        JournalError: the journal cannot be used.
    """
    first = started(records)
    if rules is None:
        rules = embedded(first)
    else:
        first = msgspec.structs.replace(first, checklist=rules.value, digest=rules.digest)
    call = Call(records[0].call, first, rules)
    yield call.begin()
    for record in records[1:]:
        if record.event is not None and not isinstance(record.event, Unknown):
            yield from call.receive(record.event, max(record.at, call.at))  # a damaged journal's clock may go back
    if not call.ended:
        at = max(records[-1].at, call.at)
        yield from call.advance(at)
        yield from call.wind_up(at)


def check(records: Sequence[Record], rules: Rules | None = None) -> int:
    """Prove that a journal's events give its updates; how many records were compared.

    Args:
        records: the whole journal of one call, or its beginning, if it was cut off.
        rules: those embedded, where they are at hand.

    Raises:
        ReplayMismatch: they do not; the text shows the first difference.
        JournalError: the journal cannot be used.
    """
    again = list(replay(records, rules))
    if not isinstance(records[-1].update, CallClosed):
        again = again[: len(records)]  # a call cut off: what followed from its last event may never have been written
    pairs = zip_longest(map(encode, records), map(encode, again), fillvalue=b"(nothing)")
    for number, (old, new) in enumerate(pairs):
        if old != new:
            strange = number < len(records) and isinstance(records[number].what, Unknown)
            why = "is of a type that this version does not know" if strange else "the same events give another record"
            raise ReplayMismatch(f"record {number}: {why}\n  journal: {old.decode()}\n  replay:  {new.decode()}")
    return len(records)
