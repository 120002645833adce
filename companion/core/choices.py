"""Choices offered: two ways forward put to the customer, or one remedy put as the customer's decision.

"Or" alone is no choice: instructions, data ("email or phone") and places to click are full of it. It is one when what follows is a way
forward (`<way>`, not `<press>`) and an offer stands before it, when remedies stand on both sides, when it was announced
(`<options_follow>`), or when the customer is asked which they wish.
"""

from companion.core.reading import Hit, Reading
from companion.core.words import Span

LISTS = ("remedy", "offer", "asks_wish", "way", "press", "options_follow")
_SIDE = 9
"""Words on each side of an "or" in which its two ways are looked for."""
_OFFERED = 16
"""Words before an "or" in which the offer may begin."""
_ANNOUNCED = 30
"""Words after "there are two ways" in which the "or" between them may stand."""


def alternatives(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Templates find offers and questions of preference; an "or" between two ways makes them a choice."""
    found = list(hits)
    language = reading.language
    ors = [at for at, word in enumerate(reading.words) if word in language.ors and reading.words[max(0, at - 1)] not in language.ands]
    for at in ors:
        found += _between(reading, at)
    for announced in reading.spans("options_follow"):
        found += [hit for at in ors for hit in _announced(reading, announced, at)]
    for hit in hits:
        near = any(hit.span[0] - _OFFERED <= at <= hit.span[1] + _SIDE for at in ors)
        if hit.grade == 1 and near and reading.touches("asks_wish", hit.span):
            found.append(Hit(hit.span, 2, 80))
    return found


def _announced(reading: Reading, announced: Span, at: int) -> list[Hit]:
    """The choice at this "or" where two ways were announced: in that sentence or the next, with a way or a remedy behind it."""
    start, end = announced
    stop = min(reading.sentence(reading.sentence(end - 1, _ANNOUNCED), _ANNOUNCED), end + _ANNOUNCED)
    if not end <= at < stop or reading.touches("press", (end, at + 4)):
        return []
    ways = [span for span in reading.spans("way") if span[0] == at + 1]
    ways += [span for span in reading.spans("remedy") if at < span[0] <= at + 4]
    return [Hit((start, way[1]), 2, 85) for way in ways[:1]]


def _between(reading: Reading, at: int) -> list[Hit]:
    """The choice at this "or", if it is one."""
    remedies = reading.spans("remedy")
    left = [span for span in remedies if at - _SIDE <= span[0] and span[1] <= at]
    right = [span for span in remedies if at < span[0] and span[1] <= at + _SIDE]
    if left and right and reading.near("offer", max(0, left[0][0] - 8), right[-1][1] + 6):
        return [Hit((left[-1][0], right[0][1]), 2, 95)]
    begun = max([at - _SIDE, *(start for start in reading.text.starts if start <= at)])
    if reading.touches("press", (begun, at + 4)):
        return []
    offers = [span for span in reading.spans("offer") if at - _OFFERED <= span[0] and span[1] < at]
    ways = [span for span in reading.spans("way") if span[0] == at + 1]
    return [Hit((offers[-1][0], ways[0][1]), 2, 90)] if offers and ways else []
