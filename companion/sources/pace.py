"""Playing something recorded in real time."""

import asyncio


class Pace:
    """Tells when a moment of a recording is due, by the loop's clock; since each is counted from the start, it never drifts.

    Args:
        speed: seconds of recording in a second, above 0.
        stop: once set, nothing is waited for any more.
        zero: seconds of the recording that are due at once.
    """

    def __init__(self, speed: float, stop: asyncio.Event, zero: float = 0.0) -> None:
        self._speed = speed
        self._stop = stop
        self._start = asyncio.get_running_loop().time() - zero / speed

    @property
    def now(self) -> float:
        """Seconds of recording that are due by now."""
        return (asyncio.get_running_loop().time() - self._start) * self._speed

    async def wait(self, moment: float, at_most: float = float("inf")) -> bool:
        """Wait until `moment` (seconds of recording) is due, but no longer than `at_most` seconds of the clock.

        Returns:
            Whether it is due; never waits, and says so, once the source was stopped.
        """
        left = (moment - self.now) / self._speed
        if left <= 0 or self._stop.is_set():
            return True
        try:
            async with asyncio.timeout(min(left, at_most)):
                await self._stop.wait()
        except TimeoutError:
            return left <= at_most
        return True
