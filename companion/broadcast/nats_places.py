"""Where a looker-on stands in each call of a bus: what of a message is new to it, and when an ended call is let go. Sans I/O."""

import math
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.ledger import LINGER, MOST_ENDED
from companion.core.events import CallStarted
from companion.core.record import Record
from companion.core.seen import Missed, Over, Seen
from companion.core.updates import CallClosed


class Place(msgspec.Struct):
    """Where we stand in a call."""

    call: str
    first: int
    """Number in the stream of its first message."""
    newest: int
    """Number of the newest one that was given."""
    next: int = 0
    """Number of the next record."""
    closed: bool = False
    """Nothing more comes."""
    lost: bool = False
    """Nobody brings it at the moment, and that was said."""


class Places:
    """The places in all calls, by token."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._ended: deque[tuple[float, Place]] = deque()
        self._ahead = -math.inf  # seconds that the server's clock is ahead of ours, at least

    def __contains__(self, token: str) -> bool:
        """Whether a call is known."""
        return token in self._places

    def find(self, token: str) -> Place | None:
        """Where we stand in a call, if it is known."""
        return self._places.get(token)

    def has(self, token: str, number: int) -> bool:
        """Whether that message of a call was given already."""
        place = self._places.get(token)
        return place is not None and number <= place.newest

    def forget(self, token: str) -> None:
        """Let a call be given anew."""
        self._places.pop(token, None)

    def clear(self) -> list[Over]:
        """Let go of all calls."""
        gone, self._places = self._places, {}
        return [Over(call=place.call) for place in gone.values()]

    def take(self, token: str, number: int, stored: float, records: Sequence[Record], now: float) -> Iterator[Seen]:
        """What is new of a message's records.

        Args:
            token: of the call.
            number: of the message in the stream.
            stored: when it came there, seconds of Unix time by the server's clock.
            records: at least one.
            now: seconds of a clock that only goes forward.
        """
        place = self._places.get(token)
        if isinstance(records[0].event, CallStarted):
            if place is not None:
                yield Over(call=place.call)  # the name is given a second time
            place = self._places[token] = Place(records[0].call, number, number)
        if place is None:
            return  # its beginning is gone
        place.newest = number
        self._ahead = max(self._ahead, stored - now)
        if records[0].seq > place.next:
            yield Missed(call=place.call, since=place.next, until=records[0].seq)
        for record in records:
            if record.seq >= place.next:
                place.next = record.seq + 1
                yield record
        if isinstance(records[-1].update, CallClosed):
            place.closed = True
            self._ended.append((stored, place))

    def tidy(self, now: float) -> list[Over]:
        """Let go of calls that ended a while ago."""
        over = []
        while self._ended and (now + self._ahead - self._ended[0][0] >= LINGER or len(self._ended) > MOST_ENDED):
            _, place = self._ended.popleft()
            token = subjects.token(place.call)
            if self._places.get(token) is place:
                del self._places[token]
                over.append(Over(call=place.call))
        return over
