"""Records in a database: SQLite or PostgreSQL. Each is stored once, however often it is brought; a call's are stored without a hole.

What stands in the tables is made from the records, in the same transaction. Everything here waits for the database;
`companion.sinks.database` stores from a thread of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, SQLAlchemyError

from companion.core.events import CallStarted, Utterance
from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.errors import SinkError
from companion.sinks import engine
from companion.sinks.migrations import applied, migrate
from companion.sinks.rows import Rows, beginning, checklist_row, type_of
from companion.sinks.schema import calls, checklists, records, utterances

_NOT_OURS = (OperationalError, InterfaceError, InternalError)
"""Errors that say nothing of what was to be stored."""

Answer = TypeVar("Answer")


class Away(SinkError):
    """Raised when the database cannot be reached now; nothing was stored, and trying again is worth while."""


class Facts(msgspec.Struct, frozen=True):
    """What a database holds."""

    migrations: list[str]
    calls: int
    records: int
    oldest: datetime | None
    newest: datetime | None


class _Refused(Exception):
    """A call that cannot be stored any further."""


class _Known(msgspec.Struct):
    call: str
    """What the tables call it."""
    next: int
    """The number of the record that follows those that are stored."""
    said: int
    """Utterances stored."""


class Store:
    """A database of calls.

    Args:
        url: `sqlite:///file` or `postgresql://user@host/database`, without a password.
        password: of the database's user, where it wants one and the environment or `~/.pgpass` has none.
        make: whether an SQLite file that is not there is made.

    Raises:
        ConfigError: the URL cannot be used, there is no such file, or the database's driver is not installed.
    """

    def __init__(self, url: str, password: str | None = None, *, make: bool = True) -> None:
        self._engine = engine.opened(url, password, make=make)
        self.name = engine.name(url)
        self._reader = self._engine.execution_options(reads_only=True)
        self._known: dict[str, _Known] = {}

    def prepare(self) -> None:
        """Bring the database to the tables of this version; nothing happens if it has them.

        Raises:
            Away: it cannot be reached.
            SinkError: it lets us not in, or was made by a newer version.
        """
        self._known.clear()
        try:
            with self._engine.begin() as connection:
                migrate(connection)
        except SQLAlchemyError as error:
            failure = self._failure(error)
            raise failure if isinstance(failure, Away) else SinkError(f"{failure}; {engine.remedy(str(failure))}") from error
        except SinkError as error:
            raise SinkError(f"{self.name}: {error}") from error

    def keep(self, brought: Iterable[Record]) -> dict[str, str]:
        """Store records; those of a call in order. What is there already is left as it is.

        Returns:
            Calls that cannot be stored any further, and why; all others are stored when this returns.

        Raises:
            Away: the database cannot be reached now.
        """
        of_calls = list(_parted(brought))
        refused: dict[str, str] = {}
        if self._tried(of_calls):
            for its in of_calls:  # one by one: only what is wrong is left out
                if why := self._tried([its]):
                    refused[its[0].call] = why
        return refused

    def missing(self, call: Sequence[Record]) -> int:
        """How many of a call's records, all from the first on, are not stored yet.

        Raises:
            SinkError: the database cannot be read.
        """
        known = self._reading(lambda connection: _find(connection, call[0]))
        return max(0, len(call) - known.next) if known else len(call)

    def forget(self, name: str) -> int:
        """Delete all calls of a name, and all that belongs to them; how many there were.

        Raises:
            SinkError: the database cannot be changed.
        """
        return self._delete(calls.c.name == name)

    def purge(self, before: datetime) -> int:
        """Delete all calls that began, or else were stored, before a moment (with its offset); how many there were.

        Raises:
            SinkError: the database cannot be changed.
        """
        return self._delete(func.coalesce(calls.c.began, calls.c.stored) < before.astimezone(UTC))

    def facts(self) -> Facts:
        """What the database holds.

        Raises:
            SinkError: it cannot be read.
        """

        def read(connection: Connection) -> Facts:
            if not (seen := applied(connection)):
                return Facts([], 0, 0, None, None)
            count, oldest, newest = connection.execute(select(func.count(), func.min(calls.c.began), func.max(calls.c.began))).one()
            held = connection.execute(select(func.count()).select_from(records)).scalar_one()
            return Facts(seen, count, held, _utc(oldest), _utc(newest))

        return self._reading(read)

    def rows(self, table: str) -> Iterable[Sequence[Any]]:
        """A table's columns' names, and then its rows, read as they are asked for.

        Raises:
            SinkError: the database cannot be read.
        """
        chosen = calls.metadata.tables[table]
        yield [column.name for column in chosen.columns]
        try:
            with self._reader.connect() as connection:
                query = select(chosen).order_by(*chosen.primary_key.columns)
                for row in connection.execution_options(yield_per=2000).execute(query):
                    yield [_utc(value) if isinstance(value, datetime) else value for value in row]
        except SQLAlchemyError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _tried(self, of_calls: Sequence[list[Record]]) -> str:
        """Store these records, all or none; why not, or an empty text."""
        try:
            self._keep(of_calls)
        except Exception as error:  # a room's outer edge: records may come from anywhere, and only their own call may suffer
            for its in of_calls:
                self._known.pop(its[0].call, None)  # after a failure only the database knows what it has
            if isinstance(error, _NOT_OURS):
                raise Away(f"{self.name}: {engine.why(error)}") from error
            return engine.why(error)
        return ""

    def _keep(self, of_calls: Sequence[list[Record]]) -> None:
        rows = Rows()
        with self._engine.begin() as connection:
            for its in of_calls:
                first = its[0]
                known = self._known.get(first.call) if first.seq else None
                if known is None:
                    rows.write(connection)  # an earlier call of this name may be among them
                    rows = Rows()
                    known = _find(connection, first) or self._begin(connection, first, rows)
                _compare(connection, known, [record for record in its if record.seq < known.next])
                for record in its:
                    if record.seq < known.next:
                        continue
                    if record.seq > known.next:
                        raise _Refused(f"its records {known.next} to {record.seq - 1} are missing")
                    rows.take(known.call, record, known.said)
                    known.next += 1
                    known.said += isinstance(record.event, Utterance)
                self._known[first.call] = known
            rows.write(connection)
        for its in of_calls:
            if isinstance(its[-1].update, CallClosed):
                self._known.pop(its[-1].call, None)

    def _begin(self, connection: Connection, first: Record, rows: Rows) -> _Known:
        if first.seq or not isinstance(first.event, CallStarted):
            raise _Refused("its beginning is missing")
        call, number = first.call, 1
        while connection.execute(select(calls.c.call).where(calls.c.call == call)).first():
            number += 1
            call = f"{first.call}.{number}"  # as its journal's file is called
        if not connection.execute(select(checklists.c.digest).where(checklists.c.digest == first.event.digest)).first():
            connection.execute(checklists.insert(), checklist_row(first.event))
        rows.begin(call, first, datetime.now(UTC))
        return _Known(call, 0, 0)

    def _delete(self, which: Any) -> int:
        try:
            with self._engine.begin() as connection:
                count = connection.execute(delete(calls).where(which)).rowcount
            if count and self._engine.dialect.name == "sqlite":
                raw = self._engine.raw_connection()
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the deleted words stand in the log until then
                raw.close()
            return int(count)
        except SQLAlchemyError as error:
            raise self._failure(error) from error

    def _reading(self, read: Callable[[Connection], Answer]) -> Answer:
        try:
            with self._reader.connect() as connection:
                return read(connection)
        except SQLAlchemyError as error:
            raise self._failure(error) from error

    def _failure(self, error: SQLAlchemyError) -> SinkError:
        """What went wrong, in one line, and whether it passes."""
        text = f"{self.name}: {engine.why(error)}"
        return Away(text) if engine.passes(error) else SinkError(text)


def _parted(brought: Iterable[Record]) -> Iterator[list[Record]]:
    """Records by call; a call's name may begin again."""
    of_calls: dict[str, list[Record]] = {}
    for record in brought:
        if not record.seq and record.call in of_calls:
            yield of_calls.pop(record.call)
        of_calls.setdefault(record.call, []).append(record)
    yield from of_calls.values()


