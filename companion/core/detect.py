"""Does this utterance meet this step, and how fully? Which flags does it raise, how upset is it, what does it promise?

`Judge` is made once for a checklist and shared by all calls; it never changes. What it needs to remember of one call is a `Memory`, bounded
so that a four-hour call costs no more per utterance than a short one.
"""

import msgspec

from companion.core.checklist import Checklist
from companion.core.events import Channel, Utterance
from companion.core.updates import Evidence, Grade


class StepHit(msgspec.Struct, frozen=True, kw_only=True):
    """An utterance meets a step."""

    step: str
    grade: Grade
    score: int
    evidence: tuple[Evidence, ...]


class FlagHit(msgspec.Struct, frozen=True, kw_only=True):
    """An utterance raises a flag."""

    flag: str
    evidence: tuple[Evidence, ...]


class PromiseHit(msgspec.Struct, frozen=True, kw_only=True):
    """The agent promised something. `due` is resolved against `began`, ISO 8601, where both allow it."""

    what: str
    by: str
    due: str | None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """All that one utterance means."""

    steps: tuple[StepHit, ...] = ()
    flags: tuple[FlagHit, ...] = ()
    promises: tuple[PromiseHit, ...] = ()
    upset: float = 0.0
    """How upset the customer's words are by themselves, 0–100."""
    soothed: float = 0.0
    """How much they say that things are getting better, 0–100."""
    solving: bool = False
    """The agent has moved on to solving: offers, asks for data, instructs."""
    refusal: bool = False
    """The customer turns down what was offered."""
    problem: tuple[str, ...] = ()
    """The customer's own words for what went wrong, most telling first, fit to stand after "about"; may be empty."""


class Memory:
    """What the judge remembers of one call: the last turns, and the customer's content words. Grows to a bound."""

    def __init__(self, began: str | None = None) -> None:
        self.began = began
        self.turns: list[tuple[int, Channel, str]] = []

    def add(self, index: int, utterance: Utterance) -> None:
        """Remember a turn, after it was judged."""
        self.turns = [*self.turns[-7:], (index, utterance.speaker, utterance.text)]


class Judge:
    """A checklist, compiled."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist = checklist

    def judge(self, utterance: Utterance, index: int, memory: Memory) -> Judgement:
        """Judge the call's utterance number `index` in the light of what came before; changes nothing, so a partial can be judged too."""
        return Judgement()
