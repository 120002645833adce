"""What went wrong, in the customer's own words, turned so that an agent can say it: "my parcel never came" → "your parcel".

Prompts use it ("I'm sorry about …"), so it must stand after "about": a thing of the customer's, or what was done to them ("being charged
twice").
"""

from companion.core.reading import Reading
from companion.core.words import Span

GRAMMAR: dict[str, tuple[str, ...]] = {
    "@undergone": ("(i|we) (was|were|got|have been|had been|am being|are being|keep being|keep getting)",),
    "@owner": ("(my|our|the|this|that|your)",),
}  # fmt: skip

_TURNED = {"my": "your", "our": "your", "me": "you", "us": "you", "i": "you", "we": "you", "am": "are", "your": "our", "myself": "yourself"}
_VERBS = frozenset(
    "is was are were has have had does did do will can could would keeps keep kept never still arrived came "
    "broke stopped went failed died got that which "
    "who and but because so since when i we you he she they it not just only always already again for with from at on in to of".split()
)
LISTS = ("@undergone", "@owner", "trouble")
_LONGEST, _REST = 3, 5


def problem(reading: Reading) -> tuple[str, ...]:
    """The customer's words for what went wrong, those nearest to a word of trouble first; empty where there is none."""
    troubles = reading.spans("trouble")
    if not troubles:
        return ()
    found: list[tuple[int, str]] = []
    for _, end in reading.spans("@undergone"):
        stop = (
            min(_stop(reading, end, _REST), *(t[1] + 2 for t in troubles if t[1] > end), len(reading.words))
            if _after(end, troubles)
            else end
        )
        if stop > end:
            found.append((0, "being " + _turned(reading, (end, stop))))
    for start, end in reading.spans("@owner"):
        stop = end
        while stop < min(len(reading.words), end + _LONGEST) and reading.words[stop] not in _VERBS and stop not in reading.text.starts:
            stop += 1
        named = [key for key in reading.content.keys(reading.words[end:stop]) if key and key not in reading.vague]
        if named and stop > end:
            near = min(max(t[0] - stop, start - t[1], 0) for t in troubles)
            if near <= _REST:
                found.append((1 + near, _turned(reading, (start, stop))))
    found.sort(key=lambda one: one[0])
    return tuple(dict.fromkeys(words for _, words in found))[:3]


def _after(end: int, troubles: list[Span]) -> bool:
    return any(end <= start <= end + _LONGEST for start, _ in troubles)


def _stop(reading: Reading, at: int, most: int) -> int:
    return min(
        [
            reading.sentence(at, most),
            *(n for n in range(at + 1, len(reading.words)) if reading.words[n] in ("and", "but", "because", "so", "i", "we")),
        ]
    )


def _turned(reading: Reading, span: Span) -> str:
    return " ".join(_TURNED.get(word, word) for word in reading.words[span[0] : span[1]])
