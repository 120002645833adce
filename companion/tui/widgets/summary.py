"""The closing summary's lines: steps, the heat over the call with the steps on it, promises, turns, remarks, a draft to the customer."""

from companion.core.view import CallView
from companion.tui import words
from companion.tui.curve import sampled
from companion.tui.lines import BLANK, Line, Piece, cut, spread, width_of, wrap
from companion.tui.snapshot import Snapshot
from companion.tui.widgets.checklist import STYLES
from companion.tui.widgets.customer import coloured

AXIS = 4
"""Cells left of the curve."""
TALL = 36
"""From this height on there is room for blank lines and a high curve."""


def summary(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """The page, `width` cells wide; it may be longer than `height`."""
    view = snapshot.view
    tall = height >= TALL
    gap = [BLANK] if tall else []
    parts = [
        [*gap, _head(view, width)],
        [_rule(words.progress(view).replace("checklist", "steps"), width), *_steps(view, width)],
        [_rule(words.heat_line(view), width), *_curve(view, width, 8 if tall else 3)],
        [_rule("promises", width), *_promises(view, width)] if view.promises else [],
        [_rule("the call", width), *_turns(view, snapshot.you, width)],
        [*([_rule("one thing that went well, one to try", width)] * tall), *remarks] if (remarks := _remarks(view, width)) else [],
        [_rule("a draft to the customer", width), *draft] if (draft := _draft(view, width)) else [],
    ]
    return [line for part in parts if part for line in (*part, *gap)]


def _head(view: CallView, width: int) -> Line:
    name = " · ".join(part for part in (view.call, view.checklist.title) if part)
    right: Line = ((f"{words.clock(view.at)}", "bold"), (f"  {view.ended}" if view.ended else "", "$quiet"))
    return spread(((name, "bold $bar"),), cut(right, max(8, width // 2)), width)


def _rule(title: str, width: int) -> Line:
    line: Line = (("─ ", "$line"), (title, "$quiet"), (" ", ""))
    return cut((*line, ("─" * max(0, width - width_of(line)), "$line")), width)


def _steps(view: CallView, width: int) -> list[Line]:
    """Key steps with their words, then the further ones that were heard, in one line."""
    found: list[Line] = []
    for step in view.steps:
        if step.number is None:
            continue
        style = STYLES[step.state]
        said = words.evidence(step)
        left: Line = ((f" {step.number} ", "bold"), (words.mark(step), style), (f" {words.small(step.title):<22}", "" if said else style))
        when = words.clock(step.at or 0) if step.state == "done" else words.closing(step)
        line: Line = (*left, (f" {when:<8}", "$quiet" if step.state == "done" else style))
        room = width - width_of(line) - 1
        if room >= 16 or not said:
            found.append(cut((*line, (f" {said}", "italic")), width))
        else:
            found += [cut(line, width), cut((("     ", ""), (said, "italic $quiet")), width)]
    further = [words.small(step.title) for step in view.steps if step.number is None and step.state == "done"]
    return found + ([cut(((f" + {', '.join(further)}", "$quiet"),), width)] if further else [])


def _curve(view: CallView, width: int, height: int) -> list[Line]:
    """The heat over the whole call; below it, at their times, the numbers of the steps."""
    cells = max(1, width - AXIS - 1)
    end = max(1, view.at)
    rows = coloured(sampled(view.curve, 0, end, cells), height, view.checklist.heat)
    labels = ["100", *[""] * (height - 2), "0"]
    found: list[Line] = [((f"{label:>3} ", "$quiet"), *row) for label, row in zip(labels, rows, strict=True)]
    marks = [" "] * cells
    for step in view.steps:
        if step.number is not None and step.state == "done" and step.at is not None:
            place = min(cells - 1, step.at * cells // end)
            places = (*range(place, cells), *range(place - 1, -1, -1))
            free = [at for at in places if marks[at] == " "]
            apart = [at for at in free if not "".join(marks[max(0, at - 1) : at + 2]).strip()]  # 5 and 6, not 56
            if free:
                marks[(apart or free)[0]] = str(step.number)
    start, last = words.clock(0), words.clock(view.at)
    axis = start + last.rjust(max(0, cells - len(start)))
    margin = (" " * AXIS, "")
    return [*found, (margin, ("".join(marks), "bold $bar")), (margin, (axis, "$quiet"))]


def _promises(view: CallView, width: int) -> list[Line]:
    found: list[Line] = []
    for promise in view.promises:
        what: Line = ((" → ", "$bar"), (promise.what, ""))
        due: Piece = (words.due(promise), "bold")
        if width_of(what) + 2 + width_of([due]) <= width:
            found.append((*what, ("  ", ""), due))
        else:
            found += [cut(what, width), cut((("     ", ""), due), width)]
    return found


def _turns(view: CallView, you: str, width: int) -> list[Line]:
    parts = [part.replace(" ", "\u00a0") if len(part) < width else part for part in words.turns(view, you) if part]
    return [((" ", ""), *line) for line in wrap([("\u00a0· ".join(parts), "")], width - 1)]


def _remarks(view: CallView, width: int) -> list[Line]:
    found: list[Line] = []
    for sign, style, key in (("+", "bold $good", "well"), ("→", "bold $bar", "try")):
        text = str((view.summary or {}).get(key) or "")
        head: list[Piece] = [(f" {sign} ", style)]
        lines = wrap([(text, "")], width - 3) if text else []
        found += [(*(head if place == 0 else [("   ", "")]), *line) for place, line in enumerate(lines)]
    return found


def _draft(view: CallView, width: int) -> list[Line]:
    text = str((view.summary or {}).get("message") or "")
    return [((" ", ""), *line) for part in text.splitlines() if part for line in wrap([(part, "")], width - 1)]
