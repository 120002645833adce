"""Apologies: for what? One that names what went wrong is full; "sorry for the inconvenience" is thin.

The checklist's templates find the words of apology and what makes them none (refusals, "sorry?", reported speech). This looks at what
follows them. Source: the parts of an apology after Blum-Kulka & Olshtain (1984): the word of apology, and the account or the
responsibility that comes with it.
"""

from companion.core.reading import Hit, Reading
from companion.core.words import Span

LISTS = ("sorry",)
_REACH = 14
_FOR = frozenset("for about of with regarding on concerning over".split())
_HEARD = frozenset("hear see learn know read find discover".split())
_SUBJECTS = frozenset("he she we you your our it the these those i they there my a an his her their no nobody someone".split())
_TITLES = frozenset("mister mr missus mrs miss ms sir madam doctor dr".split())
_PRONOUNS = frozenset("i we you they it he she".split())
_THIS = frozenset("this that it these those".split())
_AUXILIARIES = frozenset("is are was were has have had did do does will can could keeps kept".split())
_ENDS = frozenset(
    """and but please can could let what which how when where so thanks thank may would will however if because although since as
    unfortunately""".split()
)
_SMALL = _SUBJECTS | _FOR | _THIS | {"to", "if", "but", "what", "which", "again"}
_OPENERS = frozenset("oh hi hello hey yes no okay right well so dear ah there and".split())


def apologies(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Grade each apology by what it names, and leave out the "sorry" that only mends the speaker's own sentence."""
    return [_graded(reading, hit) for hit in hits if not _mends(reading, hit)]


def _mends(reading: Reading, hit: Hit) -> bool:
    """A bare "sorry" that asks, or in the middle or at the end of other words: "on Monday, sorry, Tuesday"."""
    words, (start, end) = reading.words, hit.span
    if end - start > 1 or words[start] != "sorry":
        return False
    if reading.text.original[reading.text.spans[start][1] :].lstrip().startswith("?"):
        return True  # "Sorry?" was not heard
    if start in reading.text.starts:
        return False
    follows = words[end] if end < len(words) and end not in reading.text.starts else ""
    return not (set(words[:start]) <= _OPENERS) and follows not in _FOR and follows not in ("to", "you", "we", "your", "i", "that")


def _graded(reading: Reading, hit: Hit) -> Hit:
    if hit.grade == 2:
        return hit
    start, end, heard = account(reading, hit.span)
    named = [at for at in reading.specific(start, end) if reading.words[at] not in reading.topic]
    if len(named) < (2 if heard else 1):
        return hit
    return Hit((hit.span[0], named[-1] + 1), 2, hit.score)


def account(reading: Reading, sorry: Span) -> tuple[int, int, bool]:
    """The words after an apology that say for what, from and up to; and whether the agent only heard of it. Empty if there are none."""
    words, at = reading.words, sorry[1]
    stop = reading.sentence(at - 1, _REACH + 6)
    at = _past_name(words, at, stop)
    heard = at + 1 < stop and words[at] == "to" and words[at + 1] in _HEARD
    at += 2 if heard else 0
    joined = False
    while at < stop and words[at] in _FOR:
        joined = True
        at += 1
    if at < stop and words[at] in _THIS:
        at, told = _past_this(reading, at, stop, joined)
        if not told:
            return stop, stop, heard
    clause = "sorry" in words[sorry[0] : sorry[1]] or words[at - 1] == "that"  # one is sorry you waited, but apologizes for it
    if at < stop and (joined or (clause and _begins(words, at, stop))):
        return at, _end(words, at, stop), heard
    return stop, stop, heard


def _past_this(reading: Reading, at: int, stop: int, joined: bool) -> tuple[int, bool]:
    """Past a "this" or "that", and whether an account still follows.

    It does in "sorry that the bus was late", and not in "sorry about that, the bus will come".
    """
    words = reading.words
    follows = words[at + 1] if at + 1 < stop else ""
    if not joined and (follows in _AUXILIARIES or words[at] in ("it", "these", "those")):
        return at, True  # "sorry this has taken so long"
    clause = follows in _SUBJECTS or follows in _THIS or any(word in _AUXILIARIES for word in words[at + 2 : min(at + 4, stop)])
    if not joined and words[at] == "that" and clause:
        return at + 1, True
    return at + 1, at + 1 < stop and reading.given_back(at + 1)


def _past_name(words: tuple[str, ...], at: int, stop: int) -> int:
    """Past whom the apology is spoken to: "sorry, Mrs Parker, …"."""
    while at < stop and words[at] in _TITLES:
        at += 1 if words[at] in ("sir", "madam") else 2
    if at + 1 < stop and words[at] not in _SMALL and words[at + 1] in ("you", "we", "i", "that", "this", "it", "there"):
        at += 1
    return min(at, stop)


def _begins(words: tuple[str, ...], at: int, stop: int) -> bool:
    """Does a clause with its own subject begin here, about what went wrong and not about what is done now?"""
    if words[at] in ("if", "when"):
        return words[at + 1 : at + 2] in (("i",), ("we",))
    if words[at] in ("i", "we") and at + 1 < stop and words[at + 1] in ("am", "will", "can", "would", "do"):
        return False
    return words[at] in _SUBJECTS or any(word in _AUXILIARIES for word in words[at + 1 : min(at + 4, stop)])


def _end(words: tuple[str, ...], start: int, stop: int) -> int:
    end = start
    while end < min(stop, start + _REACH):
        if end > start and words[end] in _ENDS and (words[end] != "let" or words[end + 1 : end + 2] in (("me",), ("us",))):
            break
        near = 2 if words[end] in _PRONOUNS else 4 if words[end] in ("our", "the", "my", "your") else 0
        if end > start + 1 and any(word in _AUXILIARIES for word in words[end + 1 : min(end + near, stop)]):
            break  # another sentence, though nothing shows it
        end += 1
    return end
