"""One normal form for speech and chat: what a recogniser writes and what a person types come out as the same words.

Case, punctuation, accents, contractions, hesitations, stuttered repeats, chat spelling ("u", "pls", "gonna") and British endings are gone,
as the language has them; every word keeps the characters it came from. Templates go through the same form, so that a rule's author need
not know it.
"""

import re
import unicodedata
from bisect import bisect_left
from functools import cache, lru_cache

import msgspec

from companion.core.language.pack import Language, Spelling

Span = tuple[int, int]
"""Half open: from, up to but not including. Of characters or of words, as said where it is used."""

_WORD = r"\d+|[^\W\d_]+(?:['’`´][^\W\d_]+|[\u0300-\u036f]+[^\W\d_]*)*"
_MASKED = r"(?<![\w*])[^\W\d_]{1,6}(?:\*{1,9}[^\W\d_]{1,6}|\*{2,9})(?![\w*])"
_ELSE = r"https?://\S+|www\.\S+|(?<!\w)\^\w+|<(?P<tag>[a-z]+)>|(?<!\w)@\w+"
_SENTENCE = re.compile(r"[.!?](?=[\s\"')\]]|$)|\n|[!?]")
_LONG = re.compile(r"([^\W\d_])\1{2,}")
_STUTTERS = (4, 3, 2)
_BOUND = 50_000
"""Words whose spelling is kept."""


class Text(msgspec.Struct, frozen=True):
    """An utterance in normal form: `words`, and for each the characters of `original` that it came from."""

    original: str
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    starts: frozenset[int]
    """Words with which a new sentence begins, where punctuation says so; a recogniser writes none, so nothing may rest on it alone."""

    def characters(self, span: Span) -> Span:
        """The characters of a non-empty span of words."""
        return self.spans[span[0]][0], self.spans[span[1] - 1][1]

    def quote(self, span: Span) -> str:
        """The original text of a non-empty span of words."""
        start, end = self.characters(span)
        return self.original[start:end]


@cache
def _token(language: Language) -> re.Pattern[str]:
    joined = [one.replace(" ", r"[\s-]+") for one in language.spelling.joined]
    ways = "|".join([*(f"(?i:{one})(?!\\w)" for one in joined), _MASKED, _WORD])
    return re.compile(f"{_ELSE}|(?P<word>{ways})")


@cache
def _accents(language: Language) -> dict[int, str]:
    return str.maketrans(dict(language.spelling.letters))


def folded(text: str, language: Language) -> str:
    """A text in small letters, without the accents that people leave out, whichever way they are written."""
    return unicodedata.normalize("NFC", text.lower()).translate(_accents(language))


def _ended(word: str, spelling: Spelling) -> str:
    """A word with the ending that stands for its own."""
    for old, new, least in spelling.endings:
        if word.endswith(old) and len(word) >= least:
            return word[: -len(old)] + new
    return word


def _unmasked(word: str, spelling: Spelling) -> tuple[str, ...]:
    """A word with stars in it → the word that they hide; where that is not known, or too little is left ("an A**"), its pieces."""
    pieces = [piece for piece in word.split("*") if piece]
    begun, ended = pieces[0], "".join(pieces[1:])
    fits = [one for one in spelling.masked if one.startswith(begun) and one.endswith(ended)]
    whole = [one for one in fits if len(one) == len(word) > 3] or (fits if len(begun + ended) > 2 else [])
    return (whole[0],) if whole else tuple(pieces)


def _spell(word: str, spelling: Spelling) -> tuple[str, ...]:
    """A folded word with its apostrophes → one or more words of the normal form."""
    if "*" in word:
        return _unmasked(word, spelling)
    whole = spelling.whole.get(word)
    if whole is not None:
        return tuple(whole.split())
    if "'" in word:
        for end, verb in spelling.shortened.items():
            if word.endswith(end):
                return (*_spell(word[: -len(end)], spelling), verb)
        end, verb = spelling.possessive
        if end and word.endswith(end):
            word = word[: -len(end)]
            return (word, verb) if word in spelling.subjects else (_ended(word.replace("'", ""), spelling),)
        word = word.replace("'", "")
    return (_ended(_LONG.sub(r"\1", word), spelling),)


@lru_cache(maxsize=_BOUND)
def _spelled(raw: str, language: Language) -> tuple[str, ...]:
    word = " ".join(folded(raw, language).replace("-", " ").split())  # two words that are one
    word = word.replace("’", "'").replace("`", "'").replace("´", "'")
    return tuple(word for word in _spell(word, language.spelling) if word not in language.spelling.fillers)


@lru_cache(maxsize=256)
def normal(text: str, language: Language) -> Text:
    """Bring a text into normal form."""
    spelling = language.spelling
    words: list[str] = []
    spans: list[Span] = []
    breaks: list[int] = []
    ended = 0
    for match in _token(language).finditer(text):
        raw, span = match["word"], match.span()
        if span[0] - ended > 1 or text[ended : span[0]] == "\n":
            breaks.extend(ended + found.start() for found in _SENTENCE.finditer(text[ended : span[0]]))
        ended = span[1]
        if raw is None:
            if match["tag"] != "number":
                continue
            raw = "0"
        spelled = _spelled(raw, language)
        if len(raw) <= 2 and words:
            spelled = _rejoined(words, raw.lower(), spelling) or spelled
        for word in spelled:
            if words and words[-1] == word and not word.isdigit() and not (breaks and breaks[-1] >= spans[-1][1]):
                continue  # "i i", but not "over there. There is"
            words.append(word)
            spans.append(span)
            size = len(words)
            for many in _STUTTERS:  # "we are going to we are going to"
                if size >= 2 * many and word == words[-1 - many] and words[-many:] == words[-2 * many : -many]:
                    del words[-many:], spans[-many:]
                    break
            aside = spelling.asides.get(word)
            if aside and words[-2:-1] == [aside[0]] and aside[1].isdisjoint(words[-3:-2]):
                del words[-2:], spans[-2:]
    return Text(text, tuple(words), tuple(spans), _starts(spans, breaks))


def _rejoined(words: list[str], raw: str, spelling: Spelling) -> tuple[str, ...]:
    """What stands for a short piece when an apostrophe was lost on the way: "i m", "don t". Nothing, mostly."""
    found = spelling.parted.get(f"{words[-1]} {raw}")
    if found is None:
        return ()
    words[-1], last = found.split()
    return (last,)


def _starts(spans: list[Span], breaks: list[int]) -> frozenset[int]:
    """The words before which a sentence ended."""
    starts = {bisect_left(spans, (at, 0)) for at in breaks}
    return frozenset(at for at in starts if 0 < at < len(spans))
