"""The calls that a hub has, each as its records' lines, ready for the wire. Sans I/O.

Whoever follows a call has a place in it, and no copy. A gateway that shows its calls to a hub elsewhere keeps them in a ledger too: the
hub is its one follower.
"""

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

import msgspec
from msgspec.structs import replace

from companion.broadcast.blanking import blank_mark, blank_partial, blanked
from companion.broadcast.cleaning import cleaned
from companion.broadcast.messages import Checklist, Place, encode
from companion.core.checklist import fingerprint
from companion.core.events import CallEnded, CallStarted, Introduced
from companion.core.record import Record
from companion.core.record import encode as as_line
from companion.core.seen import Clock, Glimpse, Level, Message
from companion.core.updates import CallClosed
from companion.errors import PeerError

LINGER = 600.0
"""Seconds that a call stays when it has ended, or when its owner has gone."""

MOST_ENDED = 200
"""Ended calls that stay: the newest."""

MOST_CALLS = 5000
"""Calls at once, all told."""

MEMORY = 512 * 1024 * 1024
"""Bytes of lines; beyond that ended calls go, the oldest first, and then the older half of the longest call."""

_CHECKLISTS = 100
_NAME = 200  # characters of a call's name

Passing: TypeAlias = Glimpse | Level | Clock
"""What may be dropped."""


class Watcher(Protocol):
    """Whoever is told of calls."""

    def meet(self, entry: "Entry") -> None:
        """A call is here, or who takes it is known now."""
        ...

    def stir(self, entry: "Entry") -> None:
        """A call that is followed has a new line."""
        ...

    def part(self, entry: "Entry") -> None:
        """A call that was followed goes."""
        ...

    def say(self, message: Message) -> None:
        """Something for the people in front."""
        ...

    def wants_partials(self, entry: "Entry") -> bool:
        """Whether partials and levels of a call are wanted."""
        ...

    def show(self, entry: "Entry", kind: str, plain: bytes, blank: bytes) -> None:
        """Something that may be dropped, with and without what was said."""
        ...


class Lines:
    """The lines of one call, as they stand in frames. The first is kept for good, others until they are forgotten."""

    def __init__(self) -> None:
        self._head = b""
        self._text = bytearray()
        self._ends = array("Q")
        self.count = 0
        """How many lines there were so far."""
        self.since = 1
        """The number of the oldest line that is here, after the first one."""

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self._head) + len(self._text)

    def append(self, line: bytes) -> None:
        """Add a line."""
        if self.count == 0:
            self._head = line
        else:
            self._text += line
            self._ends.append(len(self._text))
        self.count += 1

    def read(self, start: int, stop: int, room: int) -> tuple[bytes, int]:
        """Lines from number `start` up to and without `stop`, at least one and otherwise no more bytes than `room`.

        Returns:
            The lines, and the number of the next one. `start` must be 0, or be here.
        """
        if start == 0:
            return self._head, 1
        place = start - self.since
        begin = self._ends[place - 1] if place else 0
        end = max(place + 1, bisect_right(self._ends, begin + room, place, stop - self.since))
        return bytes(memoryview(self._text)[begin : self._ends[end - 1]]), self.since + end

    def halve(self) -> None:
        """Forget the older half, but for the first line."""
        half = len(self._text) // 2
        cut = min(bisect_right(self._ends, half) + 1, len(self._ends))
        gone = self._ends[cut - 1] if cut else 0
        del self._text[:gone]
        self._ends = array("Q", (end - gone for end in self._ends[cut:]))
        self.since += cut