def _find(connection: Connection, first: Record) -> _Known | None:
    """A call that is stored already; one whose beginning is not told is taken for the newest of its name."""
    named = select(calls.c.call).where(calls.c.name == first.call).order_by(calls.c.stored.desc())
    if isinstance(first.event, CallStarted):
        named = named.where(calls.c.beginning == beginning(first.event))
    call = connection.execute(named).scalar()
    if call is None:
        return None
    stored = connection.execute(select(func.max(records.c.seq)).where(records.c.call == call)).scalar()
    said = connection.execute(select(func.count()).select_from(utterances).where(utterances.c.call == call)).scalar_one()
    return _Known(call, 0 if stored is None else stored + 1, said)


def _compare(connection: Connection, known: _Known, again: Sequence[Record]) -> None:
    """Make sure that what is brought again is what is there: two calls may have one name and begin alike."""
    if not again:
        return
    between = records.c.seq.between(again[0].seq, again[-1].seq)
    there = connection.execute(select(records.c.seq, records.c.at_ms, records.c.type).where(records.c.call == known.call, between))
    if {tuple(row) for row in there} != {(record.seq, record.at, type_of(record)) for record in again}:
        raise _Refused("another call of that name, which began alike, is there already; give calls ids of their own")


def _utc(moment: datetime | None) -> datetime | None:
    """SQLite's moments have no offset: they are UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
