"""What is kept of calls, wherever that is, and how it goes: `purge`, `forget`, and `privacy.keep` while calls are taken."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import CompanionError, ConfigError
from companion.sinks.retention import Folder, Kept, age
from companion.wiring.parts import Options

if TYPE_CHECKING:  # it is an extra
    from companion.sinks.store import Store

_DAY = 24 * 60 * 60.0


def older(options: Options, tell: Callable[[str], None]) -> list[Kept]:
    """What is kept of calls that are older than `privacy_keep` says.

    Args:
        options: the command's; they name the folder of journals, the database, or both.
        tell: takes one line for a person: what is left, and why.

    Raises:
        ConfigError: that is no length of time, or there is no such folder or database.
        SinkError: the database cannot be read.
    """
    than = datetime.now(UTC) - age(options["privacy_keep"])
    found = [kept for folder in _folders(options, tell) for kept in folder.older(than)]
    return [*found, *_rows(options, lambda name, began: began < than, lambda store: store.purge(than))]


def of(call: str, options: Options, tell: Callable[[str], None]) -> list[Kept]:
    """What is kept of a call, and of others that had the same name.

    Raises:
        ConfigError: there is no such folder or database.
        SinkError: the database cannot be read.
    """
    found = [kept for folder in _folders(options, tell) for kept in folder.of(call)]
    return [*found, *_rows(options, lambda name, began: name == call, lambda store: store.forget(call))]


def expire(options: Options, tell: Callable[[str], None]) -> None:
    """Delete what is older than it may be kept, where that is set (`privacy_keep`); what cannot be deleted is said.

    Raises:
        ConfigError: that is no length of time.
    """
    keep = options.get("privacy_keep")
    if keep is None or not (options.get("journal") or options.get("database_url")):
        return
    age(keep)
    if options.get("journal") and not Path(options["journal"]).is_dir():
        options = {**options, "journal": None}  # it is yet to be made
    try:
        found = older(options, tell)
        for kept in found:
            kept.delete()
    except CompanionError as error:  # calls matter more
        tell(f"privacy.keep {keep}: {error}")
    else:
        if found:
            count = len({call for kept in found for call in kept.calls})
            tell(f"privacy.keep {keep}: deleted what was kept of {count} call{'' if count == 1 else 's'}")


@asynccontextmanager
async def expiring(options: Options, tell: Callable[[str], None], every: float = _DAY) -> AsyncIterator[None]:
    """Delete what is older than it may be kept, now and every day; `every` is that in seconds.

    Raises:
        ConfigError: `privacy_keep` is no length of time.
    """

    async def daily() -> None:
        while True:
            await asyncio.sleep(every)
            await asyncio.to_thread(expire, options, tell)

    await asyncio.to_thread(expire, options, tell)
    task = asyncio.create_task(daily())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _folders(options: Options, tell: Callable[[str], None]) -> Iterator[Folder]:
    if options.get("journal"):
        path = Path(options["journal"])
        if not path.is_dir():
            raise ConfigError(f"{path}: no such folder; name that of the journals with --journal")
        yield Folder(path, tell)


def _rows(options: Options, wanted: Callable[[str, datetime], bool], delete: "Callable[[Store], int]") -> Iterator[Kept]:
    """The calls in the database whose name, and beginning (or else when they were stored), are wanted."""
    if not options.get("database_url"):
        return
    with closing(_database(options)) as store:
        if not store.facts().calls:
            return
        columns, *rows = store.rows("calls")
        place = store.name
    name, began, stored = map(columns.index, ("name", "began", "stored"))
    calls = tuple(row[name] for row in rows if wanted(row[name], row[began] or row[stored]))

    def go() -> None:
        with closing(_database(options)) as store:
            delete(store)

    if calls:
        yield Kept(calls, place, go)


def _database(options: Options) -> "Store":
    from companion.wiring.database import opened

    return opened(options)
