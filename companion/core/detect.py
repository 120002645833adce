"""Does this utterance meet this step, and how fully? Which flags does it raise, how upset is it, what does it promise?

`Judge` is made once for a checklist and shared by all calls; it never changes. What it needs to remember of one call is a `Memory`, bounded
so that a four-hour call costs no more per utterance than a short one.
"""

from collections.abc import Iterable

import msgspec

from companion.core import apologies as _apologies
from companion.core import choices as _choices
from companion.core import echoes as _echoes
from companion.core import feelings as _feelings
from companion.core import problem as _problem
from companion.core import promises as _promises
from companion.core import times as _times
from companion.core.checklist import Checklist, Flag, Step
from companion.core.events import Channel, Utterance
from companion.core.language.pack import Language
from companion.core.language.packs import pack_of
from companion.core.reading import Detector, Hit, Reader, Reading
from companion.core.updates import Evidence, Grade
from companion.core.upset import CALM, soothed, telling, upset
from companion.core.words import Span, Text, normal

_DETECTORS: dict[str, Detector] = {
    "apologies": _apologies.apologies,
    "alternatives": _choices.alternatives,
    "echoes": _echoes.echoes,
    "feelings": _feelings.feelings,
    "times": _times.times,
}
_LISTS: dict[str, tuple[str, ...]] = {
    "agent": (*_apologies.LISTS, *_choices.LISTS, *_echoes.LISTS, *_feelings.LISTS, *_times.LISTS, *_promises.LISTS, "solution"),
    "customer": (*_problem.LISTS, "refusal"),
}
"""The lists that the engine looks for by name."""
DETECTORS = ("listens", *_DETECTORS)
"""What a step's `detector` may be. `listens` is the session's: it needs the timing."""


class StepHit(msgspec.Struct, frozen=True, kw_only=True):
    """An utterance meets a step."""

    step: str
    grade: Grade
    score: int
    evidence: tuple[Evidence, ...]
    enough: bool = False
    """It need not be said more fully, though it is thin."""


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
    length: int = 0
    """How many words the customer's utterance has, figures left out."""
    solving: bool = False
    """The agent has moved on to solving: offers, asks for data, instructs."""
    refusal: bool = False
    """The customer turns down what was offered."""
    problem: tuple[str, ...] = ()
    """The customer's own words for what went wrong, most telling first, fit to stand after "about"; may be empty."""


_TURNS = 8


class Memory:
    """What the judge remembers of one call: the last turns. Grows to a bound."""

    def __init__(self, began: str | None = None, *, language: Language) -> None:
        self.began = began
        self._language = language
        self.turns: list[tuple[int, Channel, tuple[str, ...]]] = []

    def add(self, index: int, utterance: Utterance) -> None:
        """Remember a turn, after it was judged."""
        self.turns = [*self.turns[1 - _TURNS :], (index, utterance.speaker, normal(utterance.text, self._language).words)]


class Judge:
    """A checklist, compiled.

    Args:
        language: its words' language; if left out, the pack for `checklist.language`.
    """

    def __init__(self, checklist: Checklist, language: Language | None = None) -> None:
        self.checklist = checklist
        self.language = language or pack_of(checklist.language)
        self._readers = {
            channel: Reader(checklist.lists, dict(_rules(checklist, channel)), language=self.language, also=_LISTS[channel])
            for channel in ("agent", "customer")
        }

    def judge(self, utterance: Utterance, index: int, memory: Memory) -> Judgement:
        """Judge the call's utterance number `index` in the light of what came before; changes nothing, so a partial can be judged too."""
        told = [words for _, speaker, words in memory.turns if speaker == "customer"]
        reading = self._readers[utterance.speaker].read(utterance.text, told)
        if not reading.words:
            return Judgement()
        mine = utterance.speaker
        steps = [met for step in self.checklist.steps if step.speaker == mine and (met := _step(step, reading, index))]
        flags = [up for flag in self.checklist.flags if flag.speaker == mine and (up := _flag(flag, reading, index))]
        if mine == "agent":
            return Judgement(
                steps=tuple(steps),
                flags=tuple(flags),
                promises=_promised(reading, memory.began, utterance.start),
                solving=bool(reading.spans("solution")),
            )
        rules = self.checklist.heat
        return Judgement(
            steps=tuple(steps),
            flags=tuple(flags),
            upset=upset(reading, rules.words, rules.flags, [hit.flag for hit in flags]),
            soothed=soothed(reading, rules.soothe),
            length=telling(reading),
            refusal=bool(reading.spans("refusal")),
            problem=_problem.problem(reading),
        )


def _rules(checklist: Checklist, channel: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    for step in checklist.steps:
        if step.speaker == channel:
            yield f"says:{step.id}", step.says
            yield f"full:{step.id}", step.full
            yield f"unless:{step.id}", step.unless
            yield f"enough:{step.id}", step.enough
    for flag in checklist.flags:
        if flag.speaker == channel:
            yield f"says:{flag.id}", flag.says
            yield f"unless:{flag.id}", flag.unless
    if channel == "customer":
        for template in checklist.heat.words:
            yield f"heat:{template}", (template,)
        yield CALM, checklist.heat.unless
        for template in checklist.heat.soothe:
            yield f"soothe:{template}", (template,)


def _step(step: Step, reading: Reading, index: int) -> StepHit | None:
    hits = [Hit(span, 1) for span in _standing(f"says:{step.id}", f"unless:{step.id}", reading)]
    hits += [Hit(span, 2) for span in _standing(f"full:{step.id}", f"unless:{step.id}", reading)]
    detector = _DETECTORS.get(step.detector or "")
    if detector is not None:
        hits = [hit for hit in detector(reading, hits) if not reading.touches(f"unless:{step.id}", hit.span)]
    if not hits:
        return None
    best = max(hits, key=lambda hit: (hit.grade, hit.score, hit.span[1] - hit.span[0]))
    evidence = _evidence([hit.span for hit in hits if hit.grade == best.grade], reading.text, index)
    enough = bool(_standing(f"enough:{step.id}", f"unless:{step.id}", reading))
    return StepHit(step=step.id, grade=best.grade, score=best.score, evidence=evidence, enough=enough)


def _flag(flag: Flag, reading: Reading, index: int) -> FlagHit | None:
    spans = _standing(f"says:{flag.id}", f"unless:{flag.id}", reading)
    return FlagHit(flag=flag.id, evidence=_evidence(spans, reading.text, index)) if spans else None


def _standing(says: str, unless: str, reading: Reading) -> list[Span]:
    return [span for span in reading.spans(says) if not reading.touches(unless, span)]


def _promised(reading: Reading, began: str | None, spoken: float) -> tuple[PromiseHit, ...]:
    """What an agent's utterance promises, with a time."""
    if not (reading.spans("@when") or reading.spans("@soon", "soon")):
        return ()
    times = [hit.span for hit in _times.times(reading, [])]
    return tuple(
        PromiseHit(what=reading.text.quote(made.what), by=reading.text.quote(made.by), due=made.due)
        for made in _promises.promises(reading, times, began, spoken)
    )


def _evidence(spans: list[Span], text: Text, index: int) -> tuple[Evidence, ...]:
    """The words behind a hit; of spans that overlap the widest, at most three."""
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    pieces = []
    for start, end in merged[:3]:
        first, last = text.characters((start, end))
        pieces.append(Evidence(index, first, last, text.original[first:last]))
    return tuple(pieces)
