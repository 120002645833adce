"""Every exception: its place in the drawn tree, its exit code, its one line."""

import inspect
import re

import pytest

from companion import errors
from companion.errors import ChecklistError, CompanionError, CoreMisuse, JournalError

EVERY = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == "companion.errors"]


def drawn() -> dict[str, tuple[str, int | None]]:
    """The tree in the module's docstring: name → (parent, exit code where one is drawn)."""
    tree: dict[str, tuple[str, int | None]] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^([│ ]*(?:├──|└──) )?(\w+)(?:\((\w+)\))?\s", line)
        if not found or found[2] not in dir(errors):
            continue
        depth = len(found[1] or "") // 4
        above = [*above[:depth], found[2]]
        code = re.search(r"\b(\d{1,3})\b", line)
        tree[found[2]] = (found[3] or (above[depth - 1] if depth else "Exception"), int(code[1]) if code else None)
    return tree


def test_the_tree_is_drawn_as_it_is() -> None:
    assert {name: parent for name, (parent, _) in drawn().items()} == {kind.__name__: kind.__bases__[0].__name__ for kind in EVERY}


def test_exit_codes_are_as_drawn() -> None:
    codes = {name: code for name, (_, code) in drawn().items() if code is not None}
    assert codes == {
        "ConfigError": 2,
        "ChecklistError": 2,
        "SourceError": 3,
        "SpeechError": 4,
        "SinkError": 5,
        "ReplayError": 6,
        "ReaderGone": 141,
    }
    for name, code in codes.items():
        assert getattr(errors, name).exit_code == code


def test_what_is_not_drawn_with_a_code_has_its_parents() -> None:
    assert errors.ModelMissing("x").exit_code == 4
    assert errors.SourceLost("x").exit_code == errors.PeerError("x").exit_code == 3
    assert errors.ReplayMismatch("x").exit_code == JournalError("x").exit_code == 6
    assert CompanionError("x").exit_code == 1


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [("a.yaml", 7, "a.yaml:7: wrong"), ("a.yaml", 0, "a.yaml: wrong"), ("", 7, "wrong"), ("", 0, "wrong")],
)
def test_a_checklist_error_names_its_place(file: str, line: int, text: str) -> None:
    error = ChecklistError("wrong", file=file, line=line)
    assert (str(error), error.file, error.line) == (text, file, line)


def test_what_a_checklist_error_quotes_stays_one_line() -> None:
    assert str(ChecklistError("unknown key 'a\n  b\x1b[2J'", file="a.yaml", line=7)) == "a.yaml:7: unknown key 'a b [2J'"


def test_a_journal_error_knows_its_line() -> None:
    assert (str(JournalError("a:3: wrong", line=3)), JournalError("x", line=3).line, JournalError("x").line) == ("a:3: wrong", 3, 0)


def test_our_own_bug_is_not_caught_with_the_worlds() -> None:
    assert not issubclass(CoreMisuse, CompanionError)
    assert issubclass(CoreMisuse, AssertionError)
