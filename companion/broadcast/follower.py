"""One end of a connection: which calls it follows, how far it has come in each, and what its next frame holds. Sans I/O.

There is no queue. Whoever does not read costs a number for each call, and is given later what is there then: a late comer, somebody who
was cut off, and the slow and the quick are all served by the same few lines. What may be dropped (partials, levels, clocks) is kept
in its newest form only.
"""

from collections import deque
from collections.abc import Callable

from companion.broadcast.ledger import Entry, Ledger
from companion.broadcast.messages import EVERY, Place, Subscribe, Unsubscribe, encode
from companion.core.seen import Message, Missed, Notice, Over

FRAME = 256 * 1024
"""Bytes of a frame, but for a single longer line."""

MOST_UNSAID = 5000
"""Messages that wait beside the lines; whoever lets more of them pile up has long stopped reading."""

MOST_WANTED = 1000
"""Calls that are followed by name."""


class Follower:
    """Follows calls of a ledger.

    Args:
        ledger: where they are.
        sees: whether it may follow a call; asked again when it is known who takes it.
        words: whether it is given what is said.
        wake: called when there is something for the next frame.
    """

    def __init__(self, ledger: Ledger, sees: Callable[[Entry], bool], *, words: bool = True, wake: Callable[[], None]) -> None:
        self.overrun = False
        """It has stopped reading for good, as far as one can tell."""
        self._ledger = ledger
        self._sees = sees
        self._words = words
        self._wake = wake
        self._every: bool | None = None  # whether with partials
        self._named: dict[str, bool] = {}
        self._places: dict[Entry, int] = {}
        self._stirred: dict[Entry, None] = {}
        self._passing: dict[Entry, dict[str, tuple[int, bytes]]] = {}
        self._unsaid: deque[bytes] = deque()
        self._taught: set[str] = set()

    # ── what it wants ──

    def subscribe(self, wanted: Subscribe) -> None:
        """Follow a call, or all, from the beginning or from where it stands."""
        for call in wanted.resume:
            known = self._ledger.find(call)
            if known is None or not self._sees(known):
                self.say(Over(call=call))
        if wanted.call == EVERY:
            self._every = wanted.partials
            for entry in filter(self._sees, self._ledger):
                self._begin(entry, wanted.resume.get(entry.call))
        elif wanted.call in self._named or len(self._named) < MOST_WANTED:
            self._named[wanted.call] = wanted.partials
            found = self._ledger.find(wanted.call)
            if found is not None and self._sees(found):
                self._begin(found, wanted.resume.get(wanted.call))
            elif wanted.call not in wanted.resume:
                self.say(Notice(text=f"call {wanted.call}: is not here, or not for you; it is shown as soon as it is"))
        else:
            self.say(Notice(text=f"call {wanted.call}: you follow {MOST_WANTED:,} calls by name already"))

    def unsubscribe(self, unwanted: Unsubscribe) -> None:
        """Follow a call no more, or not in particular."""
        if unwanted.call == EVERY:
            self._every = None
        else:
            self._named.pop(unwanted.call, None)
        for entry in list(self._places):
            if not self._wants(entry):
                self._forget(entry)

    def wants_partials(self, entry: Entry) -> bool:
        """Whether what passes is to be shown."""
        return entry in self._places and bool(self._every or self._named.get(entry.call))

    # ── what there is (`ledger.Watcher`) ──

    def meet(self, entry: Entry) -> None:
        """A call is here, or who takes it is known now."""
        if not self._sees(entry):
            self.part(entry)
        elif entry not in self._places and self._wants(entry):
            self._begin(entry, None)

    def stir(self, entry: Entry) -> None:
        """A call that is followed has a new line."""
        if not self._stirred:
            self._wake()
        self._stirred[entry] = None

    def part(self, entry: Entry) -> None:
        """A call that was followed goes."""
        place = self._places.get(entry)
        if place is None:
            return
        if place < entry.count:
            self.say(Missed(call=entry.call, since=place, until=entry.count))
        self.say(Over(call=entry.call))
        self._forget(entry)

    def leave(self) -> None:
        """Follow nothing any more."""
        for entry in list(self._places):
            self._forget(entry)

    # ── what it is told ──

    def say(self, message: Message) -> None:
        """Tell it something, in its turn."""
        if len(self._unsaid) >= MOST_UNSAID:
            self.overrun = True
            return
        self._unsaid.append(encode([message]) + b"\n")
        self._wake()

    def show(self, entry: Entry, kind: str, plain: bytes, blank: bytes) -> None:
        """Tell it something that may be dropped: of each kind only the newest is kept, in its place among the records."""
        passing = self._passing.setdefault(entry, {})
        passing.pop(kind, None)
        passing[kind] = (entry.count, plain if self._words else blank)
        self.stir(entry)

    @property
    def pending(self) -> bool:
        """Whether there is something for a frame."""
        return bool(self._unsaid or self._stirred)

    def frame(self, room: int = FRAME) -> bytes:
        """The next frame; empty if there is nothing to say."""
        parts: list[bytes] = []
        while self._unsaid and room > 0:
            parts.append(self._unsaid.popleft())
            room -= len(parts[-1])
        while self._stirred and room > 0:
            entry = next(iter(self._stirred))
            del self._stirred[entry]
            room = self._collect(entry, parts, room)
        return b"".join(parts)[:-1]

    def _collect(self, entry: Entry, parts: list[bytes], room: int) -> int:
        """Put the call's news into `parts`; what room is left."""
        if entry in self._passing:
            passing = self._passing.pop(entry)
            while passing:
                kind, (place, line) = next(iter(passing.items()))
                room = self._catch_up(entry, place, parts, room)
                if room <= 0:
                    self._passing[entry] = passing
                    break
                parts.append(line)
                room -= len(line)
                del passing[kind]
        room = self._catch_up(entry, entry.count, parts, room)
        if self._places[entry] < entry.count or entry in self._passing:
            self._stirred[entry] = None  # the others first
        return room

    def _catch_up(self, entry: Entry, stop: int, parts: list[bytes], room: int) -> int:
        """Put the call's lines up to number `stop` into `parts`; what room is left."""
        place = self._places[entry]
        if place >= stop or room <= 0:
            return room
        lines = entry.lines(self._words)
        while place < stop and room > 0:
            if place == 0 and entry.digest not in self._taught:
                self._taught.add(entry.digest)
                parts.append(self._ledger.checklists[entry.digest])
                room -= len(parts[-1])
            elif 0 < place < lines.since:
                parts.append(encode([Missed(call=entry.call, since=place, until=lines.since)]) + b"\n")
                place = lines.since
                continue
            text, place = lines.read(place, stop, room)
            parts.append(text)
            room -= len(text)
        self._places[entry] = place
        return room

    def _begin(self, entry: Entry, place: Place | None) -> None:
        if place is not None and place.first != entry.first:
            self.say(Over(call=entry.call))
            place = None
        self._places[entry] = max(0, place.next) if place is not None else 0
        entry.watchers[self] = None
        self.stir(entry)

    def _wants(self, entry: Entry) -> bool:
        return self._every is not None or entry.call in self._named

    def _forget(self, entry: Entry) -> None:
        del self._places[entry]
        entry.watchers.pop(self, None)
        self._stirred.pop(entry, None)
        self._passing.pop(entry, None)
