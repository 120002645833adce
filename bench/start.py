#!/usr/bin/env python3
"""How soon companion is there: `companion --help` against a bare click program, `companion live` against a bare Textual app.

    python bench/start.py [--runs 9]

`live` is started on the demo's call in a real terminal of 120×40; its first frame is there when its last line, the keys, has come out of
the terminal. The bare app is a header, a label and a footer. What comes later is told too: the checklist, which the call's first record
brings, so that rules and speech model are loaded by then.
"""

import argparse
import statistics
import sys

from sides import HEADER, compared, figure, in_turn, spend
from terminal import Terminal

from companion.wiring.parts import DATA

CLICK = """
import click

@click.group()
def cli(): "A bare program."

@cli.command()
def one(): "One command."

cli(["--help"])
"""

TEXTUAL = """
from textual.app import App
from textual.widgets import Footer, Header, Label

class Bare(App):
    BINDINGS = [("q", "quit", "Leave now")]

    def compose(self):
        yield Header()
        yield Label("Nothing but a label")
        yield Footer()

Bare().run()
"""

COMPANION = [sys.executable, "-m", "companion"]
LIVE = [*COMPANION, "live", str(DATA / "demo" / "call4_everything.flac"), "--speech-model", str(DATA / "starter")]


def first_frame(command: list[str], last: str) -> float:
    """Seconds until the words that stand last in the first frame are drawn."""
    with Terminal(command) as terminal:
        return terminal.until(lambda drawn: last in drawn)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    help_ = in_turn(lambda: spend([*COMPANION, "--help"]).wall, lambda: spend([sys.executable, "-c", CLICK]).wall, 3 * runs)
    frames = in_turn(lambda: first_frame(LIVE, "help"), lambda: first_frame([sys.executable, "-c", TEXTUAL], "Leave now"), runs)
    checklist = statistics.median(first_frame(LIVE, "acknowledged") for _ in range(runs))
    print(HEADER)
    print(compared("start of `companion --help` / a bare click program", help_, "s", 1.5))
    print(compared("`companion live` to its first frame / a bare Textual app", frames, "s", 1.5))
    print(f"\nThe checklist stands on the screen {figure(checklist, 's')} after the start (median of {runs}).")


if __name__ == "__main__":
    main()
