"""What is pushed into a screen besides records: things that are shown and never journaled, and the time."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from companion.core.events import Channel, Partial
from companion.core.record import Record
from companion.core.updates import FlagRaised, StepHeard


class Glimpse(msgspec.Struct, frozen=True, kw_only=True):
    """A partial and what it would mean if it stayed so. The channel's next utterance, or an empty text, takes it away."""

    call: str
    partial: Partial
    tentative: tuple[StepHeard | FlagRaised, ...] = ()


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """How loud a channel is, 0–1."""

    call: str
    channel: Channel
    level: float


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The call's time is `at` ms. A screen reads no clock for call time: it is told."""

    call: str
    at: int


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One line for the person at the screen, such as a failed sink's."""

    text: str


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """One line for the person who waits for a call: where it can come from now."""

    text: str


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing more will come."""

    reason: str = ""


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """Records of a call that cannot be had any more: numbers `since` up to and without `until`."""

    call: str
    since: int
    until: int


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing more will come of that call, nor can it be had again."""

    call: str


class Away(msgspec.Struct, frozen=True, kw_only=True):
    """The way to the calls is broken and is tried again: what is shown is how things were."""

    reason: str


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """The way to the calls is open; who we are there."""

    role: str
    name: str


Shown: TypeAlias = Record | Glimpse | Level | Clock | Notice | Ready | Closed
"""What one call's screen takes."""

Seen: TypeAlias = Shown | Missed | Over | Away | Here
"""What a wall of calls takes."""


class Viewer:
    """A screen's side of a running call: turns each call of it into one thing for `show`.

    Args:
        show: `CallApp.show`.
    """

    shows_partials = True
    """Partials are worth judging for a screen."""

    def __init__(self, show: Callable[[Shown], None]) -> None:
        self._show = show

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
