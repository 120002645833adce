"""Paraphrase: does the agent give back what the customer told? Judged against the customer's own words, never from a phrase alone.

Where the agent speaks about the customer's case (after `<back_cue>`, after an apology or a feeling, or in a statement about "you" and
"your"), the content words that the customer used before are counted, folded by inflection and by the checklist's lists of words that mean
the same. Instructions, requests and questions for something new end such a stretch. Source: reflective listening (Rogers & Farson, 1957);
"paraphrase" and "summarise" in LEAPS.
"""

from itertools import pairwise

import msgspec

from companion.core.apologies import account
from companion.core.content import figure
from companion.core.reading import Hit, Reading
from companion.core.words import Span

LISTS = (
    "back_cue", "back_full", "back_maybe", "back_loose", "about_you", "begins_you", "sorry", "no_apology", "tag", "glad_that", "turns_away",
    "supposes", "asking", "general", "explains", "went_wrong", "slight", "of_us", "got_it", "sums_up", "news",
    "befell", "weighs", "so_wrong",
)  # fmt: skip
_REACH = 16
"""Words after a cue in which the customer's words are looked for."""


_TRAILING, _LAST = 6, 2
"""A cue with fewer words behind it than `_LAST` speaks of so many before it."""


class _Need(msgspec.Struct, frozen=True):
    """What a stretch must give back."""

    least: int
    """So many of the customer's content words …"""
    unsaid: int = 99
    """… or so many content words at all."""
    full: int = 2
    """So many of the customer's words that are the case's own make it full; with 1, any word does."""


_CUES = {
    "back_cue": _Need(1, 1), "back_full": _Need(1, 1, 1), "back_maybe": _Need(1), "back_loose": _Need(1), "about_you": _Need(2),
    "begins_you": _Need(2),
    "sums_up": _Need(1, 1, 1), "befell": _Need(1, 2, 1),
    "so_wrong": _Need(1, 2),
}  # fmt: skip
_LOOSE = ("about_you", "begins_you", "back_loose", "befell", "so_wrong")
"""Cues that news of the agent's own may begin with, too ("your table has been booked")."""
_TELLS, _TAKEN_UP, _AGAIN = 4, 10, 0.6
"""Fewer words of the customer's are an answer; more taken up are no echo; and so large a share must be theirs."""
_WEIGHED = 9
"""Words around what is called bad in which the case is looked for."""
_SHORT = (3, 8)
"""Words of a note so short that one of the customer's is enough, with nothing new."""
_CLAUSE = 3
"""More words before a "so" are a clause of their own."""
_PLAIN = _Need(3)
_NOTE, _NOTED = 10, _Need(1)
_SORRY, _SORRY_TO_HEAR, _TAG = _Need(1, 2), _Need(1, 1, full=99), _Need(1, full=1)


