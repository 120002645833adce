"""What went wrong, in the customer's own words, turned so that an agent can say it: "my parcel never came" → "your parcel".

Prompts use it ("I'm sorry about …"), so it must stand after "about": a thing of the customer's, or what was done to them ("being charged
twice").
"""

from companion.core.reading import Reading
from companion.core.words import Span, folded

LISTS = ("@undergone", "@owner", "trouble")
_LONGEST, _REST = 3, 5


def problem(reading: Reading) -> tuple[str, ...]:
    """The customer's words for what went wrong, those nearest to a word of trouble first; empty where there is none."""
    troubles = reading.spans("trouble")
    if not troubles:
        return ()
    found: list[tuple[int, str]] = []
    for _, end in reading.spans("@undergone"):
        if any(end <= start <= end + _LONGEST for start, _ in troubles):
            stop = min([_stop(reading, end, _REST), *(last + 2 for _, last in troubles if last > end)])
            found.append((0, f"{reading.language.problem.undergone} {_turned(reading, (end, stop))}"))
    for start, end in reading.spans("@owner"):
        stop = end
        while stop < min(len(reading.words), end + _LONGEST) and not _closes(reading, stop, end):
            stop += 1
        named = [key for key in reading.content.keys(reading.words[end:stop]) if key and key not in reading.vague]
        near = min(max(first - stop, start - last, 0) for first, last in troubles)
        if named and near <= _REST:
            found.append((1 + near, _turned(reading, (start, stop))))
    found.sort(key=lambda one: one[0])
    return tuple(dict.fromkeys(words for _, words in found))[:3]


def _closes(reading: Reading, at: int, first: int) -> bool:
    """Is the thing's name over at this word?"""
    if reading.words[at] in reading.language.problem.closes or at in reading.text.starts:
        return True
    return at > first and any(start == at for start, _ in reading.spans("trouble"))


def _stop(reading: Reading, at: int, most: int) -> int:
    end = reading.sentence(at, most)
    return next((n for n in range(at + 1, end) if reading.words[n] in reading.language.problem.joins), end)


def _turned(reading: Reading, span: Span) -> str:
    turned = reading.language.problem.turned
    return " ".join(turned.get(reading.words[at]) or _written(reading, at) for at in range(*span))


def _written(reading: Reading, at: int) -> str:
    """A word as the customer wrote it, with its accents, where that is the same word."""
    written = reading.text.quote((at, at + 1)).lower()
    return written if folded(written, reading.language) == reading.words[at] else reading.words[at]
