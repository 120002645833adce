"""`companion report`: journals to digests, and those to tables, a page or JSON."""

import datetime
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from companion.console import Console
from companion.errors import ConfigError, JournalError, SinkError
from companion.report import report as reports
from companion.report.digest import Digest
from companion.report.folding import folded
from companion.sinks.reading import read
from companion.wiring.parts import Options

PRACTICE = "practice:"
"""How the source of a rehearsal begins; it is nobody's call."""


def report(paths: Sequence[Path], options: Options) -> None:
    """Print a report, or write its page.

    Raises:
        ConfigError: there are no calls, or what draws is not installed.
        JournalError: a journal cannot be read.
        SinkError: the page cannot be written.
    """
    calls = reports.chosen(gathered(paths), since=options["since"], until=options["until"], agent=options["agent"])
    if not calls:
        raise ConfigError("report: no call is of that agent and those days; choose others")
    made = reports.report(calls, options["by"])
    if options["as_json"]:
        print(msgspec.json.format(msgspec.json.encode(reports.to_plain(made))).decode())
        return
    if options["html"] is not None:
        from companion.report.page import page

        write(options["html"], page(made, datetime.date.today()).encode())
        return
    from companion.report.tables import drawn

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    sys.stdout.write(drawn(made, width=shutil.get_terminal_size((80, 24)).columns, colour=colour))


def gathered(paths: Sequence[Path]) -> list[Digest]:
    """The calls of journals, files or folders of them; one that stands in several is taken once, from where most of it is.

    Raises:
        ConfigError: there is none.
        JournalError: a file that was named cannot be read, or is no journal; one in a folder is said and left out.
    """
    found: dict[bytes, tuple[int, Digest]] = {}
    with Console() as console:
        for path in _files(paths):
            try:
                calls = folded(read(path, console.notice), str(path))
            except JournalError as error:
                if path in paths:
                    raise
                console.notice(f"{error}; left out")
                continue
            for folding in calls:
                if folding.known not in found or found[folding.known][0] < folding.records:
                    found[folding.known] = folding.records, folding.digest()
    digests = [digest for _, digest in found.values() if not digest.source.startswith(PRACTICE)]
    if not digests:
        what = "only rehearsals, which do not count" if found else "there are no calls"
        raise ConfigError(f"{', '.join(map(str, paths))}: {what}; name a journal of calls, or a folder of them")
    return digests


def write(path: Path, content: bytes) -> None:
    """A file whole, or not at all.

    Raises:
        SinkError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SinkError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}; name another place") from error


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
