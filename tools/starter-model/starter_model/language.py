"""The language model: trigrams with Kneser-Ney smoothing, pruned by what each n-gram gains (Stolcke 1998, simplified)."""

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

BEGIN, END = "<s>", "</s>"
UNSEEN = 0.3
"""The count of a word that no sentence has."""
DISCOUNT_TWO, DISCOUNT_THREE = 0.75, 0.8

Trigram = tuple[str, str, str]


@dataclass(frozen=True)
class Language:
    """Probabilities of words after nothing, one word and two words; and what going one word back costs."""

    one: dict[str, float]
    two: dict[str, dict[str, float]]
    back_from_two: dict[str, float]
    three: dict[tuple[str, str], dict[str, float]]
    back_from_three: dict[tuple[str, str], float]

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many n-grams are kept of each length."""
        return len(self.one), sum(map(len, self.two.values())), sum(map(len, self.three.values()))


class _Smoothed:
    """All n-grams of a text, with interpolated Kneser-Ney probabilities."""

    def __init__(self, sentences: Iterable[str], words: set[str]) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.triples: Counter[Trigram] = Counter()
        for sentence in sentences:
            said = sentence.split()
            if said and all(word in words for word in said):
                marked = [BEGIN, *said, END]
                self.pairs.update(itertools.pairwise(marked))
                self.triples.update(zip(marked, marked[1:], marked[2:], strict=False))
        kinds = Counter(word for _, word in self.pairs)
        singles = {word: kinds[word] + UNSEEN for word in sorted(words)} | {END: max(kinds[END], 1)}
        total = sum(singles.values())
        self.one = {word: count / total for word, count in singles.items()}
        self._after: Counter[tuple[str, str]] = Counter((second, third) for _, second, third in self.triples)
        self._after.update({pair: count for pair, count in self.pairs.items() if pair[0] == BEGIN})
        self._sums_two, self._kinds_two = Counter[str](), Counter[str]()
        for (first, _), count in self._after.items():
            self._sums_two[first] += count
            self._kinds_two[first] += 1
        self._sums_three, self._kinds_three = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for (first, second, _), count in self.triples.items():
            self._sums_three[first, second] += count
            self._kinds_three[first, second] += 1

    def two(self, first: str, word: str) -> float:
        if first not in self._sums_two:
            return self.one[word]
        kept = max(self._after.get((first, word), 0) - DISCOUNT_TWO, 0)
        return (kept + DISCOUNT_TWO * self._kinds_two[first] * self.one[word]) / self._sums_two[first]

    def three(self, first: str, second: str, word: str) -> float:
        kept = max(self.triples.get((first, second, word), 0) - DISCOUNT_THREE, 0)
        history = (first, second)
        return (kept + DISCOUNT_THREE * self._kinds_three[history] * self.two(second, word)) / self._sums_three[history]


def estimate(sentences: Iterable[str], words: set[str], least_pair: float, least_triple: float) -> Language:
    """Count, smooth and prune. An n-gram stays if its count times the log of its gain over the shorter one passes the limit, in nats."""
    full = _Smoothed(sentences, words)
    three: dict[tuple[str, str], dict[str, float]] = {}
    for (first, second, word), count in full.triples.items():
        if count >= 2 and count * math.log((p := full.three(first, second, word)) / full.two(second, word)) > least_triple:
            three.setdefault((first, second), {})[word] = p
    # A longer n-gram needs its history and its tail, or the graph would have no way to go on and none to fall back.
    needed = set(three) | {(second, word) for (_, second), after in three.items() for word in after}
    two: dict[str, dict[str, float]] = {}
    for (first, word), count in full.pairs.items():
        p = full.two(first, word)
        if (first, word) in needed or (count >= 2 and count * math.log(p / full.one[word]) > least_pair):
            two.setdefault(first, {})[word] = p
    back_from_two = {first: _left(after, full.one) for first, after in two.items()}

    def shorter(first: str, word: str) -> float:
        after = two.get(first, {})
        return after[word] if word in after else back_from_two.get(first, 1.0) * full.one[word]

    back_from_three = {history: _left(after, {word: shorter(history[1], word) for word in after}) for history, after in three.items()}
    return Language(full.one, two, back_from_two, three, back_from_three)


def _left(after: dict[str, float], shorter: dict[str, float]) -> float:
    """The weight of falling back, so that all words together come to one."""
    return max(1e-6, 1 - sum(after.values())) / max(1e-6, 1 - sum(shorter[word] for word in after))
