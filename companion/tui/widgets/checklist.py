"""The checklist: mark, number, title, and when it is due or was said, with the words that ticked it."""

from textual.geometry import Size

from companion.core.shown import ShownStep
from companion.tui import words
from companion.tui.lines import Line, cut, spread, width_of
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot

WITH_WORDS = 64
"""From this width on, the words that ticked a step stand on its own line."""
SOON = 10_000
"""A step due within so many ms is shown to press."""
LEAST = 6
"""Lines kept free for the steps before they are known, so that nothing moves when the call begins."""
STYLES = {
    "done": "$good",
    "overdue": "bold $hot",
    "missed": "$hot",
    "waived": "$quiet",
    "unknown": "$warm",
    "tentative": "bold $warm",
    "asked": "bold",
    "open": "$quiet",
}


class Steps(Panel):
    """Key steps first, each always in the same place; then the further ones."""

    def title(self, snapshot: Snapshot) -> str:
        """How many of the key steps are done."""
        return words.progress(snapshot.view)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """All key steps, where the layout leaves the height to the checklist."""
        return max(LEAST, sum(step.number is not None for step in self.snapshot.view.steps))

    def show(self, snapshot: Snapshot) -> None:
        """Another number of steps is another height."""
        grown = len(snapshot.view.steps) != len(self.snapshot.view.steps)
        super().show(snapshot)
        if grown:
            self.refresh(layout=True)

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """One line a step, two where there is room for the words below it. The cursor's step is always in view."""
        steps = snapshot.view.steps
        key = sum(step.number is not None for step in steps)
        below = width < WITH_WORDS and height >= 2 * key + max(0, len(steps) - key) and key > 0
        found: list[Line] = []
        at = 0
        for place, step in enumerate(steps):
            here = place == snapshot.cursor
            if here:
                at = len(found)
            found.append(_step(step, snapshot, width, here))
            if below and step.number is not None:
                found.append(_below(step, snapshot, width))
        first = max(0, at - height + 1)
        return found[first : first + height]


def _step(step: ShownStep, snapshot: Snapshot, width: int, here: bool) -> Line:
    tentative = step.id in snapshot.tentative and step.state != "done"
    style = _style(step, tentative)
    number = str(step.number) if step.number is not None else " "
    pointer = "›" if here else " "
    left: Line = (
        (pointer, "bold $bar"),
        (number, "bold" if step.number is not None else ""),
        (" ", ""),
        (words.mark(step, tentative), style),
        (" ", ""),
        (words.small(step.title), _title_style(step, style, tentative)),
    )
    right: Line = ((words.standing(step, snapshot.clock, tentative), _standing_style(step, snapshot, style)),)
    if width >= WITH_WORDS:
        left = _with_words(left, step, snapshot, width - width_of(right) - 3)
    line = spread(left, right, width)
    return tuple((text, f"{style} on $cursor") for text, style in line) if here else line


def _with_words(left: Line, step: ShownStep, snapshot: Snapshot, room: int) -> Line:
    said = _said(step, snapshot)
    if not said:
        return left
    gap = max(2, 30 - width_of(left))
    return cut((*left, (" " * gap, ""), (said, "italic $quiet")), room)


def _below(step: ShownStep, snapshot: Snapshot, width: int) -> Line:
    said = _said(step, snapshot)
    return cut((("     ", ""), (said, "italic $quiet")), width) if said else ()


def _said(step: ShownStep, snapshot: Snapshot) -> str:
    mark = snapshot.tentative.get(step.id)
    if mark is not None and step.state != "done":
        return "“" + " … ".join(piece.text for piece in mark.evidence) + "”"
    return words.evidence(step)


def _style(step: ShownStep, tentative: bool) -> str:
    if tentative:
        return STYLES["tentative"] if step.number is not None else "$warm"
    wanted = step.state == "open" and step.asked and step.number is not None
    return STYLES["asked" if wanted else step.state]


def _standing_style(step: ShownStep, snapshot: Snapshot, style: str) -> str:
    if step.state == "done":
        return "$quiet"
    soon = step.state == "open" and step.due is not None and step.due - snapshot.clock <= SOON
    return "bold $warm" if soon else style


def _title_style(step: ShownStep, style: str, tentative: bool) -> str:
    return "" if step.state == "done" and not tentative else style
