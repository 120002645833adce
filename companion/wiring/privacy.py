"""What is kept of calls, wherever that is, and how it goes: `purge`, `forget`, and `privacy.keep` while calls are taken."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from companion.errors import CompanionError, ConfigError
from companion.sinks.retention import Folder, Kept, Sounds, age, calls_in
from companion.wiring.parts import Options

if TYPE_CHECKING:  # it is an extra
    from companion.sinks.store import Store

_FOLDERS = {"journal": "--journal", "privacy_keep_audio": "--keep-audio"}
_DAY = 24 * 60 * 60.0


def older(options: Options, tell: Callable[[str], None]) -> list[Kept]:
    """What is kept of calls that are older than `privacy_keep` says.

    Args:
        options: the command's; they name the folders of journals and of sound, and the database.
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
        ConfigError: there is no such folder or database; or that is the name of a file, and not of a call.
        SinkError: the database cannot be read.
    """
    found = [kept for folder in _folders(options, tell) for kept in folder.of(call)]
    found += _rows(options, lambda name, began: name == call, lambda store: store.forget(call))
    file = Path(options.get("journal") or "") / f"{call}.jsonl"
    if not found and options.get("journal") and (names := calls_in(file)):
        raise ConfigError(f"{call}: is how a file is called; the call in it is {', '.join(names)}: give that, and all files of it go")
    return found


def expire(options: Options, tell: Callable[[str], None]) -> None:
    """Delete what is older than it may be kept, where that is set (`privacy_keep`); what cannot be deleted is said.

    Raises:
        ConfigError: that is no length of time.
    """
    keep = options.get("privacy_keep")
    if keep is None:
        return
    age(keep)
    yet_to_be_made = {option: None for option in _FOLDERS if options.get(option) and not Path(options[option]).is_dir()}
    options = {**options, **yet_to_be_made}
    if options.get("database_url"):
        try:
            _database(options).close()
        except ConfigError:  # yet to be made, too; of any other fault the one who stores there tells
            options = {**options, "database_url": None}
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


def _folders(options: Options, tell: Callable[[str], None]) -> Iterator[Folder | Sounds]:
    for option, flag in _FOLDERS.items():
        if options.get(option):
            path = Path(options[option])
            if not path.is_dir():
                raise ConfigError(f"{path}: no such folder; name the one that is kept with {flag}")
            yield Folder(path, tell) if option == "journal" else Sounds(path)


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

    return opened(options, make=False)
