"""Apologies: for what? One that names what went wrong is full; "sorry for the inconvenience" is thin.

The checklist's templates find the words of apology and what makes them none (refusals, "sorry?", reported speech). This looks at what follows them.
Source: the parts of an apology after Blum-Kulka & Olshtain (1984): the word of apology, and the account or the responsibility that comes with it.
"""

from companion.core.reading import Hit, Reading

_REACH = 14
_FOR = frozenset("for about that of with regarding on concerning over".split())
_HEARD = frozenset("hear see learn know read find discover".split())
_SUBJECTS = frozenset("we you your our it the this these those i they there my a an that his her no nobody someone".split())
_ENDS = frozenset(
    "and but please can could let what which how when where so thanks thank may would will however if because although is".split()
)


def apologies(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Grade each apology by what it names."""
    return [_graded(reading, hit) for hit in hits]


def _graded(reading: Reading, hit: Hit) -> Hit:
    if hit.grade == 2:
        return hit
    words = reading.words
    at = hit.span[1]
    heard = False
    if at + 1 < len(words) and words[at] == "to" and words[at + 1] in _HEARD:
        at, heard = at + 2, True
    while at < len(words) and words[at] in _FOR:
        at += 1
    if at >= len(words) or (at == hit.span[1] and words[at] not in _SUBJECTS):
        return hit
    end = at
    while end < len(words) and end < at + _REACH and (words[end] not in _ENDS or end == at):
        end += 1
    named = reading.specific(at, end)
    if not named:
        return hit
    grade = 2 if len(named) >= (2 if heard else 1) else 1
    return Hit((hit.span[0], named[-1] + 1), grade, hit.score)
