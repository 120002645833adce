"""One call in numbers and words: `Digest`, all that a report knows of it. It is folded from the call's records alone (`folding`)."""

import datetime
from typing import Literal, TypeAlias

import msgspec

from companion.core.events import Channel, StepState
from companion.core.updates import Grade, Outcome, Promised

Cause: TypeAlias = tuple[Literal["step", "flag"], str]
"""Something that the agent said or did: the id of a step or flag."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance. `at` is where it begins, or arrived if that is earlier, in ms."""

    at: int
    speaker: Channel
    text: str


class TakenStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the checklist, as the call left it."""

    id: str
    title: str
    key: bool
    state: StepState
    grade: Grade
    at: int | None = None
    """When it was first done, ms."""
    late: float | None = None
    """Seconds from when it was overdue until it was done after all; None where it was never overdue, or never done."""
    words: str = ""
    """What earned it."""
    by_hand: bool = False

    @property
    def wanted(self) -> bool:
        """The call asked for it, or it was done unasked; only then can it be counted."""
        return self.state in ("done", "overdue", "missed")


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """A flag, and the words that raised it. `at` in ms."""

    id: str
    title: str
    why: str
    speaker: Channel
    at: int
    utterance: int
    words: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt and what became of it; None where the journal is cut off while it was on the screen."""

    kind: str
    title: str
    at: int
    outcome: Outcome | None = None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """The heat after one answer of the agent's, at the customer's next words: utterance `utterance`, at `at` ms."""

    at: int
    utterance: int
    before: int
    after: int
    causes: tuple[Cause, ...]
    """What the agent's answer held; empty where nothing that counts."""
    answer: int
    """The agent's last utterance before it."""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Dead air: when it began, ms, and how long it was, seconds."""

    at: int
    seconds: float
    utterance: int


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """One call."""

    call: str
    journal: str
    """Where its records are kept, as the person named it …"""
    shared: bool = False
    """… with those of other calls."""
    began: datetime.datetime | None
    source: str
    agent: str | None
    customer: str | None
    team: str | None
    checklist: str
    """The checklist's title."""
    language: str
    """The checklist's."""
    warn: int
    alert: int
    timed: bool
    whole: bool
    """False where the journal is cut off before the call ended."""
    duration: float
    """Seconds."""
    steps: tuple[TakenStep, ...]
    flags: tuple[Raised, ...]
    start: int
    """The heat after the customer's first words."""
    peak: int
    end: int
    curve: tuple[tuple[int, int], ...]
    """(ms, heat) at each change."""
    moves: tuple[Move, ...]
    share: float | None
    """The agent's share of the talk time, 0–1."""
    talk_overs: int
    """The agent's."""
    silences: tuple[Silence, ...]
    prompts: tuple[Shown, ...]
    escalated: tuple[tuple[int, str], ...]
    """When, ms, and why a supervisor was called."""
    promises: tuple[Promised, ...]
    message: str
    """The draft to the customer."""
    well: str
    to_try: str
    said: tuple[Said, ...]

    @property
    def upset(self) -> bool:
        """The customer was clearly upset at some time, by the checklist's threshold."""
        return self.peak >= self.warn
