"""From a checklist's file to a `Checklist`, strictly: what is not understood is named with its line."""

import math
import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeAlias, TypeVar

import msgspec
from msgspec import inspect

from companion.core.checklist import Checklist, Example, Scenario
from companion.core.roleplay import Dialogue, Script
from companion.errors import ChecklistError
from companion.rules import coherence, include
from companion.rules.document import Line, Listing, Mapping, Node, Scalar

T = TypeVar("T", Checklist, Script)
Place: TypeAlias = tuple[str | int, ...]
"""The way to a part of a checklist: `("steps", 2, "says", 0)`."""
Places: TypeAlias = dict[Place, Line]
"""The line, and with it the file, at which each part of a checklist stands."""

RATIOS = frozenset({"hurry"})
"""The numbers with a key of their own that are no lengths of time."""

_DURATION = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d+(?:\.\d+)?)s)?")
_CLOCK = re.compile(r"(\d{1,9}):([0-5]\d(?:\.\d+)?)")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NOTHING = ("", "~", "null", "Null", "NULL")
_SPEECH = ((Scenario, "lines"), (Example, "after"), (Dialogue, "lines"))


def load(path: Path | str, *, detectors: Iterable[str] | None = None) -> Checklist:
    """Read a checklist.

    Args:
        path: the file, as the person wrote it; it stands in the errors.
        detectors: the names a step's `detector` may have; None takes those of `companion.core.detect`.

    Raises:
        ChecklistError: `file:line: what is wrong; what to do`.
    """
    return load_with_places(path, detectors=detectors)[0]


def load_with_places(path: Path | str, *, detectors: Iterable[str] | None = None) -> tuple[Checklist, Places]:
    """Read a checklist, and where in the file each part of it stands.

    Raises:
        ChecklistError: as `load`.
    """
    return parse(include.read(Path(path), find), str(path), detectors=detectors)


def parse(root: Node, file: str, *, detectors: Iterable[str] | None = None) -> tuple[Checklist, Places]:
    """A document's tree as a checklist; `file` stands in the errors.

    Raises:
        ChecklistError: as `load`.
    """
    checklist, places = structured(root, Checklist, file)
    coherence.check(checklist, places, file, detectors)
    return checklist, places


def structured(root: Node, kind: type[T], file: str) -> tuple[T, Places]:
    """A document's tree as a value of some rule type, its words and numbers checked, and where each part of it stands.

    Raises:
        ChecklistError: as `load`.
    """
    reader = _Reader()
    shape = _shape(kind)
    if not isinstance(root, Mapping):
        keys = ", ".join(f"'{field.encode_name}'" for field in shape.fields if field.required)
        reader.refuse(root.line, f"expected a {kind.__name__.lower()} with the keys {keys}, …")
    value = reader.read(root, shape, ())
    try:
        return msgspec.convert(value, kind), reader.places
    except msgspec.ValidationError as error:
        raise ChecklistError(str(error), file=file) from error


def shipped_folder() -> Path:
    """The folder of the checklists that come along: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "data" / "checklists"
    return inside if inside.is_dir() else package.parent / "checklists"


def find(name_or_path: str, folder: Path = Path()) -> Path:
    """The file of a checklist: a shipped one by its name (`complaint`), or any path, from that folder if it is not whole.

    Raises:
        ChecklistError: there is none; the text lists the shipped names.
    """
    if re.search(r"[/\\]|\.ya?ml$", name_or_path, re.IGNORECASE):
        path = folder / Path(name_or_path).expanduser()
        if not path.is_file():
            raise ChecklistError("no such file", file=str(path))
        return path
    shipped = {path.stem: path for path in sorted(shipped_folder().glob("*.yaml"))}
    if name_or_path not in shipped:
        names = ", ".join(shipped) or "none"
        raise ChecklistError(f"no such checklist; shipped: {names}; or give a path that ends in .yaml", file=name_or_path)
    return shipped[name_or_path]


def seconds(text: str) -> float | None:
    """`90s`, `1m30s`, `2h`, `1:30` (minutes and seconds) or a bare number of seconds; None for anything else."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return float(text)
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 60 + float(clock[2])
    if text and (parts := _DURATION.fullmatch(text)):
        return int(parts[1] or 0) * 3600 + int(parts[2] or 0) * 60 + float(parts[3] or 0)
    return None


@cache
def _shape(kind: type) -> Any:
    return inspect.type_info(kind)


