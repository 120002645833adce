"""How a database is reached: its URL, its driver, and what its errors mean."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from companion.errors import ConfigError

_PASSING = ("08", "25006", "40", "53", "55P", "57P", "58")
"""SQLSTATEs that begin so pass: connection, a standby that is read only, deadlock, resources, locked, shut down or starting, disk."""

_NOT_YET = re.compile(
    r"locked|busy|disk|resolve|timeout|starting up|shutting down|recovery|too many|connection slots|closed"
    r"|(?s:^(?!.*(?:FATAL|password)).*connect)"
)
"""What drivers say of what passes, where they give no SQLSTATE; what else a server says, mostly as "FATAL", is a refusal."""

_PATIENCE = 5
"""Seconds until a server that does not answer counts as away, and a locked SQLite file as locked."""


def opened(url: str, password: str | None, *, make: bool = True) -> Engine:
    """The database of that URL; it is not asked anything yet.

    Args:
        url: `sqlite:///file` or `postgresql://user@host/database`, without a password.
        password: for it, where it wants one.
        make: whether an SQLite file that is not there is made.

    Raises:
        ConfigError: the URL cannot be used, there is no such file, or the database's driver is not installed.
    """
    given = _read(url)
    if not make and given.drivername == "sqlite" and not Path(str(given.database)).exists():
        raise ConfigError(f"{name(url)}: there is no such file; 'companion database rebuild' makes one from journals")
    return _engine(given.set(password=password) if password else given, name(url))


def name(url: str) -> str:
    """What the database is called in messages.

    Raises:
        ConfigError: the URL cannot be used.
    """
    given = _read(url)
    return f"database {given.set(drivername=given.get_backend_name(), query={}).render_as_string()}"


def _read(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigError(
            "--database: is no database URL; give sqlite:///calls.db, postgresql://user@host/database, or 'default' for a file of your own"
        ) from None
    shown = url.set(query={}).render_as_string()
    if url.password is not None or "password" in url.query:
        raise ConfigError(
            f"--database {shown}: a password does not belong there; write it into a file, for --database-password-file, or into ~/.pgpass"
        )
    if url.drivername == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ConfigError(f"--database {shown}: names no file; give sqlite:///calls.db")
        return url
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise ConfigError(f"--database {shown}: '{url.drivername}' is not supported; give sqlite:///… or postgresql://…")


def _engine(url: URL, name: str) -> Engine:
    try:
        if url.drivername != "sqlite":
            alive: dict[str, Any] = {"connect_timeout": _PATIENCE, "keepalives_idle": 10, "tcp_user_timeout": 2000 * _PATIENCE}
            alive["application_name"] = "companion"
            return create_engine(url, connect_args=alive | dict(url.query), pool_size=1, max_overflow=1)
        assert url.database
        Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": _PATIENCE, "check_same_thread": False})
    except ModuleNotFoundError as error:
        raise ConfigError(f"{name}: {error.name} is not installed; pip install 'companion[postgres]'") from None
    except OSError as error:
        raise ConfigError(f"{name}: its folder cannot be made: {error.strerror}; name another") from error
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions late, and not around CREATE TABLE
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Who writes asks for the file at once, since a reader cannot become a writer while another one writes; who reads hinders nobody."""
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reads_only") else "BEGIN IMMEDIATE")


def passes(error: SQLAlchemyError) -> bool:
    """Whether trying again is worth while."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING)
    return error.connection_invalidated or (isinstance(error, OperationalError) and _NOT_YET.search(str(error.orig)) is not None)


def remedy(refusal: str) -> str:
    """What to do about a refusal."""
    if "password" in refusal:
        return "name a file with the right one by --database-password-file, or write it into ~/.pgpass"
    return "check --database, and what its user may do there"


def why(error: Exception) -> str:
    """The first line of what the driver says: further lines quote the rows, and so what people said."""
    said = str(error.orig if isinstance(error, DBAPIError) and error.orig is not None else error).strip()
    return " ".join(said.splitlines()[0].split()) if said else type(error).__name__
