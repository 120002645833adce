"""How a database comes to the tables of this version: a list of named functions, each applied once, in order."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Column, Connection, DateTime, MetaData, Table, Text, inspect, select, text

from companion.errors import SinkError
from companion.sinks import schema

_applied = Table(
    "migrations", MetaData(), Column("name", Text, primary_key=True), Column("applied", DateTime(timezone=True), nullable=False)
)

_LOCK = 0x636F6D70
"""Names the lock under which PostgreSQL lets one process migrate at a time; any number will do that nobody else uses."""


def tables(connection: Connection) -> None:
    """All tables of the first version. Whoever changes one later writes the tables as they are now down here first."""
    schema.metadata.create_all(connection)


Migration = Callable[[Connection], None]

MIGRATIONS: tuple[Migration, ...] = (tables,)
"""In order. A name that was released never changes, and neither does what it does."""


def migrate(connection: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Apply what is not applied yet, within the connection's transaction.

    Raises:
        SinkError: the database was made by a newer version; without its place.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    _applied.create(connection, checkfirst=True)
    done = set(connection.execute(select(_applied.c.name)).scalars())
    if newer := done - {migration.__name__ for migration in migrations}:
        raise SinkError(f"was made by a newer companion (it has '{min(newer)}'); update companion")
    for migration in migrations:
        if migration.__name__ not in done:
            migration(connection)
            connection.execute(_applied.insert(), {"name": migration.__name__, "applied": datetime.now(UTC)})


def applied(connection: Connection) -> list[str]:
    """The names of the migrations that the database has seen; none where it is not ours."""
    if not inspect(connection).has_table(_applied.name):
        return []
    return list(connection.execute(select(_applied.c.name).order_by(_applied.c.applied)).scalars())