class _Reader:
    """Reads a tree as a type says: the same `no` is a text in one place and False in another."""

    def __init__(self) -> None:
        self.places: Places = {}

    def refuse(self, line: Line, text: str) -> NoReturn:
        raise ChecklistError(text, file=line.file, line=line)

    def read(self, node: Node, kind: Any, path: Place) -> Any:
        self.places[path] = node.line
        match kind:
            case inspect.UnionType():
                if _is_nothing(node):
                    return None
                others = [each for each in kind.types if not isinstance(each, inspect.NoneType)]
                return self.read(node, others[0], path)
            case inspect.StructType():
                return self._struct(node, kind, path)
            case inspect.VarTupleType() | inspect.ListType():
                return self._list(node, kind.item_type, path)
            case inspect.DictType():
                if not isinstance(node, Mapping):
                    self._wrong(node, path, "entries of the form 'name: value'")
                return {key.text: self._entry(value, kind.value_type, (*path, key.text)) for key, value in node.entries}
            case inspect.LiteralType():
                if not isinstance(node, Scalar) or node.text not in kind.values:
                    self._wrong(node, path, " or ".join(f"'{value}'" for value in kind.values))
                return node.text
            case _:
                return self._scalar(node, kind, path)

    def _struct(self, node: Node, kind: inspect.StructType, path: Place) -> Any:
        if kind.cls is Example and isinstance(node, Scalar):
            return {"text": self._string(node, path)}
        if not isinstance(node, Mapping):
            names = ", ".join(field.encode_name for field in kind.fields[:4])
            self._wrong(node, path, f"the keys {names}, …")
        fields = {field.encode_name: field for field in kind.fields}
        read: dict[str, Any] = {}
        for key, value in node.entries:
            if key.text not in fields:
                self.refuse(key.line, f"unknown key '{key.text}'{meant(key.text, fields)}")
            inner = (*path, key.text)
            if (kind.cls, key.text) in _SPEECH:
                read[key.text] = self._speech(value, inner)
            elif _is_nothing(value) and not _may_be_nothing(fields[key.text].type):
                self.refuse(key.line, f"'{key.text}' is empty; give it a value or take the line away")
            else:
                read[key.text] = self.read(value, fields[key.text].type, inner)
            self.places.setdefault(inner, key.line)
        for field in kind.fields:
            if field.required and field.encode_name not in read:
                called = _called(path) if path else f"the {kind.cls.__name__.lower()}"
                self.refuse(node.line, f"{called}: '{field.encode_name}' is missing")
        return read

    def _entry(self, node: Node, kind: Any, path: Place) -> Any:
        """A value of a free mapping. A float there is a weight; one that is a key of its own is a length of time, but for a few."""
        if isinstance(kind, inspect.FloatType):
            self.places[path] = node.line
            return self._number(node, path, is_time=False)
        return self.read(node, kind, path)

    def _list(self, node: Node, item: Any, path: Place) -> list[Any]:
        if not isinstance(node, Listing):
            self._wrong(node, path, "a list; begin each entry with '- '")
        return [self.read(each, item, (*path, number)) for number, each in enumerate(node.items)]

    def _speech(self, node: Node, path: Place) -> list[str]:
        """Lines of talk. `- 0:09 agent: sorry` is a mapping to YAML and a line to its author; a `|` block is many."""
        self.places[path] = node.line
        lines: list[tuple[Line, str]] = []
        if isinstance(node, Scalar) and node.block:
            lines = [(node.line + 1 + number, text) for number, text in enumerate(node.text.split("\n"))]
        elif isinstance(node, Listing):
            for number, each in enumerate(node.items):
                said = each.entries[0] if isinstance(each, Mapping) and len(each.entries) == 1 else None
                if said is not None and isinstance(said[1], Scalar):
                    lines.append((each.line, f"{said[0].text}: {said[1].text}"))
                else:
                    lines.append((each.line, self._string(each, (*path, number))))
        else:
            self._wrong(node, path, "a list of lines, or a block after '|'")
        kept = [(line, text.strip()) for line, text in lines if text.strip() and not text.strip().startswith("#")]
        for number, (line, _) in enumerate(kept):
            self.places[(*path, number)] = line
        return [text for _, text in kept]

    def _scalar(self, node: Node, kind: Any, path: Place) -> Any:
        if isinstance(kind, inspect.StrType):
            return self._string(node, path)
        if isinstance(kind, inspect.BoolType):
            if not isinstance(node, Scalar) or not node.plain or node.text.lower() not in _TRUTH:
                self._wrong(node, path, "yes or no")
            return _TRUTH[node.text.lower()]
        if isinstance(kind, inspect.IntType):
            if not isinstance(node, Scalar) or not node.plain or not re.fullmatch(r"[-+]?\d{1,15}", node.text):
                self._wrong(node, path, "a whole number")
            return int(node.text)
        if isinstance(kind, inspect.FloatType):
            return self._number(node, path, is_time=path[-1] not in RATIOS)
        raise AssertionError(f"the checklist's types hold a kind that no file can give: {kind}")

    def _number(self, node: Node, path: Place, *, is_time: bool) -> float:
        wanted = "a length of time such as 90s, 1m30s or 1:30" if is_time else "a number"
        text = node.text if isinstance(node, Scalar) else ""
        value = seconds(text) if is_time else float(text) if _NUMBER.fullmatch(text) else None
        if value is None or not math.isfinite(value):
            self._wrong(node, path, wanted)
        if is_time and value < 0:
            self.refuse(node.line, f"'{path[-1]}': a length of time cannot be negative")
        return value

    def _string(self, node: Node, path: Place) -> str:
        if not isinstance(node, Scalar):
            self._wrong(node, path, "a text; one that begins with [ or {, or holds ': ', needs quotes around it")
        if not node.text.strip():
            self.refuse(node.line, f"{_called(path)}: expected a text, found nothing")
        return node.text.strip() if node.block else node.text

    def _wrong(self, node: Node, path: Place, wanted: str) -> NoReturn:
        other = "a list" if isinstance(node, Listing) else "keys and values"
        found = f"'{node.text}'" if isinstance(node, Scalar) else other
        self.refuse(node.line, f"{_called(path)}: found {found}, expected {wanted}")


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in _NOTHING


def _may_be_nothing(kind: Any) -> bool:
    return isinstance(kind, inspect.UnionType) and kind.includes_none


def _called(path: Place) -> str:
    """`("steps", 2, "due")` → `'due'`; `("steps", 2)` → `entry 3 of 'steps'`."""
    if not path:
        return "the checklist"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of '{path[-2]}'"
    return f"'{path[-1]}'"


def meant(written: str, known: Iterable[str]) -> str:
    """`; did you mean 'prompt'?`, or what there is to choose from."""
    names = list(known)
    near = get_close_matches(written, names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known here: {', '.join(names)}" if names else "; none is defined"
