"""Paraphrase: does the agent give back what the customer told? Judged against the customer's own words, never from a phrase alone.

Where the agent speaks about the customer's case (after `<back_cue>`, after an apology or a feeling, or in a statement about "you" and "your"), the content
words that the customer used before are counted, folded by inflection and by the checklist's lists of words that mean the same. Instructions, requests and
questions for something new end such a stretch. Source: reflective listening (Rogers & Farson, 1957); "paraphrase" and "summarise" in LEAPS.
"""

from companion.core.apologies import account
from companion.core.reading import Hit, Reading
from companion.core.words import Span

_REACH = 16


def echoes(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Stretches that give the customer's words back: two content words full, one thin."""
    told = frozenset(key for turn in reading.before if turn.speaker == "customer" for key in turn.keys)
    keys = reading.content.keys(reading.words)
    stops = sorted(span[0] for span in reading.spans("turns_away"))
    found = list(hits)

    def stretch(span: Span, end: int, least: int, unsaid: int) -> None:
        """Judge the words from a cue on: so many of the customer's own are needed, or else so many that name a case."""
        end = min([end, *(stop for stop in stops if stop >= span[1])])
        named = [at for at in range(span[1] if least == 0 else span[0], end) if keys[at] and keys[at] not in reading.vague]
        given = [at for at in named if keys[at] in told]
        strong = {keys[at] for at in given if reading.words[at] not in reading.topic}
        new = {keys[at] for at in named} - told
        enough = len({keys[at] for at in given}) >= least if least < 2 else len(strong) >= least and len(new) <= len(strong) + 1
        if not enough and len(new) + len(given) < unsaid:
            return
        if not named:
            return
        grade = 2 if len(strong) >= 2 else 1
        found.append(Hit((span[0], (given or named)[-1] + 1), grade, min(100, 40 + 20 * len(strong))))

    size = len(keys)
    for span in reading.spans("back_cue"):
        stretch(span, min(size, span[1] + _REACH), 0, 1)
    for span in reading.spans("back_maybe"):
        if not _supposed(reading, span):
            stretch(span, min(size, span[1] + _REACH), 1, 99)
    for span in reading.spans("sorry"):
        start, end, _ = account(reading, span[1])
        if start < end and not reading.touches("unless:apologized", span):
            stretch((span[0], start), end, 0, 1)
    for span in reading.spans("glad_that"):
        found.append(Hit(span, 1, 60))
    for span in reading.spans("about_you"):
        if not _supposed(reading, span):
            stretch(span, min(size, span[1] + _REACH), 2, 99)
    return found


def _supposed(reading: Reading, span: Span) -> bool:
    """Is it said only as a condition or a question?"""
    return any(span[0] - 2 < first + 1 and last == span[0] for first, last in reading.spans("supposes"))
