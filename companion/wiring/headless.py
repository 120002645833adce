"""Calls without a screen: `companion log`, and the headless forms of demo and replay."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from companion.console import Console
from companion.core.feed import Sink
from companion.core.record import Record
from companion.core.replay import check, started
from companion.core.updates import CallClosed
from companion.errors import JournalError, ReplayError
from companion.sinks.journal import JournalFolder, JournalStream, read
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


def journals(path: Path) -> dict[str, list[Record]]:
    """A journal file's records, by call; a torn last line is said and left out.

    Raises:
        JournalError: it cannot be read, or is none.
    """
    calls: dict[str, list[Record]] = {}
    with Console() as console, naming(path):
        for record in read(path, console.notice):
            calls.setdefault(record.call, []).append(record)
        if not calls:
            raise JournalError("empty; there is no call in it")
        for records in calls.values():
            started(records)
    return calls


def prove(path: Path) -> list[str]:
    """Prove that a journal's events give its updates: a line for each call.

    Raises:
        ReplayMismatch: they do not.
        JournalError: it cannot be read.
    """
    lines = []
    for call, records in journals(path).items():
        with naming(path, call):
            count = check(records)
        whole = "" if isinstance(records[-1].update, CallClosed) else "; the call is cut off there"
        lines.append(f"{path}: call {call}: {count} records, and the same events give the same updates{whole}")
    return lines


@contextmanager
def naming(path: Path, call: str = "") -> Iterator[None]:
    """Put the journal's name before what is wrong with it."""
    try:
        yield
    except ReplayError as error:
        place = str(path) if str(path) not in str(error) else ""
        text = ": ".join(part for part in (place, f"call {call}" if call else "", str(error)) if part)
        raise type(error)(text) from error
