"""The agent's words a minute, measured against the agent's own."""

from companion.core.checklist import Watch
from companion.core.pace import Pace


def test_nothing_is_said_before_there_is_enough_to_go_by() -> None:
    pace = Pace(Watch())
    pace.add(12, 4.0)
    assert (pace.overall, pace.baseline, pace.lately, pace.hurried) == (None, None, None, False)
    pace.add(12, 4.0)
    assert (pace.overall, pace.baseline, pace.lately) == (180.0, None, None)


def test_the_baseline_is_how_they_spoke_at_first() -> None:
    pace = Pace(Watch())
    pace.add(30, 12.0)
    assert pace.baseline == 150.0
    assert pace.lately is None
    pace.add(48, 12.0)
    assert (pace.overall, pace.baseline, pace.lately) == (195.0, 150.0, 240.0)


def test_only_the_last_seconds_count_as_lately() -> None:
    pace = Pace(Watch())
    for _ in range(6):
        pace.add(10, 4.0)
    for _ in range(3):
        pace.add(20, 4.0)
    assert pace.lately == 300.0


def test_hurried_is_fast_and_faster_than_usual() -> None:
    slow, quick = Pace(Watch(pace=190, hurry=1.2)), Pace(Watch(pace=190, hurry=1.2))
    for words in (30, 34):  # 150, then 204 words a minute
        slow.add(words, 12.0 if words == 30 else 10.0)
    slow.add(34, 10.0)
    for _ in range(4):  # always 204
        quick.add(34, 10.0)
    assert slow.hurried
    assert not quick.hurried
    assert not Pace(Watch()).hurried
