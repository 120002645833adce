"""The heat is a step function, and what is drawn of it never flatters."""

import pytest

from companion.tui.curve import drawn, heat_at, sampled, trend

CURVE = [(1_000, 20), (30_000, 80), (31_000, 40), (90_000, 10)]


def test_the_heat_holds_until_it_changes() -> None:
    assert [heat_at(CURVE, at) for at in (0, 1_000, 29_999, 30_000, 60_000, 200_000)] == [0, 20, 20, 80, 40, 10]


def test_a_slice_shows_its_highest_heat() -> None:
    assert sampled(CURVE, 0, 100_000, 4) == [20, 80, 40, 40]
    assert sampled(CURVE, 95_000, 100_000, 2) == [10, 10]
    assert sampled([], 0, 0, 3) == [0, 0, 0]


@pytest.mark.parametrize(
    ("at", "trend_"), [(30_500, "rising"), (32_000, "falling"), (80_000, "steady"), (95_000, "falling"), (500_000, "steady")]
)
def test_a_trend_is_the_way_of_the_last_changes(at: int, trend_: str) -> None:
    assert trend(CURVE, at) == trend_


def test_small_changes_one_way_add_up() -> None:
    assert trend([(1_000, 40), (5_000, 44), (9_000, 49)], 10_000) == "rising"
    assert trend([(1_000, 40), (40_000, 43), (41_000, 41), (42_000, 46)], 43_000) == "steady"
    assert trend([], 5) == "steady"


def test_blocks_grow_with_the_heat() -> None:
    assert drawn([0, 25, 50, 100]) == ["▁▂▄█"]
    assert drawn([0, 50, 75, 100], 2) == ["  ▄█", "▁███"]
