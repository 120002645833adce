"""Feelings acknowledged: is the feeling tied to what happened to this customer, or only named?

The checklist's templates find the words of empathy. Here the sentence around them is searched for the case: something the customer told,
or two words that only this case would need. Source: validation and reflection of feeling in the HEARD and LEAPS models.
"""

from companion.core.apologies import sympathy
from companion.core.reading import Hit, Reading

LISTS = ("feeling_adj", "sorry", "turns_away")
_BEFORE, _AFTER = 9, 14
_POINTS = 2
"""Words before the feeling among which one that points back ("that") ties it to the words before."""
_SHORT, _RETOLD = 3, 3
"""So many of the customer's words behind the feeling, longer than that, are the case too, even if each is an everyday word."""


def feelings(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Lift what names the situation to full; "sorry to hear that" counts where it is sympathy."""
    return [_graded(reading, hit) for hit in [*hits, *(Hit(span, 1) for span in reading.spans("sorry") if sympathy(reading, span))]]


def _graded(reading: Reading, hit: Hit) -> Hit:
    start, end = hit.span
    first = max([0, start - _BEFORE, *(at for at in reading.text.starts if at <= start)])
    last = reading.sentence(end - 1, _AFTER)
    last = min([last, *(stop for stop, _ in reading.spans("turns_away") if stop >= end)])
    case = [at for at in reading.specific(first, last) if not start <= at < end and not reading.touches("feeling_adj", (at, at + 1))]
    points = not reading.language.apologies.this.isdisjoint(reading.words[max(first, start - _POINTS) : start + 1])  # "… that is awful"
    tied_before = points or any(word in reading.language.ties for word in reading.words[first:start])
    case = [at for at in case if at >= end or tied_before or reading.given_back(at)]
    told = [at for at in case if reading.given_back(at)]
    tied = any(word in reading.language.ties for word in reading.words[first:last])
    retold = [at for at in range(end, last) if len(reading.words[at]) > _SHORT and reading.words[at] in reading.before]
    if len(case) + len(told) < (2 if tied else 3):
        if len(retold) < _RETOLD:
            return hit
        case = retold
    return Hit((min(start, case[0]), max(end, case[-1] + 1)), 2, hit.score)
