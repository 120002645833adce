"""Apologies: for what? One that names what went wrong is full; "sorry for the inconvenience" is thin.

The checklist's templates find the words of apology and what makes them none (refusals, "sorry?", reported speech). This looks at what
follows them. Source: the parts of an apology after Blum-Kulka & Olshtain (1984): the word of apology, and the account or the
responsibility that comes with it.
"""

from companion.core.language.pack import Apologies
from companion.core.reading import Hit, Reading
from companion.core.words import Span

LISTS = ("sorry",)
_REACH = 14


def apologies(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Grade each apology by what it names; leave out the "sorry" that only mends the speaker's own sentence, and mere sympathy."""
    return [_graded(reading, hit) for hit in hits if not _mends(reading, hit) and not sympathy(reading, hit.span)]


def sympathy(reading: Reading, sorry: Span) -> bool:
    """Is "sorry to hear that" said of a misfortune in which the company had no part? Then it is no apology, and a feeling seen."""
    return reading.misfortune and account(reading, sorry)[2]


def _mends(reading: Reading, hit: Hit) -> bool:
    """A bare "sorry" that asks, or in the middle or at the end of other words: "on Monday, sorry, Tuesday"."""
    words, (start, end), terms = reading.words, hit.span, reading.language.apologies
    if words[end - 1] in terms.alone and reading.text.original[reading.text.spans[end - 1][1] :].lstrip().startswith("?"):
        return True  # "Sorry?" was not heard
    if end - start > 1 or words[start] not in terms.alone:
        return False
    if start in reading.text.starts:
        return False
    follows = words[end] if end < len(words) and end not in reading.text.starts else ""
    return not terms.openers.issuperset(words[:start]) and follows not in terms.resumes


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
    words, at, terms = reading.words, sorry[1], reading.language.apologies
    stop = reading.sentence(at - 1, _REACH + 6)
    at = _past_name(words, at, stop, terms)
    heard = max((size for size in (1, 2) if at + size <= stop and " ".join(words[at : at + size]) in terms.heard), default=0)
    at += heard
    if " ".join(words[at : at + 2]) in terms.ends:
        return stop, stop, bool(heard)  # "apologies on behalf of the bank"
    joined = False
    while at < stop and words[at] in terms.joiners:
        joined = True
        at += 1
    if at < stop and words[at] in terms.this:
        at, told = _past_this(reading, at, stop, joined)
        if not told:
            return stop, stop, bool(heard)
    # one is sorry you waited, but apologizes for it
    spoken = words[sorry[0] : sorry[1]]
    bare = not terms.clausal.isdisjoint(spoken) and terms.complete.isdisjoint(spoken)
    clause = bare or words[at - 1] == terms.that
    if at < stop and (joined or (clause and _begins(words, at, stop, terms))):
        return at, _end(words, at, stop, terms), bool(heard)
    return stop, stop, bool(heard)


def _past_this(reading: Reading, at: int, stop: int, joined: bool) -> tuple[int, bool]:
    """Past a "this" or "that", and whether an account still follows.

    It does in "sorry that the bus was late", and not in "sorry about that, the bus will come".
    """
    words, terms = reading.words, reading.language.apologies
    follows = words[at + 1] if at + 1 < stop else ""
    if not joined and (follows in terms.auxiliaries or words[at] in terms.pronouns_of_it):
        return at, True  # "sorry this has taken so long"
    clause = follows in terms.subjects or follows in terms.this or not terms.auxiliaries.isdisjoint(words[at + 2 : min(at + 4, stop)])
    if not joined and words[at] == terms.that and clause:
        return at + 1, True
    return at + 1, at + 1 < stop and reading.given_back(at + 1)


def _past_name(words: tuple[str, ...], at: int, stop: int, terms: Apologies) -> int:
    """Past whom the apology is spoken to: "sorry, Mrs Parker, …"."""
    while at < stop and (words[at] in terms.addresses or words[at] in terms.titles):
        at += 1 if words[at] in terms.addresses else 2
    if at + 1 < stop and words[at] not in terms.small and words[at + 1] in terms.after_name:
        at += 1
    return min(at, stop)


def _begins(words: tuple[str, ...], at: int, stop: int, terms: Apologies) -> bool:
    """Does a clause with its own subject begin here, about what went wrong and not about what is done now?"""
    if words[at] in terms.supposes:
        return at + 1 < len(words) and words[at + 1] in terms.us
    if words[at] in terms.us and at + 1 < stop and words[at + 1] in terms.doing:
        return False
    return words[at] in terms.subjects or not terms.auxiliaries.isdisjoint(words[at + 1 : min(at + 4, stop)])


def _end(words: tuple[str, ...], start: int, stop: int, terms: Apologies) -> int:
    end = start
    while end < min(stop, start + _REACH):
        if end > start and (words[end] in terms.ends or " ".join(words[end : end + 2]) in terms.ends):
            break
        near = 2 if words[end] in terms.pronouns else 4 if words[end] in terms.owners else 0
        if end > start + 1 and not terms.auxiliaries.isdisjoint(words[end + 1 : min(end + near, stop)]):
            break  # another sentence, though nothing shows it
        end += 1
    return end
