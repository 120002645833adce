"""Apologies: for what? One that names what went wrong is full; "sorry for the inconvenience" is thin.

The checklist's templates find the words of apology and what makes them none (refusals, "sorry?", reported speech). This looks at what follows them.
Source: the parts of an apology after Blum-Kulka & Olshtain (1984): the word of apology, and the account or the responsibility that comes with it.
"""

from companion.core.reading import Hit, Reading

_REACH = 14
_FOR = frozenset("for about that of with regarding on concerning over".split())
_HEARD = frozenset("hear see learn know read find discover".split())
_SUBJECTS = frozenset("we you your our it the these those i they there my a an his her their no nobody someone".split())
_THIS = frozenset("this that it these those".split())
_AUXILIARIES = frozenset("is are was were has have had did do does will can could keeps kept".split())
_ENDS = frozenset(
    "and but please can could let what which how when where so thanks thank may would will however if because although since as unfortunately".split()
)


def apologies(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Grade each apology by what it names."""
    return [_graded(reading, hit) for hit in hits]


def _graded(reading: Reading, hit: Hit) -> Hit:
    if hit.grade == 2:
        return hit
    start, end, heard = account(reading, hit.span[1])
    named = [at for at in reading.specific(start, end) if reading.words[at] not in reading.topic]
    if len(named) < (2 if heard else 1):
        return hit
    return Hit((hit.span[0], named[-1] + 1), 2, hit.score)


def account(reading: Reading, after: int) -> tuple[int, int, bool]:
    """The words after an apology that say for what, from and up to; and whether the agent only heard of it. Empty if there are none."""
    words, at, none = reading.words, after, len(reading.words)
    heard = words[at : at + 1] == ("to",) and at + 1 < none and words[at + 1] in _HEARD
    at += 2 if heard else 0
    joined = False
    while at < none and words[at] in _FOR:
        joined = joined or words[at] != "that"
        at += 1
    if at < none and words[at] in _THIS:
        at += 1
        if at < none and words[at] not in _SUBJECTS and words[at] not in _AUXILIARIES:
            return (at, _end(words, at), heard) if reading.told(at) else (none, none, heard)
    if at < none and (joined or words[at] in _SUBJECTS or any(word in _AUXILIARIES for word in words[at + 1 : at + 4])):
        return at, _end(words, at), heard
    return none, none, heard


def _end(words: tuple[str, ...], start: int) -> int:
    end = start
    while end < min(len(words), start + _REACH):
        if end > start and words[end] in _ENDS:
            break
        if end > start + 1 and words[end] in ("i", "we", "you") and words[end + 1 : end + 2] and words[end + 1] in _AUXILIARIES:
            break
        end += 1
    return end
