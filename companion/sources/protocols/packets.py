"""One track's packets put right by their numbers and times: sorted, doubles and late ones left out, gaps left as gaps. Sans I/O."""

from typing import TypeAlias

HOLD = 10
"""Packets that wait for one that is missing: 0.2 s of the usual 20 ms packets, before it counts as lost."""

TOLERANCE = 0.1
"""Seconds that a packet's time may be off where its number says that nothing is missing: some peers stamp by their clock."""

LEAP = 600.0
"""Seconds: a time that is off by more is a clock that was set, not a gap."""

_FAR = 500  # packets: numbers that fall back further have begun anew

Piece: TypeAlias = tuple[float, bytes]
"""Seconds from the stream's start, and the sound."""


class Packets:
    """One track.

    Args:
        byte_rate: bytes of sound a second.
    """

    def __init__(self, byte_rate: float) -> None:
        self._rate = byte_rate
        self._next: int | None = None
        self._held: dict[int, tuple[float | None, bytes]] = {}
        self._end: float | None = None
        self._zero = 0.0

    def put(self, number: int | None, time: float | None, data: bytes) -> list[Piece]:
        """Take a packet in; give what is in order now.

        Args:
            number: counts the track's packets by ones; None where the peer does not count.
            time: seconds from the stream's start; None where it is not told.
            data: the sound.
        """
        if number is None:
            return [self._place(time, data, missing=0)]
        if self._next is None:
            # A track counts from 0 or 1; whoever begins close to that may still bring what comes before.
            self._next = min(number, 1) if number <= HOLD else number
        if number < self._next - _FAR:
            pieces = self.flush()
            self._next = number
            return [*pieces, *self.put(number, time, data)]
        if number < self._next or number in self._held:
            return []
        self._held[number] = (time, data)
        return self._ready(HOLD)

    def flush(self) -> list[Piece]:
        """Nothing more comes: what was waiting."""
        return self._ready(0)

    def _ready(self, hold: int) -> list[Piece]:
        pieces: list[Piece] = []
        while self._held and self._next is not None:
            missing = 0
            if self._next not in self._held:
                if len(self._held) <= hold:
                    break
                missing = min(self._held) - self._next
            time, data = self._held.pop(self._next + missing)
            self._next += missing + 1
            pieces.append(self._place(time, data, missing))
        return pieces

    def _place(self, time: float | None, data: bytes, missing: int) -> Piece:
        length = len(data) / self._rate
        if self._end is None:
            at = time or 0.0
        elif time is None:
            at = self._end + min(missing * length, LEAP)
        else:
            ahead = time - self._zero - self._end
            if abs(ahead) > LEAP:
                self._zero += ahead
                ahead = 0.0
            at = self._end + (ahead if ahead > TOLERANCE or (missing and ahead > 0) else 0.0)
        self._end = at + length
        return at, data
