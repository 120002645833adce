"""The tools of whoever writes the rules: checklist check, try, show and new."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from companion.cli.options import configured, examples
from companion.errors import CompanionError

if TYPE_CHECKING:  # the core need not be loaded for --help
    from companion.core.events import Channel


@click.group(short_help="Check, try, show and begin checklists.")
def checklist() -> None:
    """Check, try, show and begin checklists: the tools of whoever writes the rules."""


@checklist.command(epilog=examples("companion checklist check", "companion checklist check checklists/mine.yaml"))
@click.argument("names", metavar="[CHECKLIST]...", nargs=-1)
def check(names: tuple[str, ...]) -> None:
    """Run a checklist's examples and scenarios; exit status 2 if one fails. Without a name, all that are shipped."""
    from companion.wiring import tools

    lines, good = tools.check_checklists(names)
    for line in lines:
        click.echo(line)
    if not good:
        raise SystemExit(2)


@checklist.command(
    name="try",
    epilog=examples(
        "companion checklist try 'I am so sorry we charged you twice'",
        "companion checklist try 'so the router broke again?' --after 'customer: my new router is dead again'",
    ),
)
@click.argument("words")
@click.option("--speaker", type=click.Choice(["agent", "customer"]), default="agent", show_default=True)
@click.option("--after", multiple=True, metavar="'SPEAKER: WORDS'", help="A turn before it; may be given several times.")
@configured("checklist")
def try_(words: str, speaker: "Channel", after: tuple[str, ...], checklist: str) -> None:
    """Say what these words would tick, how strongly, by which words – and what nearly."""
    from companion.wiring import tools

    for line in tools.try_words(words, speaker, after, checklist):
        click.echo(line)


@checklist.command(epilog=examples("companion checklist show", "companion checklist show checklists/mine.yaml"))
@click.argument("name", default="complaint", metavar="[CHECKLIST]")
def show(name: str) -> None:
    """Show what a checklist listens for, in plain words."""
    from companion.wiring import tools

    click.echo_via_pager("\n".join(tools.show_checklist(name)) + "\n")


@checklist.command(
    epilog=examples(
        "companion checklist new",
        "companion checklist new acme.yaml --title 'Acme billing' --from billing --supervisor 'floor lead'",
        "companion checklist new slow.yaml --title 'Slow chats' --from chat --dead-air 3m --due gave_timeline=6m",
    )
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--title", help="Its name for people; without it, questions are asked.")
@click.option("--from", "start", metavar="CHECKLIST", default="complaint", show_default=True, help="The ready checklist to go on from.")
@click.option(
    "--supervisor", "supervisors", multiple=True, metavar="NAME", help="What supervisors are called in your house; several times."
)
@click.option("--dead-air", default="", metavar="TIME", help="So long a silence is dead air, such as 10s.")
@click.option("--handle-time", default="", metavar="TIME", help="A call longer than this is long, such as 15m.")
@click.option("--due", multiple=True, metavar="STEP=TIME", help="So long after it is asked for, a step is overdue; several times.")
def new(file: Path | None, **answers: Any) -> None:
    """Begin a checklist of your own: a small file that goes on from a ready one, written and tested. Nothing is overwritten.

    Asks a few questions, or none where --title is given. FILE is made of the title if it is left out.
    """
    from companion.wiring import tools

    if answers["title"] is None:
        ready = tools.ready_checklists()
        for name, told in ready.items():
            click.echo(f"  {name:12} {told}")
        answers["start"] = click.prompt(
            "Which ready checklist is nearest", type=click.Choice(list(ready)), default="complaint", show_choices=False
        )
        answers["title"] = click.prompt("A title for yours", default="", show_default=False, value_proc=_title)
        for name, question in _QUESTIONS.items():
            answers[name] = click.prompt(
                f"{question} (Enter: as it is)", default="", show_default=False, value_proc=_fitting(answers, name)
            )
    lines, good = tools.new_checklist(file, **answers)
    for line in lines:
        click.echo(line)
    if not good:
        raise SystemExit(2)


_QUESTIONS = {
    "supervisors": "What supervisors are called in your house, besides manager and supervisor",
    "dead_air": "How long a silence is dead air, such as 10s",
    "handle_time": "How long a call is a long one, such as 15m",
}


def _title(typed: str) -> str:
    if not typed.strip():
        raise click.UsageError("a title is needed, such as: Acme billing")
    return typed


def _fitting(answers: dict[str, Any], name: str) -> Callable[[str], Any]:
    """Takes what is typed for one answer; what cannot be used is told, and asked for again."""
    from companion.wiring import tools

    def fitting(typed: str) -> Any:
        value = tuple(each for each in typed.split(",") if each.strip()) if name == "supervisors" else typed
        try:
            tools.begun({**answers, name: value})
        except CompanionError as error:
            raise click.UsageError(str(error)) from error
        return value

    return fitting
