"""The heat of a call: up with words, down with time and better words."""

import pytest

from companion.core.checklist import HeatRules
from companion.core.heat import Heat


def test_it_begins_calm_and_halves() -> None:
    heat = Heat(HeatRules(half_life=100))
    assert heat.at(5000) == 0
    assert heat.hear(80, 0, 1000) == 80
    assert heat.at(101_000) == pytest.approx(40)
    assert heat.at(101_000) == pytest.approx(40)


def test_a_second_angry_turn_weighs_more_than_the_first() -> None:
    heat = Heat(HeatRules())
    heat.hear(50, 0, 0)
    assert 60 < heat.hear(60, 0, 0) <= 100
    assert heat.hear(100, 0, 0) == 100


def test_a_calmer_turn_draws_it_down_by_a_part() -> None:
    heat = Heat(HeatRules())
    heat.hear(80, 0, 0)
    assert 0 < heat.hear(0, 0, 0) < 80


def test_a_hotter_turn_never_leaves_less_than_a_calmer_one() -> None:
    after = []
    for upset in range(0, 101, 5):
        heat = Heat(HeatRules())
        heat.hear(60, 0, 0)
        after.append(heat.hear(upset, 0, 0))
    assert after == sorted(after)
    assert after[0] < 30
    assert after[-1] == 100


def test_calm_turns_let_it_go_down() -> None:
    heat = Heat(HeatRules())
    heat.hear(90, 0, 0)
    for _ in range(3):
        heat.hear(5, 0, 0)
    assert heat.at(0) < 20


def test_soothing_words_lower_it_further() -> None:
    one, other = Heat(HeatRules()), Heat(HeatRules())
    one.hear(80, 0, 0)
    other.hear(80, 0, 0)
    assert other.hear(10, 40, 0) < one.hear(10, 0, 0)


def test_few_words_let_it_fall_by_less() -> None:
    after = []
    for words in (0, 1, 2, 9):
        heat = Heat(HeatRules())
        heat.hear(80, 0, 0)
        after.append(heat.hear(0, 0, 0, words))
    assert after[0] == 80 > after[1] > after[2] == after[3]


def test_a_bare_thanks_lowers_it_as_any_turn() -> None:
    one, other = Heat(HeatRules()), Heat(HeatRules())
    one.hear(80, 0, 0)
    other.hear(80, 0, 0)
    assert one.hear(0, 20, 0, 1) == other.hear(0, 20, 0, 9)
