"""What is pushed into a screen besides records: things that are shown and never journaled, and the time."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from companion.core.events import Channel, Partial
from companion.core.record import Record
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Notice, Seen
from companion.core.updates import FlagRaised, StepHeard


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """One line for the person who waits for a call: where it can come from now."""

    text: str


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing more will come."""

    reason: str = ""


Shown: TypeAlias = Record | Glimpse | Level | Clock | Notice | Away | Here | Ready | Closed
"""What one call's screen takes."""

Overseen: TypeAlias = Seen | Closed
"""What a wall of calls takes."""


class Viewer:
    """A screen's side of a running call: turns each call of it into one thing for `show`.

    Args:
        show: `CallApp.show`.
    """

    def __init__(self, show: Callable[[Shown], None]) -> None:
        self._show = show

    def wants_partials(self, call: str) -> bool:
        """Partials are worth judging for a screen."""
        return True

    def record(self, record: Record) -> None:
        """A record was made."""
        self._show(record)

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far, and what that would mean."""
        self._show(Glimpse(call=call, partial=partial, tentative=tuple(tentative)))

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1."""
        self._show(Level(call=call, channel=channel, level=level))

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms."""
        self._show(Clock(call=call, at=at))

    def notice(self, text: str) -> None:
        """One line for the person in front."""
        self._show(Notice(text=text))

    def ready(self, text: str) -> None:
        """One line for the person who waits for a call."""
        self._show(Ready(text=text))

    def progress(self, call: str, share: float) -> None:
        """How far a source of known length has come, 0–1; the call's clock says enough to an agent."""

    def closed(self, reason: str = "") -> None:
        """Nothing more will come."""
        self._show(Closed(reason=reason))
