"""A database beside the journal: a thread of its own stores, so that no call ever waits for it.

While the database is away its records wait, up to a bound; when it is back they are stored, none missing and none twice. A call that
cannot be kept is given up, with what follows of it; its journal has it, and `companion database rebuild` brings it back.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from companion.core.record import Record, decode, encode
from companion.core.updates import CallClosed
from companion.errors import SinkError
from companion.sinks.rows import body
from companion.sinks.store import Away, Store

MOST_WAITING = 64 << 20
"""Bytes of records that wait at most: half an hour of a hundred spoken calls, an hour of typed ones; twice that in memory."""

_GATHERED = 0.2
"""Seconds for which records gather before they are stored together."""

_AT_ONCE = 2000
"""Records in one transaction at most."""

_SEEN_OFF = 10.0
"""Seconds after which a database that does not answer counts as away, and that we wait for one where nothing else is left to do."""

_BACK = "companion database rebuild --journal DIR brings it back"


class _Waiting(NamedTuple):
    """A record that waits: as a line, since its objects take several times the room; but a call's first shares its checklist."""

    call: str
    held: Record | bytes
    last: bool
    """Whether it is the call's last."""

    @property
    def record(self) -> Record:
        return decode(self.held) if isinstance(self.held, bytes) else self.held

    @property
    def size(self) -> int:
        """Bytes, in the journal; without the checklist."""
        return len(self.held if isinstance(self.held, bytes) else body(self.held))


class Database:
    """Records in a database; use as a context manager. Leaving it waits until all are stored; while the database is away, for 10 s.

    Args:
        store: the database.
        tell: takes one line for a person; called from the thread that stores.
        patient: whether a record may wait for room, since its call is not live: bulk is then as fast as the database.
        most_waiting: bytes that may wait.

    Raises:
        SinkError: the database is there, but cannot be used; one that is away may come later.
    """

    def __init__(self, store: Store, tell: Callable[[str], None], *, patient: bool = False, most_waiting: int = MOST_WAITING) -> None:
        self.name = store.name
        self._store = store
        self._tell = tell
        self._patient = patient
        self._most = most_waiting
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._given_up: dict[str, SinkError | None] = {}
        """Calls whose records are let go, and the error that was not raised yet."""
        self._failed = False
        self._changed = threading.Condition()
        self._ending = self._abandoned = self._prepared = False
        self._stored = 0.0
        """When something was stored last, by the monotonic clock."""
        self._asked: float | None = None
        """Since when the database has been asked to store something, by the same clock."""
        self._away = ""
        """Why the database is away; empty while it is there."""
        self._thread = threading.Thread(target=self._work, name="database", daemon=True)  # a server that hangs must not hold us for ever

    def __enter__(self) -> "Database":
        try:
            self._prepare()
        except Away as away:
            self._went_away(away)
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, where: object) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        end = time.monotonic()
        while self._thread.is_alive() and time.monotonic() - max(end, self._stored) < _SEEN_OFF:
            self._thread.join(0.05)
        with self._changed:
            left = len(self._waiting)
            untold = [failure for failure in self._given_up.values() if failure is not None]
        if left:
            untold.append(SinkError(f"{self.name}: {left} records are not stored: {self._away or 'it does not answer'}; {_BACK}"))
        else:
            self._store.close()
        for failure in untold:
            self._say(str(failure))
        self._abandoned = True
        if (untold or self._failed) and kind is None:
            raise SinkError("some records could not be kept, as said above")

    def write(self, record: Record) -> None:
        """Leave the record to be stored; the database is not waited for.

        Raises:
            SinkError: it cannot be kept. Raised once for each call, whose further records are then let go.
        """
        call, last = record.call, isinstance(record.update, CallClosed)
        waiting = _Waiting(call, encode(record) if record.seq else record, last)
        with self._changed:
            if call not in self._given_up and not self._has_room(waiting.size):
                full = f"{self._most >> 20} MB wait for it already"
                self._given_up[call] = SinkError(f"{self.name}: call {call} is not stored any further: {full}; {_BACK}")
            if call not in self._given_up:
                self._waiting.append(waiting)
                self._bytes += waiting.size
                self._changed.notify_all()
                if self._asked is not None and time.monotonic() - self._asked > _SEEN_OFF:
                    self._went_away(Away(f"{self.name}: does not answer"))
                return
            failure, self._given_up[call] = self._given_up[call], None
            if last:
                del self._given_up[call]
            if failure is not None:
                raise failure

    def close(self) -> None:
        """Nothing to do: several runs may share this, and leaving the context waits for what is not stored yet."""

    def _has_room(self, size: int) -> bool:
        """Whether the record may wait too; where it is patient, that is waited for while the database gets on."""
        asked = time.monotonic()
        while self._bytes + size > self._most and self._bytes:
            if not self._patient or time.monotonic() - max(asked, self._stored) > _SEEN_OFF:
                return False
            self._changed.wait(_GATHERED)
        return True

    # ── the thread ──

    def _work(self) -> None:
        pause = _GATHERED
        while batch := self._next(pause):
            self._asked = time.monotonic()
            try:
                if not self._prepared:
                    self._prepare()
                refused = self._store.keep(waiting.record for waiting in batch)
            except SinkError as away:
                self._went_away(away)
                pause = min(max(0.5, pause * 2), 8.0)
                continue
            finally:
                self._asked = None
            pause = _GATHERED
            self._stored = time.monotonic()
            if self._away:
                self._away = ""
                self._say(f"{self.name}: there again; what waited is being stored")
            with self._changed:
                for stored in batch:
                    self._waiting.popleft()
                    self._bytes -= stored.size
                for call, why in refused.items():
                    self._give_up(call, why, batch)
                self._changed.notify_all()

    def _next(self, pause: float) -> Sequence[_Waiting]:
        """What is to be stored next, once it has gathered; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            if self._away or (not self._ending and len(self._waiting) < _AT_ONCE):
                ending = self._ending
                self._changed.wait_for(lambda: self._abandoned or self._ending != ending, min(pause, 0.5) if ending else pause)
            return [] if self._abandoned else list(islice(self._waiting, _AT_ONCE))

    def _prepare(self) -> None:
        self._store.prepare()
        self._prepared = True

    def _say(self, text: str) -> None:
        if not self._abandoned:  # then nobody listens any more
            self._tell(text)

    def _went_away(self, error: SinkError) -> None:
        if not self._away:
            self._say(f"{error}; the calls go on, and their records wait until it is there again")
        self._away = str(error).removeprefix(f"{self.name}: ")

    def _give_up(self, call: str, why: str, batch: Sequence[_Waiting]) -> None:
        """Let a call's records go, those that wait and those that come; said at its next record, or at once if none comes."""
        failure = SinkError(f"{self.name}: call {call} is not stored any further: {why}; {_BACK}")
        if any(waiting.call == call and waiting.last for waiting in (*batch, *self._waiting)):
            self._failed = True
            self._say(str(failure))
        else:
            self._given_up[call] = failure
        self._waiting = deque(waiting for waiting in self._waiting if waiting.call != call)
        self._bytes = sum(waiting.size for waiting in self._waiting)
