"""What is kept of calls in a folder, and how it goes: journals, the pages beside them, sound.

Nothing is touched that is not surely ours: a journal begins with a `call_started` record, a page's `.json` is a summary, sound says so in
its header, and counts from when its file was last written. A call's age otherwise
counts from when it began; where its journal does not say, or is cut off before its end, from when the file was last written.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from companion.core.events import CallEnded, CallStarted
from companion.core.record import decode
from companion.errors import ConfigError, JournalError, SinkError
from companion.sinks.journal import file_name
from companion.sinks.tape import whose

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1), "y": timedelta(days=365)}
_LONGEST = timedelta(days=36500)
_BUSY = timedelta(minutes=5)  # since a file was written, in which somebody may be writing on
_MARKS = (b'"call_started"', b'"call_ended"')
_CALL = re.compile(rb'\{"call":("(?:[^"\\]|\\.)*")')
_SUMMARY = {"call", "began", "steps", "heat"}


class Kept(NamedTuple):
    """Something that is kept of a call, or of several of one file."""

    calls: tuple[str, ...]
    place: str
    delete: Callable[[], None]
    """Raises SinkError if it cannot be."""


class _Life(NamedTuple):
    began: datetime
    """When it began; where that is not known, or it did not end, when its file was last written."""
    ended: bool


def age(text: str) -> timedelta:
    """A length of time as a person writes it: `12h`, `30d`, `6w`, `1y`.

    Raises:
        ConfigError: it is none.
    """
    found = re.fullmatch(r"\s*(\d{1,4})\s*([hdwy])\s*", text)
    if found is None or not timedelta(0) < int(found[1]) * _UNITS[found[2]] <= _LONGEST:
        raise ConfigError(f"'{text}' is no length of time; write it like 30d, 6w or 1y")
    return int(found[1]) * _UNITS[found[2]]


class Folder:
    """The journals and pages in a folder; those in folders below it are not looked at.

    Args:
        path: the folder; one that is not there holds nothing.
        tell: takes one line for a person: what is left, and why.
    """

    def __init__(self, path: Path, tell: Callable[[str], None] = lambda text: None) -> None:
        self._path = path
        self._tell = tell

    def older(self, than: datetime) -> Iterator[Kept]:
        """What is kept of calls that began before a moment (with its offset)."""
        return self._chosen(lambda call, life: life.began < than)

    def of(self, call: str) -> Iterator[Kept]:
        """What is kept of a call, and of others that had the same name; a file that has records of it and no beginning is told."""

        def stray(path: Path) -> None:
            if any(_call_of(line) == call and b'"seq":' in line for line in _lines(path)):
                self._tell(f"{path}: has records of call {call}, but does not begin as a journal; left as it is, see for yourself")

        return self._chosen(lambda name, life: name == call, stray)

    def _chosen(self, wanted: Callable[[str, _Life], bool], stray: Callable[[Path], None] = lambda path: None) -> Iterator[Kept]:
        for path in _files(self._path, "*.jsonl"):
            lives = _lives(path)
            if not lives:
                stray(path)
            calls = tuple(call for call, life in lives.items() if wanted(call, life))
            if not calls:
                continue
            if any(not life.ended and datetime.now(UTC) - life.began < _BUSY for life in lives.values()):
                self._tell(f"{path}: somebody seems to write it still; left as it is, try again in a few minutes")
            elif len(calls) == len(lives):
                yield Kept(calls, str(path), partial(_delete, path))
            else:
                yield Kept(calls, f"{path} (its part of it)", partial(_cut, path, frozenset(calls)))
        for path in _files(self._path, "*.json"):
            page = _page(path)
            if page is not None and wanted(*page):
                yield Kept((page[0],), f"{path} and .md", partial(_delete, path.with_suffix(".md"), path))


class Sounds:
    """The sound of calls in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def older(self, than: datetime) -> Iterator[Kept]:
        """The sound of calls that ended before a moment (with its offset)."""
        return self._chosen(lambda path, name: path.stat().st_mtime < than.timestamp())

    def of(self, call: str) -> Iterator[Kept]:
        """The sound of a call, and of others that had the same name."""
        return self._chosen(lambda path, name: name == file_name(call))

    def _chosen(self, wanted: Callable[[Path, str], bool]) -> Iterator[Kept]:
        for path in _files(self._path, "*.wav"):
            name = whose(path)
            if name is not None and wanted(path, name):
                yield Kept((name,), str(path), partial(_delete, path))


def _files(folder: Path, pattern: str) -> list[Path]:
    """Files that stand in the folder itself: what a link leads to is somebody else's."""
    return sorted(path for path in folder.glob(pattern) if path.is_file() and not path.is_symlink())


def calls_in(path: Path) -> tuple[str, ...]:
    """The names of the calls in a journal; none if the file is no journal, or not there."""
    return tuple(_lives(path))


def _lives(path: Path) -> dict[str, _Life]:
    """When each call of a journal began, and whether it ended; empty if the file is no journal. What cannot be read is passed over."""
    lives: dict[str, _Life] = {}
    began: dict[str, datetime] = {}
    for line in _lines(path):
        if lives and not any(mark in line for mark in _MARKS):
            if (call := _call_of(line)) is not None and call not in lives:  # its beginning is among what cannot be read
                lives[call] = _Life(_written(path), ended=False)
            continue
        try:
            record = decode(line)
        except JournalError:
            if lives:
                continue
            break
        if isinstance(record.event, CallStarted):
            began[record.call] = _moment(record.event.began, _written(path))
            lives[record.call] = _Life(_written(path), ended=False)
        elif not lives:
            break
        elif isinstance(record.event, CallEnded):
            lives[record.call] = _Life(began.get(record.call, _written(path)), ended=True)
    return lives


def _lines(path: Path) -> Iterator[bytes]:
    """A file's lines, as far as it can be read."""
    with suppress(OSError), path.open("rb") as file:
        yield from file


def _written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # it has just gone
        return datetime.now(UTC)


def _page(path: Path) -> tuple[str, _Life] | None:
    """Whose summary a file is, and when that call began; None if it is none."""
    try:
        summary = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(summary, dict) or not summary.keys() >= _SUMMARY or not isinstance(summary["call"], str):
        return None
    return summary["call"], _Life(_moment(summary["began"], _written(path)), ended=True)


def _moment(began: object, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(began)).astimezone()
    except (ValueError, OverflowError):
        return otherwise


def _delete(*paths: Path) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SinkError(f"{path}: cannot be deleted: {error.strerror or error}") from error


def _cut(path: Path, calls: Collection[str]) -> None:
    """Take the records of these calls out of a journal that holds others too; the old file stands until the new one is whole.

    A line of which nobody can say whose it is goes too: it may hold their words, and is of no use to the others.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        if new.exists() and datetime.now(UTC) - _written(new) > _BUSY:
            new.unlink()  # whoever wrote it was killed
        with path.open("rb") as old, new.open("xb") as file:
            file.writelines(line for line in old if (call := _call_of(line)) is not None and call not in calls)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, new)
        os.replace(new, path)
    except FileExistsError as error:
        raise SinkError(f"{path}: somebody else seems to take something out of it; try again in a few minutes") from error
    except OSError as error:
        new.unlink(missing_ok=True)
        raise SinkError(f"{path}: cannot be written anew: {error.strerror or error}; nothing was taken out of it") from error


def _call_of(line: bytes) -> str | None:
    """Whose record a line is, also one that was cut off in writing; None if that cannot be read."""
    if found := _CALL.match(line):
        with suppress(ValueError):
            return str(json.loads(found[1]))
    with suppress(JournalError):
        return decode(line).call
    return None
