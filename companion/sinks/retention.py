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
        """What is kept of a call, and of others that had the same name."""
        return self._chosen(lambda name, life: name == call)

    def _chosen(self, wanted: Callable[[str, _Life], bool]) -> Iterator[Kept]:
        for path in sorted(path for path in self._path.glob("*.jsonl") if not path.is_symlink()):
            lives = _lives(path)
            calls = tuple(call for call, life in lives.items() if wanted(call, life))
            if not calls:
                continue
            if any(not life.ended and datetime.now(UTC) - life.began < _BUSY for life in lives.values()):
                self._tell(f"{path}: somebody seems to write it still; left as it is, try again in a few minutes")
            elif len(calls) == len(lives):
                yield Kept(calls, str(path), partial(_delete, path))
            else:
                yield Kept(calls, f"{path} (its part of it)", partial(_cut, path, frozenset(calls)))
        for path in sorted(path for path in self._path.glob("*.json") if not path.is_symlink()):
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
        for path in sorted(path for path in self._path.glob("*.wav") if not path.is_symlink()):
            name = whose(path)
            if name is not None and wanted(path, name):
                yield Kept((name,), str(path), partial(_delete, path))


def _lives(path: Path) -> dict[str, _Life]:
    """When each call of a journal began, and whether it ended; empty if the file is no journal."""
    lives: dict[str, _Life] = {}
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        began: dict[str, datetime] = {}
        with path.open("rb") as file:
            for line in file:
                if lives and not any(mark in line for mark in _MARKS):
                    continue
                record = decode(line)
                if isinstance(record.event, CallStarted):
                    began[record.call] = _moment(record.event.began, written)
                    lives[record.call] = _Life(written, ended=False)
                elif isinstance(record.event, CallEnded) and record.call in lives:
                    lives[record.call] = _Life(began[record.call], ended=True)
                elif not lives:
                    break
    except (OSError, JournalError):
        pass  # what was read until then stands: a last line may be cut off
    return lives


def _page(path: Path) -> tuple[str, _Life] | None:
    """Whose summary a file is, and when that call began; None if it is none."""
    try:
        summary = json.loads(path.read_bytes())
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError):
        return None
    if not isinstance(summary, dict) or not summary.keys() >= _SUMMARY or not isinstance(summary["call"], str):
        return None
    return summary["call"], _Life(_moment(summary["began"], written), ended=True)


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
    """Take the records of these calls out of a journal that holds others too; the old file stands until the new one is whole."""
    new = path.with_name(f".{path.name}.new")
    try:
        with path.open("rb") as old, new.open("xb") as file:
            file.writelines(line for line in old if _call_of(line) not in calls)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, new)
        os.replace(new, path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise SinkError(f"{path}: cannot be written anew: {error.strerror or error}; nothing was taken out of it") from error


def _call_of(line: bytes) -> str | None:
    """Whose record a line is; None if that cannot be read, as of one cut off in writing."""
    try:
        return decode(line).call
    except JournalError:
        found = re.match(rb'\{"call":("(?:[^"\\]|\\.)*")', line)
        return json.loads(found[1]) if found else None
