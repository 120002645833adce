"""The transcript: agent on the left, customer on the right, finals firm, partials dim, the words that mattered marked."""

from collections.abc import Iterable, Sequence

from companion.core.checklist import Flag
from companion.core.events import Channel
from companion.core.seen import Glimpse
from companion.core.shown import Row, Span
from companion.core.updates import FlagRaised, StepHeard
from companion.tui import words
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
    pieces = _marked(row.text, row.spans, _numbers(row.ticks, snapshot), "")
    for id in row.flags:
        flag = _flag(id, row.speaker, snapshot)
        pieces += [(" ", ""), (words.flagged(flag.speaker, flag.title), "bold $hot" if flag.serious else "bold $warm")]
    return _sided(pieces, row.speaker, words.clock(row.at), width, "")


def _glimpse(glimpse: Glimpse, snapshot: Snapshot, width: int) -> list[Line]:
    spans: list[Span] = []
    for mark in glimpse.tentative:
        own = [piece for piece in mark.evidence if piece.utterance == mark.utterance]
        of = {"flag": mark.flag} if isinstance(mark, FlagRaised) else {"step": mark.step}
        spans += [Span(piece.from_, piece.to, **of) for piece in own]
    met = [mark.step for mark in glimpse.tentative if not isinstance(mark, FlagRaised) and _would_tick(mark, snapshot)]
    speaker = glimpse.partial.channel
    pieces = _marked(glimpse.partial.text, spans, _numbers(met, snapshot), "italic $quiet")
    pieces.append((" …", "$quiet"))
    for mark in glimpse.tentative:
        if isinstance(mark, FlagRaised):
            flag = _flag(mark.flag, speaker, snapshot)
            pieces += [(" ", ""), (words.flagged(flag.speaker, f"{flag.title} …"), "$warm")]
    return _sided(pieces, speaker, "  ···", width, "$quiet")


def _would_tick(mark: StepHeard, snapshot: Snapshot) -> bool:
    step = snapshot.view.step(mark.step)
    return step is None or step.state != "done" or mark.grade > step.grade


def _numbers(met: Iterable[str], snapshot: Snapshot) -> dict[str, str]:
    """The number keys of the steps ticked; a further step has none and is only underlined."""
    numbers = {step.id: step.number for step in snapshot.view.steps}
    return {id: str(number) for id in met if (number := numbers.get(id)) is not None}


def _flag(id: str, speaker: Channel, snapshot: Snapshot) -> Flag:
    found = (flag for flag in snapshot.view.checklist.flags if flag.id == id)
    return next(found, Flag(id=id, title=id, speaker=speaker))


def _marked(text: str, spans: Sequence[Span], steps: dict[str, str], plain: str) -> list[Piece]:
    """The text with evidence underlined, and after its last words the number of each step it meets."""
    shown = text[:LONGEST] + (" …" if len(text) > LONGEST else "")
    after: dict[int, list[str]] = {}
    for step, number in steps.items():
        ends = [span.end for span in spans if span.step == step]
        after.setdefault(min(max(ends, default=len(shown)), len(shown)), []).append(number)
    spans = [span for span in spans if span.flag is None or span.end - span.start < len(text)]  # a whole line marks nothing
    edges = sorted({0, len(shown), *after, *(edge for span in spans for edge in (span.start, span.end) if edge < len(shown))})
    pieces: list[Piece] = []
    for start, end in zip(edges, edges[1:] or [len(shown)], strict=False):
        over = [span for span in spans if span.start <= start < span.end]
        style = _span_style(over, steps) if over else plain
        pieces.append((shown[start:end], style))
        for number in after.get(end, []):
            pieces += [("\u00a0", ""), (f"\u00a0{number}\u00a0", "bold $chip on $chip-back" if not plain else "bold reverse $warm")]
    return pieces


def _span_style(over: Sequence[Span], steps: dict[str, str]) -> str:
    """What ticked a key step stands out, then what raised a flag; what met a step without a tick is underlined."""
    if any(span.step in steps for span in over):
        return "bold underline $good"
    return "bold underline $warm" if any(span.flag is not None for span in over) else "underline"


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
