"""Reading journals back, whatever happened to them: what can be read, each call's records in their order; and the rest is told.

A writer that is killed leaves a torn last line; a bad disk, an editor or a careless `cat` leave worse. Nothing is guessed: a record is
as it stands there, or it is missing and said to be.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from companion.core.events import FORMAT, CallStarted
from companion.core.record import Record, decode
from companion.core.updates import CallClosed
from companion.errors import JournalError

MOST_LINE = 32 << 20
"""Bytes; a journal's longest line holds a checklist of at most 1 MB."""

_MOST_HELD = 64  # records of a call that wait for one that may come late
_MOST_TOLD = 20  # places named one by one

Tell: TypeAlias = Callable[[str], None]
"""Takes one line for a person."""


def read(path: Path, damaged: Tell = lambda text: None, torn: Tell | None = None) -> Iterator[Record]:
    """The records of a journal file: each call's in the order of their numbers, none twice.

    Args:
        path: the file; it may hold one call or several.
        damaged: told what is left out or missing: `file:line: why`.
        torn: the same for a last line that was cut off in writing, which happens to sound journals; else `damaged` is told.

    Raises:
        JournalError: the file cannot be read, is no journal, or is of a newer version.
    """
    try:
        with path.open("rb") as file:
            yield from read_lines(iter(lambda: file.readline(MOST_LINE + 1), b""), str(path), damaged, torn)
    except OSError as error:
        raise JournalError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error


def read_lines(lines: Iterable[bytes], name: str, damaged: Tell = lambda text: None, torn: Tell | None = None) -> Iterator[Record]:
    """The records of a journal's lines, each with its line's end; `name` stands in what is told.

    Raises:
        JournalError: as `read`.
    """
    losses = _Losses(name, damaged)
    orders: dict[str, _Order] = {}
    for number, line in _numbered(lines):
        if not line.strip():
            continue
        try:
            if len(line) > MOST_LINE:
                raise JournalError("longer than any record")
            record = decode(line)
        except JournalError as error:
            # only the last line lacks its end, and only a line cut off in writing lacks it and is no record
            if (orders or line.startswith(b'{"call":')) and not line.endswith(b"\n") and len(line) <= MOST_LINE:
                losses.settle()
                (torn or damaged)(f"{name}:{number}: the last line was cut off in writing; left out")
            else:
                losses.add(number, f"{error}; left out")
            continue
        if isinstance(record.event, CallStarted) and record.event.format > FORMAT:
            newer = f"journal format {record.event.format} is newer than {FORMAT}, which this version reads"
            raise JournalError(f"{name}:{number}: {newer}; update companion", line=number)
        order = orders.get(record.call)
        if order is None:
            order = orders[record.call] = _Order(record.call, losses)
        yield from order.take(record, number, hash(line))
    if losses.first is not None and not orders:
        number, why = losses.first
        raise JournalError(f"{name}:{number}: {why.removesuffix('; left out')}; this is no journal", line=number)
    for order in orders.values():
        yield from order.end()
    losses.settle()


def calls(records: Iterable[Record]) -> Iterator[list[Record]]:
    """A journal's records by call, each as soon as it is whole; those that are not, last. A name that is used again is another call.

    Raises:
        JournalError: as `read`; what was read until then comes first.
    """
    open_: dict[str, list[Record]] = {}
    fault: JournalError | None = None
    try:
        for record in records:
            if not record.seq and record.call in open_:
                yield open_.pop(record.call)
            open_.setdefault(record.call, []).append(record)
            if isinstance(record.update, CallClosed):
                yield open_.pop(record.call)
    except JournalError as error:
        fault = error
    yield from open_.values()
    if fault is not None:
        raise fault


def unbroken(records: Sequence[Record]) -> Sequence[Record]:
    """A call's records up to the first that is missing."""
    return records[: next((place for place, record in enumerate(records) if record.seq != place), len(records))]


class _Losses:
    """What is left out or missing, told place by place; lines that follow each other with one fault are one place."""

    def __init__(self, name: str, tell: Tell) -> None:
        self.first: tuple[int, str] | None = None
        self._name = name
        self._tell = tell
        self._begin = self._end = 0
        self._why = ""
        self._told = 0

    def add(self, line: int, why: str) -> None:
        """Something is wrong there."""
        self.first = self.first or (line, why)
        if self._why and line <= self._end + 1 and _kind(why) == _kind(self._why):
            self._end = line
            return
        self._say()
        self._begin = self._end = line
        self._why = why

    def settle(self) -> None:
        """Tell the rest."""
        self._say()
        if self._told > _MOST_TOLD:
            self._tell(f"{self._name}: damaged in {self._told - _MOST_TOLD} further places")
            self._told = _MOST_TOLD

    def _say(self) -> None:
        if not self._why:
            return
        self._told += 1
        if self._told <= _MOST_TOLD:
            lines = str(self._begin) if self._end == self._begin else f"{self._begin}-{self._end}"
            self._tell(f"{self._name}:{lines}: {self._why}")
        self._why = ""


class _Order:
    """Puts one call's records into the order of their numbers, as far as they are not far apart."""

    __slots__ = ("_call", "_first", "_held", "_losses", "_next")

    def __init__(self, call: str, losses: _Losses) -> None:
        self._call = call
        self._losses = losses
        self._next = 0
        self._first = 0  # the first record's fingerprint
        self._held: dict[int, tuple[int, Record]] = {}
        """What came before its turn, and from which line."""

    def take(self, record: Record, line: int, fingerprint: int) -> Iterator[Record]:
        """One more, from that line; those whose turn it is."""
        if isinstance(record.event, CallStarted) and not record.seq and fingerprint != self._first:
            yield from self.end()  # another call of the same name
            self._next, self._first = 0, fingerprint
        if record.seq < self._next or record.seq in self._held:
            self._losses.add(line, f"a record of call {self._call} that is there already, or comes too late; left out")
        elif record.seq > self._next:
            self._held[record.seq] = line, record
            if len(self._held) > _MOST_HELD:
                yield from self._skip()
        else:
            self._next += 1
            yield record
            yield from self._follow()

    def end(self) -> Iterator[Record]:
        """Those that still wait."""
        while self._held:
            yield from self._skip()

    def _skip(self) -> Iterator[Record]:
        found = min(self._held)
        gone = f"record {self._next} is" if found == self._next + 1 else f"records {self._next} to {found - 1} are"
        self._losses.add(self._held[found][0], f"before it, {gone} missing of call {self._call}")
        self._next = found
        return self._follow()

    def _follow(self) -> Iterator[Record]:
        while self._next in self._held:
            self._next += 1
            yield self._held.pop(self._next - 1)[1]


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers; a line that is too long comes in pieces of one number."""
    number, whole = 0, True
    for line in lines:
        number += whole
        whole = line.endswith(b"\n")
        yield number, line


def _kind(why: str) -> str:
    """The fault without its particulars."""
    return why.partition(": ")[0]
