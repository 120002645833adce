"""The journal: JSON Lines, one record a line, written whole or not at all.

`JournalFolder` keeps one file for each call, `JournalStream` writes all calls into one stream such as stdout. Both are handed
records one at a time, in order, and write each before they return. When a place refuses (a full disk, say), `write` raises once for
that call (or stream), takes the half-written line away, and from then on lets that call's records pass unwritten: the call matters
more than its journal.
"""

import errno
import os
import select
import stat
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from companion.core.record import Record, encode
from companion.core.updates import CallClosed
from companion.errors import ReaderGone, SinkError

MOST_OPEN = 64
"""Files held open at once; a bulk run has thousands of calls, an ordinary process may have 256 files (macOS)."""

_RESERVED = frozenset("con prn aux nul".split()) | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}


class JournalFolder:
    """One file `<call>.jsonl` for each call, in one folder.

    A file that is already there is never touched: a call whose name is taken, by an earlier run or by an id that differs only in what
    the file system ignores, goes to `<call>.2.jsonl`, `<call>.3.jsonl`, …, and `tell` is told.

    Args:
        folder: where the files go; made if it is missing.
        tell: takes one line for a person.

    Raises:
        SinkError: the folder cannot be made.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] = lambda text: None) -> None:
        self.name = f"journal {folder}"
        self._folder = folder
        self._tell = tell
        self._paths: dict[str, Path | None] = {}  # None: given up
        self._open: OrderedDict[str, int] = OrderedDict()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"{self.name}: cannot be made: {_why(error)}; name another folder") from error

    def write(self, record: Record) -> None:
        """Append the record to its call's file.

        Raises:
            SinkError: it cannot be written; raised once for each call, whose further records are then let pass.
        """
        call = record.call
        if call in self._paths and self._paths[call] is None:
            self._forget_if_closed(record)
            return
        try:
            append(self._file(call), encode(record) + b"\n")
        except OSError as error:
            where = self._paths.get(call) or self._folder / f"{file_name(call)}.jsonl"
            self._give_up(call)
            raise SinkError(f"journal {where}: {_why(error)}; the call goes on without it") from error
        self._forget_if_closed(record)

    def path(self, call: str) -> Path | None:
        """The file of a call that is being written; None before its first record, after its last, or when it was given up."""
        return self._paths.get(call)

    def close(self) -> None:
        """Close all files. Nothing is lost without it: every record is written when `write` returns."""
        for call in list(self._open):
            self._close(call)

    def _forget_if_closed(self, record: Record) -> None:
        if isinstance(record.update, CallClosed):
            self._close(record.call)
            self._paths.pop(record.call, None)

    def _file(self, call: str) -> int:
        if call in self._open:
            self._open.move_to_end(call)
            return self._open[call]
        while len(self._open) >= MOST_OPEN:
            self._close(next(iter(self._open)))
        path = self._paths.get(call)
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
        file = self._create(call, flags) if path is None else os.open(path, flags)
        self._open[call] = file
        return file

    def _create(self, call: str, flags: int) -> int:
        """A new file for the call. O_EXCL: neither an old file nor another process's is ever mixed with ours."""
        first = path = self._folder / f"{file_name(call)}.jsonl"
        number = 1
        while True:
            try:
                file = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
            except FileExistsError:
                number += 1
                path = first.with_name(f"{file_name(call)}.{number}.jsonl")
                continue
            self._paths[call] = path
            if number > 1:
                self._tell(f"{first}: exists already and is left as it is; this call is written to {path.name}")
            return file

    def _give_up(self, call: str) -> None:
        path, file = self._paths.get(call), self._open.get(call)
        self._paths[call] = None
        with suppress(OSError):  # what refused a record may refuse this too, and that has been told
            empty = file is not None and not os.fstat(file).st_size
            self._close(call)
            if empty and path is not None:
                path.unlink()  # not even its first line: an empty file would only puzzle

    def _close(self, call: str) -> None:
        file = self._open.pop(call, None)
        if file is not None:
            os.close(file)


class JournalStream:
    """All calls into one open file, usually stdout.

    Args:
        file: a file descriptor; it stays open when we are done.
        name: what it is called in errors.
    """

    def __init__(self, file: int, name: str = "stdout") -> None:
        self.name = f"journal {name}"
        self._file = file
        self._given_up = False

    def write(self, record: Record) -> None:
        """Append the record.

        Raises:
            ReaderGone: whoever read us has gone, as `head` does; there is nobody left to tell.
            SinkError: it cannot be written; raised once, further records are then let pass.
        """
        if self._given_up:
            return
        try:
            append(self._file, encode(record) + b"\n")
        except OSError as error:
            self._given_up = True
            if reader_gone(error):
                raise ReaderGone(f"{self.name}: nobody reads it any more") from error
            raise SinkError(f"{self.name}: {_why(error)}; the calls go on without it") from error

    def close(self) -> None:
        """Nothing to do: every record is written when `write` returns, and the file is not ours."""


def file_name(call: str) -> str:
    """A file's name for a call, without `.jsonl`: letters, digits and `._-+@=` stand for themselves, all else as `%` and two hex digits.

    Different ids give different names; none leaves its folder, is hidden, looks like an option, or is a device's on Windows.
    """
    name = "".join(
        letter if letter.isalnum() or (letter in "._+@=-" and not (place == 0 and letter in ".-")) else _escaped(letter)
        for place, letter in enumerate(call)
    )
    if name.split(".")[0].lower() in _RESERVED:
        name = _escaped(name[0]) + name[1:]
    if len(name.encode("utf-8")) > 120:
        name = name.encode("utf-8")[:96].decode("utf-8", "ignore") + "~" + sha256(call.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    return name or "%"


def append(file: int, line: bytes) -> None:
    """Write all of a line, or take away what was written of it.

    Raises:
        OSError: it cannot be written; a file holds only whole lines then.
    """
    left = memoryview(line)
    try:
        while left:
            try:
                left = left[os.write(file, left) :]
            except BlockingIOError:  # a pipe that somebody else made non-blocking: wait for its reader
                select.select([], [file], [])
    except OSError:
        written = len(line) - len(left)
        if written and stat.S_ISREG(os.fstat(file).st_mode):
            os.ftruncate(file, os.lseek(file, 0, os.SEEK_CUR) - written)
            os.lseek(file, 0, os.SEEK_END)
        raise


def reader_gone(error: OSError) -> bool:
    """Whether nobody reads any more, as after `head`; everything else is a place that refuses."""
    return error.errno in (errno.EPIPE, errno.ECONNRESET)


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
