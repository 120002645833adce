"""The parts of a `CallView`: a row of the transcript, a step, a flag, a prompt, and who had the floor."""

import msgspec
from msgspec.structs import replace

from companion.core import updates
from companion.core.events import Channel, StepState, Utterance
from companion.core.updates import Evidence, Grade


class Span(msgspec.Struct, frozen=True):
    """Characters `start` up to, not including, `end` of a row's text are evidence for a step or a flag."""

    start: int
    end: int
    step: str | None = None
    flag: str | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance of the transcript. `start` and `end` are seconds of audio time, `at` its arrival in ms."""

    index: int
    speaker: Channel
    text: str
    start: float
    end: float
    at: int
    spans: tuple[Span, ...] = ()
    steps: tuple[str, ...] = ()
    """Steps that this utterance meets."""
    ticks: tuple[str, ...] = ()
    """Those of them whose state it changed: said for the first time, or more fully than before."""
    flags: tuple[str, ...] = ()
    """Flags that it raises."""


class ShownStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the checklist and how it stands."""

    id: str
    title: str
    why: str = ""
    number: int | None = None
    """Its number key, or None for a further step, reached with the cursor."""
    state: StepState = "open"
    grade: Grade = 0
    at: int | None = None
    """When its state or grade last changed, ms; None while untouched."""
    evidence: tuple[Evidence, ...] = ()
    """The words that ticked it; empty where a person did."""
    heard: tuple[Evidence, ...] = ()
    """The words that met it last, whether or not that changed anything."""
    heard_in: int | None = None
    """The utterance of those words."""
    because: str = ""
    asked: bool = False
    """It is asked for by now (its `when` came true, as far as records tell)."""
    due: int | None = None
    """When it becomes overdue, ms, where that follows from records; pauses are added as they end."""


class ShownFlag(msgspec.Struct, frozen=True, kw_only=True):
    """A flag as raised, ms."""

    id: str
    title: str
    speaker: Channel
    serious: bool
    at: int
    utterance: int
    text: str


class ShownPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt, when it came up (ms), and, once it is closed, how and when."""

    id: int
    kind: str
    at: int
    text: str
    say: str
    also: tuple[str, ...]
    step: str | None
    flag: str | None
    outcome: updates.Outcome | None = None
    closed: int | None = None

    @classmethod
    def of(cls, prompted: updates.Prompted, at: int) -> "ShownPrompt":
        """The prompt as it came up at `at` ms."""
        return cls(
            id=prompted.id,
            kind=prompted.kind,
            at=at,
            text=prompted.text,
            say=prompted.say,
            also=prompted.also,
            step=prompted.step,
            flag=prompted.flag,
        )


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """Who spoke for how long, seconds of audio time. A talk-over is charged to who came second."""

    agent: float = 0.0
    customer: float = 0.0
    over: float = 0.0
    overs_agent: int = 0
    overs_customer: int = 0
    over_at: int | None = None
    over_by: Channel | None = None
    dead_air: float = 0.0
    dead_airs: int = 0
    dead_at: int | None = None

    def spoke(self, said: Utterance) -> "Floor":
        """The floor after an utterance."""
        spoken = max(0.0, said.end - said.start)
        if said.speaker == "agent":
            return replace(self, agent=self.agent + spoken)
        return replace(self, customer=self.customer + spoken)

    def talked_over(self, over: updates.TalkOver, at: int) -> "Floor":
        """The floor after a talk-over that was noticed at `at` ms."""
        agent = over.channel == "agent"
        return replace(
            self,
            over=self.over + over.end - over.start,
            overs_agent=self.overs_agent + agent,
            overs_customer=self.overs_customer + (not agent),
            over_at=at,
            over_by=over.channel,
        )

    def went_dead(self, dead: updates.DeadAir, at: int) -> "Floor":
        """The floor after a silence that was noticed at `at` ms."""
        return replace(self, dead_air=self.dead_air + dead.end - dead.start, dead_airs=self.dead_airs + 1, dead_at=at)


class Noted(msgspec.Struct, frozen=True):
    """A line somebody left at a moment (ms): a supervisor's nudge, a bookmark, a place where records could not go."""

    at: int
    by: str
    text: str = ""
