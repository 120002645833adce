"""The report in a terminal: tables and sparklines, readable at 80 columns and without colour."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from companion.report import words
from companion.report.report import Place, Report, clock
from companion.report.tally import MoveTally, Tally

QUIET = "dim"
WIDEST = 100
NARROWEST, NARROW = 44, 72
"""Columns that a report needs at least, and under which its tables show less."""
NAME = 32
"""Columns of a table's first column at most."""
LISTED = 8
"""Kinds of prompts, and moments, shown; the page has them all."""


def drawn(report: Report, *, width: int, colour: bool) -> str:
    """The whole report as lines of at most `width` columns, or as many as are read well; with `colour`, as an ANSI terminal has it."""
    out = StringIO()
    width = min(max(NARROWEST, width), WIDEST)
    console = Console(file=out, width=width, color_system="standard" if colour else None, force_terminal=colour, highlight=False)
    for part in _parts(report, narrow=width < NARROW):
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _parts(report: Report, *, narrow: bool) -> Iterator[RenderableType]:
    yield from (Text(sentence) for sentence in words.summary(report))
    yield _titled("Steps", "of the calls that asked for them" + ("" if narrow else f"; done {words.period(report)}"))
    yield _steps(report, narrow)
    if also := words.also_heard(report.total):
        yield Text(also, style=QUIET)
    yield _titled("Heat over a typical call", "median, from the start to the end")
    yield Padding(_heat(report.total), (0, 0, 0, 1))
    if words.notable(report.total):
        yield _titled("What the heat did next", "at the customer's next words, after answers with …")
        yield _moves(report.total)
    if report.total.flags:
        yield _titled("Flags", "")
        yield _flags(report.total)
    if report.total.prompts:
        yield _titled("Prompts", "what became of them; ! seldom acted on")
        yield _prompts(report.total, narrow)
    if report.by:
        yield _titled(f"By {report.by}", "main steps done, by their numbers above")
        yield _groups(report)
        yield Text("\n" + "; ".join(f"{name}: {what}" for name, what in words.FACTS) + ".", style=QUIET)
        yield _facts(report, narrow)
        if any(group.few for group in report.groups):
            yield Text(words.TOO_FEW, style=QUIET)
    if report.places:
        yield _titled("Worth listening to", "what may teach most comes first")
        yield from (_place(place) for place in report.places[:LISTED])


def _titled(title: str, what: str) -> Text:
    return Text.assemble("\n", (title, "bold"), f"  {what}" if what else "")


def _table(columns: Sequence[str], rows: Iterable[Sequence[RenderableType]], *, without: Collection[str] = ()) -> Table:
    """A table whose first column takes what is left; the others are figures, but for those `without`."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="", border_style=QUIET)
    shown = [place for place, column in enumerate(columns) if column not in without]
    for place in shown:  # what is too narrow breaks the names; figures stay whole
        table.add_column(
            columns[place], justify="right" if place else "left", no_wrap=bool(place), overflow="fold", max_width=None if place else NAME
        )
    for row in rows:
        table.add_row(*(row[place] for place in shown if place < len(row)))
    return table


def _steps(report: Report, narrow: bool) -> Table:
    columns = ["", "calls", "done", "thin", "late", "by", "at", " "]
    rows: list[list[RenderableType]] = [
        [
            f"{number} {step.title}", f"{step.calls}", words.share(step.done, step.calls), words.some(step.thin), words.some(step.late),
            words.seconds(step.late_by), "–" if step.at is None else clock(step.at), Text(words.trend(report, step.id)[-12:], style="cyan"),
        ]
        for number, step in enumerate(words.main(report.total), 1)
    ]  # fmt: skip
    return _table(columns, rows, without=("at", " ") if narrow else ())


def _heat(total: Tally) -> Text:
    heat = total.heat
    return Text.assemble(
        (words.spark(heat.curve), "red"), f"  start {heat.start:.0f} · peak {heat.peak:.0f} · end {heat.end:.0f}"
    )  # fmt: skip


def _moves(total: Tally) -> Table:
    def row(move: MoveTally) -> list[RenderableType]:
        what = Text(words.after(move), style=QUIET if move.cause is None else "")
        return [what, Text(words.give_or_take(move), style="red" if move.mean > 0 else "green"), f"{move.times}"]

    return _table(["", "change", "answers"], map(row, words.notable(total)))


def _flags(total: Tally) -> Table:
    rows: list[list[RenderableType]] = [
        [Text(flag.title), flag.speaker, words.share(flag.calls, total.calls), f"{flag.times}"] for flag in total.flags
    ]
    return _table(["", "whose words", "calls", "times"], rows)


def _prompts(total: Tally, narrow: bool) -> Table:
    rows: list[list[RenderableType]] = []
    for prompt in total.prompts[:LISTED]:
        name = Text(f"{'!' if prompt.noisy else ' '} {words.small(prompt.title)}", style="yellow" if prompt.noisy else "")
        rest = (prompt.dismissed, prompt.ignored, prompt.replaced)
        rows.append([name, f"{prompt.shown}", words.share(prompt.acted, prompt.shown), *map(words.some, rest)])
    if len(total.prompts) > LISTED:
        rows.append([Text(f"  and {len(total.prompts) - LISTED} kinds more", style=QUIET)])
    columns = ["", "shown", "acted on", "dismissed", "ignored", "replaced"]
    return _table(columns, rows, without=("dismissed", "replaced") if narrow else ())


def _groups(report: Report) -> Table:
    assert report.by is not None
    key = [step.id for step in words.main(report.total)][:9]
    rows: list[list[RenderableType]] = []
    for group in report.groups:
        steps = {step.id: step for step in group.steps}
        cells = [words.ratio(steps[id].done, steps[id].calls, group.few) if id in steps else "–" for id in key]
        rows.append([Text(words.group(group, report.by)), f"{group.calls}", *cells])
    return _table([words.BY[report.by], "calls", *(f"{place}" for place in range(1, len(key) + 1))], rows)


def _facts(report: Report, narrow: bool) -> Table:
    by = report.by
    assert by is not None
    columns = [words.BY[by], *(name for name, _ in words.FACTS)]
    rows: list[list[RenderableType]] = [[Text(words.group(group, by)), *words.facts(group)] for group in report.groups]
    return _table(columns, rows, without=("silence", "acted") if narrow else ())


def _place(place: Place) -> Text:
    who = f" · {place.call.agent}" if place.call.agent else ""
    quote = words.brief(place.moment.words)
    return Text.assemble(
        (f" {clock(place.moment.at)} ", "bold"), f"{place.moment.title}", (f" ({place.call.call}{who})", QUIET), "\n",
        (f"   “{quote}”", "italic"), "\n", (f"   {place.command}", QUIET),
    )  # fmt: skip
