"""Content words: which words of a turn say something, and which of them are the same word in another dress.

A light suffix stripper (in the spirit of Porter, 1980, but gentler: it must never make one word of two) and a table of irregular words,
both the language's, and the checklist's own lists of words that mean the same (`same-parcel: [parcel, package, box]`).
"""

from collections.abc import Iterable, Mapping, Sequence

from companion.core.language.pack import Language

HALF = "½"
"""What a pack gives as the number that "half" is."""
_KEPT = 20_000
"""Words whose keys are kept."""


def figure(word: str, language: Language) -> str:
    """The number from two on that a word stands for, as how many or as which one; empty if none."""
    number = language.content.ordinals.get(word) or language.content.numbers.get(word, "")
    return "" if number in ("0", "1", HALF) else number


def stem(word: str, language: Language) -> str:
    """A word without its ending: `charged`, `charges`, `charging` are one."""
    rules = language.content
    known = rules.irregular.get(word)
    if known is not None:
        return known if known == word else stem(known, language)
    for end in rules.endings:
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith(rules.kept):
            word = word[: -len(end)]
            if end in rules.doubling and word[-1] == word[-2] and word[-1] not in rules.undoubled:
                word = word[:-1]
            break
    for old, new, least in rules.finals:
        if word.endswith(old) and len(word) >= least:
            word = word[: -len(old)] + new
    return word


class Content:
    """Finds the content words of a turn.

    Args:
        same: lists of words, and of pairs of words, that mean the same, by any name.
        language: of the words.
    """

    def __init__(self, same: Mapping[str, Iterable[str]], language: Language) -> None:
        self._language = language
        entries = [(entry.split(), f"={name}") for name, words in same.items() for entry in words]
        self._same = {stem(words[0], language): key for words, key in entries if len(words) == 1}
        self._pairs = {(stem(words[0], language), stem(words[1], language)): key for words, key in entries if len(words) == 2}
        self._ends = {last for _, last in self._pairs}
        self._known: dict[str, str] = {}
        self._closing: dict[str, bool] = {}

    def key(self, word: str) -> str:
        """What a word is compared by; empty if it is no content word."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            ending = stem(word, self._language)
            plain = word in self._language.content.stop or len(word) < 3 or word.isdigit()
            known = self._known[word] = "" if plain else self._same.get(ending, ending)
        return known

    def _closes(self, word: str) -> bool:
        """May a pair of words end with that one?"""
        known = self._closing.get(word)
        if known is None:
            if len(self._closing) >= _KEPT:
                self._closing.clear()
            known = self._closing[word] = stem(word, self._language) in self._ends
        return known

    def folded(self, words: Sequence[str]) -> frozenset[str]:
        """The keys of all content words among these."""
        return frozenset(self.keys(words)) - {""}

    def keys(self, words: Sequence[str]) -> list[str]:
        """For each word its key, empty where it is no content word. "Three weeks" and "3 week" are one key, at the unit's place."""
        units, numbers = self._language.content.units, self._language.content.numbers
        keys = [self.key(word) for word in words]
        for at in range(1, len(words)):
            if self._closes(words[at]):
                both = self._pairs.get((stem(words[at - 1], self._language), stem(words[at], self._language)))
                if both:
                    keys[at - 1 if keys[at] and not keys[at - 1] else at] = both
        for at, word in enumerate(words):
            unit = units.get(word)
            if unit:
                number = next((numbers[one] for one in reversed(words[max(0, at - 3) : at]) if one in numbers), "")
                keys[at] = f"{number} {unit}" if number else keys[at]
        return keys
