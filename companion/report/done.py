"""Which promises were kept: one line of JSON for each mark, beside the journals, in a file that nobody takes for a journal.

It names promises by what stays the same when journals are read again, and is only ever added to: two people may mark at the same time.
"""

import errno
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from companion.errors import JournalError, SinkError

NAME = "followups.done"


class Mark(msgspec.Struct, frozen=True):
    """A promise was done then, or, with None, was not done after all."""

    id: str
    done: Annotated[datetime, msgspec.Meta(tz=True)] | None


def beside(journal: str) -> Path:
    """Where the marks of a journal's promises are."""
    return Path(journal).parent / NAME


def read(files: Iterable[Path], tell: Callable[[str], None]) -> dict[str, datetime]:
    """When the promises were done that are marked; the last mark of each counts, and a file that is not there has none.

    Args:
        files: where the marks are.
        tell: takes one line for a person: a line that is no mark, which is left out.

    Raises:
        JournalError: a file cannot be read.
    """
    marks: dict[str, Mark] = {}
    for path in files:
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise JournalError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
        for number, line in enumerate(lines, 1):
            try:
                mark = msgspec.json.decode(line, type=Mark)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                tell(f"{path}:{number}: not a mark of a promise: {error}; left out")
            else:
                marks[mark.id] = mark
    return {id: mark.done for id, mark in marks.items() if mark.done is not None}


def add(path: Path, mark: Mark) -> None:
    """Add a mark, whole or not at all.

    Raises:
        SinkError: it cannot be written.
    """
    line = msgspec.json.encode(mark) + b"\n"
    try:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            if os.fstat(file).st_size:
                os.lseek(file, -1, os.SEEK_END)
                if os.read(file, 1) != b"\n":  # the mark before it was cut off in writing
                    line = b"\n" + line
            if (written := os.write(file, line)) < len(line):
                os.ftruncate(file, os.fstat(file).st_size - written)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)
    except OSError as error:
        raise SinkError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}; marks stand beside the journals") from error
