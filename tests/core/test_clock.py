"""Running time: it stands still while there is any reason to."""

from companion.core.clock import RunningClock


def test_without_a_pause_it_is_the_time_of_arrival() -> None:
    clock = RunningClock()
    assert clock.running
    assert clock.time(5000) == 5000
    assert clock.at(5000) == 5000


def test_it_stands_still_while_paused_and_goes_on_where_it_stood() -> None:
    clock = RunningClock()
    clock.pause("hold", 1000)
    assert not clock.running
    assert clock.time(9000) == 1000
    assert clock.at(2000) is None
    clock.resume("hold", 9000)
    assert clock.time(9500) == 1500
    assert clock.at(1500) == 9500


def test_reasons_overlap() -> None:
    clock = RunningClock()
    clock.pause("hold", 1000)
    clock.pause("lost", 2000)
    clock.pause("hold", 3000)
    clock.resume("hold", 4000)
    assert clock.time(5000) == 1000
    clock.resume("lost", 6000)
    assert clock.time(6000) == 1000


def test_a_reason_that_was_never_given_is_not_taken_away() -> None:
    clock = RunningClock()
    clock.resume("hold", 1000)
    assert clock.time(2000) == 2000
