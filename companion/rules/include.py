"""`include`: a checklist that goes on from others. All are put together before anything is checked, so that a journal holds the whole.

What the including file says stands over what the included one says: keys over keys, at any depth; steps and flags go by their id; a list
stands in place of the other, and the entry `<included>` in it for the other's entries. `without` leaves steps and flags out.
"""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import NoReturn

from companion.errors import ChecklistError
from companion.rules import document
from companion.rules.document import Line, Listing, Mapping, Node, Scalar

INCLUDED = "<included>"
"""In a list: what the included file has in that place."""

ITS_OWN = ("id", "version", "title", "scenarios")
"""What a checklist never takes from another: its name, and the scenarios, which test the other as a whole."""


def read(path: Path, find: Callable[[str, Path], Path]) -> Node:
    """A checklist's file as one tree, with all that it includes.

    Args:
        path: the file.
        find: the file of a checklist by its name, or by its path from a folder.

    Raises:
        ChecklistError: a file cannot be read or is not YAML, an included one is missing or includes itself; names file and line.
    """
    return _Files(find).read(path, ())


class _Files:
    """Each file is read once, however often it is included."""

    def __init__(self, find: Callable[[str, Path], Path]) -> None:
        self._find = find
        self._read: dict[Path, Node] = {}

    def read(self, path: Path, within: tuple[Path, ...]) -> Node:
        real = path.resolve()
        if real not in self._read:
            self._read[real] = self._whole(document.read(path), path, (*within, path))
        return self._read[real]

    def _whole(self, root: Node, path: Path, within: tuple[Path, ...]) -> Node:
        if not isinstance(root, Mapping):
            return root
        own = _lacking(root, ("include", "without"))
        included = [self._included(name, path, within) for name in _names(root, "include")]
        base: Node = reduce(_over, included) if included else Mapping(root.line, (), 1)
        return _over(reduce(_left_out, _names(root, "without"), base), own)

    def _included(self, name: Scalar, path: Path, within: tuple[Path, ...]) -> Node:
        try:
            found = self._find(name.text, path.parent)
        except ChecklistError as error:
            _refuse(name.line, f"include: {error}")
        chain = [each.resolve() for each in within]
        if found.resolve() in chain:
            circle = [*within[chain.index(found.resolve()) :], found]
            _refuse(name.line, f"includes itself: {' → '.join(each.name for each in circle)}")
        root = self.read(found, within)
        if not isinstance(root, Mapping):
            _refuse(name.line, f"include: {found}: holds no keys, such as 'lists' or 'flags'")
        return _lacking(root, ITS_OWN)


def _over(base: Node, own: Node) -> Node:
    """What stands where both say something."""
    if isinstance(own, Listing):
        items = _spliced(base.items if isinstance(base, Listing) else (), own.items)
        return _listing(own, items)
    if not isinstance(base, Mapping) or not isinstance(own, Mapping):
        return own
    entries = {key.text: (key, value) for key, value in base.entries}
    for key, value in own.entries:
        there = entries[key.text][1] if key.text in entries else None
        if isinstance(there, Listing) and isinstance(value, Listing) and _ids(there):
            value = _by_id(there, value)
        elif there is not None:
            value = _over(there, value)
        entries[key.text] = key, value
    return _mapping(own.line, entries)


def _spliced(base: tuple[Node, ...], own: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(item for each in own for item in (base if isinstance(each, Scalar) and each.text == INCLUDED else (each,)))


def _by_id(base: Listing, own: Listing) -> Listing:
    """Steps or flags: one of an id that is there already goes over it, in its place; a new one follows the one that it is written after."""
    items = list(base.items)
    left = _ids(base)
    at = len(items)
    for item in own.items:
        place = left.pop(_id(item), None)  # a second one of that id follows, for the checks to find
        if place is None:
            items.insert(at, item)
            left = {id: number + (number >= at) for id, number in left.items()}
        else:
            at = place
            items[at] = _over(items[at], item)
        at += 1
    return _listing(own, tuple(items))


def _left_out(base: Node, name: Scalar) -> Node:
    """Without this step or flag, and without what the flag adds to the heat."""

    def off(node: Node) -> Node:
        if isinstance(node, Listing):
            return _listing(node, tuple(item for item in node.items if _id(item) != name.text))
        return _lacking(node, (name.text,)) if isinstance(node, Mapping) else node

    left = base
    for keys in (("steps",), ("flags",), ("heat", "flags")):
        left = _changed(left, keys, off)
    if left.size == base.size:
        _refuse(name.line, f"without: no step or flag '{name.text}' is included")
    return left


def _changed(node: Node, keys: tuple[str, ...], change: Callable[[Node], Node]) -> Node:
    """The tree with another node at the end of that way; as it was, where there is none."""
    if not keys:
        return change(node)
    if not isinstance(node, Mapping):
        return node
    entries = {key.text: (key, _changed(value, keys[1:], change) if key.text == keys[0] else value) for key, value in node.entries}
    return _mapping(node.line, entries)


def _names(root: Mapping, key: str) -> list[Scalar]:
    """The one name, or the list of names, of a key; none where the key is not there."""
    value = next((value for each, value in root.entries if each.text == key), None)
    if value is None:
        return []
    names = value.items if isinstance(value, Listing) else (value,)
    found = [name for name in names if isinstance(name, Scalar) and name.text.strip()]
    if len(found) != len(names):
        _refuse(value.line, f"'{key}': expected a name, or a list of names")
    return found


def _lacking(node: Mapping, keys: tuple[str, ...]) -> Mapping:
    return _mapping(node.line, {key.text: (key, value) for key, value in node.entries if key.text not in keys})


def _listing(like: Listing, items: tuple[Node, ...]) -> Listing:
    return Listing(like.line, items, like.flow, 1 + sum(item.size for item in items))


def _mapping(line: Line, entries: dict[str, tuple[Scalar, Node]]) -> Mapping:
    return Mapping(line, tuple(entries.values()), 1 + sum(1 + value.size for _, value in entries.values()))


def _ids(listing: Listing) -> dict[str, int]:
    return {id: number for number, item in enumerate(listing.items) if (id := _id(item))}


def _id(item: Node) -> str:
    if not isinstance(item, Mapping):
        return ""
    return next((value.text for key, value in item.entries if key.text == "id" and isinstance(value, Scalar)), "")


def _refuse(line: Line, text: str) -> NoReturn:
    raise ChecklistError(text, file=line.file, line=line)
