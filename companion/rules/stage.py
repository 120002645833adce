"""Plays a scenario on a real session and sees whether what is expected comes true."""

import operator
import re
from collections.abc import Callable
from difflib import get_close_matches

import msgspec

from companion.core.checklist import Checklist, Scenario
from companion.core.detect import Judge
from companion.core.events import AnyEvent
from companion.core.session import Session, Stamped
from companion.core.updates import Escalated, FlagRaised, PromptClosed, Prompted, StepChanged
from companion.rules.scenario import ACTS, Line, Unclear, moments

_STATES = ("done", "thin", "full", "open", "overdue", "missed", "waived", "unknown")
_COMPARE: dict[str, Callable[[float, float], bool]] = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}


class Miss(msgspec.Struct, frozen=True):
    """A line of a scenario that did not come true or cannot be understood: its number, from 0, and why."""

    line: int
    text: str


def play(scenario: Scenario, checklist: Checklist, judge: Judge) -> list[Miss]:
    """Play a scenario; whatever did not come true, in the order of its lines. A line that is not understood is the only one told."""
    stage = _Stage(scenario, checklist, judge)
    try:
        for moment in moments(scenario):
            stage.go(moment.at)
            if moment.events:
                stage.receive(moment.events, moment.at)
            elif moment.line is not None:
                stage.expect(moment.line)
    except Unclear as unclear:
        return [Miss(unclear.number, str(unclear))]
    return sorted(stage.misses, key=lambda miss: miss.line)


class _Stage:
    """One playing: what has happened so far, as expectations ask for it."""

    def __init__(self, scenario: Scenario, checklist: Checklist, judge: Judge) -> None:
        self.misses: list[Miss] = []
        self._checklist = checklist
        self._session = Session(checklist, judge, timed=scenario.timed)
        self._steps: dict[str, StepChanged] = {}
        self._flags: set[str] = set()
        self._escalated: set[str] = set()
        self._prompts: dict[int, Prompted] = {}
        self._open: Prompted | None = None

    def go(self, at: int) -> None:
        """Let the call's clock run to `at`, ms."""
        self._follow(self._session.advance(at))

    def receive(self, events: tuple[AnyEvent, ...], at: int) -> None:
        """Let it happen."""
        for event in events:
            self._follow(self._session.receive(event, at))

    def _follow(self, updates: Stamped) -> None:
        for _, update in updates:
            match update:
                case StepChanged():
                    self._steps[update.step] = update
                case FlagRaised():
                    self._flags.add(update.flag)
                case Escalated():
                    self._escalated.add(update.level)
                case Prompted():
                    self._open = self._prompts[update.id] = update
                case PromptClosed() if self._open is not None and self._open.id == update.id:
                    self._open = None
                case _:
                    pass

    def expect(self, line: Line) -> None:
        """See whether it is so; a Miss if not.

        Raises:
            Unclear: it cannot be understood.
        """
        words = line.words.split()
        wanted = not (len(words) > 1 and words[0] in ("no", "not"))
        match words if wanted else words[1:]:
            case ["prompts"] if not wanted:
                self._note(line, not self._prompts, f"prompts came up: {self._kinds()}")
            case ["prompt"]:
                self._note(line, (self._open is not None) == wanted, self._screen())
            case ["prompt", id]:
                self._known(line, id, (*self._rules(), "escalate"))
                self._note(line, (self._open is not None and id in _names(self._open)) == wanted, self._screen())
            case ["flag", id]:
                self._known(line, id, [flag.id for flag in self._checklist.flags])
                self._note(line, (id in self._flags) == wanted, f"flags raised so far: {_all(sorted(self._flags))}")
            case ["heat", sign, limit] if wanted and sign in _COMPARE and re.fullmatch(r"\d+(\.\d+)?", limit):
                heat = self._session.heat
                self._note(line, _COMPARE[sign](heat, float(limit)), f"it is {heat:.0f}")
            case ["escalated"]:
                self._note(line, bool(self._escalated) == wanted, f"escalated so far: {_all(sorted(self._escalated))}")
            case ["escalated", ("prompt" | "alert") as level]:
                self._note(line, (level in self._escalated) == wanted, f"escalated so far: {_all(sorted(self._escalated))}")
            case [id, state] if wanted and state in _STATES:
                self._step(line, id, state, True)
            case _ if len(words) == 3 and words[1] == "not" and words[2] in _STATES:
                self._step(line, words[0], words[2], False)
            case _:
                raise Unclear(line, f"not understood{_suggestion(words)}")

    def _step(self, line: Line, id: str, state: str, wanted: bool) -> None:
        self._known(line, id, [step.id for step in self._checklist.steps])
        changed = self._steps.get(id)
        is_now = changed.state if changed else "open"
        grade = changed.grade if changed else 0
        if state in ("thin", "full"):
            true = is_now == "done" and grade == (1 if state == "thin" else 2)
        else:
            true = is_now == state
        shade = (" and thin" if grade == 1 else " and full") if is_now == "done" else ""
        self._note(line, true == wanted, f"it is {is_now}{shade}" + (f" ({changed.because})" if changed else ""))

    def _note(self, line: Line, true: bool, instead: str) -> None:
        if not true:
            self.misses.append(Miss(line.number, f"{line.text}: {instead}"))

    def _known(self, line: Line, id: str, known: list[str] | tuple[str, ...]) -> None:
        if id not in known:
            near = get_close_matches(id, known, n=1)
            raise Unclear(line, f"there is no '{id}'" + (f"; did you mean '{near[0]}'?" if near else f"; there is {_all(known)}"))

    def _rules(self) -> list[str]:
        return [step.id for step in self._checklist.steps] + [flag.id for flag in self._checklist.flags]

    def _screen(self) -> str:
        return f"the prompt on the screen is {self._open.kind}" if self._open else f"no prompt is open; so far: {self._kinds()}"

    def _kinds(self) -> str:
        return _all([prompt.kind for prompt in self._prompts.values()])


def _names(prompt: Prompted) -> tuple[str | None, ...]:
    return prompt.step, prompt.flag, prompt.kind


def _all(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def _suggestion(words: list[str]) -> str:
    first = (
        get_close_matches(words[0].rstrip(":"), ("agent", "customer", "prompt", "flag", "heat", "escalated", *ACTS), n=1) if words else []
    )
    state = get_close_matches(words[-1], _STATES, n=1) if len(words) > 1 else []
    if first and first[0] != words[0]:
        return f"; did you mean '{first[0]}'?"
    return f"; did you mean '{state[0]}'?" if state and state[0] != words[-1] else "; see docs/checklists.md, 'Scenarios'"
