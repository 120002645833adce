"""Runs a checklist's own tests: the examples beside each rule, and its scenarios."""

from collections.abc import Iterator, Mapping

import msgspec

from companion.core.checklist import Checklist, Example, Flag, Side, Step
from companion.core.detect import Judge
from companion.core.events import Channel, Utterance
from companion.core.language.pack import Language
from companion.core.language.packs import KNOWN
from companion.core.session import Session
from companion.core.updates import FlagRaised, Grade, StepHeard
from companion.rules.document import Line
from companion.rules.load import Place
from companion.rules.scenario import BETWEEN, PER_WORD
from companion.rules.stage import play

_WANTED: dict[Side, tuple[Grade, ...]] = {"hit": (1, 2), "thin": (1,), "full": (2,), "miss": (0,)}
_HEARD = ("is not heard", "is heard, thin", "is heard, full")
_NOWHERE = Line(0, "")
_RAISED = ("is not raised", "is raised", "is raised")


class Fault(msgspec.Struct, frozen=True):
    """An example or a line of a scenario that is not as it should be."""

    line: Line
    """Where it stands, in the checklist's file or in one that it includes; 0 where that is not known."""
    text: str


class Report(msgspec.Struct, frozen=True):
    """What came of a checklist's tests."""

    examples: int
    scenarios: int
    todos: int
    faults: tuple[Fault, ...]
    """In the order of the files."""
    passing: tuple[Fault, ...]
    """Todos that come true now and belong among the other examples."""
    note: str = ""
    """What to know of the checklist's language, where there is no pack for it."""

    @property
    def ok(self) -> bool:
        """Every example and scenario is as it should be; a passing todo is good news, and no fault."""
        return not self.faults

    def lines(self, file: str) -> list[str]:
        """The report for a person: one line for each fault, and a last one that sums up."""
        found = [f"{fault.line.file or file}:{fault.line}: {fault.text}" for fault in self.faults]
        found += [f"{fault.line.file or file}:{fault.line}: {fault.text}; move it up" for fault in self.passing]
        found += [f"{file}: {self.note}"] if self.note else []
        tests = f"{counted(self.examples, 'example')}, {counted(self.scenarios, 'scenario')}"
        return [*found, f"{file}: {tests}, {self.todos} todo: {counted(len(self.faults), 'fault')}"]


def counted(count: int, name: str) -> str:
    """`1 example`, `2 examples`."""
    return f"{count} {name}{'' if count == 1 else 's'}"


class _Case(msgspec.Struct, frozen=True):
    rule: Step | Flag
    side: Side
    todo: bool
    example: Example
    place: Place


def check(checklist: Checklist, judge: Judge, places: Mapping[Place, Line] | None = None) -> Report:
    """Run every example and every scenario.

    Args:
        checklist: the rules and their tests.
        judge: the same rules, compiled.
        places: where they stand (`load_with_places`), for the lines in the report.
    """
    lines = places or {}
    cases = list(_cases(checklist))
    faults: list[Fault] = []
    passing: list[Fault] = []
    for case in cases:
        said = _verdict(case, checklist, judge)
        fault = Fault(lines.get(case.place, _NOWHERE), said or f"todo: '{_short(case.example.text)}' comes true now")
        if case.todo and not said:
            passing.append(fault)
        elif said and not case.todo:
            faults.append(fault)
    for number, scenario in enumerate(checklist.scenarios):
        for miss in play(scenario, checklist, judge):
            line = lines.get(("scenarios", number, "lines", miss.line), _NOWHERE)
            faults.append(Fault(line, f"scenario '{scenario.title}': {miss.text}"))
    todos = sum(case.todo for case in cases)
    faults.sort(key=lambda fault: (fault.line.file, fault.line))
    return Report(len(cases) - todos, len(checklist.scenarios), todos, tuple(faults), tuple(passing), _note(checklist, judge.language))


def _note(checklist: Checklist, language: Language) -> str:
    if language.name:
        return ""
    packs = ", ".join(sorted(KNOWN))
    lost = sorted({step.detector for step in checklist.steps if step.detector and step.detector != "listens"})
    steps = f"; the detectors {', '.join(lost)} are of little use" if lost else ""
    return f"language '{checklist.language}': there is no pack for it (there is: {packs}), so phrases count as they are written{steps}"


def turns(lines: tuple[str, ...], answering: Channel) -> Iterator[tuple[Channel, str]]:
    """Turns written `agent: …` or `customer: …`; one that names nobody is taken as said to `answering`, by the other side."""
    other: Channel = "customer" if answering == "agent" else "agent"
    for line in lines:
        name, colon, words = line.partition(":")
        if colon and name.strip() in ("agent", "customer"):
            yield ("agent" if name.strip() == "agent" else "customer"), words.strip()
        else:
            yield other, line.strip()


def converse(session: Session, said: Iterator[tuple[Channel, str]] | list[tuple[Channel, str]]) -> list[StepHeard | FlagRaised]:
    """Let a session hear some turns without times; what the last of them meant."""
    now = 0.0
    last: list[StepHeard | FlagRaised] = []
    for number, (speaker, text) in enumerate(said):
        start = round(now + BETWEEN, 3)
        now = round(start + PER_WORD * len(text.split()), 3)
        updates = session.receive(Utterance(speaker=speaker, text=text, start=start, end=now), round(now * 1000))
        last = [each for _, each in updates if isinstance(each, StepHeard | FlagRaised) and each.utterance == number]
    return last


def _cases(checklist: Checklist) -> Iterator[_Case]:
    groups: tuple[tuple[str, tuple[Step | Flag, ...]], ...] = (("flags", checklist.flags), ("steps", checklist.steps))
    for kind, rules in groups:
        for number, rule in enumerate(rules):
            place: Place = (kind, number, "examples")
            for side in _WANTED:
                for each, example in enumerate(getattr(rule.examples, side)):
                    yield _Case(rule, side, False, example, (*place, side, each))
                for each, example in enumerate(getattr(rule.examples.todo, side, ())):
                    yield _Case(rule, side, True, example, (*place, "todo", side, each))


def _verdict(case: _Case, checklist: Checklist, judge: Judge) -> str:
    """What is wrong with an example, or nothing."""
    rule = case.rule
    before = list(turns(case.example.after, rule.speaker))
    meant = converse(Session(checklist, judge, timed=False), [*before, (rule.speaker, case.example.text)])
    if isinstance(rule, Flag):
        grade = 2 if any(isinstance(each, FlagRaised) and each.flag == rule.id for each in meant) else 0
        wanted: tuple[Grade, ...] = (0,) if case.side == "miss" else (2,)
        found = _RAISED[grade]
    else:
        grade = max((each.grade for each in meant if isinstance(each, StepHeard) and each.step == rule.id), default=0)
        wanted = _WANTED[case.side]
        found = _HEARD[grade]
    if grade in wanted:
        return ""
    where = f"{'flag' if isinstance(rule, Flag) else 'step'} {rule.id}, {case.side}"
    words = [words for each in meant if _named(each) == rule.id for words in (evidence.text for evidence in each.evidence)]
    because = f", by '{' … '.join(words)}'" if words else ""
    return f"{where}: '{_short(case.example.text)}' {found}{because}"


def _named(update: StepHeard | FlagRaised) -> str:
    return update.step if isinstance(update, StepHeard) else update.flag


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:67] + "…"
