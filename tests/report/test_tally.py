"""Calls counted together."""

import datetime
import math

import pytest
from msgspec.structs import replace

from companion.report.digest import Digest, Shown
from companion.report.tally import FEW, by_day, grouped, interval, tally, weekly
from tests.report.week import digest, week


def prompted(*outcomes: str) -> Digest:
    shown = tuple(Shown(kind="step:a", title="a", at=0, outcome=outcome) for outcome in outcomes)  # type: ignore[arg-type]
    return replace(digest("delivery"), prompts=shown)


def test_steps_are_counted_over_the_calls_that_asked_for_them() -> None:
    steps = {step.id: step for step in tally("", week(5)).steps}
    feelings = steps["feelings"]
    assert (feelings.calls, feelings.done, feelings.full, feelings.missed, feelings.late) == (4, 2, 2, 2, 1)  # paused: unknown
    assert (steps["apologized"].thin, steps["apologized"].late_by) == (1, 4.0)
    assert steps["choices"].calls == 3


def test_flags_are_counted_by_call_and_by_time() -> None:
    flags = {flag.id: flag for flag in tally("", week(5)).flags}
    assert (flags["harm"].calls, flags["harm"].times, flags["harm"].speaker) == (1, 2, "customer")
    assert [flag.speaker for flag in tally("", week(5)).flags] == ["agent"] * 3 + ["customer"] * 3


def test_the_heat_is_that_of_a_typical_call() -> None:
    heat = tally("", [digest("furious")]).heat
    assert (heat.start, heat.peak, heat.end) == (82, 96, 21)
    assert (heat.curve[0], heat.curve[5], heat.curve[-1]) == (82, 96, 21)
    heat = tally("", week(5)).heat
    assert all(low <= middle <= high for low, middle, high in zip(heat.low, heat.curve, heat.high, strict=True))


def test_moves_are_those_of_upset_customers_and_answers_without_anything_are_their_measure() -> None:
    moves = {move.cause: move for move in tally("", week(5)).moves}
    assert (moves["flag", "policy"].mean, moves["flag", "policy"].times) == (3.0, 2)  # 82 to 96, and 69 to 61
    assert (moves[None].times, moves["flag", "policy"].sure) == (2, False)
    assert moves["step", "choices"].reach == math.inf  # once is chance
    assert moves["step", "choices"].mean == -26.0
    calm = replace(digest("furious"), warn=100, moves=tuple(replace(move, before=49) for move in digest("furious").moves))
    assert tally("", [calm]).moves == ()


def test_talk_is_that_of_calls_with_real_times() -> None:
    talk = tally("", [digest("furious"), replace(digest("furious"), timed=False)]).talk
    assert (talk.calls, talk.share, talk.silences, talk.silent) == (1, 0.27, 1, 40.0)
    assert tally("", [digest("chat")]).talk.share is None


def test_a_prompt_that_is_seldom_acted_on_is_noisy_but_not_on_few_and_not_for_being_replaced() -> None:
    (noisy,) = tally("", [prompted(*["expired"] * 6, *["dismissed"] * 3, "acted", "overridden")]).prompts
    assert noisy.noisy
    assert (noisy.shown, noisy.acted, noisy.dismissed, noisy.ignored, noisy.replaced) == (11, 1, 3, 6, 1)
    assert not tally("", [prompted(*["expired"] * 9)]).prompts[0].noisy
    assert not tally("", [prompted(*["expired"] * 9, *["overridden"] * 20)]).prompts[0].noisy
    assert not tally("", [prompted(*["expired"] * 9, *["acted"] * 3)]).prompts[0].noisy


def test_groups_are_in_the_order_of_their_names_whatever_they_reached() -> None:
    calls = [*week(15), digest("chat")]
    assert [group.name for group in grouped(calls, "agent")] == ["dan", "maria", "noor", ""]
    assert [group.calls for group in grouped(calls, "team")] == [10, 5, 1]
    assert [group.name for group in grouped(calls, "week")] == ["2026-11-16", ""]
    assert [group.name for group in grouped(calls, "checklist")] == ["Golden calls"]


def test_few_is_said() -> None:
    calls = week(5)
    assert tally("", calls * (FEW // 5 - 1)).few
    assert not tally("", calls * (FEW // 5)).few


def test_a_trend_is_by_day_and_after_three_weeks_by_week() -> None:
    calls = week(5)
    assert [(day.isoformat(), len(those)) for day, those in by_day(calls)] == [(f"2026-11-{day}", 1) for day in range(16, 21)]
    assert calls[0].began is not None
    later = replace(calls[0], began=calls[0].began + datetime.timedelta(days=25))
    assert weekly([*calls, later])
    assert [day.isoformat() for day, _ in by_day([*calls, later])] == ["2026-11-16", "2026-12-07"]
    assert not weekly([])


@pytest.mark.parametrize(("hits", "of", "low", "high"), [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)])
def test_the_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    assert interval(hits, of) == pytest.approx((low, high), abs=0.001)
