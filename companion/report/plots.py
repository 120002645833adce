"""The plots of the page: inline SVG, drawn by matplotlib, in the colours of the page – light, dark or printed.

A drawing is made in stand-in colours, which become CSS variables: one picture serves both themes. Its text stays text.
"""

import re
from collections.abc import Sequence
from io import StringIO

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from companion.report import words
from companion.report.report import Report
from companion.report.tally import By, StepTally, Tally, interval

INKS = {name: f"#0{place:x}0{place:x}0{place:x}" for place, name in enumerate("ink quiet line good thin bad accent paper".split(), 1)}
"""Stand-in colours, and the page's CSS variables that they become."""
WIDTH = 7.4
"""Inches."""
ROW = 0.34
"""Inches of a row of bars."""
NAME = 36
"""Letters of a row's name at most: beyond that, nothing would be left for the bars."""
CURVES = 60
"""Single calls drawn behind the typical one."""
matplotlib.rcParams.update({
    "svg.fonttype": "none", "text.parse_math": False, "font.size": 9.0, "text.color": INKS["ink"], "axes.edgecolor": INKS["line"],
    "axes.labelcolor": INKS["quiet"], "xtick.color": INKS["quiet"], "ytick.color": INKS["ink"], "axes.spines.top": False,
    "axes.spines.right": False, "axes.spines.left": False, "ytick.left": False, "xtick.bottom": False, "axes.facecolor": "none",
    "figure.facecolor": "none", "savefig.facecolor": "none", "font.family": "sans-serif", "axes.unicode_minus": True,
})  # fmt: skip


def steps(tally: Tally) -> str:
    """Each main step: in how many calls done fully, thinly, or not, of those that asked for it."""
    rows = [step for step in words.main(tally) if step.calls]
    parts = [("full", "good", [step.full for step in rows]), ("thin", "thin", [step.thin for step in rows])]
    parts.append(("not done", "bad", [step.missed for step in rows]))
    return _bars("steps", [_row(step.title, step.calls) for step in rows], parts)


def prompts(tally: Tally, most: int = 12) -> str:
    """Each kind of prompt: what became of it."""
    rows = tally.prompts[:most]
    parts = [
        ("acted on", "good", [prompt.acted for prompt in rows]),
        ("dismissed", "bad", [prompt.dismissed for prompt in rows]),
        ("ignored", "quiet", [prompt.ignored for prompt in rows]),
        ("replaced", "line", [prompt.replaced for prompt in rows]),
    ]
    names = [_row(f"{'! ' if prompt.noisy else ''}{words.small(prompt.title)}", prompt.shown) for prompt in rows]
    return _bars("prompts", names, parts)


def heat(report: Report) -> str:
    """The heat over a call, from its start to its end: the typical one, the middle half, and single calls behind it."""
    figure, axes = _figure(2.9)
    typical = report.total.heat
    places = [100 * place / (len(typical.curve) - 1) for place in range(len(typical.curve))]
    for call in report.calls[:CURVES]:
        ends = [(0, call.start), *call.curve, (round(call.duration * 1000), call.end)]
        span = max(1.0, call.duration * 10)
        axes.step([at / span for at, _ in ends], [warmth for _, warmth in ends], where="post", color=INKS["line"], linewidth=0.4, alpha=0.5)
    if not report.total.few:
        axes.fill_between(places, typical.low, typical.high, color=INKS["accent"], alpha=0.22, linewidth=0)
    axes.plot(places, typical.curve, color=INKS["accent"], linewidth=2.4, solid_capstyle="round")
    warn, alert = report.calls[0].warn, report.calls[0].alert
    for limit, name in ((warn, "upset"), (alert, "very upset")):
        axes.axhline(limit, color=INKS["quiet"], linewidth=0.7, linestyle=(0, (2, 3)))
        axes.text(100.6, limit, name, color=INKS["quiet"], va="center", fontsize=8)
    axes.set(xlim=(0, 100), ylim=(0, 102), xticks=[0, 25, 50, 75, 100], yticks=[0, 50, 100])
    axes.set_xticklabels(["start", "¼", "half-way", "¾", "end"])
    return _svg(figure, "heat")


def talk(report: Report) -> str:
    """How the agent's share of the talk time is spread over the calls with real times."""
    shares = [100 * call.share for call in report.calls if call.timed and call.share is not None]
    figure, axes = _figure(1.9)
    axes.hist(shares, bins=range(0, 101, 5), color=INKS["accent"], edgecolor=INKS["paper"], linewidth=0.8)
    axes.axvline(50, color=INKS["quiet"], linewidth=0.7, linestyle=(0, (2, 3)))
    axes.set(xlim=(0, 100), xticks=[0, 25, 50, 75, 100], yticks=[])
    axes.set_xticklabels(["only the customer", "25 %", "50 %", "75 %", "only the agent"])
    return _svg(figure, "talk")


