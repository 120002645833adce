"""Where sound is laid on the call's clock: by hand, without one."""

import numpy as np
from numpy.typing import NDArray

from companion.sources.pairs.track import FAR_OFF, OFF, Track

RATE = 16000


def ones(seconds: float, value: int = 1000) -> NDArray[np.int16]:
    return np.full(round(seconds * RATE), value, np.int16)


def sounding(samples: NDArray[np.int16]) -> tuple[float, float]:
    """From when to when there is sound, in seconds."""
    there = np.flatnonzero(samples)
    return (round(there[0] / RATE, 3), round((there[-1] + 1) / RATE, 3)) if len(there) else (0.0, 0.0)


def test_sound_in_time_follows_on() -> None:
    track = Track("agent", RATE)
    track.lay(ones(0.1), RATE, now=0.1)
    track.take(RATE // 20)
    for n in range(1, 20):
        track.lay(ones(0.1), RATE, now=(n + 1) * 0.1 + 0.03 * (n % 3))  # now and then a little late
    assert track.end == 2.0
    assert sounding(track.take(round(1.95 * RATE))) == (0.0, 1.95)


def test_the_first_sound_lies_where_it_came() -> None:
    track = Track("agent", RATE)
    track.lay(ones(0.2), RATE, now=3.0)
    assert sounding(track.take(3 * RATE)) == (2.8, 3.0)


def test_sound_from_before_the_call_is_none_of_it() -> None:
    track = Track("agent", RATE)
    track.lay(ones(1.0), RATE, now=0.4)
    assert track.end == 0.4
    assert not Track("agent", RATE).end


def test_a_device_that_sends_nothing_while_nothing_plays() -> None:
    track = Track("customer", RATE)
    track.lay(ones(1.0), RATE, now=1.0)
    before = track.take(4 * RATE)  # three seconds that never came
    assert sounding(before) == (0.0, 1.0)
    assert track.dry
    track.lay(ones(0.1), RATE, now=5.0)
    track.lay(ones(0.1), RATE, now=5.1)
    assert sounding(track.take(round(1.1 * RATE))) == (0.9, 1.1)  # 4.9 to 5.1 of the call
    assert not track.dry


def test_a_burst_after_silence_ends_now() -> None:
    """What was held up for a second comes at once; the part that silence was taken for is too late."""
    track = Track("customer", RATE)
    track.take(4 * RATE)
    for n in range(10):
        track.lay(ones(0.1, n + 1), RATE, now=4.5)
    rest = track.take(RATE // 2)
    assert track.end == 4.5
    assert rest[0] == 6  # the sixth piece is the first that can still be used
    assert rest[-1] == 10


def test_what_a_stream_leaves_out_is_filled_once_that_is_certain() -> None:
    track = Track("customer", RATE)
    now = 0.0
    for _ in range(10):
        now += 0.1
        track.lay(ones(0.1), RATE, now=now)
        track.take(RATE // 20)
    now += 1.0  # a second that is never sent
    for _ in range(45):
        now += 0.1
        track.lay(ones(0.1), RATE, now=now)
    assert abs(track.end - now) < 0.11


def test_a_clock_that_runs_fast_is_held_back_in_a_pause() -> None:
    track = Track("agent", RATE)
    now = 0.0
    for _ in range(100):
        now += 0.1
        track.lay(ones(0.1005), RATE, now=now)  # half a per cent: 50 ms in ten seconds
        track.take(RATE // 20)
    assert OFF - 0.02 < track.end - now < OFF  # nobody notices yet
    for _ in range(100):
        now += 0.1
        track.lay(ones(0.1005), RATE, now=now)
    ahead = track.end - now
    assert OFF < ahead < FAR_OFF  # it is noticed, but somebody speaks
    for _ in range(40):
        now += 0.1
        track.lay(ones(0.1, 0), RATE, now=now)
    assert abs(track.end - now) < OFF


def test_another_device_may_have_another_rate() -> None:
    track = Track("agent", RATE)
    track.lay(ones(0.5), RATE, now=0.5)
    track.lay(np.full(24000, 1000, np.int16), 48000, now=1.0)
    assert 0.9 < track.end <= 1.0


def test_what_is_skipped_is_gone() -> None:
    track = Track("agent", RATE)
    track.lay(ones(1.0), RATE, now=1.0)
    track.skip(RATE // 2)
    assert track.end == 1.0
    assert len(track.take(RATE // 2)) == RATE // 2
    assert not track.dry
