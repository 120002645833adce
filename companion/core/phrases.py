"""Templates: the phrases of a checklist, read once into one grammar that finds all of them in an utterance at the same time.

Marks: `[optional]`, `(this|that)`, `<list>`, `stem*` (any word that begins so), `..` (up to three words between) and `...` (up to six).
Lists stay symbolic: a list is a symbol of its own that is found once and then read like a word, so that nothing is multiplied out, and a
list may use other lists. A gap never reaches over a word that turns the sense ("not", "but").
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

import msgspec

from companion.core.language.pack import Language
from companion.core.likeness import Vocabulary
from companion.core.words import Span, normal
from companion.errors import ChecklistError

_MARK = re.compile(r"\[|\]|\(|\)|\||<[^<>]*>|\.{2,3}|[^\s\[\]()|<>]+")
_GAPS = {"..": 3, "...": 6}
FIGURE = "@figure"
"""In a template: any number in figures."""
_UNLIKE = 3
"""How unlike the words of one phrase may be, all together; and a rule less than it has words."""
Edges: TypeAlias = dict[str, list[tuple[int, int]]]
"""From a word on: what it reads as → the words after it, and how unlike it is."""


class Words(msgspec.Struct, frozen=True):
    """Words that stand there as they are, or beginnings of words where `stem` is true."""

    word: str
    stem: bool = False


class Listed(msgspec.Struct, frozen=True):
    """Whatever the list of that name holds."""

    name: str


class Gap(msgspec.Struct, frozen=True):
    """Up to `most` words that do not matter."""

    most: int


class Choice(msgspec.Struct, frozen=True):
    """One of several; `optional` where it may be left out."""

    ways: tuple["Pattern", ...]
    optional: bool


Part: TypeAlias = Words | Listed | Gap | Choice
Pattern: TypeAlias = tuple[Part, ...]


@lru_cache(maxsize=8192)
def read(template: str, language: Language) -> Pattern:
    """Read one template, with its words in that language's normal form.

    Raises:
        ChecklistError: a bracket is not closed, an empty list name, or nothing in it.
    """
    for one in language.spelling.joined:
        template = re.sub(rf"\b{one.replace(' ', ' +')}\b", one.replace(" ", "-"), template)
    marks = _MARK.findall(template)
    ways, at = _ways(marks, 0, template, "", language)
    if at < len(marks):
        raise ChecklistError(f"template {template!r}: '{marks[at]}' closes nothing; take it away or open it")
    if len(ways) != 1:
        raise ChecklistError(f"template {template!r}: '|' outside brackets; write (this|that)")
    if not ways[0]:
        raise ChecklistError(f"template {template!r}: holds no words; write some")
    return ways[0]


def _ways(marks: Sequence[str], at: int, template: str, closing: str, language: Language) -> tuple[list[Pattern], int]:
    ways: list[list[Part]] = [[]]
    while at < len(marks):
        mark = marks[at]
        if mark in ("]", ")"):
            if mark != closing:
                break
            if not all(ways):
                raise ChecklistError(f"template {template!r}: nothing stands between two of its brackets or bars; write words there")
            return [tuple(way) for way in ways], at + 1
        at += 1
        if mark == "|":
            ways.append([])
        elif mark in ("[", "("):
            inner, at = _ways(marks, at, template, "]" if mark == "[" else ")", language)
            ways[-1].append(Choice(tuple(inner), mark == "["))
        elif mark in _GAPS:
            ways[-1].append(Gap(_GAPS[mark]))
        elif mark.startswith("<"):
            ways[-1].append(Listed(mark[1:-1].strip()))
        elif mark == FIGURE:
            ways[-1].append(Words(FIGURE))
        elif mark.endswith("*"):
            begun = normal(mark[:-1], language).words
            ways[-1].append(Words(begun[0] if begun else mark[:-1].lower(), stem=True))
        else:
            words = normal(mark, language).words
            if not words:
                raise ChecklistError(f"template {template!r}: '{mark}' is never heard (hesitations are left out); take it away")
            ways[-1].extend(Words(word) for word in words)
    if closing:
        raise ChecklistError(f"template {template!r}: '{'[' if closing == ']' else '('}' is never closed; add '{closing}'")
    return [tuple(way) for way in ways], at


def lists_in(pattern: Pattern) -> Iterable[str]:
    """The lists that a pattern names."""
    for part in pattern:
        if isinstance(part, Listed):
            yield part.name
        elif isinstance(part, Choice):
            for way in part.ways:
                yield from lists_in(way)


class Found(msgspec.Struct, frozen=True):
    """A list or rule was found: which, the words it covers, and how many of them were only alike."""

    name: str
    span: Span
    unlike: int


class _Node:
    """A place in the graph. `next` by symbol, `gap` over any word, `ends` the templates that are complete here."""

    __slots__ = ("ends", "gap", "next", "own", "slips")

    def __init__(self, own: bool = False) -> None:
        self.next: dict[str, list[_Node]] = {}
        self.gap: list[_Node] = []
        self.ends: list[str] = []
        self.slips: dict[str, list[tuple[int, _Node]]] = {}
        self.own = own  # reached in one way only, so that templates which begin alike may share it


class _Net:
    """Some templates, merged: a graph from one root, walked from each word of an utterance."""

    def __init__(self, language: Language) -> None:
        self.root = _Node(own=True)
        self._language = language

    def add(self, pattern: Pattern, name: str) -> None:
        for node in self._lay(pattern, [self.root]):
            if node is not self.root and name not in node.ends:
                node.ends.append(name)

    def _lay(self, pattern: Pattern, front: list[_Node]) -> list[_Node]:
        for part in pattern:
            if isinstance(part, Words | Listed):
                front = [self._step(front, [_symbol(part)])]
            elif isinstance(part, Gap):
                front = self._gap(front, part.most)
            else:
                front = self._choose(front, part)
        return front

    def _choose(self, front: list[_Node], choice: Choice) -> list[_Node]:
        after = list(front) if choice.optional else []
        single = [way[0] for way in choice.ways if len(way) == 1 and isinstance(way[0], Words | Listed)]
        if single:
            after.append(self._step(front, [_symbol(one) for one in single]))
        for way in choice.ways:
            if not (len(way) == 1 and isinstance(way[0], Words | Listed)):
                after += [node for node in self._lay(way, front) if node not in after]
        return after

    @staticmethod
    def _step(front: list[_Node], symbols: list[str]) -> _Node:
        alone = len(front) == 1 and len(symbols) == 1 and front[0].own
        shared = [node for node in front[0].next.get(symbols[0], ()) if node.own] if alone else []
        if shared:
            return shared[0]
        node = _Node(own=alone)
        for before in front:
            for symbol in symbols:
                before.next.setdefault(symbol, []).append(node)
        return node

    @staticmethod
    def _gap(front: list[_Node], most: int) -> list[_Node]:
        reached, here = list(front), list(front)
        for _ in range(most):
            node = _Node()
            for before in here:
                before.gap.append(node)
            here = [node]
            reached.append(node)
        return reached

    def finish(self) -> None:
        """Note at each place the small words for which a recogniser may have heard another that begins alike."""
        open_, seen = [self.root], {self.root}
        while open_:
            node = open_.pop()
            for symbol in node.next.keys() & self._language.small:
                node.slips.setdefault(symbol[0], []).extend((len(symbol) + 2, after) for after in node.next[symbol])
            for other in (*(one for after in node.next.values() for one in after), *node.gap):
                if other not in seen:
                    seen.add(other)
                    open_.append(other)

    def walk(self, words: Sequence[str], edges: Sequence[Edges], start: int) -> dict[tuple[str, int], int]:
        """What begins at word `start`: (name, end) → how unlike it is."""
        found: dict[tuple[str, int], int] = {}
        open_ = [(self.root, start, 0)]
        seen: set[tuple[_Node, int, int]] = set()
        size = len(words)
        turning, stop = self._language.turning, self._language.content.stop
        while open_:
            place = open_.pop()
            if place in seen:
                continue
            seen.add(place)
            node, at, unlike = place
            for name in node.ends:
                if unlike < found.get((name, at), 9):
                    found[name, at] = unlike
            if at == size:
                continue
            here = edges[at]
            for symbol in node.next.keys() & here.keys():
                for end, more in here[symbol]:
                    if unlike + more <= _UNLIKE:
                        open_ += [(after, end, unlike + more) for after in node.next[symbol]]
            word = words[at]
            if node.gap and word not in turning:
                open_ += [(after, at + 1, unlike) for after in node.gap]
            if node.slips and unlike + 2 <= _UNLIKE and at > start and word not in stop:
                open_ += [(after, at + 1, unlike + 2) for most, after in node.slips.get(word[0], ()) if len(word) < most]
        return found


def _symbol(part: Words | Listed) -> str:
    if isinstance(part, Listed):
        return f"<{part.name}>"
    return part.word + "*" if part.stem else part.word


class Grammar:
    """Named rules and the lists they use, compiled.

    Args:
        lists: name → templates; a list may use others, but not itself.
        rules: name → templates. Several templates of one name are one rule.
        language: of the templates, and of what is read.
        also: lists to be found for their own sake, where they are there; others are only read if a rule needs them.
        misheard: long words that a recogniser may take for two or three short ones, in normal form.

    Raises:
        ChecklistError: a template cannot be read, a list is not there, or lists use each other in a circle.
    """

    def __init__(
        self,
        lists: Mapping[str, Iterable[str]],
        rules: Mapping[str, Iterable[str]],
        *,
        language: Language,
        also: Iterable[str] = (),
        misheard: Iterable[str] = (),
    ) -> None:
        read_rules = {name: [read(template, language) for template in templates] for name, templates in rules.items()}
        wanted = [name for name in also if name in lists]
        wanted += [name for patterns in read_rules.values() for pattern in patterns for name in lists_in(pattern)]
        read_lists: dict[str, list[Pattern]] = {}
        while wanted:
            name = wanted.pop()
            if name in lists and name not in read_lists:
                read_lists[name] = [read(template, language) for template in lists[name]]
                wanted += [used for pattern in read_lists[name] for used in lists_in(pattern)]
        depths: dict[str, int] = {}
        for name in read_lists:
            _depth(name, read_lists, depths, ())
        for name, patterns in read_rules.items():
            for pattern in patterns:
                for used in lists_in(pattern):
                    if used not in depths:
                        raise ChecklistError(f"{name}: no list is called <{used}>; add it under 'lists' or correct the name")
        self._nets: list[_Net] = [_Net(language) for _ in range(max(depths.values(), default=-1) + 1)]
        for name, patterns in read_lists.items():
            for pattern in patterns:
                self._nets[depths[name]].add(pattern, name)
        self._rules = _Net(language)
        for name, patterns in read_rules.items():
            for pattern in patterns:
                self._rules.add(pattern, name)
        for net in (*self._nets, self._rules):
            net.finish()
        atoms = {atom for patterns in (*read_lists.values(), *read_rules.values()) for pattern in patterns for atom in _atoms(pattern)}
        self.vocabulary = Vocabulary((a.word for a in atoms if not a.stem), (a.word for a in atoms if a.stem), misheard, language)

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every rule and list found in `words` (in normal form), the longest of each name from each word on, in order of their
        beginning."""
        edges = self._edges(words)
        everything: list[Found] = []
        for net in self._nets:
            first = net.root.next.keys()
            for start, here in enumerate(edges):
                if not first.isdisjoint(here) and (found := net.walk(words, edges, start)):
                    for (name, end), unlike in found.items():
                        here.setdefault(f"<{name}>", []).append((end, unlike))
                    everything += _longest(found, start)
        first = self._rules.root.next.keys()
        for start, here in enumerate(edges):
            if not first.isdisjoint(here) and (found := self._rules.walk(words, edges, start)):
                sure = {(name, end): unlike for (name, end), unlike in found.items() if unlike < max(end - start, 2)}
                everything += _longest(sure, start)
        everything.sort(key=_place)
        return everything

    def _edges(self, words: Sequence[str]) -> list[Edges]:
        symbols, heard = self.vocabulary.symbols, self.vocabulary.heard
        edges: list[Edges] = []
        for at, word in enumerate(words):
            here: Edges = {symbol: [(at + 1, unlike)] for symbol, unlike in symbols(word)}
            if word.isdigit():
                here[FIGURE] = [(at + 1, 0)]
            elif len(word) <= 3 or not here:
                for size in (2, 3):
                    if at + size <= len(words):
                        for symbol, unlike in heard(words[at : at + size]):
                            here.setdefault(symbol, []).append((at + size, unlike))
            edges.append(here)
        return edges


def _place(one: Found) -> Span:
    return one.span


def _longest(found: Mapping[tuple[str, int], int], start: int) -> list[Found]:
    best = {name: (end, unlike) for (name, end), unlike in sorted(found.items())}
    return [Found(name, (start, end), unlike) for name, (end, unlike) in best.items()]


def _depth(name: str, lists: Mapping[str, list[Pattern]], depths: dict[str, int], above: tuple[str, ...]) -> int:
    if name in above:
        raise ChecklistError(f"lists use each other in a circle: {' > '.join((*above, name))}; break it")
    if name not in lists:
        raise ChecklistError(f"list <{above[-1]}>: no list is called <{name}>; add it under 'lists' or correct the name")
    if name not in depths:
        used = {inner for pattern in lists[name] for inner in lists_in(pattern)}
        depths[name] = 1 + max((_depth(inner, lists, depths, (*above, name)) for inner in sorted(used)), default=-1)
    return depths[name]


def _atoms(pattern: Pattern) -> Iterable[Words]:
    for part in pattern:
        if isinstance(part, Words):
            yield part
        elif isinstance(part, Choice):
            for way in part.ways:
                yield from _atoms(way)
