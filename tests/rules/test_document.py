"""The tree of a YAML file: what stays as written, what is refused, and which line is named."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import ChecklistError
from companion.rules import document
from companion.rules.document import Listing, Mapping, Node, Scalar, parse


def plain(node: Node) -> object:
    """The tree without its lines."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def test_scalars_stay_as_they_are_written() -> None:
    tree = parse("on: yes\nno: off\nclock: 1:30\nzeros: 007\ndate: 2026-01-02\nlist: [~, 1_000, 'x']\n", "a.yaml")
    assert plain(tree) == {
        "on": "yes",
        "no": "off",
        "clock": "1:30",
        "zeros": "007",
        "date": "2026-01-02",
        "list": ["~", "1_000", "x"],
    }


def test_every_node_knows_its_line() -> None:
    tree = parse("# a comment\na:\n  - x\n  -\n    b: y\n", "a.yaml")
    assert isinstance(tree, Mapping)
    key, value = tree.entries[0]
    assert isinstance(value, Listing)
    assert (tree.line, key.line, [item.line for item in value.items]) == (2, 2, [3, 5])


def test_a_block_and_a_quoted_text_are_told_apart() -> None:
    tree = parse("a: |\n  one\n  two\nb: 'three'\nc: four\n", "a.yaml")
    assert isinstance(tree, Mapping)
    kinds = [(value.plain, value.block) for _, value in tree.entries if isinstance(value, Scalar)]
    assert kinds == [(False, True), (False, False), (True, False)]


def test_an_alias_repeats_what_its_anchor_holds() -> None:
    assert plain(parse("a: &x [1, 2]\nb: *x\n", "a.yaml")) == {"a": ["1", "2"], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.yaml: the file is empty"),
        ("# only a comment\n", "a.yaml: the file is empty"),
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: key 'a' stands twice, first in line 1"),
        (
            "a: !!python/object:os.system x\n",
            "a.yaml:1: tag 'tag:yaml.org,2002:python/object:os.system' is not allowed",
        ),
        ("a: !now x\n", "a.yaml:1: tag '!now' is not allowed; a text that begins with ! needs quotes"),
        ("a: *x\n", "a.yaml:1: '*x' refers to nothing"),
        ("a: &x [*x]\n", "a.yaml:1: '*x' refers to nothing"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2: a second document begins here"),
        ("? [a]\n: b\n", "a.yaml:1: a key must be a text"),
        ("a: " + "[" * 100_000, "a.yaml:1: nested too deeply"),
        (
            "a:\n\t- b\n",
            "a.yaml:2: not YAML: found character that cannot start any token; indent with spaces, not tabs",
        ),
        ("a: b: c\n", "a.yaml:1: not YAML: mapping values are not allowed in this context; put quotes around"),
        (
            "a:\n  - [i am] sorry\n",
            "a.yaml:2: not YAML: did not find expected '-' indicator; put quotes around the whole",
        ),
        ("a:\r\r\r  - x\r b: 2\r", "a.yaml:5: not YAML: did not find expected key"),
        ("a:\n  - x\n b: 2\n", "a.yaml:3: not YAML: did not find expected key"),
        ("a: 1\nb: \x00\n", "a.yaml:2: not YAML: control characters are not allowed"),
        ('a: 1\nb: "\\e[2J"\n', "a.yaml:2: a text holds the control character U+001B; take it away"),
        ('a: "\\u202e"\n', "a.yaml:1: a text holds the control character U+202E; take it away"),
    ],
)
def test_what_is_refused_names_file_and_line(text: str, said: str) -> None:
    with pytest.raises(ChecklistError) as caught:
        parse(text, "a.yaml")
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_the_same_is_refused_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_PARSER", yaml.SafeLoader)
    for text, line in [("a: b: c\n", 1), ("a:\n  - [i am] sorry\n", 2), ("a: 1\nb: \x00\n", 2), ("a: 1\na: 2\n", 2)]:
        with pytest.raises(ChecklistError) as caught:
            parse(text, "a.yaml")
        assert caught.value.line == line
    assert plain(parse("on: no\n", "a.yaml")) == {"on": "no"}


def test_aliases_cannot_unfold_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(ChecklistError, match=r"a\.yaml:5: unfolds into too many entries"):
        parse("\n".join(lines), "a.yaml")


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        (tmp_path / "a.yaml").write_bytes(mark + "title: Übung\n".encode())
        assert plain(document.read(tmp_path / "a.yaml")) == {"title": "Übung"}


def test_a_file_that_cannot_be_taken_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("id: a\ntitle: Übung\n".encode("latin-1"))
    (tmp_path / "large.yaml").write_bytes(b"#" * (document.MOST_BYTES + 1))
    for name, said in [
        ("latin.yaml", "latin.yaml:2: not UTF-8"),
        ("large.yaml", "large.yaml: larger than 1 MB"),
        ("none.yaml", "none.yaml: cannot be read: no such file or directory"),
        (".", ": cannot be read: is a directory"),
    ]:
        with pytest.raises(ChecklistError, match=said):
            document.read(tmp_path / name)


@given(st.text(alphabet=st.sampled_from(list("ab:-[]{}&*!|>'\"#\n ,?%@`\t\x00é")), max_size=60))
def test_any_text_is_a_tree_or_one_clear_line(text: str) -> None:
    said = ""
    try:
        plain(parse(text, "a.yaml"))
    except ChecklistError as error:
        said = str(error)
    assert not said or (said.startswith("a.yaml:") and "\n" not in said)
