"""Times promised: is a time named for something that we will do, or that will happen for the customer? And when is that?

A time by itself is no promise. It must stand near words about the future (`<will>`), and not near those of the past (`<past>`), of asking
or instructing (`<asks>`), or of opening hours and product facts (`<fact>`); those lists are the checklist's. What a time looks like is
the language's.
"""

from companion.core.reading import Hit, Reading
from companion.core.words import Span

LISTS = ("@when", "@ahead", "@soon", "@not", "soon", "will", "past", "asks", "fact", "no_time", "no_answer", "weighs")
_BEFORE, _AFTER = 16, 9
"""Words before and after a time in which what will happen is looked for."""
_BEHIND = 3
"""Words behind a time in which the past or a fact still belongs to it."""
_ANSWER = 18
"""Words of a sentence that only answers when, at most."""
_NEAR = 7
"""Words around a time that lies ahead by itself in which the past, a question or a fact would take it back."""


def times(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """A `says` phrase stands on its own; a time stands with words about the future close by, if it was asked for, or can only lie ahead."""
    found = list(hits)
    explicit = _widest([*reading.spans("@when", "@ahead")])
    vague = _widest(reading.spans("@soon", "soon"))
    for span in explicit:
        if _ours(reading, span):
            found.append(Hit(span, 2, 95))
    for span in vague:
        if _ours(reading, span) and not any(span[0] < last and first < span[1] for first, last in explicit):
            found.append(Hit(span, 1, 85))
    return found


def _ours(reading: Reading, span: Span) -> bool:
    """Is this time about something of ours in the future?"""
    if reading.touches("no_time", span) or reading.touches("@not", span):
        return False
    first = max((start for start in reading.text.starts if start <= span[0]), default=0)
    last = reading.sentence(span[1] - 1, _AFTER + 1)
    against = [s for s in reading.spans("past", "fact") if first <= s[0] and s[1] <= min(last, span[1] + _BEHIND)]
    will = [s for s in reading.spans("will") if max(first, span[0] - _BEFORE) <= s[0] and s[1] <= last]
    will = [s for s in will if not any(a[0] <= s[0] < a[1] and a != s for a in against)]  # "was delivered" is over
    against += [s for s in reading.spans("asks") if first <= s[0] and s[1] <= span[0]]
    if reading.touches("@ahead", span) and all(_distance(s, span) > _NEAR for s in against):
        return True
    nearest = min((_distance(s, span) for s in will), default=99)
    if reading.asked_when and not against and _answers(reading, first, span):
        return True  # "How long will it take?" – "An hour."
    return nearest < 99 and all(_distance(s, span) >= nearest for s in against)


def _answers(reading: Reading, first: int, span: Span) -> bool:
    """Is the sentence, from its first word on, a bare time and hardly more: short, no question, no refusal or verdict (`no_answer`)?"""
    last = reading.sentence(span[1] - 1, _ANSWER + 1)
    asked = reading.text.original[reading.text.spans[last - 1][1] :].lstrip().startswith("?")
    return last - first <= _ANSWER and not asked and not any(reading.near(name, first, last) for name in ("no_answer", "weighs"))


def _distance(one: Span, other: Span) -> int:
    return max(other[0] - one[1], one[0] - other[1], 0)


def _widest(spans: list[Span]) -> list[Span]:
    """Without those that lie inside another."""
    return [one for one in dict.fromkeys(spans) if not any(o != one and o[0] <= one[0] and one[1] <= o[1] for o in spans)]
