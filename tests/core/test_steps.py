"""Each step's state over a call, on running time."""

from collections.abc import Callable
from typing import Any

import pytest

from companion.core.checklist import Checklist, Step, When
from companion.core.detect import StepHit
from companion.core.steps import Cause, Steps
from companion.core.updates import StepChanged

CALM = Cause(heat=0, peak=0, flags=frozenset(), solving=False)


def steps(**rule: Any) -> Steps:
    return Steps(Checklist(id="c", title="C", steps=(Step(id="a", title="A", **rule), Step(id="b", title="B"))))


def hit(grade: int = 1, step: str = "a") -> StepHit:
    return StepHit(step=step, grade=grade, score=100, evidence=())


def changed(state: str, grade: int, because: str) -> StepChanged:
    return StepChanged(step="a", state=state, grade=grade, because=because)  # type: ignore[arg-type]


def test_heard_thin_then_full_and_no_more() -> None:
    one = steps()
    assert one.heard(hit(1), 1000) == changed("done", 1, "said, but thin")
    assert one.heard(hit(1), 2000) is None
    assert one.heard(hit(2), 3000) == changed("done", 2, "said more fully")
    assert one.heard(hit(1), 4000) is None
    assert (one.tracks["a"].at, one.tracks["a"].heard) == (3000, 4)
    assert steps().heard(hit(2), 0) == changed("done", 2, "said")


@pytest.mark.parametrize(
    ("when", "cause", "why"),
    [
        (When(), CALM, "the call began"),
        (When(heat=30), Cause(heat=30, peak=30, flags=frozenset(), solving=False), "the customer got upset"),
        (When(flags=("x",)), Cause(heat=0, peak=0, flags=frozenset({"x"}), solving=False), "what the customer said"),
        (When(solution=True), Cause(heat=0, peak=0, flags=frozenset(), solving=True), "you moved on to solving"),
        (When(heat=30, flags=("x",), steps=("b", "c"), solution=True), CALM, ""),
        (When(solution=True, peak=30), Cause(heat=0, peak=29, flags=frozenset(), solving=True), ""),
        (When(solution=True, peak=30), Cause(heat=0, peak=30, flags=frozenset(), solving=True), "you moved on to solving"),
    ],
)
def test_when_a_step_is_asked_for(when: When, cause: Cause, why: str) -> None:
    one = steps(due=1.0, when=when)
    one.ask(cause, 500)
    assert one.tracks["a"].why == why
    assert one.tracks["a"].asked == (500 if why else None)
    one.ask(CALM, 900)  # once asked for, it stays so
    assert one.tracks["a"].asked == (500 if why else 900 if when == When() else None)


def test_the_step_before_it() -> None:
    one = steps(due=1.0, when=When(steps=("b",)))
    one.ask(CALM, 0)
    one.heard(hit(step="b"), 0)
    one.ask(CALM, 700)
    assert (one.tracks["a"].asked, one.tracks["a"].why) == (700, "the step before it")


def test_a_step_without_a_time_is_only_listened_for() -> None:
    one = steps()
    one.ask(CALM, 0)
    assert not one.tracks["a"].waiting
    assert one.deadline() is None
    assert one.overdue(10**9) == []
    assert one.end() == []


def test_overdue_then_missed_each_at_its_time() -> None:
    one = steps(due=20.0, escalate=10.0)
    one.ask(CALM, 1000)
    assert one.deadline() == 21_000
    assert one.overdue(20_999) == []
    assert one.overdue(21_000) == [changed("overdue", 0, "20 s since the call began")]
    assert one.overdue(21_000) == []
    assert one.deadline() == 31_000
    assert one.overdue(31_000) == [changed("missed", 0, "never said")]
    assert one.deadline() is None
    assert one.heard(hit(1), 40_000) == changed("done", 1, "said, but thin")  # late is better than never


def test_after_so_many_turns() -> None:
    one = steps(turns=2)
    one.agent_turn()
    one.ask(CALM, 1000)
    one.agent_turn()
    assert one.deadline() is None
    one.agent_turn()
    assert one.deadline() == 1000
    assert one.overdue(5000) == [changed("overdue", 0, "2 of your turns since the call began")]
    assert one.overdue(9**9) == []  # nothing says when it is missed
    assert one.end() == [changed("missed", 0, "not said before the call ended")]


@pytest.mark.parametrize("late", [0, 21_000])
def test_after_a_gap_it_is_unknown_never_missed(late: int) -> None:
    one = steps(due=20.0, escalate=10.0)
    one.lost()
    one.ask(CALM, 0)
    one.overdue(late)
    assert one.end() == [changed("unknown", 0, "the stream was lost meanwhile")]
    two = steps(due=20.0, escalate=10.0)
    two.ask(CALM, 0)
    two.lost()
    two.lost()
    assert two.overdue(30_000)[-1].state == "unknown"


def test_a_gap_changes_nothing_for_what_was_said() -> None:
    one = steps(due=20.0)
    one.heard(hit(1), 0)
    one.lost()
    assert not one.tracks["a"].gap
    assert one.end() == []


@pytest.mark.parametrize(
    ("before", "state", "expected"),
    [
        (None, "done", changed("done", 2, "marked by ann")),
        (None, "waived", changed("waived", 0, "marked by ann")),
        (None, "open", None),
        (lambda one: one.heard(hit(1), 0), "done", changed("done", 2, "marked by ann")),
        (lambda one: one.heard(hit(2), 0), "done", None),
        (lambda one: one.heard(hit(2), 0), "open", changed("open", 0, "marked by ann")),
    ],
)
def test_marks(before: Callable[[Steps], object] | None, state: Any, expected: StepChanged | None) -> None:
    one = steps()
    if before:
        before(one)
    assert one.mark("a", state, "ann", 7000) == expected
    assert one.mark("nothing", state, "ann", 7000) is None
    if expected:
        assert one.tracks["a"].at == (7000 if state == "done" else None)


def test_what_was_waived_stays_so() -> None:
    one = steps(due=1.0)
    one.ask(CALM, 0)
    one.mark("a", "waived", "ann", 0)
    assert one.heard(hit(2), 0) is None
    assert one.deadline() is None
    assert one.end() == []


def test_what_was_said_last_decides_whether_it_is_enough() -> None:
    all_steps = steps()
    track = next(iter(all_steps))
    for enough in (True, False):
        all_steps.heard(StepHit(step=track.step.id, grade=1, score=100, evidence=(), enough=enough), 0)
        assert track.enough is enough
    all_steps.heard(StepHit(step=track.step.id, grade=1, score=100, evidence=(), enough=True), 0)
    all_steps.mark(track.step.id, "open", "ada", 0)
    assert not track.enough
