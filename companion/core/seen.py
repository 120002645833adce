"""What is to be seen of calls besides their records: shown, never journaled. A `Message` goes over the wire as it is."""

from typing import TypeAlias

import msgspec

from companion.core.events import Channel, Partial
from companion.core.record import Record
from companion.core.updates import FlagRaised, StepHeard


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=str.lower, omit_defaults=True):
    """What all that goes over the wire has in common."""


class Glimpse(Message, frozen=True, kw_only=True, tag="partial"):
    """A partial and what it would mean if it stayed so; may be dropped. The channel's next utterance, or an empty text, takes it away."""

    call: str
    partial: Partial
    tentative: tuple[StepHeard | FlagRaised, ...] = ()


class Level(Message, frozen=True, kw_only=True):
    """How loud a channel is, 0–1: shows that sound arrives and nothing else; may be dropped."""

    call: str
    channel: Channel
    level: float


class Clock(Message, frozen=True, kw_only=True):
    """The call's time is `at` ms; may be dropped. A screen reads no clock for call time: it is told."""

    call: str
    at: int


class Missed(Message, frozen=True, kw_only=True):
    """Records of a call that cannot be had any more: numbers `since` up to and without `until`."""

    call: str
    since: int
    until: int


class Over(Message, frozen=True, kw_only=True):
    """Nothing more will come of that call, nor can it be had again: it ended a while ago, or its owner went and did not come back."""

    call: str


class Notice(Message, frozen=True, kw_only=True):
    """One line for the people in front, such as a failed sink's."""

    text: str


class Away(msgspec.Struct, frozen=True):
    """The way to the calls is broken and is tried again: what is shown is how things were."""

    reason: str


class Here(msgspec.Struct, frozen=True):
    """The way to the calls is open, for the first time or again; who we are there. What was missed meanwhile follows."""

    role: str
    name: str


Seen: TypeAlias = Record | Glimpse | Level | Clock | Missed | Over | Notice | Away | Here
"""What a looker-on is given. Records of a call come in order, without holes (but for `Missed`) and without doubles."""
