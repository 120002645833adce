"""Words that are alike: what a recogniser heard, or a hurried person typed, and the word of a checklist that was meant.

A word that a checklist knows is itself. Another one may stand for a known word that has the same consonants in the same order and nearly
the same vowels ("recieved", "prblem"), or the same stem, or is long and one letter off; and two or three short words for a long one of
the checklist's `misheard` list that sounds so ("a policy" for "apologize"). Words of fewer than five letters are never bent. What a word
may stand for is worked out once and kept.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from companion.core.content import stem
from companion.core.language.pack import Language, Sounds

Symbol: TypeAlias = tuple[str, int]
"""What a word may be read as, and how unlike it is: 0 for the word itself, 1 for one spelled nearly so, 3 for one misheard."""

_KEPT = 20_000
_LEAST = 5
"""Letters below which a word is not bent. Four-letter words have too many neighbours ("wait", "want", "went")."""
_SOUND = 90.0
_LONG = 8
"""Letters from which on a word may differ in two places."""
_TWICE = re.compile(r"(.)\1+")


def sound(word: str, sounds: Sounds) -> str:
    """A rough key of how a word sounds: consonants in classes, a vowel only at the beginning."""
    for letters, alike in sounds.spelled:
        word = word.replace(letters, alike)
    first = sounds.vowels[:1] if word[:1] in sounds.vowels else word[:1]
    return _TWICE.sub(r"\1", first + "".join(letter for letter in word[1:] if letter not in sounds.mute))


def skeleton(word: str, sounds: Sounds) -> str:
    """The consonants of a word, sorted out of doubles; "y" counts as one at the end, where it is a part of the sense."""
    return _TWICE.sub(r"\1", "".join(letter for letter in word if letter not in sounds.vowels))


class Vocabulary:
    """The words and beginnings of words that a checklist's templates are made of.

    Args:
        words: words as they stand in templates, in normal form.
        stems: beginnings of words, as `stem*` in templates.
        misheard: long words that a recogniser may take for two or three short ones.
        language: of the words.
    """

    def __init__(self, words: Iterable[str], stems: Iterable[str], misheard: Iterable[str], language: Language) -> None:
        self._language = language
        self._words = frozenset(words)
        self._stems = frozenset(stems)
        self._sizes = sorted({len(stem) for stem in self._stems})
        self._near: dict[str, list[str]] = {}
        self._long: dict[str, list[tuple[str, str]]] = {}
        for word in sorted(self._words):
            if len(word) >= _LEAST and word.isalpha():
                self._near.setdefault(word[0], []).append(word)
        for word in misheard:
            key = sound(word, language.sounds)
            self._long.setdefault(key[:2], []).append((key, word))
        self._read: dict[str, tuple[Symbol, ...]] = {}
        self._heard: dict[tuple[str, ...], tuple[Symbol, ...]] = {}

    def symbols(self, word: str) -> tuple[Symbol, ...]:
        """Everything that a word may be read as; empty where it means nothing to the checklist."""
        known = self._read.get(word)
        if known is None:
            if len(self._read) >= _KEPT:
                self._read.clear()
            known = self._read[word] = tuple(self._symbols(word))
        return known

    def heard(self, window: Sequence[str]) -> tuple[Symbol, ...]:
        """The long words that a window of two or three words may be a mishearing of."""
        key = tuple(window)
        known = self._heard.get(key)
        if known is None:
            if len(self._heard) >= _KEPT:
                self._heard.clear()
            known = self._heard[key] = tuple(self._mishearings("".join(window)))
        return known

    def _exact(self, word: str) -> list[str]:
        found = [word] if word in self._words else []
        found += [word[:size] + "*" for size in self._sizes if size <= len(word) and word[:size] in self._stems]
        return found

    def _symbols(self, word: str) -> Iterable[Symbol]:
        exact = self._exact(word)
        if exact or word in self._language.everyday or len(word) < _LEAST or not word.isalpha():
            return [(symbol, 0) for symbol in exact]
        most = 1 if len(word) < _LONG else 2
        language = self._language
        bare, root = skeleton(word, language.sounds), stem(word, language)
        near: dict[str, int] = {}
        for other in self._near.get(word[0], ()):
            if abs(len(other) - len(word)) <= most:
                distance = OSA.distance(word, other, score_cutoff=most)
                told = language.sounds.endings_tell and word[-2:] != other[-2:]
                if (
                    distance <= most
                    and not told
                    and (bare == skeleton(other, language.sounds) or root == stem(other, language) or (distance == 1 and len(word) > _LONG))
                ):
                    near[other] = distance
        best = min(near.values(), default=0)
        return [(symbol, 1) for other, distance in near.items() if distance == best for symbol in self._exact(other)]

    def _mishearings(self, joined: str) -> Iterable[Symbol]:
        key = sound(joined, self._language.sounds)
        if len(joined) < 6 or len(key) < 4:
            return []
        return [
            (symbol, 3)
            for other, word in self._long.get(key[:2], ())
            if abs(len(word) - len(joined)) <= 3
            and word[0] == joined[0]
            and (key == other or (len(key) >= 6 and ratio(key, other, score_cutoff=_SOUND) >= _SOUND))
            for symbol in self._exact(word)
        ]
