"""Tokens are made, found, taken away, and never kept."""

import os
import stat
from pathlib import Path

import pytest

from companion.broadcast import tokens
from companion.errors import ConfigError


def test_a_token_is_found_and_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "house" / "tokens"
    sue = tokens.new(path, "sue", "supervisor", "2026-11-21")
    maria = tokens.new(path, "Maria", "agent", "2026-11-21")
    assert len(sue) == len(maria) == 43
    holders = tokens.read(path)
    assert [(holder.name, holder.role, holder.since) for holder in holders] == [
        ("sue", "supervisor", "2026-11-21"),
        ("Maria", "agent", "2026-11-21"),
    ]
    assert tokens.find(holders, sue) == holders[0]
    assert tokens.find(holders, maria) == holders[1]
    for wrong in ("", sue[:-1], sue + "x", holders[0].sha256, "\ud800"):
        assert tokens.find(holders, wrong) is None
    text = path.read_text()
    assert sue not in text
    assert maria not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["tokens"]


def test_a_name_has_one_token(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    first = tokens.new(path, "sue", "supervisor", "")
    with pytest.raises(ConfigError, match="SUE has a token already; revoke it first"):
        tokens.new(path, "SUE", "reader", "")
    tokens.revoke(path, "Sue")
    assert tokens.find(tokens.read(path), first) is None
    with pytest.raises(ConfigError, match="nobody called sue has a token"):
        tokens.revoke(path, "sue")
    assert tokens.new(path, "sue", "reader", "") != first


@pytest.mark.parametrize("name", ["", " ", "a\x1b[2Jb", "a\nb", "x" * 101])
def test_names_that_cannot_be_used(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="plain characters"):
        tokens.new(tmp_path / "tokens", name, "agent", "")


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    with pytest.raises(ConfigError, match="cannot be read: no such file or directory; make one with"):
        tokens.read(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        tokens.Roll(path, print)
    path.write_bytes(b'\n{"name":"a","role":"king","sha256":""}\n')
    with pytest.raises(ConfigError, match=r"tokens:2: no token's line: Invalid enum value 'king'"):
        tokens.read(path)
    path.write_bytes(b'{"name":"\\u001b[2J","role":"agent","sha256":""}\n')
    with pytest.raises(ConfigError, match=r"tokens:1: no token's line: it has no name"):
        tokens.read(path)
    with pytest.raises(ConfigError, match="cannot be written"):
        tokens.new(path / "below", "sue", "reader", "")


def test_names_in_a_file_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text('{"name":"s\\u001b[2Jue","role":"reader","sha256":"x"}\n')
    assert tokens.read(path)[0].name == "sue"


def test_the_roll_follows_its_file(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    tokens.new(path, "sue", "supervisor", "")
    told: list[str] = []
    roll = tokens.Roll(path, told.append)
    assert not roll.refresh()
    token = tokens.new(path, "dan", "agent", "")
    assert roll.refresh()
    assert not roll.refresh()
    assert tokens.find(roll.holders, token) is not None
    path.write_text("nonsense\n")
    assert not roll.refresh()
    path.unlink()
    assert not roll.refresh()
    assert [holder.name for holder in roll.holders] == ["sue", "dan"]
    assert len(told) == 2
    assert all(line.endswith("until then the tokens stay as they were") for line in told)
