"""What a source gives to `run` – calls opening and closing, events, and what is only shown – and who takes what `run` makes of it.

A source is an asynchronous iterator of `Item`. It may carry any number of calls at once, each named by `call`. `at` is the arrival in
whole milliseconds from that call's start; None means "now", stamped when it is taken in.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeAlias

import msgspec

from companion.core.events import AnyEvent, Channel, Partial
from companion.core.record import Record
from companion.core.seen import Level as Level
from companion.core.updates import FlagRaised, StepHeard


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A call begins; comes before anything else of that call."""

    call: str
    source: str
    began: str | None = None
    timed: bool = True
    speech: str | None = None
    agent: str | None = None
    """Who takes the call, as the source names them."""
    customer: str | None = None
    team: str | None = None


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the call, never `CallStarted` or `CallEnded`: those are made by `run`."""

    call: str
    event: AnyEvent
    at: int | None = None


class Glimpsed(msgspec.Struct, frozen=True, kw_only=True):
    """A partial: shown, may be dropped."""

    call: str
    partial: Partial
    at: int | None = None


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing else happens up to `at`: lets a file's clock run."""

    call: str
    at: int


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with the input that ends nothing: one line for stderr, *where: what; what was done*."""

    text: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """From now on calls can come: one line for the person who waits for them, *where: what is waited for*."""

    text: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a source of known length has been heard, 0–1; may be dropped."""

    call: str
    share: float


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A call ends; nothing of that call follows."""

    call: str
    reason: str
    at: int | None = None


Item: TypeAlias = Opened | Happened | Glimpsed | Passed | Level | Complaint | Ready | Progress | Closed


class Source(Protocol):
    """One place calls come from."""

    def __aiter__(self) -> AsyncIterator[Item]:
        """Yield what happens until the source ends.

        Raises:
            SourceError: it cannot be opened, or (strict) a line cannot be used.
            SpeechError: the recogniser keeps failing.
        """
        ...

    async def close(self) -> None:
        """Stop early: recognise what was heard so far, let the iterator end after the last final texts, free what is held."""
        ...


class Sink(Protocol):
    """A place where records go."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def write(self, record: Record) -> None:
        """Keep one record.

        Raises:
            SinkError: it cannot be kept. Raised once; later records of that call are silently let go.
        """
        ...

    def close(self) -> None:
        """Finish; safe to call twice."""
        ...


class Viewer(Protocol):
    """A screen, or stderr. Nothing that is shown changes a call."""

    def wants_partials(self, call: str) -> bool:
        """Whether partials of that call are worth judging for it."""
        ...

    def record(self, record: Record) -> None:
        """A record was made."""
        ...

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far, and what that would mean."""
        ...

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1."""
        ...

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms."""
        ...

    def notice(self, text: str) -> None:
        """One line for the person in front."""
        ...

    def ready(self, text: str) -> None:
        """One line for the person who waits for calls: from now on they can come."""
        ...

    def progress(self, call: str, share: float) -> None:
        """How far a source of known length has come, 0–1."""
        ...
