"""How much somebody may do a second. Sans I/O."""


class Allowance:
    """So many a second, and so many at once after a rest.

    Args:
        rate: how many a second.
        burst: how many at once.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._last: float | None = None

    def take(self, now: float) -> bool:
        """Whether one more is fine at `now`, seconds of a clock that only goes forward."""
        if self._last is not None:
            self._left = min(self._burst, self._left + (now - self._last) * self._rate)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
