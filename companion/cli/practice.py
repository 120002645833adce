"""The command to rehearse with: practice."""

import sys
from typing import Any

import click

from companion.cli.options import configured, examples, speech


@click.command(
    short_help="Rehearse against a scripted upset customer.",
    epilog=examples(
        "companion practice                     # the first story, typed",
        "companion practice late_parcel --seed 7",
        "companion practice furious_homeworker --voice",
        "companion practice --list",
        "companion practice --check mine.yaml   # for whoever writes scenarios",
        "companion practice billing_error --headless < turns.txt > journal.jsonl",
    ),
)
@click.argument("scenario", metavar="[SCENARIO]", required=False)
@click.option("--seed", type=click.IntRange(min=0), help="Which of the customer's wordings; the same seed gives the same customer.")
@click.option("--voice", is_flag=True, help="Speak into the microphone instead of typing; the customer's lines are shown.")
@click.option("--list", "listing", is_flag=True, help="The scenarios there are.")
@click.option("--check", is_flag=True, help="Play a scenario's own dialogues; exit status 2 if one ends otherwise. Without a name, all.")
@click.option("--headless", is_flag=True, help="Your turns from standard input, a line each; the journal on stdout, the debrief on stderr.")
@configured("journal", "theme", "privacy.mask")
@speech
def practice(**options: Any) -> None:
    """Rehearse a call: a customer whose temper rises and falls by what you say, judged by the very same rules as a real one.

    SCENARIO is a name from --list or a path to a file of your own. At the end you are told what worked, by which words.
    """
    from companion.wiring import practice as rehearsals

    name = options.pop("scenario")
    if options.pop("listing"):
        for line in rehearsals.scenarios():
            click.echo(line)
    elif options.pop("check"):
        lines, good = rehearsals.check_scenarios([name] if name is not None else [])
        for line in lines:
            click.echo(line)
        if not good:
            raise SystemExit(2)
    elif options.pop("headless"):
        rehearsals.recite(name or rehearsals.FIRST, sys.stdin, options)
    else:
        rehearsals.practice(name or rehearsals.FIRST, options)
