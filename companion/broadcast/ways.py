"""The two ends of every way that records go beyond this process, whatever carries them: a hub's WebSocket, or NATS."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

from companion.core.events import AnyEvent, Channel, Partial
from companion.core.record import Record
from companion.core.seen import Seen
from companion.core.updates import FlagRaised, StepHeard

Acts: TypeAlias = Callable[[str, AnyEvent], Awaitable[str]]
"""Does to a call (its name) what a person wants; answers with why not, or an empty text."""


class Lookout(Protocol):
    """A looker-on's end: iterate it for what is to be seen."""

    def __aiter__(self) -> AsyncIterator[Seen]:
        """Yield until closed; a broken way is mended meanwhile.

        Raises:
            SourceError: it cannot be opened in the first place, or lets nobody of this token or version in.
        """
        ...

    async def follow(self, call: str) -> None:
        """Give that call anew from its first record, and its partials and levels too, whatever else is given."""
        ...

    async def leave(self, call: str) -> None:
        """No partials and levels of that call any more."""
        ...

    async def act(self, call: str, event: AnyEvent) -> str:
        """Do something to a call; who does it is known from the token. Answers with why not, or an empty text; never raises."""
        ...

    async def close(self) -> None:
        """Hang up; the iterator ends."""
        ...


class Outlet(Protocol):
    """An owner's end: a sink for records, and what is only shown. None of it ever waits, and none of it ends a call."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def write(self, record: Record) -> None:
        """Pass a record on, now or when the way is open again.

        Raises:
            SinkError: it cannot be passed on, now or ever; the text says why. Raised once a call.
        """
        ...

    def wants_partials(self, call: str) -> bool:
        """Whether somebody looks at that call so closely that partials are worth judging."""
        ...

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far; dropped where nobody wants it."""
        ...

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1; dropped where nobody wants it."""
        ...

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms; dropped where nobody wants it."""
        ...

    def close(self) -> None:
        """No more records come; safe to call twice."""
        ...
