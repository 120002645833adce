"""What happened: the events of a call, as they stand in the journal, and `Partial`, which never does.

Times inside events are seconds of audio time from the start of the call. When an event *arrived* stands beside it, in its record.
"""

from typing import Any, Literal, TypeAlias

import msgspec

Channel: TypeAlias = Literal["agent", "customer"]
"""Who speaks: the same word for a channel of sound and for the speaker of an utterance."""

StepState: TypeAlias = Literal["open", "done", "overdue", "missed", "waived", "unknown"]

Word: TypeAlias = tuple[str, float, float, float]
"""A recognised word: its text, start and end in seconds of audio time, and confidence 0–1."""

FORMAT = 1
"""The journal's format; a reader refuses a newer one."""


def snake_case(name: str) -> str:
    """`SpeechBegan` → `speech_began`: how a type is named in the journal."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


class Event(msgspec.Struct, frozen=True, tag_field="type", tag=snake_case):
    """What all events have in common: they never change, and their `type` is their name in snake_case."""


class CallStarted(Event, frozen=True, kw_only=True):
    """Always the first record of a call."""

    format: int = FORMAT
    began: str | None
    """When the call began, ISO 8601 with an offset, where it is known; promises need it to resolve a date."""
    source: str
    timed: bool
    """False where the times were made up (a transcript without times): nothing is judged from timing then."""
    speech: str | None
    """The speech model's name, or None for text."""
    companion: str
    rapidfuzz: str
    checklist: Any
    """The whole checklist by value, so that a journal can be replayed without the file."""
    digest: str
    """SHA-256 of the checklist's canonical JSON, in hex."""


class Introduced(Event, frozen=True, kw_only=True):
    """Who is on the call, as far as the source tells; None is not known. A later one adds to what earlier ones said."""

    agent: str | None = None
    customer: str | None = None
    team: str | None = None


class SpeechBegan(Event, frozen=True, kw_only=True):
    """The first partial of an utterance; `start` is the start of its first word."""

    channel: Channel
    start: float


class SpeechEnded(Event, frozen=True, kw_only=True):
    """The recogniser settled an utterance; `end` is the end of its last word. Its `Utterance` follows at once."""

    channel: Channel
    end: float


class Utterance(Event, frozen=True, kw_only=True):
    """What one speaker said or wrote: the recogniser's final, or a chat message."""

    speaker: Channel
    text: str
    start: float
    end: float
    words: tuple[Word, ...] | None = None


class Marked(Event, frozen=True, kw_only=True):
    """A person set a step's state by hand."""

    step: str
    state: StepState
    by: str


class Nudged(Event, frozen=True, kw_only=True):
    """A supervisor wrote a line to the agent."""

    text: str
    by: str


class Bookmarked(Event, frozen=True, kw_only=True):
    """A person marked this moment, to come back to it."""

    by: str


class PromptDismissed(Event, frozen=True, kw_only=True):
    """The agent waved the prompt away."""

    id: int
    by: str


class Quieted(Event, frozen=True, kw_only=True):
    """The agent turned prompts off (`on` is True) or on again."""

    on: bool
    by: str


class Acknowledged(Event, frozen=True, kw_only=True):
    """A supervisor has seen the alerts so far; the same causes stay quiet from here on."""

    by: str


class TakenOver(Event, frozen=True, kw_only=True):
    """A supervisor has taken the call over from the agent."""

    by: str


class HoldBegan(Event, frozen=True, kw_only=True):
    """The customer is on hold: all clocks stop."""


class HoldEnded(Event, frozen=True, kw_only=True):
    """The customer is back from hold."""


class SourceLost(Event, frozen=True, kw_only=True):
    """The stream broke off; timers pause."""

    reason: str


class SourceBack(Event, frozen=True, kw_only=True):
    """The stream is back after `gap` seconds in which nothing was heard."""

    gap: float


class SinkFailed(Event, frozen=True, kw_only=True):
    """A place where records go refused them; the call goes on."""

    sink: str
    reason: str


class SoundKept(Event, frozen=True, kw_only=True):
    """The sound of the call is kept, too; every screen shows it."""


class LineRejected(Event, frozen=True, kw_only=True):
    """A line of input (counted from 1) that could not be used."""

    line: int
    reason: str


class CallEnded(Event, frozen=True, kw_only=True):
    """The last event of a call; only `call_closed` follows."""

    reason: str


AnyEvent: TypeAlias = (
    CallStarted | Introduced | SpeechBegan | SpeechEnded | Utterance | Marked | Nudged | Bookmarked | PromptDismissed | Quieted
    | Acknowledged | TakenOver | HoldBegan | HoldEnded | SourceLost | SourceBack | SinkFailed | SoundKept | LineRejected
    | CallEnded
)  # fmt: skip
"""Every event there is, for decoding."""


class Partial(msgspec.Struct, frozen=True, kw_only=True):
    """What the recogniser believes so far. Shown, never journaled; changes no state."""

    channel: Channel
    text: str
    start: float
    """Start of the first word, seconds of audio time."""
    end: float
    """End of the last word so far, seconds of audio time."""
