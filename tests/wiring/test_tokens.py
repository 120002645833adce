"""Tokens as the commands make them."""

import os
from datetime import date
from pathlib import Path

import pytest

from companion.errors import ConfigError
from companion.wiring import tokens


def test_made_held_and_revoked(tmp_path: Path) -> None:
    file = str(tmp_path / "tokens")
    assert len(tokens.new(file, "maria", "agent")) == 43
    assert list(tokens.held(file)) == [f"agent       maria  since {date.today().isoformat()}"]
    tokens.revoke(file, "maria")
    assert list(tokens.held(file)) == []
    with pytest.raises(ConfigError, match="nobody called maria"):
        tokens.revoke(file, "maria")


def test_what_a_token_is_printed_into_is_its_owners(tmp_path: Path) -> None:
    with (tmp_path / "sue.token").open("w") as file:
        os.fchmod(file.fileno(), 0o644)
        tokens.keep_to_owner(file.fileno())
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600
    reading, writing = os.pipe()
    before = os.fstat(writing).st_mode
    tokens.keep_to_owner(writing)
    assert os.fstat(writing).st_mode == before
    os.close(reading)
    os.close(writing)
