"""The way is chosen by the address."""

from pathlib import Path

import pytest

from companion.broadcast.lookout import HubLookout
from companion.broadcast.nats_lookout import NatsLookout
from companion.errors import ConfigError
from companion.wiring.lookouts import lookout


async def test_the_way_is_chosen_by_the_address(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    assert isinstance(lookout({"hub": "ws://127.0.0.1:2750"}, "reader", ""), HubLookout)
    assert isinstance(lookout({"hub": "wss://x:1", "broadcast_token_file": str(tmp_path / "token")}, "reader", ""), HubLookout)
    assert isinstance(lookout({"hub": "nats://127.0.0.1:4222"}, "reader", ""), NatsLookout)


def test_a_token_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone: the token cannot be read"):
        lookout({"hub": "ws://x:1", "broadcast_token_file": str(tmp_path / "gone")}, "reader", "")
