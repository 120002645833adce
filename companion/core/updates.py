"""What follows from events: the updates a session gives out, as they stand in the journal."""

from typing import Any, Literal, TypeAlias

import msgspec

from companion.core.events import Channel, StepState, snake_case

Outcome: TypeAlias = Literal["acted", "dismissed", "expired", "overridden"]

Grade: TypeAlias = int
"""0 absent, 1 thin (formulaic, partial or vague), 2 full (specific to this customer's case)."""


class Evidence(msgspec.Struct, frozen=True):
    """The words behind a judgment: `text` is the utterance's text from character `from` up to, not including, `to`."""

    utterance: int
    from_: int = msgspec.field(name="from")
    to: int
    text: str


class Update(msgspec.Struct, frozen=True, tag_field="type", tag=snake_case):
    """What all updates have in common: they never change, and their `type` is their name in snake_case."""


class StepHeard(Update, frozen=True, kw_only=True):
    """An utterance meets a step, whatever the step's state is. One for each utterance and step."""

    step: str
    utterance: int
    """Counts the call's utterances from 0."""
    grade: Grade
    score: int
    """How sure the match is, 0–100."""
    evidence: tuple[Evidence, ...]


class StepChanged(Update, frozen=True, kw_only=True):
    """A step's state or grade changed."""

    step: str
    state: StepState
    grade: Grade
    because: str
    """Why, in a few plain words."""


class FlagRaised(Update, frozen=True, kw_only=True):
    """An utterance holds something to be warned of."""

    flag: str
    utterance: int
    evidence: tuple[Evidence, ...]


class HeatChanged(Update, frozen=True, kw_only=True):
    """How upset the customer's words are, 0–100; `utterance` is None where decay crossed a threshold."""

    heat: int
    utterance: int | None


class TalkOver(Update, frozen=True, kw_only=True):
    """Both spoke for at least `watch.talk_over`; `channel` is the one who came second. Seconds of audio time."""

    channel: Channel
    start: float
    end: float


class DeadAir(Update, frozen=True, kw_only=True):
    """Nobody spoke for at least `watch.dead_air`. Seconds of audio time."""

    start: float
    end: float


class Prompted(Update, frozen=True, kw_only=True):
    """A prompt came up on the agent's screen."""

    id: int
    """Counts the call's prompts from 0."""
    kind: str
    """What raised it: `step:<id>`, `thin:<id>`, `flag:<id>`, `escalate`, …; the unit in which prompts are tuned."""
    step: str | None = None
    flag: str | None = None
    text: str
    """What to do, in a few words."""
    say: str
    """A line to say, in plain words."""
    also: tuple[str, ...] = ()
    """Other ways to say it."""


class PromptClosed(Update, frozen=True, kw_only=True):
    """A prompt went away, and how."""

    id: int
    outcome: Outcome


class Escalated(Update, frozen=True, kw_only=True):
    """The call needs a supervisor."""

    level: Literal["prompt", "alert"]
    """`prompt`: the agent is told to offer the supervisor; `alert`: the supervisor is called."""
    because: str
    card: dict[str, Any]
    """What the supervisor needs at a glance; see docs/journal.md."""


class Promised(Update, frozen=True, kw_only=True):
    """The agent promised something."""

    what: str
    by: str
    """When, in the words spoken."""
    due: str | None
    """ISO 8601, a date or time counted from the moment of speaking; None where the call's beginning is unknown or the words are vague."""
    utterance: int


class CallClosed(Update, frozen=True, kw_only=True):
    """The call's summary (docs/journal.md); always the last record."""

    summary: dict[str, Any]


AnyUpdate: TypeAlias = (
    StepHeard | StepChanged | FlagRaised | HeatChanged | TalkOver | DeadAir | Prompted | PromptClosed | Escalated | Promised | CallClosed
)
"""Every update there is, for decoding."""
