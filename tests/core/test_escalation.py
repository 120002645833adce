"""When a call needs a supervisor: first the agent is told, then the supervisor is called; once."""

import pytest

from companion.core.checklist import Checklist, Escalation, Flag, HeatRules, Prompting
from companion.core.escalation import Due, Escalator

RULES = Escalation(hot=30.0, rising=2, talk_overs=3, refusals=2, missed=2, patience=10.0, again=100.0)
LAWYER = Flag(id="lawyer", title="Lawyer", speaker="customer", serious=True)
REVIEW = Flag(id="review", title="Review", speaker="customer")
INSULT = Flag(id="insult", title="Insult", speaker="customer", serious=True, repeated=2, hot=80)
HARM = Flag(id="harm", title="Harm", speaker="customer", serious=True, now=True)


def escalator() -> Escalator:
    heat = HeatRules(warn=40, alert=70)
    return Escalator(Checklist(id="c", title="C", heat=heat, escalation=RULES, prompting=Prompting(cooldown=5.0, lasts=10.0)))


def test_first_the_agent_then_the_supervisor() -> None:
    one = escalator()
    assert one.deadline() is None
    assert one.flag(LAWYER, 1, 0, 0) == [Due("prompt", "Lawyer")]
    one.answered(1000)  # with words begun before the prompt was seen
    assert one.deadline() == 25_000
    one.seen(4000)
    assert one.deadline() == 24_000
    one.answered(9000)
    assert one.deadline() == 14_000
    assert one.tick(0, 13_999) == []
    assert one.tick(0, 14_000) == [Due("alert", "Lawyer")]
    assert one.deadline() is None


def test_an_answer_after_the_patience_is_the_end_of_it() -> None:
    one = escalator()
    one.flag(LAWYER, 1, 0, 0)
    one.seen(0)
    one.answered(15_000)
    assert one.deadline() == 15_000


def test_an_offer_settles_it() -> None:
    one = escalator()
    one.flag(LAWYER, 1, 0, 0)
    one.settle()
    one.seen(0)
    one.answered(0)
    assert one.deadline() is None
    assert one.tick(90, 90_000) == []


def test_a_second_cause_meanwhile_calls_at_once() -> None:
    one = escalator()
    one.flag(LAWYER, 1, 0, 0)
    assert one.talk_overs(3, 0) == []  # by the same words: one cause more
    assert one.missed(2, 40, 5000) == [Due("alert", "Lawyer; the agent talked over the customer 3 times; 2 steps were missed")]


def test_one_mention_is_for_the_agent_alone() -> None:
    one = escalator()
    assert one.flag(REVIEW, 5, 100, 0) == []


@pytest.mark.parametrize(("count", "before", "raised"), [(1, 79, False), (1, 80, True), (2, 0, True)])
def test_insults_count_when_repeated_or_from_somebody_furious(count: int, before: float, raised: bool) -> None:
    assert bool(escalator().flag(INSULT, count, before, 0)) is raised


def test_harm_calls_at_once_and_again_only_after_a_while() -> None:
    one = escalator()
    assert one.flag(HARM, 1, 0, 0) == [Due("alert", "Harm")]
    assert one.flag(HARM, 2, 0, 99_000) == []
    assert one.flag(HARM, 3, 0, 100_000) == [Due("alert", "Harm")]


def test_the_same_cause_is_quiet_for_a_while() -> None:
    one = escalator()
    one.flag(LAWYER, 1, 0, 0)
    one.settle()
    assert one.flag(LAWYER, 2, 0, 50_000) == []
    assert one.flag(LAWYER, 3, 0, 100_000) == [Due("prompt", "Lawyer")]


def test_what_a_supervisor_has_acknowledged_stays_quiet() -> None:
    one = escalator()
    one.flag(LAWYER, 1, 0, 0)
    one.acknowledge()
    assert one.deadline() is None
    assert one.flag(LAWYER, 2, 0, 10**9) == []
    assert one.flag(HARM, 1, 0, 10**9) == [Due("alert", "Harm")]


def test_heat_that_lasts_over_two_turns() -> None:
    one = escalator()
    one.turn(90, False, 1000)
    assert one.deadline() is None  # one furious turn may be answered well
    one.turn(85, False, 9000)
    one.turn(85, False, 12_000)
    assert one.deadline() == 31_000
    assert one.tick(80, 31_000) == [Due("prompt", "heat above 70 for 30 s")]


def test_heat_that_falls_meanwhile_begins_anew() -> None:
    one = escalator()
    one.turn(90, False, 0)
    one.turn(60, False, 5000)
    one.turn(90, False, 9000)
    assert one.deadline() is None
    one.turn(90, False, 10_000)
    assert one.deadline() == 39_000
    assert one.tick(69, 20_000) == []
    assert one.deadline() is None


def test_a_mood_that_has_passed_needs_no_supervisor() -> None:
    one = escalator()
    one.talk_overs(3, 0)
    one.seen(0)
    assert one.tick(19, 20_000) == []
    assert one.deadline() is None


def test_a_supervisor_who_was_called_is_not_called_for_the_heat_as_well() -> None:
    one = escalator()
    one.flag(HARM, 1, 0, 0)
    assert one.missed(9, 90, 1000) == []
    one.turn(39, False, 2000)  # it has calmed
    assert one.missed(9, 90, 3000) == [Due("prompt", "9 steps were missed")]


def test_rising_heat() -> None:
    one = escalator()
    assert one.turn(10, False, 0) == []
    assert one.turn(20, False, 1000) == []
    assert one.turn(30, False, 2000) == []  # hotter twice in a row, but not yet hot
    assert one.turn(45, False, 3000) == [Due("prompt", "the customer got hotter 2 turns in a row")]
    two = escalator()
    for time, heat in enumerate((50, 60, 55, 58)):
        assert two.turn(heat, False, time) == []


def test_options_are_exhausted_with_the_second_refusal() -> None:
    one = escalator()
    assert one.turn(0, True, 0) == []
    assert one.turn(0, False, 1000) == []
    assert one.turn(0, True, 2000) == [Due("prompt", "the customer turned down 2 offers")]


def test_few_talk_overs_and_missed_steps_are_no_cause_nor_are_missed_steps_of_a_calm_call() -> None:
    one = escalator()
    assert one.talk_overs(2, 0) == []
    assert one.missed(1, 90, 0) == []
    assert one.missed(9, 39, 0) == []
