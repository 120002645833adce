"""What was promised in calls, and whether it was done."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from companion.cli.options import examples, journals

_FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.command(
    short_help="What was promised, by when, and whether it was done.",
    epilog=examples(
        "companion followups journals",
        "companion followups journals --agent maria --due",
        "companion followups journals --done 3f2a91c0",
        "companion followups journals --draft 3f2a91c0",
        "companion followups journals --ics followups.ics",
        "companion followups journals --overdue || mail -s 'promises overdue' team@example.com  # in cron",
    ),
)
@journals
@click.option("--due", "which", flag_value="due", help="Only what is overdue or due today.")
@click.option("--overdue", "which", flag_value="overdue", help="Only what is overdue.")
@click.option("--all", "which", flag_value="all", help="Also what was done.")
@click.option("--agent", metavar="NAME", help="Only this agent's promises.")
@click.option("--done", metavar="ID", multiple=True, help="Mark a promise as done, now; the beginning of its id is enough.")
@click.option("--undo", metavar="ID", multiple=True, help="Take that mark back.")
@click.option("--draft", metavar="ID", help="Draft a message to the customer about it.")
@click.option("--ics", type=_FILE, metavar="FILE", help="Write the list for a calendar instead; - is stdout.")
@click.option("--csv", type=_FILE, metavar="FILE", help="Write it as a table instead; - is stdout.")
def followups(paths: tuple[Path, ...], **options: Any) -> int:
    """List what agents promised in calls: overdue first, then what is due today, later, and without a date.

    JOURNALS are journal files or folders of them; without any, the folder of the setting `journal`.
    Exit status 1: something listed or exported is overdue.
    """
    from companion.wiring.followups import follow_up

    if options["ics"] == options["csv"] == Path("-"):
        raise click.UsageError("--ics and --csv: only one of them goes to stdout; name a file for the other.")
    return int(follow_up(paths, {**options, "which": options["which"] or "open"}, datetime.now().astimezone()))
