"""The transcript: agent on the left, customer on the right, finals firm, partials dim, the words that mattered marked."""

from collections.abc import Iterable

from companion.core.checklist import Flag
from companion.core.shown import Row, Span
from companion.core.updates import FlagRaised
from companion.tui import words
from companion.tui.feed import Glimpse
from companion.tui.lines import Line, Piece, width_of, wrap
from companion.tui.panel import Panel
from companion.tui.snapshot import Snapshot

SHARE = 0.82
"""How much of the width one speaker's words may take, so that sides stay apart."""
SIDES = 46
"""Narrower columns only indent the customer's words."""
AIRY = 16
"""From this height on, a blank line stands between utterances."""
LONGEST = 2_000
"""Characters of one utterance that are shown."""


class Transcript(Panel):
    """The newest words at the bottom; page up and page down look back."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._laid: dict[int, tuple[Row, int, str, list[Line]]] = {}
        self.back = 0
        """Lines scrolled back from the newest."""

    def title(self, snapshot: Snapshot) -> str:
        """Says when it is not the newest that is shown."""
        return f"transcript – {self.back} lines back, page down returns" if self.back else "transcript"

    def scroll_back(self, lines: int) -> None:
        """Look back by so many lines, or forward by a negative number."""
        self.back = max(0, self.back + lines)
        self.show(self.snapshot)

    def lines(self, snapshot: Snapshot, width: int, height: int) -> list[Line]:
        """The last lines that fit, wrapped; only rows that are seen are laid out."""
        found: list[Line] = []
        gap: list[Line] = [()] if height >= AIRY else []
        for glimpse in reversed(snapshot.glimpses):
            found = _glimpse(glimpse, snapshot, width) + (gap + found if found else found)
        rows = snapshot.view.rows
        for row in reversed(rows):
            if len(found) >= height + self.back:
                break
            found = self._row(row, snapshot, width) + (gap + found if found else found)
        else:
            self.back = max(0, min(self.back, len(found) - height))
        self._laid = {index: laid for index, laid in self._laid.items() if rows and index >= rows[0].index}
        end = len(found) - self.back
        return found[max(0, end - height) : end]

    def _row(self, row: Row, snapshot: Snapshot, width: int) -> list[Line]:
        theme = ",".join(str(step.number) for step in snapshot.view.steps)
        kept = self._laid.get(row.index)
        if kept is None or kept[0] is not row or kept[1] != width or kept[2] != theme:
            kept = (row, width, theme, _laid_out(row, snapshot, width))
            self._laid[row.index] = kept
        return kept[3]


def _laid_out(row: Row, snapshot: Snapshot, width: int) -> list[Line]:
    numbers = {step.id: str(step.number) if step.number is not None else "•" for step in snapshot.view.steps}
    flags = {flag.id: flag for flag in snapshot.view.checklist.flags}
    pieces = _marked(row.text, row.spans, {step: numbers.get(step, "•") for step in row.steps}, "")
    for flag in row.flags:
        rule = flags.get(flag, Flag(id=flag, title=flag, speaker=row.speaker))
        pieces += [(" ", ""), (words.flagged(rule.speaker, rule.title), "bold $hot" if rule.serious else "bold $warm")]
    return _sided(pieces, row.speaker, words.clock(row.at), width, "")


def _glimpse(glimpse: Glimpse, snapshot: Snapshot, width: int) -> list[Line]:
    spans: list[Span] = []
    steps: dict[str, str] = {}
    flags: list[str] = []
    for mark in glimpse.tentative:
        for piece in mark.evidence:
            if piece.utterance == mark.utterance:
                spans.append(Span(piece.from_, piece.to, None if isinstance(mark, FlagRaised) else mark.step))
        if isinstance(mark, FlagRaised):
            flags.append(next((flag.title for flag in snapshot.view.checklist.flags if flag.id == mark.flag), mark.flag))
        else:
            shown = snapshot.view.step(mark.step)
            steps[mark.step] = str(shown.number) if shown is not None and shown.number is not None else "•"
    speaker = glimpse.partial.channel
    pieces = _marked(glimpse.partial.text, tuple(spans), steps, "italic $quiet")
    pieces.append((" …", "$quiet"))
    for title in flags:
        pieces += [(" ", ""), (words.flagged(speaker, f"{title} …"), "$warm")]
    return _sided(pieces, speaker, "  ···", width, "$quiet")


def _marked(text: str, spans: Iterable[Span], steps: dict[str, str], plain: str) -> list[Piece]:
    """The text with evidence underlined, and after its last words the number of each step it meets."""
    shown = text[:LONGEST] + (" …" if len(text) > LONGEST else "")
    spans = list(spans)
    after: dict[int, list[str]] = {}
    for step, number in steps.items():
        ends = [span.end for span in spans if span.step == step]
        after.setdefault(min(max(ends, default=len(shown)), len(shown)), []).append(number)
    edges = sorted({0, len(shown), *after, *(edge for span in spans for edge in (span.start, span.end) if edge < len(shown))})
    pieces: list[Piece] = []
    for start, end in zip(edges, edges[1:] or [len(shown)], strict=False):
        style = next((_span_style(span, steps) for span in spans if span.start <= start < span.end), plain)
        pieces.append((shown[start:end], style))
        for number in after.get(end, []):
            pieces += [("\u00a0", ""), (f"\u00a0{number}\u00a0", "bold $chip on $chip-back" if not plain else "bold reverse $warm")]
    return pieces


def _span_style(span: Span, steps: dict[str, str]) -> str:
    """What this speaker did stands out; what the other one's step goes back to is only underlined."""
    if span.step is None:
        return "bold underline $warm"
    return "bold underline $good" if span.step in steps else "underline"


def _sided(pieces: list[Piece], speaker: str, time: str, width: int, dim: str) -> list[Line]:
    """The agent's words begin at the left, the customer's end at the right. Narrow columns only indent the customer's."""
    gutter = 6 if width >= SIDES else 0
    name = dim or f"bold ${speaker}"
    room = width - gutter - 3
    if width < SIDES:
        lead = "" if speaker == "agent" else "  "
        head: Line = ((lead, ""), ("A▸ " if speaker == "agent" else "C▸ ", name))
        lines = wrap(pieces, room - len(lead))
        return [(*(head if place == 0 else ((lead + "   ", ""),)), *line) for place, line in enumerate(lines)]
    lines = wrap(pieces, int(room * SHARE))
    margin: Line = ((f"{time:<{gutter}}", "$quiet"),)
    rest: Line = ((" " * gutter, ""),)
    if speaker == "agent":
        return [(*(margin if place == 0 else rest), ("A▸ " if place == 0 else "   ", name), *line) for place, line in enumerate(lines)]
    block = max(width_of(line) for line in lines)
    found: list[Line] = []
    for place, line in enumerate(lines):
        fill = " " * (room - block)
        tail = " " * (block - width_of(line)) + (" ◂C" if place == 0 else "")
        found.append((*(margin if place == 0 else rest), (fill, ""), *line, (tail, name)))
    return found
