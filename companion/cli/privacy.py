"""What goes again of what was kept: purge, forget."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from companion.cli.options import configured, examples
from companion.config import setting
from companion.errors import ConfigError, SinkError

if TYPE_CHECKING:  # not needed for --help
    from companion.sinks.retention import Kept

Command = TypeVar("Command", bound=Callable[..., Any])

_KEEP = setting("privacy.keep")
_SHOWN = 5
"""Names of calls in a line at most."""


def _where(command: Command) -> Command:
    command = click.option("--yes", is_flag=True, help="Do not ask.")(command)
    command = click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")(command)
    return configured("journal", "privacy.keep_audio", "database.url", "database.password_file")(command)


@click.command(
    short_help="Delete what is kept of calls of long ago.",
    epilog=examples(
        "companion purge --older-than 30d --journal journals --dry-run",
        "companion purge --older-than 6w --journal journals --database default",
    ),
)
@click.option(
    "--older-than",
    _KEEP.parameter,
    required=True,
    envvar=_KEEP.variable,
    show_envvar=True,
    metavar="AGE",
    help="How old: 12h, 30d, 6w, 1y. Calls count from when they began.",
)
@_where
def purge(dry_run: bool, yes: bool, **options: Any) -> None:
    """Delete journals, pages beside them, sound, and what a database holds of calls that are older. Anything else is left as it is."""
    from companion.wiring.privacy import older

    _somewhere(options)
    _delete(older(options, _say), dry_run, yes)


@click.command(
    short_help="Delete all that is kept of one call.",
    epilog=examples("companion forget CA52b3 --journal journals", "companion forget 42 --journal journals --database default --yes"),
)
@click.argument("call", metavar="CALL")
@_where
def forget(call: str, dry_run: bool, yes: bool, **options: Any) -> None:
    """Delete the journal, the pages, the sound and the database's rows of a call, and of others that had the same name.

    Exit status 2 if nothing is kept of it, 5 if something is left.
    """
    from companion.wiring.privacy import of

    _somewhere(options)
    left: list[str] = []
    found = of(call, options, left.append)
    for line in left:
        _say(line)
    if not found and not left:
        raise ConfigError(f"{call}: nothing is kept of such a call there; see its first record for its name")
    _delete(found, dry_run, yes)
    if left:
        raise SinkError(f"{call}: not all of it is deleted, as said above")


def _somewhere(options: dict[str, Any]) -> None:
    if not (options["journal"] or options["database_url"] or options["privacy_keep_audio"]):
        raise click.UsageError("say where: --journal DIR, --database URL, --keep-audio DIR, or all that there are.")


def _delete(found: "Sequence[Kept]", dry_run: bool, yes: bool) -> None:
    """Say what it is, ask where there is somebody to ask, and delete it."""
    for kept in found:
        more = f" and {len(kept.calls) - _SHOWN} more" if len(kept.calls) > _SHOWN else ""
        click.echo(f"{kept.place}: {'calls' if len(kept.calls) > 1 else 'call'} {', '.join(kept.calls[:_SHOWN])}{more}")
    calls = len({call for kept in found for call in kept.calls})
    what = f"{calls} call{'' if calls == 1 else 's'} in {len(found)} place{'' if len(found) == 1 else 's'}"
    if dry_run:
        _say(f"{what} would be deleted")
        return
    if found and not yes and _is_asked() and not click.confirm(f"delete {what}?", err=True):
        raise click.exceptions.Exit(1)
    for kept in found:
        kept.delete()
    _say(f"{what} deleted")


def _is_asked() -> bool:
    return sys.stdin.isatty()


def _say(text: str) -> None:
    click.echo(f"companion: {text}", err=True)
