"""A database beside the journals: as the settings say it, made again from journals, taken out as files."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from companion import config
from companion.console import Console
from companion.core.feed import Sink
from companion.core.record import Record
from companion.errors import ConfigError, JournalError
from companion.sinks.reading import calls, read, unbroken
from companion.wiring.parts import Options

if TYPE_CHECKING:  # it is an extra
    from companion.sinks.store import Store

_AT_ONCE = 2000
"""Records in one transaction at most."""


def opened(options: Options, *, make: bool = True) -> "Store":
    """The database that the settings name, or else the user's own; a file that is not there is made, unless not to `make` it.

    Raises:
        ConfigError: it cannot be used, is not there, or what it needs is not installed.
    """
    try:
        from companion.sinks.store import Store
    except ImportError:
        raise ConfigError("--database: sqlalchemy is not installed; pip install 'companion[database]'") from None
    url: str = options.get("database_url") or "default"
    if url == "default":
        url = f"sqlite:///{config.database_file()}"
    password = config.secret(options.get("database_password_file"), "the database's password")
    return Store(url, password() if password is not None else None, make=make)


@contextmanager
def stored(options: Options, tell: Callable[[str], None], *, patient: bool = False) -> Iterator[list[Sink]]:
    """The database as a place where records go (`--database`); none where it is not set.

    Args:
        options: the command's.
        tell: takes one line for a person, in any thread.
        patient: whether calls may wait for the database, since none of them is live.

    Raises:
        ConfigError: as `opened`.
        SinkError: it cannot be used; on leaving: some records are not in it.
    """
    if not options.get("database_url"):
        yield []
        return
    store = opened(options)
    from companion.sinks.database import Database

    with Database(store, tell, patient=patient) as database:
        yield [database]


def rebuild(options: Options, paths: Sequence[str]) -> str:
    """Store what journals have and the database does not; what was done, in a line.

    Args:
        options: with `journal`, the folder whose journals are read.
        paths: further journals.

    Raises:
        CompanionError: the database cannot be used, or some journals could not be read; the others are stored then.
    """
    files = [Path(path) for path in paths]
    if options.get("journal"):
        folder = Path(options["journal"])
        if not folder.is_dir():
            raise ConfigError(f"{folder}: no such folder; name that of the journals with --journal")
        files += sorted(folder.glob("*.jsonl"), key=lambda file: (len(file.name), file.name))  # 7, 7.2, 7.10: as they were written
    count = missing = 0
    failed: set[Path] = set()
    with Console() as console, closing(opened(options)) as store:
        store.prepare()
        for done, file in enumerate(files):
            console.progress("journals", done / len(files))

            def damaged(text: str, file: Path = file) -> None:
                console.notice(text)
                failed.add(file)

            try:
                for records in calls(read(file, damaged, torn=console.notice)):
                    count += 1
                    missing += _stored(store, records)
            except JournalError as error:
                damaged(str(error) if str(file) in str(error) else f"{file}: {error}")
    if failed:
        raise JournalError(f"{len(failed)} of {len(files)} journals could not be stored whole, as said above")
    return f"{store.name}: {_count(missing, 'record')} added; {_count(count, 'call')} in {_count(len(files), 'journal')}"


def info(options: Options) -> Iterator[str]:
    """What the database holds, in lines.

    Raises:
        CompanionError: it cannot be used.
    """
    with closing(opened(options, make=False)) as store:
        facts = store.facts()
    yield store.name
    if not facts.migrations:
        yield "nothing in it yet: companion database rebuild --journal DIR fills it, and so do log, live and serve with --database"
        return
    between = f", {facts.oldest:%Y-%m-%d} to {facts.newest:%Y-%m-%d}" if facts.oldest and facts.newest else ""
    yield f"calls       {facts.calls}{between}"
    yield f"records     {facts.records}"
    yield f"migrations  {', '.join(facts.migrations)}"


def export(options: Options, table: str, form: str, out: str | None) -> str:
    """Write a table into a file, or to stdout; what was done, in a line.

    Raises:
        CompanionError: the database cannot be used, the file cannot be written, or the terminal cannot show it.
    """
    if form == "parquet" and out is None and sys.stdout.isatty():
        raise ConfigError("--format parquet: is no text for a terminal; name a file with --out")
    with closing(opened(options, make=False)) as store:
        store.prepare()
        from companion.sinks.export import export, export_to

        if out is None:
            count = export(table, store.rows(table), form, sys.stdout.buffer)
        else:
            count = export_to(Path(out), table, store.rows(table), form)
    return f"{out or 'stdout'}: {_count(count, 'row')} of {table}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _stored(store: "Store", records: Sequence[Record]) -> int:
    """Store what is missing of a call, up to the first hole; how much that was."""
    records = unbroken(records) or records  # without its beginning, the database says why it cannot have it
    missing = store.missing(records)
    for start in range(0, len(records), _AT_ONCE):
        call = records[start].call
        if why := store.keep(records[start : start + _AT_ONCE]).get(call):
            raise JournalError(f"call {call}: cannot be stored: {why}")
    return missing
