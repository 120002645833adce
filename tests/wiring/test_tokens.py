"""Tokens as the commands make them."""

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
