"""How upset a customer's words are, 0–100, and how much they say that things are getting better. Words and typing only, never the voice.

Each sign adds its weight to what is still missing to 100, so that ten mild words do not make a furious one. Signs are the checklist's
words and flags, and what no list can hold: shouting in capitals, rows of exclamation marks, things said again that were said before, and
words said twice in one breath ("four hours, it's been four hours").
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

from companion.core.language.pack import Language
from companion.core.reading import Reading
from companion.core.words import Span, folded

_SHOUTED = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{3,}\b")
_MARKS = re.compile(r"!(?:\s*!)+|\?(?:\s*[?!])+|!\?")
_MANY, _AGAIN, _REPEATED = 4, 0.5, 10.0
"""A turn of so many content words, so large a share of them said before: how much being made to say it again adds."""
_TWICE, _INSISTED = 8, 10.0
"""The same two words again after at most so many others: how much it adds. More lie between them where a story is told."""
_WORD = re.compile(r"[^\W_](?:[\w'’]*\w)?")
CALM = "calm:"
"""The rule that `heat.unless` is read as."""
_READ = 2000
"""Characters in which that is looked for."""
_ANGRY = re.compile("[\U0001f620\U0001f621\U0001f92c\U0001f624\U0001f612\U0001f644\U0001f595\U0001f621]")


@cache
def _everyday(language: Language) -> frozenset[str]:
    """Words that nobody writes in capitals but to stress them; "DM" and "USB" are not among them."""
    return language.content.stop | language.everyday


@cache
def _figures(language: Language) -> frozenset[str]:
    """The words in which a number is read out."""
    return frozenset(language.content.numbers) | language.content.read_out


def typed(original: str, language: Language) -> Iterable[float]:
    """The weights of shouting, marks and signs in what was typed; nothing in what a recogniser writes."""
    shouted = _SHOUTED.findall(original)
    stressed = [word for word in shouted if folded(word, language) in _everyday(language)]
    letters = sum(letter.isalpha() for letter in original)
    capitals = sum(len(word) for word in shouted)
    if letters >= 12 and capitals > 0.6 * letters:
        yield 45.0
    elif stressed or len(shouted) > 1:
        yield 20.0 if len(stressed) > 1 else 14.0
    elif shouted:
        yield 4.0
    marks = len(_MARKS.findall(original))
    if marks:
        yield 15.0 if marks == 1 else 25.0
    elif "!" in original:
        yield 5.0
    if _ANGRY.search(original):
        yield 30.0


def insisted(reading: Reading) -> bool:
    """Are the same two words said twice in one breath, one of them a word that says something, or a number said in words?

    Taken from what stands there, since the normal form holds the one for a stutter of the other.
    """
    language = reading.language
    figures = _figures(language)
    words = [folded(word, language).replace("’", "'") for word in _WORD.findall(reading.text.original[:_READ])]
    told = [(bool(reading.content.key(word)) and "'" not in word) or word in language.content.numbers for word in words]
    heard: dict[tuple[str, str], int] = {}
    for at, pair in enumerate(pairwise(words)):
        if not any(told[at : at + 2]) or any(word.isdigit() for word in pair):
            continue
        if all(word in figures or len(word) == 1 for word in pair):
            continue  # a number or a postcode that is read out
        before = heard.get(pair)
        if before is not None and 2 <= at - before <= _TWICE + 2:
            return True
        heard[pair] = at
    return False


def added(weights: Iterable[float]) -> float:
    """Weights of 0–100 together: each takes its share of what is still missing to 100."""
    calm = 1.0
    for weight in weights:
        calm *= 1 - min(weight, 100.0) / 100
    return 100 * (1 - calm)


def upset(reading: Reading, words: Mapping[str, float], flags: Mapping[str, float], raised: Iterable[str]) -> float:
    """How upset these words are by themselves, 0–100.

    Args:
        words: `heat.words`: template → weight.
        flags: `heat.flags`: flag → weight.
        raised: the flags that the utterance raised.
    """
    weights = [weight for weight, spans in _found("heat:", reading, words) for _ in _apart(spans, reading)[:2]]
    weights += [flags.get(flag, 0.0) for flag in raised]
    keys = reading.content.folded(reading.words)
    if len(keys) >= _MANY and len(keys & reading.told) >= _AGAIN * len(keys):
        weights.append(_REPEATED)
    if insisted(reading):
        weights.append(_INSISTED)
    return added([*weights, *typed(reading.text.original, reading.language)])


def soothed(reading: Reading, words: Mapping[str, float]) -> float:
    """How much they say that it is getting better, 0–100."""
    return added(weight for weight, _ in _found("soothe:", reading, words))


def _apart(spans: list[Span], reading: Reading) -> list[Span]:
    """The spans that stand: not what lies in a wider one of the same template, nor what the checklist's `heat.unless` takes back."""
    wide = [one for one in spans if not any(other[0] <= one[0] and one[1] <= other[1] and one != other for other in spans)]
    return [one for one in dict.fromkeys(wide) if not reading.touches(CALM, one)]


def telling(reading: Reading) -> int:
    """How many words could tell how calm they are: all but figures, since an account number tells nothing."""
    figures = _figures(reading.language)
    return sum(not (word.isdigit() or word in figures) for word in reading.words)


def _found(kind: str, reading: Reading, words: Mapping[str, float]) -> Iterable[tuple[float, list[Span]]]:
    """The weights of the templates of that kind that stand there, and where. There are hundreds of them, and few stand in one utterance."""
    return [(words[name.removeprefix(kind)], spans) for name, spans in reading.found.items() if name.startswith(kind)]
