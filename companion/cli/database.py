"""What is done with the database apart from calls: the `database` commands."""

from typing import Any

import click

from companion.cli.options import configured, examples

_TABLES = "calls steps flags heat prompts promises utterances records checklists".split()
"""Those of `companion.sinks.schema`, which is not loaded for --help."""

_WHICH = configured("database.url", "database.password_file")


@click.group(short_help="The database of calls: info, rebuild, export.")
def database() -> None:
    """The database of calls, beside the journals. Without --database it is an SQLite file of your own (see companion database info)."""


@database.command(epilog=examples("companion database info", "companion database info --database postgresql://companion@db.example/calls"))
@_WHICH
def info(**options: Any) -> None:
    """Say where the database is and what it holds."""
    from companion.wiring.database import info

    for line in info(options):
        click.echo(line)


@database.command(
    epilog=examples(
        "companion database rebuild --journal journals",
        "companion database rebuild --journal journals --database postgresql://companion@db.example/calls",
    )
)
@click.argument("journals", metavar="[JOURNAL]...", nargs=-1)
@configured("journal")
@_WHICH
def rebuild(journals: tuple[str, ...], **options: Any) -> None:
    """Store what journals have and the database does not: all of --journal, and those named. May be run at any time, and again."""
    if not journals and not options["journal"]:
        raise click.UsageError("say where the journals are: --journal DIR.")
    from companion.wiring.database import rebuild

    click.echo(rebuild(options, journals), err=True)


@database.command(
    epilog=examples(
        "companion database export --table steps > steps.csv",
        "companion database export --table calls --format parquet --out calls.parquet",
    )
)
@click.option("--table", type=click.Choice(_TABLES), required=True, help="Which table.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "parquet"]), default="csv", show_default=True)
@click.option("--out", metavar="FILE", help="A file, which is replaced; else stdout.")
@_WHICH
def export(table: str, form: str, out: str | None, **options: Any) -> None:
    """Write a table for other programs: CSV, JSON Lines, or Parquet."""
    from companion.wiring.database import export

    click.echo(export(options, table, form, out), err=True)
