"""The run behind the agent's screen, from the options of a command to the journal."""

import json
from pathlib import Path

import pytest

from companion.core.record import Record, decode
from companion.core.replay import check
from companion.errors import ConfigError
from companion.tui.feed import Viewer
from companion.wiring.parts import rules_of
from companion.wiring.taking import taken


async def test_a_source_is_judged_shown_and_kept(tmp_path: Path) -> None:
    said = tmp_path / "call.jsonl"
    said.write_text(json.dumps({"call": "call", "speaker": "customer", "text": "my code is 482915, I want your manager"}) + "\n")
    shown: list[object] = []
    options = {"journal": str(tmp_path / "journals"), "agent_name": "anna", "speed": 100.0}
    async with taken(str(said), rules_of("complaint"), options, print) as (run, show):
        show(Viewer(shown.append))
        await run.go()
        assert run.viewer is not None
    assert run.viewer is None  # its screen is gone
    journal = (tmp_path / "journals" / "call.jsonl").read_text()
    records = [decode(line) for line in journal.splitlines()]
    assert check(records) == len(records)
    assert "anna" in journal
    assert "482915" not in journal
    assert [record.seq for record in shown if isinstance(record, Record)] == [record.seq for record in records]


async def test_options_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    said = tmp_path / "call.jsonl"
    said.touch()
    with pytest.raises(ConfigError, match="no ISO 8601 time"):
        async with taken(str(said), rules_of("complaint"), {"began": "yesterday"}, print):
            pass
