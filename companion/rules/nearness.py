"""How near do some words come to a phrase, and what is missing? For whoever wonders why a rule was not met.

Measures whole words in their order; it is there to explain, and never decides a tick (`companion.core.phrases` does).
"""

from collections.abc import Mapping, Sequence

import msgspec

from companion.core.language.pack import Language
from companion.core.phrases import FIGURE, Choice, Gap, Listed, Part, Pattern, Words, read
from companion.core.words import normal

_BETWEEN = 3
"""Words that may stand between two of the phrase's."""

_FOREIGN = 0.25
"""What such a word costs; a missing one costs 1."""


class Way(msgspec.Struct, frozen=True):
    """One way to find a phrase in the words: what was found of it, and what was not."""

    cost: float = 0.0
    kept: int = 0
    missing: tuple[str, ...] = ()
    telling: int = 0
    """How many of the words found say something: longer than three letters, and not the most common ones."""

    @property
    def likeness(self) -> int:
        """Percent."""
        return max(0, round(100 * (1 - self.cost / ((self.kept + len(self.missing)) or 1))))


_Front = dict[int, Way]
"""The best way to each place: the number of words passed."""


class Nearness:
    """Measures phrases against one text.

    Args:
        text: what was said.
        lists: the checklist's lists, by name.
        language: of both.
    """

    def __init__(self, text: str, lists: Mapping[str, Sequence[str]], language: Language) -> None:
        self._language = language
        self._words = normal(text, language).words
        self._lists = lists
        self._ends: dict[tuple[str, int], frozenset[int]] = {}

    def nearest(self, phrase: str) -> Way | None:
        """The best way to find the phrase; None if not even one of its words is there."""
        front: _Front = {at: Way() for at in range(len(self._words) + 1)}
        for part in read(phrase, self._language):
            front = self._past(part, front)
        best = min(front.values(), key=lambda way: (way.cost, -way.kept))
        return best if best.kept else None

    def holds(self, phrase: str) -> bool:
        """Whether the words hold the whole phrase."""
        pattern = read(phrase, self._language)
        return any(self._exact(pattern, at) for at in range(len(self._words)))

    def _past(self, part: Part, front: _Front) -> _Front:
        match part:
            case Choice():
                return self._choose(part, front)
            case Gap():
                return _merged(
                    [front, *({at + skip: way for at, way in front.items()} for skip in range(1, part.most + 1))], len(self._words)
                )
            case _:
                return self._find(part, front)

    def _choose(self, choice: Choice, front: _Front) -> _Front:
        fronts = [front] if choice.optional else []
        for way in choice.ways:
            inner = front
            for part in way:
                inner = self._past(part, inner)
            fronts.append(inner)
        return _merged(fronts, len(self._words))

    def _find(self, part: Words | Listed, front: _Front) -> _Front:
        name = f"<{part.name}>" if isinstance(part, Listed) else part.word + "*" * part.stem
        fronts: list[_Front] = [
            {at: Way(way.cost + 1, way.kept, (*way.missing, name), way.telling) for at, way in front.items()},
        ]
        for at, way in front.items():
            for skip in range(_BETWEEN + 1 if way.kept else 1):
                for end in self._matches(part, at + skip):
                    telling = any(len(word) > 3 and word not in self._language.common for word in self._words[at + skip : end])
                    fronts.append({end: Way(way.cost + skip * _FOREIGN, way.kept + 1, way.missing, way.telling + telling)})
        return _merged(fronts, len(self._words))

    def _matches(self, part: Words | Listed, at: int) -> frozenset[int]:
        """Where `part` ends if it begins with word `at`."""
        if at >= len(self._words):
            return frozenset()
        word = self._words[at]
        if isinstance(part, Words):
            same = word.startswith(part.word) if part.stem else word == part.word or (part.word == FIGURE and word.isdigit())
            return frozenset((at + 1,)) if same else frozenset()
        key = (part.name, at)
        if key not in self._ends:
            self._ends[key] = frozenset()  # a list that held itself would end here
            entries = self._lists.get(part.name, ())
            self._ends[key] = frozenset(end for entry in entries for end in self._exact(read(entry, self._language), at))
        return self._ends[key]

    def _exact(self, pattern: Pattern, at: int) -> frozenset[int]:
        places = frozenset((at,))
        for part in pattern:
            match part:
                case Choice():
                    ways = [self._exact(way, place) for place in places for way in part.ways]
                    places = frozenset().union(*ways, places if part.optional else ())
                case Gap():
                    places = frozenset(
                        place + skip for place in places for skip in range(part.most + 1) if place + skip <= len(self._words)
                    )
                case _:
                    places = frozenset(end for place in places for end in self._matches(part, place))
        return places


def _merged(fronts: Sequence[_Front], last: int) -> _Front:
    best: _Front = {}
    for front in fronts:
        for at, way in front.items():
            known = best.get(at)
            if at <= last and (known is None or (way.cost, -way.kept) < (known.cost, -known.kept)):
                best[at] = way
    return best
