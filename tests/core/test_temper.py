"""The customer's heat over a call: what is told of it, and when it falls by itself."""

import pytest

from companion.core.checklist import HeatRules
from companion.core.temper import Curve, Temper
from companion.core.updates import HeatChanged

RULES = HeatRules(half_life=60.0, warn=40, alert=70)


def test_words_that_move_the_heat_are_told() -> None:
    temper = Temper(RULES)
    assert temper.hear(0.0, 0.0, 0, 1000, 1000) == []
    assert temper.hear(80.0, 0.0, 1, 2000, 2000) == [HeatChanged(heat=80, utterance=1)]
    assert temper.at(2000) == pytest.approx(80.0)
    assert temper.curve.peak == 80


def test_the_start_is_the_heat_after_the_first_words() -> None:
    calm, hot = Temper(RULES), Temper(RULES)
    assert calm.curve.start is None
    calm.hear(0.0, 0.0, 0, 1000, 1000)
    calm.hear(80.0, 0.0, 1, 2000, 2000)
    hot.hear(80.0, 0.0, 0, 1000, 1000)
    hot.hear(0.0, 50.0, 1, 2000, 2000)
    assert (calm.curve.start, hot.curve.start) == (0, 80)


def test_it_is_told_when_it_falls_below_a_threshold_and_not_before() -> None:
    temper = Temper(RULES)
    assert temper.deadline() is None
    assert temper.cool(5000, 5000) == []
    temper.hear(80.0, 0.0, 0, 0, 0)
    below_alert = temper.deadline()
    assert below_alert is not None
    assert temper.at(below_alert) < 70 <= temper.at(below_alert - 1)
    assert temper.cool(below_alert - 1, below_alert - 1) == []
    assert temper.cool(below_alert, below_alert) == [HeatChanged(heat=69, utterance=None)]
    below_warn = temper.deadline()
    assert below_warn is not None
    assert temper.cool(below_warn, below_warn) == [HeatChanged(heat=39, utterance=None)]
    assert temper.deadline() is None


def test_a_mild_call_has_no_deadline() -> None:
    temper = Temper(RULES)
    temper.hear(20.0, 0.0, 0, 0, 0)
    assert temper.deadline() is None


def test_since_when_the_customer_is_upset() -> None:
    temper = Temper(RULES)
    temper.hear(20.0, 0.0, 0, 0, 0)
    assert temper.upset_since is None
    temper.hear(60.0, 0.0, 1, 3000, 9000)
    temper.hear(90.0, 0.0, 2, 5000, 11_000)
    assert temper.upset_since == 9000


def test_heat_that_never_cools_has_a_far_deadline() -> None:
    temper = Temper(HeatRules(half_life=1e15))
    temper.hear(80.0, 0.0, 0, 0, 0)
    assert (temper.deadline() or 0) > 1 << 39


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    curve = Curve()
    for at in range(1000):
        curve.add(at, at % 100)
    assert len(curve.points) <= 400
    assert curve.points[0] == [0, 0]
    assert curve.points[-1] == [999, 99]
    assert curve.peak == 99
    assert curve.points == sorted(curve.points)
