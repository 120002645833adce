"""So many a second."""

from companion.broadcast.allowance import Allowance


def test_at_once_and_then_as_time_goes_by() -> None:
    allowance = Allowance(rate=2, burst=3)
    assert [allowance.take(10.0) for _ in range(5)] == [True, True, True, False, False]
    assert [allowance.take(10.5) for _ in range(2)] == [True, False]
    assert [allowance.take(1000.0) for _ in range(4)] == [True, True, True, False]
