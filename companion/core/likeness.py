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

Symbol: TypeAlias = tuple[str, int]
"""What a word may be read as, and how unlike it is: 0 for the word itself, 1 for one spelled nearly so, 3 for one misheard."""

_KEPT = 20_000
_LEAST = 5
"""Letters below which a word is not bent. Four-letter words have too many neighbours ("wait", "want", "went")."""
_SOUND = 90.0
_LONG = 8
"""Letters from which on a word may differ in two places."""
_CLASSES = str.maketrans({"z": "s", "x": "s", "q": "k", "v": "f", "d": "t", "b": "p"})
_VOWELS = re.compile(r"(?<!^)[aeiouyhw]")
_TWICE = re.compile(r"(.)\1+")

PLAIN = frozenset(
    """about above across actually added address after again agent alone along already although always among amount another answer anyone
    anything around asked asking aware based because become before began begin behind being below better between black board bought bring
    broken brought build built busy button called caller calling calls careful cards carry caught chance change changed changes check
    checked choice clean clear clearer click close closed colder could count couple course cover crash credit currently daily dating dealt
    dealing delivered details device didn different directly doing doors doubt dream dress drive driver during early earth eight either
    email empty ending enough enter entered entry error evening event every exact except extra facing facts fault favor field fifty fight
    filed final finally finish first fixed fixes floor folder follow forget former forward found fourth frame fresh front fully further
    general getting given giving going grand great green ground group grown guess happen hands happened hardly having heard heart heavy
    hello helped hence holder hours house however human hundred ideal image inside instead issue issued items itself joint judge keeps
    kept knows known large later latest laugh learn least legal letter level light likely limit lines listed little lived living local
    located looked looks loved lower lucky lunch major makes making maybe means meant might minor minute model month months mother moved
    music named nearly needed needs never newer night noise normal north noted notes nothing number occur offer office often older opened
    order orders other others outer owner pages paper parts party phone phones photo piece place placed plain planes plans plate please
    plenty point ports posted power press pretty price print prior proper public pulled purse quick quickly quiet quite quote radio raise
    ranges rated rates rather reach reached reads ready really reason received recent refer reply report reset right river rooms rough
    round route royal rules saved saying says scene scope score screen second seems seen sells sense serve served series server seven
    shall shape share sharp sheet shift ships shirt shoes shop short should showed shown shows since sixth sixty size skill sleep slight
    slow small smart smile solid solve solved some sorts sound source south space speak speed spend spent split spoke sport staff stage
    stand start stated states station stayed steps stick still stock stone stood store stories story strange street strong style super
    sweet table taken takes taking talks taste teach teams tells tenth terms texts thank their theme there these thick thing things think
    third those though thought three throw title today together token tomorrow topic total touch tough tower track trade train travel
    treat tried tries trips truck truly trust truth trying turned turns twice types under union until upper using usual value video visit
    voice waste watch water wearing weekly weeks weird whether which while white whole whose willing woman women words worked works world
    worse worst worth would write writes written wrong wrote years young yours""".split()
)
"""Everyday words that are never taken for a slip of another word, whether or not a checklist holds them."""


def sound(word: str) -> str:
    """A rough key of how a word sounds in English: consonants in classes, a vowel only at the beginning."""
    word = word.replace("ph", "f").replace("ck", "k").replace("tion", "shn").replace("gh", "")
    word = re.sub(r"[cg](?=[eiy])", "s", word).replace("c", "k").replace("g", "k").replace("j", "s")
    word = _VOWELS.sub("", word.translate(_CLASSES))
    return _TWICE.sub(r"\1", "a" + word[1:] if word[:1] in "aeiou" else word)


def skeleton(word: str) -> str:
    """The consonants of a word, sorted out of doubles; "y" counts as one at the end, where it is a part of the sense."""
    return _TWICE.sub(r"\1", re.sub(r"[aeiou]", "", word))


class Vocabulary:
    """The words and beginnings of words that a checklist's templates are made of.

    Args:
        words: words as they stand in templates, in normal form.
        stems: beginnings of words, as `stem*` in templates.
        misheard: long words that a recogniser may take for two or three short ones.
    """

    def __init__(self, words: Iterable[str], stems: Iterable[str], misheard: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._stems = frozenset(stems)
        self._sizes = sorted({len(stem) for stem in self._stems})
        self._near: dict[str, list[str]] = {}
        self._long: dict[str, list[tuple[str, str]]] = {}
        for word in sorted(self._words):
            if len(word) >= _LEAST and word.isalpha():
                self._near.setdefault(word[0], []).append(word)
        for word in misheard:
            self._long.setdefault(sound(word)[:2], []).append((sound(word), word))
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
        if exact or word in PLAIN or len(word) < _LEAST or not word.isalpha():
            return [(symbol, 0) for symbol in exact]
        most = 1 if len(word) < _LONG else 2
        near: dict[str, int] = {}
        for other in self._near.get(word[0], ()):
            if abs(len(other) - len(word)) <= most:
                distance = OSA.distance(word, other, score_cutoff=most)
                alike = skeleton(word) == skeleton(other) or stem(word) == stem(other) or (distance == 1 and len(word) > _LONG)
                if distance <= most and alike:
                    near[other] = distance
        best = min(near.values(), default=0)
        return [(symbol, 1) for other, distance in near.items() if distance == best for symbol in self._exact(other)]

    def _mishearings(self, joined: str) -> Iterable[Symbol]:
        key = sound(joined)
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
