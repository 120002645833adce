"""Paraphrase: does the agent give back what the customer told? Judged against the customer's own words, never from a phrase alone.

Where the agent speaks about the customer's case (after `<back_cue>`, after an apology or a feeling, or in a statement about "you" and "your"), the content
words that the customer used before are counted, folded by inflection and by the checklist's lists of words that mean the same. Instructions, requests and
questions for something new end such a stretch. Source: reflective listening (Rogers & Farson, 1957); "paraphrase" and "summarise" in LEAPS.
"""

from companion.core.apologies import account
from companion.core.reading import Hit, Reading
from companion.core.words import Span

LISTS = ("back_cue", "back_full", "back_maybe", "about_you", "sorry", "tag", "glad_that", "turns_away", "supposes")
_REACH = 16


def echoes(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Stretches that give the customer's words back: two content words full, one thin."""
    found = list(hits)
    stretch = _Stretches(reading)
    for span in reading.spans("back_cue"):
        if not stretch.asked(span):
            found += stretch.judge(span, span[1], least=0, unsaid=1)
    for span in reading.spans("back_full"):
        found += stretch.judge(span, span[1], least=0, unsaid=1, full=1)
    for span in reading.spans("back_maybe"):
        if not stretch.supposed(span):
            found += stretch.judge(span, span[0], least=1)
    for span in reading.spans("about_you"):
        if not stretch.supposed(span):
            found += stretch.judge(span, span[0], least=2)
    for span in reading.spans("sorry"):
        start, end, heard = account(reading, span)
        if start < end and not reading.touches("unless:apologized", span):
            found += stretch.judge((span[0], end), start, least=0, unsaid=1, end=end, full=9 if heard else 2)
    for span in reading.spans("tag"):
        alone = span[1] - span[0] == 1 and span[0] > 0 and reading.words[span[0] - 1] in ("all", "is", "are", "that")
        if not alone and (span[1] == len(reading.words) or span[1] in reading.text.starts):
            start = max((at for at in reading.text.starts if at < span[0]), default=0)
            found += stretch.judge((max(start, span[0] - _REACH), span[1]), max(start, span[0] - _REACH), least=1, end=span[0], full=1, topics=False)
    found += [Hit(span, 1, 60) for span in reading.spans("glad_that")]
    return found


class _Stretches:
    """Judges stretches of one utterance against what the customer told."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._told = reading.told
        self._keys = reading.content.keys(reading.words)
        self._stops = sorted(reading.spans("turns_away"))

    def judge(self, cue: Span, start: int, *, least: int, unsaid: int = 99, end: int = 0, full: int = 2, topics: bool = True) -> list[Hit]:
        """Judge the words from `start` on: `least` content words of the customer's are needed, or `unsaid` that name any case."""
        reading, keys = self._reading, self._keys
        if not end:
            end = reading.sentence(cue[1] - 1, _REACH)
            end = min([end, *(max(first, cue[1]) for first, last in self._stops if first > cue[0] and last > cue[1])])
        named = [at for at in range(start, end) if keys[at] and keys[at] not in reading.vague]
        given = [at for at in named if keys[at] in self._told]
        if not topics:
            given = [at for at in given if reading.words[at] not in reading.topic]
        strong = {keys[at] for at in given if reading.words[at] not in reading.topic}
        new = {keys[at] for at in named} - self._told
        if least < 2:
            enough = bool(named) and (len({keys[at] for at in given}) >= max(least, 1) or len(new) >= unsaid)
        else:
            enough = len(strong) >= least and len(new) <= len(strong) + 1
        if not enough:
            return []
        last = max((given or named)[-1] + 1, cue[1])
        full_enough = len(strong | (new if full == 1 else set())) >= full
        return [Hit((cue[0], last), 2 if full_enough else 1, min(100, 40 + 20 * len(strong)))]

    def supposed(self, cue: Span) -> bool:
        """Is it said only as a condition or a question?"""
        return any(last == cue[0] and cue[0] not in self._reading.text.starts for _, last in self._reading.spans("supposes"))

    def asked(self, cue: Span) -> bool:
        """"What do you mean" asks and gives nothing back."""
        return cue[0] > 0 and self._reading.words[cue[0] - 1] in ("what", "how", "why")
