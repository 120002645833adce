"""What is made of calls that are over: the report."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from companion.cli.options import Command, examples, journals


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day; write it as 2026-11-16.") from None


def _day_option(flag: str, words: str) -> Callable[[Command], Command]:
    return click.option(flag, callback=_day, metavar="DAY", help=words)


@click.command(
    short_help="What the calls of a week say: tables, or a page with plots.",
    epilog=examples(
        "companion report journals",
        "companion report journals --by agent --since 2026-11-16 --until 2026-11-22",
        "companion report journals --by week --html report.html",
        "companion report journals --json | jq .total.steps",
    ),
)
@journals
@click.option("--by", type=click.Choice(["agent", "team", "checklist", "week"]), help="Also for each of these by itself.")
@_day_option("--since", "Only calls that began on this day (2026-11-16) or later.")
@_day_option("--until", "Only calls that began on this day or earlier.")
@click.option("--agent", metavar="NAME", help="Only this agent's calls.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page with plots instead, in one file."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def report(paths: tuple[Path, ...], **options: Any) -> None:
    """Say what calls have in common: steps and how late, flags, heat and what moved it, talk, prompts, and where to listen.

    JOURNALS are journal files or folders of them; without any, the folder of the setting `journal`.
    """
    from companion.wiring.report import report

    if options["html"] is not None and options["as_json"]:
        raise click.UsageError("--html and --json: choose one.")
    report(paths, options)
