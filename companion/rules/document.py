"""A YAML file as a tree that remembers its lines and decides nothing about types: `on`, `no`, `1:30` stay as written.

Built from the parser's events, not by PyYAML's constructors, so that duplicate keys, tags and runaway aliases can be
refused on the way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import yaml

from companion.errors import ChecklistError

MOST_BYTES = 1_000_000
MOST_NODES = 100_000
"""With aliases counted as often as they are used, so that a few lines cannot unfold into millions."""
DEEPEST = 20

# Only a quoted "\x1b" brings these in; they would reach the terminals of everybody who sees the call.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# libyaml's parser is some ten times faster, and the checklist is read at every start
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Line(int):
    """The number of a line, counted from 1, that knows the file it stands in."""

    file: str

    def __new__(cls, number: int, file: str) -> "Line":
        """Line `number` of `file`, the file as the person wrote it."""
        line = super().__new__(cls, number)
        line.file = file
        return line

    def __add__(self, more: int) -> "Line":
        """So many lines further down."""
        return Line(int(self) + more, self.file)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number, … as written. `plain`: it stands without quotes; `block`: it is a `|` or `>` block."""

    line: Line
    text: str
    plain: bool
    block: bool = False
    size: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries that each begin with a dash, or stand in square brackets (`flow` is True)."""

    line: Line
    items: "tuple[Node, ...]"
    flow: bool
    size: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries of key and value; no key stands twice."""

    line: Line
    entries: "tuple[tuple[Scalar, Node], ...]"
    size: int


Node: TypeAlias = Scalar | Listing | Mapping


def read(path: Path) -> Node:
    """The one document of a YAML file.

    Raises:
        ChecklistError: the file cannot be read, is too large, or is not YAML of the kind we take; names file and line.
    """
    return parse(_text(path), str(path))


def parse(text: str, file: str) -> Node:
    """The one document of a YAML text; `file` stands in the errors.

    Raises:
        ChecklistError: as `read`.
    """
    return _Builder(text, file).document()


def _text(path: Path) -> str:
    file = str(path)
    try:
        with path.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ChecklistError(f"cannot be read: {(error.strerror or str(error)).lower()}", file=file) from error
    if len(raw) > MOST_BYTES:
        raise ChecklistError("larger than 1 MB; a checklist is a few thousand lines at most", file=file)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ChecklistError("not UTF-8; save the file as UTF-8", file=file, line=line) from error


class _Builder:
    """Events in, nodes out, one document."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node:
        events = self._events()
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            self._refuse(0, "the file is empty")
        root = self._node(next(events), events, 0)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._refuse(_line(event), "a second document begins here; one file holds one checklist")
        return root

    def _events(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self._text, Loader=_PARSER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 0
            problem = str(error.problem or error.context)
            self._refuse(line, f"not YAML: {problem}{_hint(self._text, line, problem)}")
        except yaml.reader.ReaderError as error:
            position = error.position if isinstance(error.position, int) else 0
            line = self._text.count("\n", 0, position) + 1
            self._refuse(line, f"not YAML: {error.reason}")

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line = Line(_line(event), self._file)
        if depth > DEEPEST:
            self._refuse(line, "nested too deeply")
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                self._refuse(line, f"'*{event.anchor}' refers to nothing; a text that begins with * needs quotes")
            return self._anchors[event.anchor]
        if event.tag is not None:
            self._refuse(line, f"tag '{event.tag}' is not allowed; a text that begins with ! needs quotes")
        node = self._built(event, events, depth, line)
        if node.size > MOST_NODES:
            self._refuse(line, "unfolds into too many entries; use fewer aliases")
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _built(self, event: Any, events: Iterator[Any], depth: int, line: Line) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            if found := _UNSEEN.search(event.value):
                self._refuse(line, f"a text holds the control character U+{ord(found[0]):04X}; take it away")
            return Scalar(line, event.value, event.style in (None, ""), event.style in ("|", ">"))
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                items.append(self._node(inner, events, depth + 1))
            return Listing(line, tuple(items), bool(event.flow_style), 1 + sum(item.size for item in items))
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(inner := next(events), yaml.MappingEndEvent):
            key = self._node(inner, events, depth + 1)
            if not isinstance(key, Scalar):
                self._refuse(key.line, "a key must be a text; a text that begins with [ or { needs quotes")
            if key.text in entries:
                self._refuse(key.line, f"key '{key.text}' stands twice, first in line {entries[key.text][0].line}")
            entries[key.text] = key, self._node(next(events), events, depth + 1)
        return Mapping(line, tuple(entries.values()), 1 + sum(1 + value.size for _, value in entries.values()))

    def _refuse(self, line: int, text: str) -> NoReturn:
        raise ChecklistError(text, file=self._file, line=line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _hint(text: str, line: int, problem: str) -> str:
    """What a person who wrote that line most likely meant."""
    lines = text.splitlines()  # as YAML counts them, a lone carriage return ends one too
    before, written = (lines[number] if 0 <= number < len(lines) else "" for number in (line - 2, line - 1))
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "; indent with spaces, not tabs"
    if "mapping values" in problem:
        return "; put quotes around a text that holds ': '"
    if any(mark in before + "\n" + written for mark in ("- [", ": [", "- {", ": {", '- "', "- '")):
        return "; put quotes around the whole of a text that begins with [ or {, or holds quotes"
    return ""
