"""`companion followups`: what was promised in calls, and whether it was done."""

import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from companion.errors import ConfigError
from companion.report import done, exports
from companion.report.followups import FollowUp, Standing, draft, followups, listed, ordered
from companion.report.report import chosen
from companion.wiring.parts import Options
from companion.wiring.report import gathered, write

WANTED: dict[str, tuple[Standing, ...]] = {
    "open": ("overdue", "due", "later", "undated"),
    "due": ("overdue", "due"),
    "overdue": ("overdue",),
    "all": ("overdue", "due", "later", "undated", "kept late", "kept"),
}
"""What is listed, by what was asked for."""


def follow_up(paths: Sequence[Path], options: Options, now: datetime) -> bool:
    """List promises, export them, mark one, or draft a message about one; whether something listed is overdue.

    Raises:
        ConfigError: there are no calls, none of that agent, no such promise, or what exports is not installed.
        JournalError: a journal, or the marks beside it, cannot be read.
        SinkError: what is to be written cannot be.
    """
    calls = chosen(found := gathered(paths), agent=options["agent"])
    if not calls:  # in cron, a mistyped name must not look like promises kept
        known = ", ".join(sorted({call.agent for call in found if call.agent})) or "nobody"
        raise ConfigError(f"followups: no call is of agent {options['agent']!r}; known here: {known}")
    kept = done.read({done.beside(call.journal) for call in calls}, lambda text: print(f"companion: {text}", file=sys.stderr))
    promised = ordered(followups(calls, kept), now)
    for id in options["done"]:
        _mark(_found(promised, id), now)
    for id in options["undo"]:
        _mark(_found(promised, id), None)
    if options["done"] or options["undo"]:
        return False
    if options["draft"] is not None:
        print(draft(_found(promised, options["draft"]), now))
        return False
    wanted = [one for one in promised if one.standing(now) in WANTED[options["which"]]]
    for path, export in ((options["ics"], exports.calendar), (options["csv"], exports.table)):
        if path is not None:
            _give(path, export(wanted, now))
    if options["ics"] is None and options["csv"] is None:
        print("\n".join(listed(wanted, now, shutil.get_terminal_size((80, 24)).columns)))
    return any(one.standing(now) == "overdue" for one in wanted)


def _found(promised: Sequence[FollowUp], id: str) -> FollowUp:
    """The promise of an id, or of the beginning of one."""
    found = [one for one in promised if one.id.startswith(id.lower())]
    if len(found) != 1:
        what = f"{len(found)} promises begin like that; give more of it" if found else "there is no such promise; see the list with --all"
        raise ConfigError(f"{id}: {what}")
    return found[0]


def _mark(one: FollowUp, moment: datetime | None) -> None:
    done.add(done.beside(one.call.journal), done.Mark(one.id, moment))
    print(f"{one.id} {'done' if moment else 'not done after all'}: {one.what}", file=sys.stderr)


def _give(path: Path, content: bytes) -> None:
    if str(path) == "-":
        sys.stdout.buffer.write(content)
    else:
        write(path, content)
