"""Choices offered: two ways forward put to the customer, or one remedy put as the customer's decision.

"Or" alone is no choice: instructions, data ("email or phone") and places to click are full of it. Two ways count when what stands on both
sides is something that is done for the customer (`<remedy>`), or when the question asks which they prefer.
"""

from companion.core.reading import Hit, Reading

LISTS = ("remedy", "offer", "asks_wish")
_SIDE = 9


def alternatives(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Templates find offers and questions of preference; an "or" between remedies, or after an offer, makes them a choice."""
    words = reading.words
    found = list(hits)
    ors = [at for at, word in enumerate(words) if word == "or"]
    remedies = reading.spans("remedy")
    for at in ors:
        left = [s for s in remedies if at - _SIDE <= s[0] and s[1] <= at]
        right = [s for s in remedies if at < s[0] and s[1] <= at + _SIDE]
        if left and right and reading.near("offer", max(0, left[0][0] - 8), right[-1][1] + 6):
            found.append(Hit((left[-1][0], right[0][1]), 2, 95))
    for hit in hits:
        if hit.grade == 1 and any(hit.span[1] <= at <= hit.span[1] + _SIDE for at in ors) and reading.touches("asks_wish", hit.span):
            found.append(Hit(hit.span, 2, 80))
    return found