def moves(tally: Tally) -> str:
    """How the heat changed, on average, after answers that held each step or slip."""
    rows = words.notable(tally)
    figure, axes = _figure(0.5 + ROW * len(rows))
    for place, move in enumerate(rows):
        ink = "quiet" if move.cause is None else "bad" if move.mean > 0 else "good"
        axes.barh(place, move.mean, height=0.62, color=INKS[ink])
        axes.plot([move.mean - move.reach, move.mean + move.reach], [place, place], color=INKS["ink"], linewidth=0.9)
        side = 1 if move.mean >= 0 else -1
        far = move.mean + side * move.reach
        where = "left" if side > 0 else "right"
        axes.annotate(words.change(move.mean), (far, place), (4 * side, 0), textcoords="offset points", va="center", ha=where, fontsize=8.5)
    axes.axvline(0, color=INKS["quiet"], linewidth=0.8)
    reach = max(abs(move.mean) + move.reach for move in rows) * 1.2 + 1
    axes.set(xlim=(-reach, reach), xticks=[-reach * 0.6, reach * 0.6], yticks=range(len(rows)))
    axes.set_xticklabels(["← calmer", "more upset →"])
    axes.set_yticklabels([_row(words.after(move), move.times) for move in rows])
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    return _svg(figure, "moves")


def compare(report: Report) -> str:
    """Each main step by group, with the range in which the true share lies; only groups of enough calls are given."""
    assert report.by is not None
    groups, key = report.comparable, [step for step in words.main(report.total) if step.calls][:6]
    columns = min(3, len(key))
    lines = -(-len(key) // columns)
    figure = Figure(figsize=(WIDTH, lines * (0.62 + 0.26 * len(groups))), layout="constrained")
    panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    for place, axes in enumerate(panels.flat):
        if place >= len(key):
            axes.set_visible(False)
            continue
        _panel(axes, key[place], groups, report.by)
    return _svg(figure, "compare")


def _panel(axes: Axes, step: StepTally, groups: Sequence[Tally], by: By) -> None:
    axes.set_title(words.brief(step.title, NAME), loc="left", fontsize=9, color=INKS["ink"])
    axes.axvline(100 * step.done / step.calls, color=INKS["line"], linewidth=1.2)
    for row, group in enumerate(groups):
        own = next((each for each in group.steps if each.id == step.id), None)
        if own is not None and own.calls:
            low, high = interval(own.done, own.calls)
            axes.plot([100 * low, 100 * high], [row, row], color=INKS["accent"], linewidth=2, alpha=0.45, solid_capstyle="round")
            axes.plot([100 * own.done / own.calls], [row], "o", color=INKS["accent"], markersize=5)
    axes.set(xlim=(-4, 104), ylim=(len(groups) - 0.5, -0.5), xticks=[0, 50, 100], yticks=range(len(groups)))
    axes.set_xticklabels(["0", "50", "100 %"])
    axes.set_yticklabels([words.brief(words.group(group, by), NAME // 2) for group in groups])


def _row(title: str, of: int) -> str:
    return f"{words.brief(title, NAME)} ({of:,})"


def _bars(name: str, rows: Sequence[str], parts: Sequence[tuple[str, str, Sequence[int]]]) -> str:
    """Rows of bars, each a whole, cut into parts of (name, ink, counts)."""
    figure, axes = _figure(0.55 + ROW * len(rows))
    wholes = [max(1, sum(counts)) for counts in zip(*(counts for _, _, counts in parts), strict=True)]
    left = [0.0] * len(rows)
    for title, ink, counts in parts:
        shares = [100 * count / whole for count, whole in zip(counts, wholes, strict=True)]
        axes.barh(range(len(rows)), shares, left=left, height=0.66, color=INKS[ink], edgecolor=INKS["paper"], linewidth=0.8, label=title)
        for row, (share, count) in enumerate(zip(shares, counts, strict=True)):
            if share >= 7:
                inside = "ink" if ink in ("line", "thin") else "paper"
                text = f"{share:.0f} %" if wholes[row] >= 30 else f"{count}"
                axes.text(left[row] + share / 2, row, text, ha="center", va="center", fontsize=8, color=INKS[inside])
        left = [before + share for before, share in zip(left, shares, strict=True)]
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.5, -0.5), xticks=[], yticks=range(len(rows)))
    axes.set_yticklabels(rows)
    axes.spines["bottom"].set_visible(False)
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=len(parts), frameon=False, fontsize=8.5, handlelength=1, handleheight=1
    )
    return _svg(figure, name)


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.add_subplot()


def _svg(figure: Figure, name: str) -> str:
    """The drawing as an element of the page: its colours are the page's, and its ids its own."""
    out = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    for ink, stand_in in INKS.items():
        svg = svg.replace(stand_in, f"var(--{ink})")
    svg = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"<style .*?</style>", "", svg)  # it would be the whole page's
    svg = re.sub(r' font-family: [^;"]+;', "", svg)
    svg = re.sub(
        r"<svg [^>]*?(viewBox=\"[^\"]+\")[^>]*>", r'<svg \1 xmlns:xlink="http://www.w3.org/1999/xlink" aria-hidden="true">', svg, count=1
    )
    return svg.strip()