class Entry:
    """One call in the ledger."""

    def __init__(self, call: str, by: str, digest: str, first: int, *, words: bool) -> None:
        self.call = call
        self.by = by
        """The name of whoever brings it."""
        self.owner: object | None = None
        """Whoever brings it, while connected."""
        self.digest = digest
        self.first = first
        """CRC-32 of the first record."""
        self.agent: str | None = None
        self.ended = False
        self.closed = False
        """Nothing more comes."""
        self.idle: float | None = None
        """Since when nothing comes: it was closed, or its owner went."""
        self.count = 0
        """How many records there were so far."""
        self.watchers: dict[Watcher, None] = {}
        self._second = -1
        self._plain = Lines()
        self._blank = self._plain if words else Lines()

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._plain.size + (self._blank.size if self._blank is not self._plain else 0)

    def lines(self, words: bool) -> Lines:
        """The lines, with or without what was said."""
        return self._plain if words else self._blank

    def append(self, record: Record) -> None:
        """Add a record, and let all who follow know."""
        self._plain.append(_wired(record))
        if self._blank is not self._plain:
            self._blank.append(_wired(blanked(record)))
        self.count += 1
        self.ended = self.ended or isinstance(record.event, CallEnded)
        self.closed = self.closed or isinstance(record.update, CallClosed)
        for watcher in self.watchers:
            watcher.stir(self)

    def show(self, passing: Passing) -> None:
        """Let those who want it see something that may be dropped."""
        watchers = list(self.watchers)
        if isinstance(passing, Clock):
            if passing.at // 1000 == self._second:
                return
            self._second = passing.at // 1000
            kind = "clock"
        else:
            watchers = [watcher for watcher in watchers if watcher.wants_partials(self)]
            kind = f"partial {passing.partial.channel}" if isinstance(passing, Glimpse) else f"level {passing.channel}"
        if watchers:
            plain = blank = encode([passing]) + b"\n"
            if isinstance(passing, Glimpse) and self._blank is not self._plain:
                tentative = tuple(map(blank_mark, passing.tentative))
                blank = encode([replace(passing, partial=blank_partial(passing.partial), tentative=tentative)]) + b"\n"
            for watcher in watchers:
                watcher.show(self, kind, plain, blank)

    def halve(self) -> None:
        """Forget the older half of the lines."""
        self._plain.halve()
        if self._blank is not self._plain:
            self._blank.halve()


