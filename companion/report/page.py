"""The report as one page of HTML: it holds its style and plots, no script, and asks the network for nothing.

Whatever was said in a call is text there, never markup: the template escapes all that it is given but our own drawings.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import companion
from companion.errors import ConfigError

try:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from companion.report import plots
except ImportError:
    raise ConfigError("--html: matplotlib or jinja2 is not installed; pip install 'companion[report]'") from None

from companion.report import words
from companion.report.digest import Digest, TakenStep
from companion.report.moments import moments
from companion.report.report import Place, Report, clock
from companion.report.tally import FEW

_TEMPLATES = Path(__file__).parents[1] / "data" / "report"
_MARKS = {"done": ("●", "done"), "missed": ("✕", "missed"), "overdue": ("✕", "missed"), "unknown": ("?", "other")}


def page(report: Report, today: date) -> str:
    """The page, as made on the day `today`."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("page.html").render(
        report=report,
        words=words,
        clock=clock,
        curve=_curve,
        figures=list(_figures(report)),
        main=words.main(report.total),
        late=[step for step in words.main(report.total) if step.done],
        few=any(group.few for group in report.groups),
        few_is=FEW,
        calls=[_call(call) for call in report.calls],
        anchors=_Anchors(report.calls),
        style=Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8")),  # noqa: S704 – our own file
        version=companion.__version__,
        today=today,
    )


class _Anchors:
    """Where in the page each call is."""

    def __init__(self, calls: Sequence[Digest]) -> None:
        self._places = {id(call): f"call-{place}" for place, call in enumerate(calls, 1)}

    def __getitem__(self, call: Digest) -> str:
        return self._places[id(call)]


def _figures(report: Report) -> Iterator[dict[str, Any]]:
    total = report.total
    if any(step.calls for step in words.main(total)):
        yield _figure(
            "Steps", plots.steps(total),
            "In how many calls each step was done: about this customer's case (full), as a formula (thin), or not; "
            "in brackets, the calls that asked for it.",
        )  # fmt: skip
    if any(call.curve for call in report.calls):
        yield _figure(
            "Heat over a call", plots.heat(report),
            "The typical call from its start to its end, whatever its length; thin lines are single calls"
            + ("." if total.few else ", and the middle half of all lies in the band."),
        )  # fmt: skip
    if words.notable(total):
        yield _figure(
            "What the heat did next", plots.moves(total),
            "By how much the heat changed, on average, at the customer's next words after answers that held each of these; "
            "in brackets, how many answers, and the thin line is where the true mean lies 19 times in 20. Only answers to customers who "
            "were half-way to upset are counted.",
        )  # fmt: skip
    if total.talk.share is not None:
        yield _figure(
            "Who talks", plots.talk(report),
            f"How many calls there are of each share of the agent's in the talk time; typically it is {100 * total.talk.share:.0f} %.",
        )  # fmt: skip
    if total.prompts:
        noisy = " An exclamation mark: seldom acted on." if any(prompt.noisy for prompt in total.prompts) else ""
        yield _figure("Prompts", plots.prompts(total), f"What became of each kind of prompt; in brackets, how often it came up.{noisy}")
    if report.comparable:
        yield _figure(
            "Side by side", plots.compare(report),
            "The share of calls in which each step was done (dot), and where the true share lies 19 times in 20 (bar); the upright line "
            "is all calls. Where bars overlap widely there is no difference to speak of.",
        )  # fmt: skip


def _figure(title: str, svg: str, caption: str) -> dict[str, Any]:
    return {"title": title, "svg": Markup(svg), "caption": caption}  # noqa: S704 – our own drawing, whose texts matplotlib escaped


def _call(call: Digest) -> dict[str, Any]:
    return {
        "call": call,
        "steps": [_step(step) for step in call.steps if step.key],
        "points": _points(call),
        "promises": [promise for promise in call.promises if promise.what != promise.by],
        "places": [Place(call=call, moment=moment) for moment in moments(call)],
    }


def _step(step: TakenStep) -> dict[str, Any]:
    mark, look = _MARKS.get(step.state, ("○", "other"))
    if step.state == "done" and step.grade == 1:
        mark, look = "◐", "thinly"
    return {"title": step.title, "state": step.state, "mark": mark, "look": look, "at": step.at, "late": step.late, "words": step.words}


def _points(call: Digest) -> list[tuple[float, float]]:
    """The heat as a line through the unit square, from the top left."""
    span = max(1.0, call.duration * 1000)
    warm = [(0, call.start), *call.curve, (round(span), call.end)]
    return [(at / span, 1 - heat / 100) for at, heat in warm]


def _curve(points: Sequence[tuple[float, float]], width: int, height: int) -> Markup:
    line = " ".join(f"{x * width:.1f},{y * height:.1f}" for x, y in points)
    return Markup(
        '<svg class="curve" width="{0}" height="{1}" viewBox="0 0 {0} {1}" aria-hidden="true">'
        '<line x1="0" y1="{1}" x2="{0}" y2="{1}"/><polyline points="{2}"/></svg>'
    ).format(width, height, line)
