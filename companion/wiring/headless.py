"""Calls without a screen: `companion log`, and the headless forms of demo and replay."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from companion.console import Console
from companion.core.call import Rules
from companion.core.record import Record
from companion.core.replay import check
from companion.errors import CompanionError, ReaderGone
from companion.run import Run, Sink
from companion.sinks.journal import JournalFolder, JournalStream, read
from companion.sinks.summary import Summaries
from companion.sources import is_live
from companion.speech.redact import mask, mask_text
from companion.wiring.parts import Options, Recognisers, began, interruptible, names, open_source, recognisers, rules_of, together

_STDOUT = 1


def log(uris: Sequence[str], options: Options) -> None:
    """Judge the calls of each source: files one after the other, streams at the same time.

    Raises:
        CompanionError: a source failed, or records could not be kept; with several sources, only after all had their turn.
        KeyboardInterrupt: a person ended it; what was heard until then is complete.
    """
    rules = rules_of(options["checklist"])
    with Console() as console:
        sinks = _sinks(options, console)
        together(lambda: _log(uris, rules, sinks, console, options))


async def _log(uris: Sequence[str], rules: Rules, sinks: list[Sink], console: Console, options: Options) -> None:
    failed: list[CompanionError] = []
    runs: list[Run] = []

    async def one(uri: str, name: str | None, recogniser: Recognisers) -> None:
        try:
            source = open_source(uri, recogniser, options, call=name)
            run = Run(source, rules, sinks, viewer=console, mask=mask, mask_text=mask_text, began=began(options))
            runs.append(run)
            await run.go()
        except ReaderGone:
            raise
        except CompanionError as error:
            if len(uris) == 1:
                raise
            console.notice(str(error))
            failed.append(error)

    async with recognisers(uris, options) as recogniser:
        with interruptible(runs) as interrupted:
            named = list(zip(uris, names(uris), strict=True))
            if any(is_live(uri) for uri in uris):  # streams do not wait for one another
                await asyncio.gather(*(one(uri, name, recogniser) for uri, name in named))
            else:
                for uri, name in named:
                    if not interrupted.is_set():
                        await one(uri, name, recogniser)
    if failed:
        raise type(failed[0])(f"{len(failed)} of {len(uris)} sources failed, as said above")


def _sinks(options: Options, console: Console) -> list[Sink]:
    sinks: list[Sink] = []
    if options.get("journal"):
        sinks.append(JournalFolder(Path(options["journal"]), console.notice))
    if options.get("summary"):
        sinks.append(Summaries(_STDOUT))
    return sinks or [JournalStream(_STDOUT)]


def write(records: Iterable[Record]) -> None:
    """Records on stdout."""
    stream = JournalStream(_STDOUT)
    for record in records:
        stream.write(record)


def journal(path: Path) -> list[Record]:
    """A journal's records; a torn last line is said and left out.

    Raises:
        JournalError: it cannot be read, or holds more than one call.
    """
    with Console() as console:
        return list(read(path, console.notice))


def prove(path: Path) -> str:
    """Prove that a journal's events give its updates.

    Raises:
        ReplayMismatch: they do not.
        JournalError: it cannot be read.
    """
    return f"{path}: {check(journal(path))} records, and the same events give the same updates"