class Ledger:
    """All calls, and all who may follow them.

    Args:
        words: whether everybody sees what is said; else lines with blanked texts are kept too.
        memory: bytes of lines.
    """

    def __init__(self, *, words: bool = True, memory: int = MEMORY) -> None:
        self.checklists: dict[str, bytes] = {}
        """As lines of a frame, by digest."""
        self.watchers: dict[Watcher, None] = {}
        """Everybody, whatever they follow."""
        self._words = words
        self._memory = memory
        self._size = 0
        self._entries: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        """All calls."""
        return iter(list(self._entries.values()))

    def find(self, call: str) -> Entry | None:
        """The call of that name, if it is here."""
        return self._entries.get(call)

    def wants_partials(self, call: str) -> bool:
        """Whether anybody wants partials and levels of that call."""
        entry = self._entries.get(call)
        return entry is not None and any(watcher.wants_partials(entry) for watcher in entry.watchers)

    def learn(self, digest: str, value: Any) -> None:
        """Keep a checklist by value.

        Raises:
            PeerError: that is not its digest, or there are too many.
        """
        if digest in self.checklists:
            return
        if fingerprint(value) != digest:
            raise PeerError("a checklist that is not of its digest")
        if len(self.checklists) >= _CHECKLISTS:
            used = {entry.digest for entry in self}
            self.checklists = {digest: line for digest, line in self.checklists.items() if digest in used}
        if len(self.checklists) >= _CHECKLISTS:
            raise PeerError("too many different checklists")
        self.checklists[digest] = encode([Checklist(digest=digest, value=msgspec.Raw(msgspec.json.encode(cleaned(value))))]) + b"\n"

    def take(self, by: str, owner: object, record: Record, now: float) -> None:
        """Add a record that `owner`, called `by`, brings at `now` (seconds of a clock that only goes forward).

        One that is here already is passed over: whoever was cut off may begin a little earlier.

        Raises:
            PeerError: it does not go on from the last one, or the call is somebody else's.
        """
        entry = self._entries.get(record.call)
        if record.seq == 0:
            self._begin(by, owner, record, now)
            return
        if entry is None or entry.by != by:
            raise PeerError(f"call {record.call}: record {record.seq} comes without those before it")
        if record.seq > entry.count:
            raise PeerError(f"call {record.call}: record {record.seq} comes where {entry.count} is missing")
        if record.seq == entry.count:
            if entry.closed:
                raise PeerError(f"call {record.call}: record {record.seq} comes after its last one")
            self._add(entry, owner, record, now)

    def adopt(self, by: str, owner: object) -> dict[str, Place]:
        """Somebody called `by` is here, perhaps again: where the calls of that name stand. Those without an owner are now `owner`'s."""
        calls = [entry for entry in self if entry.by == by]
        for entry in calls:
            if entry.owner is None and not entry.closed:
                entry.owner, entry.idle = owner, None
        return {entry.call: Place(entry.count, entry.first) for entry in calls}

    def abandon(self, by: str, owner: object, call: str) -> None:
        """The owner does not know that call."""
        entry = self._entries.get(call)
        if entry is not None and entry.by == by and entry.owner is owner and not entry.closed:
            self._drop(entry)

    def orphan(self, owner: object, now: float) -> list[Entry]:
        """The owner has gone; its calls stay for a while: those that have not ended."""
        left = [entry for entry in self if entry.owner is owner]
        for entry in left:
            entry.owner = None
            entry.idle = now if entry.idle is None else entry.idle
        return [entry for entry in left if not entry.ended]

    def tidy(self, now: float) -> None:
        """Let go of calls that have been idle for long, or are too many."""
        idle = sorted((entry for entry in self if entry.idle is not None), key=lambda entry: entry.idle or 0.0)
        surplus = set([entry for entry in idle if entry.closed][:-MOST_ENDED])
        for entry in idle:
            if now - (entry.idle or 0.0) >= LINGER or entry in surplus:
                self._drop(entry)

    def _begin(self, by: str, owner: object, record: Record, now: float) -> None:
        if not isinstance(record.event, CallStarted):
            raise PeerError(f"call {record.call}: begins without call_started")
        digest, value = record.event.digest, record.event.checklist
        if value != {"digest": digest}:
            self.learn(digest, value)
        elif digest not in self.checklists:
            raise PeerError(f"call {record.call}: comes before its checklist")
        record = replace(record, event=replace(record.event, checklist={"digest": digest}))
        first = zlib.crc32(as_line(record))
        old = self._entries.get(record.call)
        if old is not None:
            if old.by == by and old.first == first:
                old.owner = owner
                return
            if not old.closed and (old.by != by or old.owner is not None):
                raise PeerError(f"call {record.call}: another gateway has a call of that name; it is not shown here")
            self._drop(old)
        if len(self._entries) >= MOST_CALLS:
            raise PeerError(f"call {record.call}: there are {MOST_CALLS:,} calls here already; it is not shown")
        if not record.call or len(record.call) > _NAME:
            raise PeerError(f"a call's name of {len(record.call):,} characters")
        entry = self._entries[record.call] = Entry(record.call, by, digest, first, words=self._words)
        self._add(entry, owner, record, now)
        for watcher in list(self.watchers):
            watcher.meet(entry)

    def _add(self, entry: Entry, owner: object, record: Record, now: float) -> None:
        before = entry.size
        entry.append(record)
        entry.owner = owner
        entry.idle = now if entry.closed else None
        self._size += entry.size - before
        if isinstance(record.event, Introduced) and record.event.agent is not None and record.event.agent != entry.agent:
            entry.agent = record.event.agent
            for watcher in list(self.watchers):
                watcher.meet(entry)
        if self._size > self._memory:
            self._make_room(entry)

    def _make_room(self, newest: Entry) -> None:
        for entry in sorted((entry for entry in self if entry.closed and entry is not newest), key=lambda entry: entry.idle or 0.0):
            self._drop(entry)
            if self._size <= self._memory:
                return
        longest = max(self, key=lambda entry: entry.size)
        before = longest.size
        longest.halve()
        self._size += longest.size - before

    def _drop(self, entry: Entry) -> None:
        del self._entries[entry.call]
        self._size -= entry.size
        for watcher in list(entry.watchers):
            watcher.part(entry)


def _wired(record: Record) -> bytes:
    return b'{"type":"record","record":' + as_line(record) + b"}\n"
