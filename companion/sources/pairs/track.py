"""One live channel laid on a call's clock, at the recogniser's rate: what comes late, in a burst or not at all is put where it belongs."""

import numpy as np

from companion.core.events import Channel
from companion.speech.audio import Rechunker, Samples

OFF = 0.06
"""Seconds that a stream may be off the clock before it is put right, in a pause; a device's clock drifts by a second in some hours."""

FAR_OFF = 0.25
"""Seconds from which on it is put right at once, in the middle of a word too."""

_WINDOW = 2.0  # seconds of sound over which a stream is compared with the clock: a delay that is made up for within them is none
_GRAIN = 0.02  # seconds of sound in which it is laid down
_QUIET = 300  # the highest sample of a piece that may be cut: about −40 dB of full scale


class Track:
    """One channel's sound that was not taken yet, as 16-bit samples.

    Args:
        channel: whose.
        rate: samples a second that are wanted.
    """

    def __init__(self, channel: Channel, rate: int) -> None:
        self.channel: Channel = channel
        self.dry = True
        """Whether nothing came in time, so that silence was taken in its place; the next sound is laid by the clock anew."""
        self._rate = rate
        self._coming: Rechunker | None = None
        self._rate_in = 0
        self._taken = 0  # samples
        self._waiting = np.zeros(0, np.int16)
        self._most = float("-inf")  # seconds ahead of the clock, at most, in this window
        self._window = 0  # samples laid in it

    @property
    def end(self) -> float:
        """Seconds of the call up to which there is sound."""
        return (self._taken + len(self._waiting)) / self._rate

    def lay(self, samples: Samples, rate: int, now: float) -> None:
        """Take in what has just come.

        Args:
            samples: shape (frames,).
            rate: samples a second; another than before means another device.
            now: seconds of the call.
        """
        if self._coming is None or rate != self._rate_in:
            self._coming, self._rate_in = Rechunker(self.channel, rate, self._rate, chunk=_GRAIN), rate
        laid = [np.frombuffer(chunk.pcm, "<i2") for chunk in self._coming.feed(samples)]
        if not laid:
            return
        self._waiting = np.concatenate([self._waiting, *laid])
        if self.dry:
            self._begin(now)
            return
        self._most = max(self._most, self.end - now)
        self._window += sum(map(len, laid))
        if self._window >= _WINDOW * self._rate:
            self._put_right(laid[-1])

    def take(self, frames: int) -> Samples:
        """The next so many samples; what has not come is silence."""
        piece, self._waiting = self._waiting[:frames], self._waiting[frames:]
        self._taken += frames
        if len(piece) == frames:
            self.dry = False
            return piece
        self.dry = True
        return np.concatenate([piece, np.zeros(frames - len(piece), np.int16)])

    def skip(self, frames: int) -> None:
        """Forget the next so many samples."""
        self._waiting = self._waiting[frames:]
        self._taken += frames

    def _begin(self, now: float) -> None:
        """The last sample is of now, whatever came with it. A burst may reach back to before what was taken: that part came too late."""
        start = round(now * self._rate) - len(self._waiting)
        if start < self._taken:
            self._waiting = self._waiting[self._taken - start :]
        else:
            self._waiting = np.concatenate([np.zeros(start - self._taken, np.int16), self._waiting])
        self._most, self._window = float("-inf"), 0

    def _put_right(self, last: Samples) -> None:
        off, quiet = self._most, int(np.abs(last.astype(np.int32)).max()) <= _QUIET
        if abs(off) < (OFF if quiet else FAR_OFF):
            if abs(off) < OFF:
                self._most, self._window = float("-inf"), 0
            return
        frames = round(abs(off) * self._rate)
        if off > 0:
            self._waiting = self._waiting[: max(0, len(self._waiting) - frames)]
        else:
            self._waiting = np.concatenate([self._waiting, np.zeros(frames, np.int16)])
        self._most, self._window = float("-inf"), 0
