"""What has happened, shown again: within this process, without a screen."""

from pathlib import Path

import pytest

from companion.errors import ConfigError, JournalError
from companion.wiring.showing import demo, replay


def test_the_typed_demo_needs_no_speech_and_can_be_proved(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    demo({"chat": True, "headless": True})
    path = tmp_path / "chat.jsonl"
    path.write_text(capfd.readouterr().out)
    given = {"path": path, "check": True, "other": None, "call": None, "start": None, "headless": False}
    replay(given)
    assert "the same events give the same updates" in capfd.readouterr().out
    with pytest.raises(ConfigError, match="--from says where the screen begins"):
        replay({**given, "start": 1000})
    with pytest.raises(ConfigError, match="leave --checklist away"):
        replay({**given, "other": "complaint"})
    replay({**given, "check": False, "headless": True})
    assert capfd.readouterr().out == path.read_text()
    replay({**given, "check": False, "headless": True, "other": "complaint"})
    assert capfd.readouterr().out == path.read_text()


def test_a_journal_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(JournalError):
        replay({"path": tmp_path / "empty.jsonl", "check": True, "other": None, "call": None, "start": None, "headless": False})