def echoes(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Stretches that give the customer's words back: two content words full, one thin. None before the customer has told anything."""
    if not reading.told:
        return []
    stretches, supposes = _Stretches(reading), reading.language.echoes.supposes
    found = [*hits, *(Hit(span, 1, 60) for span in reading.spans("glad_that"))]
    for name, need in _CUES.items():
        for cue in reading.spans(name):
            found += stretches.after(name, cue, need)
    for sorry in reading.spans("sorry"):
        start, end, heard = account(reading, sorry)
        if (
            not reading.touches("no_apology", sorry)
            and not reading.near("of_us", start, start + 1)
            and supposes.isdisjoint(reading.words[start : start + 1])
        ):
            found += stretches.judge(sorry, (start, end), _SORRY_TO_HEAR if heard else _SORRY)
    for tag in reading.spans("tag"):
        found += stretches.before(tag)
    for got in reading.spans("got_it"):
        found += stretches.taken(got)
    return found + stretches.plain() + stretches.echoed() + stretches.weighed()


class _Stretches:
    """Judges stretches of one utterance against what the customer told."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._terms = reading.language.echoes
        self._keys = reading.content.keys(reading.words)
        self._stops = reading.spans("turns_away")

    def after(self, name: str, cue: Span, need: _Need) -> list[Hit]:
        """Judge what follows a cue."""
        starts = self._reading.text.starts
        opens = cue[0] in starts
        if any(cue[0] < at < cue[1] for at in starts):
            return []  # words of two sentences
        if name == "back_cue" and not self._terms.asking.isdisjoint(self._reading.words[max(0, cue[0] - 2) : cue[0]]):
            return []  # "what do you mean" asks, and gives nothing back
        if name == "begins_you" and cue[0] > 0 and not opens:
            return []
        if name == "so_wrong" and ((not opens and cue[0] > 0) or self._reading.touches("turns_away", cue) or self._of_us(*cue)):
            return []
        if name == "befell" and not opens and cue[0] > 0 and self._reading.words[cue[0] - 1] not in self._terms.leads:
            return []
        free = name.startswith("back_") and name not in ("back_maybe", "back_loose")
        if name != "back_full" and not opens and any(last == cue[0] for _, last in self._reading.spans("supposes")):
            return []  # said only as a condition or a question
        end = self._reading.sentence(cue[1] - 1, _REACH)
        if name in ("about_you", "begins_you") and self._reading.near("explains", cue[0], end):
            return []
        if name in (*_LOOSE, "back_maybe") and self._reading.near("news", cue[0], end):
            return []
        if name in _LOOSE and not self._reading.troubled:
            return []
        if self._reading.words[cue[1] - 1] in self._terms.meaning and end - cue[1] < _LAST:  # "…, do you mean?"
            return self.judge(cue, (max([0, cue[0] - _TRAILING, *(at for at in starts if at <= cue[0])]), cue[0]), need)
        end = min([end, *(max(first, cue[1]) for first, last in self._stops if first >= cue[0] and last > cue[1])])
        start = cue[1] if free else cue[0]
        if free and self._keys[start - 1] and self._reading.words[cue[0]] in self._terms.leads:
            start -= 1  # "so it is frozen"
        return self.judge(cue, (start, end), need)

    def before(self, tag: Span) -> list[Hit]:
        """Judge what stands before a "… is that right?" at the end of a sentence."""
        words, starts = self._reading.words, self._reading.text.starts
        if tag[1] < len(words) and tag[1] not in starts:
            return []
        if tag[1] - tag[0] == 1 and tag[0] > 0 and words[tag[0] - 1] in self._terms.before_tag:
            return []
        start = max([0, tag[0] - _REACH, *(at for at in starts if at < tag[0])])
        named = range(start, tag[0])
        if not any(self._keys[at] in self._reading.told and words[at] not in self._reading.topic for at in named if self._keys[at]):
            return []  # an order number read back is none
        return self.judge((start, tag[1]), (start, tag[0]), _TAG)

    def taken(self, got: Span) -> list[Hit]:
        """Judge what stands right before a "got it" that closes a sentence; in few words, as one who takes notes."""
        starts = self._reading.text.starts
        start = max([0, *(at for at in starts if at < got[0])])
        closes = got[1] == len(self._reading.words) or got[1] in starts
        return self.judge((start, got[1]), (start, got[0]), _NOTED) if closes and got[0] - _NOTE <= start < got[0] else []

    def plain(self) -> list[Hit]:
        """Judge sentences without any cue, up to where they turn to something else: they must be made of the customer's words."""
        if not self._reading.troubled:
            return []
        size = len(self._reading.words)
        bounds = sorted({0, size, *self._reading.text.starts, *(edge for span in self._stops for edge in span)})
        ends = {span[1] for span in self._stops}
        asked = {span[0] for span in (*self._stops, *self._reading.spans("asking"))}
        found: list[Hit] = []
        for start, end in pairwise(bounds):
            opens = start not in ends or start in self._reading.text.starts  # what goes on after "you should" is still an instruction
            ours = " ".join(self._reading.words[start : start + 2]) in self._terms.ours
            if opens and start not in asked and not ours and not self._general(start, end) and not self._reading.near("news", start, end):
                found += self.judge((start, start), (start, end), _PLAIN) or self._brief(start, end)
        return found

    def echoed(self) -> list[Hit]:
        """Judge sentences that take up the customer's last words, and stop: "he's on the phone? During the show?"."""
        reading = self._reading
        if not reading.troubled or len(reading.last) < _TELLS:
            return []
        heard = reading.content.folded(reading.last) | {""}
        numbers = {figure(word, reading.language) for word in reading.last} | {""}
        found: list[Hit] = []
        for start, end in pairwise(sorted({0, len(reading.words), *reading.text.starts})):
            if end - start <= _TAKEN_UP and all(
                self._keys[at] in heard and figure(reading.words[at], reading.language) in numbers for at in range(start, end)
            ):
                found += self._taken_up(start, end)
        return found

    def _taken_up(self, start: int, end: int) -> list[Hit]:
        """Judge a sentence of the customer's words: is it theirs, and no question or answer made of them?"""
        reading, words, turned = self._reading, self._reading.words, self._terms.turned
        said = {*reading.last, *(turned.get(word, word) for word in reading.last)}
        asking = (first for first, _ in reading.spans("asking") if start <= first < end)
        if (
            sum(word in said for word in words[start:end]) < _AGAIN * (end - start)
            or any(reading.near(name, start, end) for name in ("turns_away", "news"))
            or any(first == start or words[first - 1] in self._terms.leads for first in asking)
        ):
            return []
        strong = {self._keys[at] for at in range(start, end) if self._theirs(at)}
        counted = sum(words[at] in self._terms.days or self._counted(at) is not None for at in range(start, end))
        asked = "?" in reading.text.original[reading.text.spans[end - 1][1] :][:2]
        proof = counted + asked + reading.near("went_wrong", start, end)
        if not proof or proof + len(strong) < 2 or not (strong or all(word not in reading.topic for word in words[start:end])):
            return []
        return [Hit((start, end), 2 if len(strong) > 1 and proof + len(strong) > 2 else 1, 60)]

    def weighed(self) -> list[Hit]:
        """Judge what the customer told where it is called bad: "three weeks is a joke"."""
        reading = self._reading
        found: list[Hit] = []
        for first, last in reading.spans("weighs") if reading.troubled else ():
            start = max([0, first - _WEIGHED, *(at for at in reading.text.starts if at <= first)])
            end = reading.sentence(last - 1, _WEIGHED)
            given = [at for at in range(start, end) if self._theirs(at)]
            measured = any(" " in self._keys[at] for at in given)
            if (measured or len(given) > 1) and not reading.near("news", start, end):
                found.append(Hit((min(given[0], first), max(given[-1] + 1, last)), 2, 60))
        return found

    def _theirs(self, at: int) -> bool:
        """Is the word at that place one of the customer's that is the case's own?"""
        reading, key = self._reading, self._keys[at]
        return key in reading.told and key not in reading.vague and reading.words[at] not in reading.topic

    def _brief(self, start: int, end: int) -> list[Hit]:
        """Judge what went wrong, in note form: "two wrong sizes, and the interview is tomorrow"."""
        reading, keys = self._reading, self._keys
        if any(reading.near(name, start, end) for name in ("general", "explains")) or self._of_us(start, end):
            return []
        named = [at for at in range(start, end) if keys[at] and keys[at] not in reading.vague]
        strong = {at for at in named if self._theirs(at)}
        new = {keys[at] for at in named if not reading.touches("went_wrong", (at, at + 1))} - reading.told
        numbers = {figure(word, reading.language) for word in reading.before} - {""}
        counted = {at for at in range(start, end) if self._counted(at) in numbers}
        days = {at for at in range(start, end) if reading.words[at] in self._terms.days and reading.words[at] in reading.before}
        proof = strong | counted | days
        plain = not any(figure(reading.words[at], reading.language) for at in range(start, end) if at not in counted)
        least = 1 if plain and not new and _SHORT[0] <= end - start <= _SHORT[1] else 2
        wrong = [span for span in reading.spans("went_wrong") if start <= span[0] and span[1] <= end]
        if len(proof) == 1:
            wrong = [span for span in wrong if not reading.touches("slight", span)]  # "no boiler on here" tells nothing
        if not strong or len(proof) < least or len(new) > len(proof) + 1 or not wrong:
            return []
        return [Hit((min(proof), max(proof) + 1), 2 if len(proof) > 1 else 1, 60)]

    def _counted(self, at: int) -> str | None:
        """How many things are counted at that place; not a time of day nor a digit of a longer number."""
        words = self._reading.words
        language = self._reading.language
        number = figure(words[at], language)
        after = words[at + 1] if at + 1 < len(words) else ""
        before = words[at - 1] if at else ""
        alone = bool(after) and not figure(after, language) and not figure(before, language) and before not in self._terms.before_time
        return number if number and alone else None

    def _of_us(self, start: int, end: int) -> bool:
        """Does the agent speak of what we have or do? Not where it is a part of what went wrong ("it will not start")."""
        wrong = self._reading.spans("went_wrong")
        ours = (span for span in self._reading.spans("of_us") if start <= span[0] and span[1] <= end)
        return any(not any(first <= span[0] and span[1] <= last for first, last in wrong) for span in ours)

    def _general(self, start: int, end: int) -> bool:
        """Is this a statement of what holds for everybody?"""
        return self._reading.near("general", start, end) and self._terms.case.isdisjoint(self._reading.words[start:end])

    def _concludes(self, cue: Span) -> bool:
        """Does the cue draw a conclusion? In mid sentence it does: "…, so you are covered"."""
        text = self._reading.text
        begun = max(at for at in (0, *text.starts) if at <= cue[0])
        return self._reading.words[cue[0]] in self._terms.so and cue[0] - begun > _CLAUSE

    def _explains(self, cue: Span, end: int) -> bool:
        """Is it the agent's own reason or estimate?"""
        return self._terms.you.isdisjoint(self._reading.words[cue[0] : cue[1]]) and self._reading.near("explains", cue[0], end)

    def judge(self, cue: Span, stretch: Span, need: _Need) -> list[Hit]:
        """Does this stretch give enough back, and how fully?"""
        reading, keys = self._reading, self._keys
        named = [at for at in range(*stretch) if keys[at] and keys[at] not in reading.vague]
        given = [at for at in named if keys[at] in reading.told]
        strong = {keys[at] for at in given if reading.words[at] not in reading.topic}
        new = {keys[at] for at in named} - reading.told
        if need.least < 2:
            enough = len(given) >= need.least or (len(new) >= need.unsaid + self._concludes(cue) and not self._explains(cue, stretch[1]))
        else:
            enough = len(strong) >= need.least and len(new) <= len(strong) + (need.least < 3)
        if not enough:
            return []
        whole = (min(cue[0], stretch[0]), max((given or named)[-1] + 1, cue[1]))
        full = len(strong | new if need.full == 1 else strong) >= need.full or (bool(strong) and len(strong | new) > 2 and need.full < 9)
        return [Hit(whole, 2 if full else 1, min(100, 40 + 20 * len(strong)))]
