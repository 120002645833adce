"""The order of things, and what is out of it."""

from companion.core.checklist import Checklist, Flag, Order, Step
from companion.core.detect import StepHit
from companion.core.order import Orders
from companion.core.steps import Steps

FIX = Flag(id="fix", title="Fix", speaker="agent", detector="order", order=Order(done="solution", without=("saw",), heat=40))
SORRY = Order(done="sorry", times=3, without=("saw", "offered"), peak=50)
THIRD = Flag(id="third", title="Third", speaker="agent", detector="order", order=SORRY)
ODD = Flag(id="odd", title="Odd", speaker="agent", detector="order", order=Order(done="unheard_of", without=("saw",)))
WORDS = Flag(id="words", title="Words", speaker="agent", says=("x",))
CHECKLIST = Checklist(
    id="c",
    title="C",
    flags=(FIX, THIRD, ODD, WORDS),
    steps=(Step(id="saw", title="Saw"), Step(id="sorry", title="Sorry"), Step(id="offered", title="Offered")),
)


def hit(step: str) -> StepHit:
    return StepHit(step=step, grade=1, score=100, evidence=())


def test_a_fix_before_the_feeling() -> None:
    steps = Steps(CHECKLIST)
    orders = Orders(CHECKLIST, steps)
    assert orders.look(frozenset(), solving=True, heat=39, peak=90) == []  # not hot enough
    assert orders.look(frozenset(), solving=False, heat=60, peak=60) == []  # no fix
    assert orders.look(frozenset(), solving=True, heat=60, peak=60) == [FIX]
    assert orders.look(frozenset(), solving=True, heat=60, peak=60) == []  # said once


def test_what_was_done_or_waived_is_no_fault() -> None:
    for done in (lambda steps: steps.heard(hit("saw"), 0), lambda steps: steps.mark("saw", "waived", "x", 0)):
        steps = Steps(CHECKLIST)
        done(steps)
        assert Orders(CHECKLIST, steps).look(frozenset({"saw"}), solving=True, heat=60, peak=60) == []


def test_a_third_apology_with_nothing_behind_it() -> None:
    steps = Steps(CHECKLIST)
    orders = Orders(CHECKLIST, steps)
    for times in range(1, 4):
        steps.heard(hit("sorry"), times)
        assert orders.look(frozenset({"sorry"}), solving=False, heat=0, peak=50) == ([THIRD] if times == 3 else [])


def test_any_of_the_others_is_enough_behind_an_apology() -> None:
    steps = Steps(CHECKLIST)
    steps.heard(hit("offered"), 0)
    for _ in range(3):
        steps.heard(hit("sorry"), 0)
    assert Orders(CHECKLIST, steps).look(frozenset({"sorry"}), solving=False, heat=0, peak=50) == []
