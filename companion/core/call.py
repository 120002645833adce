"""One call as a row of records: numbers what happens and what follows. Live, headless and replayed calls all come through here."""

from collections.abc import Iterator
from typing import Any

import msgspec
import rapidfuzz

import companion
from companion.core.checklist import Checklist, by_value, digest
from companion.core.detect import Judge
from companion.core.events import AnyEvent, CallEnded, CallStarted, Partial
from companion.core.record import Record
from companion.core.session import Session, Stamped
from companion.core.updates import FlagRaised, StepHeard


class Rules(msgspec.Struct, frozen=True):
    """A checklist, ready for any number of calls: compiled once, pinned for the length of each."""

    checklist: Checklist
    judge: Judge
    value: Any
    digest: str

    @classmethod
    def of(cls, checklist: Checklist) -> "Rules":
        """Compile a checklist."""
        return cls(checklist, Judge(checklist), by_value(checklist), digest(checklist))

    def started(self, *, source: str, began: str | None, timed: bool, speech: str | None) -> CallStarted:
        """The first event of a call under these rules."""
        return CallStarted(
            began=began,
            source=source,
            timed=timed,
            speech=speech,
            companion=companion.__version__,
            rapidfuzz=rapidfuzz.__version__,
            checklist=self.value,
            digest=self.digest,
        )


class Call:
    """One call. `started` is its first event; `rules` must be those that it names."""

    def __init__(self, name: str, started: CallStarted, rules: Rules) -> None:
        self.name = name
        self.at = 0
        """Where the call's clock stands, ms; no record is earlier than the last."""
        self.ended = False
        self._seq = 0
        self._started = started
        self._session = Session(rules.checklist, rules.judge, call=name, began=started.began, timed=started.timed)

    @property
    def began(self) -> str | None:
        """When it began, ISO 8601, where that is known."""
        return self._started.began

    @property
    def next_deadline(self) -> int | None:
        """When something next happens by itself, ms."""
        return self._session.next_deadline

    def begin(self) -> Record:
        """The first record."""
        return self._record(0, event=self._started)

    def receive(self, event: AnyEvent, at: int) -> Iterator[Record]:
        """What fell due until `at`, then the event, then what follows from it. An event is given out *before* it is judged."""
        yield from self.advance(at)
        self.at = at
        if isinstance(event, CallEnded):
            yield from self.wind_up(at)
        yield self._record(at, event=event)
        self.ended = isinstance(event, CallEnded)
        yield from self._records(self._session.receive(event, at))

    def advance(self, to: int) -> Iterator[Record]:
        """What falls due until `to`."""
        self.at = max(self.at, to)
        yield from self._records(self._session.advance(to))

    def wind_up(self, at: int) -> Iterator[Record]:
        """What is still open when the call ends at `at`; comes before its `call_ended` by itself."""
        yield from self._records(self._session.wind_up(at))

    def preview(self, partial: Partial) -> list[StepHeard | FlagRaised]:
        """What a partial would mean if it were final; changes nothing."""
        return self._session.preview(partial)

    def _records(self, stamped: Stamped) -> Iterator[Record]:
        for at, update in stamped:
            yield self._record(at, update=update)

    def _record(self, at: int, **what: Any) -> Record:
        seq, self._seq = self._seq, self._seq + 1
        return Record(call=self.name, seq=seq, at=at, **what)
