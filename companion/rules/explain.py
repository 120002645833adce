"""Why do these words tick a step, or not? For `companion checklist try`."""

from collections.abc import Iterator, Sequence

import msgspec

from companion.core.checklist import Checklist, Flag, Step
from companion.core.detect import Judge, Judgement, Memory, PromiseHit
from companion.core.events import Channel, Utterance
from companion.core.language.pack import Language
from companion.core.session import Session
from companion.core.updates import StepHeard
from companion.rules.check import converse, turns
from companion.rules.nearness import Nearness

_NEAR = 60
"""Percent of a phrase's words below which it is not worth telling."""

_MOST = 5
_GRADES = ("", "thin", "full")


class Met(msgspec.Struct, frozen=True):
    """A rule that the words meet, and the words that did it."""

    rule: str
    title: str
    kind: str
    """`step` or `flag`."""
    grade: int
    """1 thin, 2 full; 2 for a flag."""
    score: int | None
    """How sure the match is, 0–100; None for a flag."""
    words: tuple[str, ...]


class Near(msgspec.Struct, frozen=True):
    """A phrase of a rule that the words come near to, and do not meet."""

    rule: str
    kind: str
    """The key it stands under: `says` or `full`."""
    phrase: str
    likeness: int
    """Percent; 100 where the phrase is there and something else keeps the rule from being met."""
    missing: tuple[str, ...]
    """What would have to be said besides."""
    unless: str = ""
    """The phrase under `unless` that is there too."""


class Explanation(msgspec.Struct, frozen=True):
    """All that some words mean under a checklist."""

    met: tuple[Met, ...]
    near: tuple[Near, ...]
    """The nearest first."""
    upset: int
    """How upset the words are by themselves, 0–100."""
    soothed: int
    promises: tuple[PromiseHit, ...]
    signs: tuple[str, ...]
    """What else was noticed, in plain words."""

    def lines(self) -> list[str]:
        """For a person; one line each."""
        out = [
            f"{each.kind} {each.rule}" + (f": {_GRADES[each.grade]}, {each.score}" if each.kind == "step" else "")
            + (f" – {' … '.join(_quoted(each.words))}" if each.words else "")
            for each in self.met
        ]  # fmt: skip
        out += [f"promise: {each.what} – by {each.by}" + (f", {each.due}" if each.due else "") for each in self.promises]
        out += [f"{name} {value}" for name, value in (("upset", self.upset), ("soothed", self.soothed)) if value]
        out += list(self.signs)
        if not out:
            out.append("nothing is ticked, nothing is raised")
        return out + [_told(near) for near in self.near]


def explain(text: str, speaker: Channel, after: Sequence[str], checklist: Checklist, judge: Judge) -> Explanation:
    """What `text` means if `speaker` says it.

    Args:
        after: the turns before it, `customer: …` or `agent: …`; one that names nobody is the other side's.
        judge: the checklist, compiled.
    """
    before = list(turns(tuple(after), speaker))
    heard = converse(Session(checklist, judge, timed=False), [*before, (speaker, text)])
    met = []
    for update in heard:
        words = tuple(evidence.text for evidence in update.evidence)
        if isinstance(update, StepHeard):
            title = checklist.step(update.step).title
            met.append(Met(update.step, title, "step", update.grade, update.score, words))
        else:
            met.append(Met(update.flag, checklist.flag(update.flag).title, "flag", 2, None, words))
    judgement = _judged(text, speaker, before, judge)
    signs = (
        ("moves on to solving",) * judgement.solving
        + ("turns down what was offered",) * judgement.refusal
        + tuple(f"names the problem: {words}" for words in judgement.problem[:1])
    )
    grades = {each.rule: each.grade for each in met}
    near = sorted(_near(text, speaker, checklist, grades, judge.language), key=lambda each: -each.likeness)[:_MOST]
    return Explanation(tuple(met), tuple(near), round(judgement.upset), round(judgement.soothed), judgement.promises, signs)


def _judged(text: str, speaker: Channel, before: list[tuple[Channel, str]], judge: Judge) -> Judgement:
    memory = Memory(language=judge.language)
    for number, (by, words) in enumerate(before):
        memory.add(number, _utterance(by, words))
    return judge.judge(_utterance(speaker, text), len(before), memory)


def _utterance(speaker: Channel, text: str) -> Utterance:
    return Utterance(speaker=speaker, text=text, start=0.0, end=0.0)


def _near(text: str, speaker: Channel, checklist: Checklist, grades: dict[str, int], language: Language) -> Iterator[Near]:
    """The nearest phrase of each rule that is not met, or only thinly."""
    nearness = Nearness(text, checklist.lists, language)
    rules: list[Step | Flag] = [*checklist.steps, *checklist.flags]
    for rule in rules:
        grade = grades.get(rule.id, 0)
        if rule.speaker != speaker or grade == 2:
            continue
        says = [("says", phrase) for phrase in rule.says] if not grade else []
        found = [each for each in (_measured(rule, kind, phrase, nearness) for kind, phrase in [*says, *_full(rule)]) if each]
        if found:
            yield max(found, key=lambda each: each.likeness)


def _full(rule: Step | Flag) -> list[tuple[str, str]]:
    return [("full", phrase) for phrase in rule.full] if isinstance(rule, Step) else []


def _measured(rule: Step | Flag, kind: str, phrase: str, nearness: Nearness) -> Near | None:
    way = nearness.nearest(phrase)
    if way is None or way.likeness < _NEAR or (way.missing and (way.kept < 2 or not way.telling)):
        return None
    unless = "" if way.missing else next((each for each in rule.unless if nearness.holds(each)), "")
    return Near(rule.id, kind, phrase, way.likeness, way.missing, unless)


def _quoted(words: tuple[str, ...]) -> list[str]:
    return [f"'{each}'" for each in words]


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= 90 else phrase[:87] + "…"


def _told(near: Near) -> str:
    if near.missing:
        what = f"missing: {' '.join(near.missing)}"
    elif near.likeness < 100:
        what = "too many words between"
    else:
        what = f"kept out by '{near.unless}'" if near.unless else "kept out by what stands around it"
    return f"nearly {near.rule}, {near.likeness} % – {near.kind} '{_short(near.phrase)}', {what}"
