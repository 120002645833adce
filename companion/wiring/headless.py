"""Calls without a screen: `companion log`, and the headless forms of demo and replay."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from companion.console import Console
from companion.core.feed import Sink
from companion.core.record import Record
from companion.core.replay import check, started
from companion.core.updates import CallClosed
from companion.errors import JournalError, ReplayError
from companion.sinks.journal import JournalFolder, JournalStream
from companion.sinks.reading import calls, read, unbroken
from companion.sinks.summary import Summaries
from companion.sources import is_live
from companion.sources.uri import Given
from companion.wiring.database import stored
from companion.wiring.gateway import Gateway
from companion.wiring.parts import Options, rules_of, together
from companion.wiring.privacy import expire

_STDOUT = 1


def log(uris: Sequence[Given], options: Options) -> None:
    """Judge the calls of each source: files one after the other, streams at the same time.

    Raises:
        CompanionError: a source failed, or records could not be kept; with several sources, only after all had their turn.
        KeyboardInterrupt: a person ended it; what was heard until then is complete.
    """
    rules = rules_of(options["checklist"])
    live = any(map(is_live, uris))
    with Console() as console, stored(options, console.notice, patient=not live) as database:
        expire(options, console.notice)
        sinks = _sinks(options, console, database)
        # Files take turns; streams do not wait for one another.
        together(lambda: Gateway(rules, sinks, console, options).go(uris, together=live))


def _sinks(options: Options, console: Console, database: Sequence[Sink]) -> list[Sink]:
    sinks: list[Sink] = []
    if options.get("journal"):
        sinks.append(JournalFolder(Path(options["journal"]), console.notice))
    if options.get("summary"):
        sinks.append(Summaries(_STDOUT))
    sinks += database
    return sinks or [JournalStream(_STDOUT)]


def write(records: Iterable[Record]) -> None:
    """Records on stdout."""
    stream = JournalStream(_STDOUT)
    for record in records:
        stream.write(record)


def journals(path: Path, damaged: Callable[[str], None] | None = None) -> dict[str, list[Record]]:
    """A journal file's records, by call; one whose beginning is missing, and lines that cannot be read, are said and left out.

    Args:
        path: the file.
        damaged: told what is left out, but for a torn last line; a person is, if it is not given.

    Raises:
        JournalError: it cannot be read, or is none.
    """
    found: dict[str, list[Record]] = {}
    with Console() as console, naming(path):
        for records in calls(read(path, damaged or console.notice, torn=console.notice)):
            try:
                started(records)
            except JournalError as error:
                (damaged or console.notice)(f"{path}: call {records[0].call}: {error}; left out")
                continue
            name, number = records[0].call, 1
            while name in found:
                number += 1
                name = f"{records[0].call}.{number}"  # as its journal's file would be called
            found[name] = records
        if not found:
            raise JournalError("there is no call in it")
    return found


def prove(path: Path) -> Iterator[str]:
    """Prove that a journal's events give its updates: a line for each call.

    Raises:
        ReplayMismatch: they do not.
        JournalError: it cannot be read, or not all of it; what can be is proved first.
    """
    losses: list[str] = []
    with Console() as console:

        def damaged(text: str) -> None:
            console.notice(text)
            losses.append(text)

        for call, records in journals(path, damaged).items():
            sure = unbroken(records)
            with naming(path, call):
                count = check(sure)
            rest = "" if isinstance(records[-1].update, CallClosed) else "; the call is cut off there"
            if len(sure) < len(records):
                rest = f"; of the {len(records) - len(sure)} after a hole that is not known"
            yield f"{path}: call {call}: {count} records, and the same events give the same updates{rest}"
    if losses:
        raise JournalError(f"{path}: is damaged, as said above; the rest is as it was written")


@contextmanager
def naming(path: Path, call: str = "") -> Iterator[None]:
    """Put the journal's name before what is wrong with it."""
    try:
        yield
    except ReplayError as error:
        place = str(path) if str(path) not in str(error) else ""
        text = ": ".join(part for part in (place, f"call {call}" if call else "", str(error)) if part)
        raise type(error)(text) from error
