"""Headless runs within this process: where records go, and what several sources do."""

import json
from pathlib import Path

import pytest

from companion.errors import ReplayMismatch, SourceError
from companion.wiring.headless import journal, log, prove, write
from companion.wiring.parts import DATA

CHAT = str(DATA / "demo" / "chat.jsonl")


def test_records_go_to_stdout_unless_there_is_a_journal(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log([CHAT], {"checklist": "complaint"})
    shown = capfd.readouterr().out
    log([CHAT], {"checklist": "complaint", "journal": str(tmp_path)})
    assert capfd.readouterr().out == ""
    assert (tmp_path / "demo-chat.jsonl").read_text() == shown
    log([CHAT], {"checklist": "complaint", "summary": True})
    assert json.loads(capfd.readouterr().out)["call"] == "demo-chat"


def test_a_journal_read_back_is_proved_and_written_again(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log([CHAT], {"checklist": "complaint", "journal": str(tmp_path)})
    path = tmp_path / "demo-chat.jsonl"
    assert "the same events give the same updates" in prove(path)
    capfd.readouterr()
    write(journal(path))
    assert capfd.readouterr().out == path.read_text()
    edited = path.read_text().replace('"because":"said', '"because":"saif', 1)
    path.write_text(edited)
    with pytest.raises(ReplayMismatch):
        prove(path)


def test_one_bad_source_of_several_is_named_and_counted(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="1 of 2 sources failed"):
        log([str(tmp_path / "none.jsonl"), CHAT], {"checklist": "complaint", "summary": True})
    captured = capfd.readouterr()
    assert "none.jsonl: no such file" in captured.err
    assert json.loads(captured.out)["call"] == "demo-chat"
