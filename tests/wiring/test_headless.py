"""Headless runs within this process: where records go, and what several sources do."""

import json
from pathlib import Path

import pytest

from companion.errors import JournalError, ReplayMismatch, SourceError
from companion.wiring.headless import journals, log, prove, write
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
    (line,) = prove(path)
    assert line.endswith("records, and the same events give the same updates")
    capfd.readouterr()
    write(journals(path)["demo-chat"])
    assert capfd.readouterr().out == path.read_text()
    edited = path.read_text().replace('"because":"said', '"because":"saif', 1)
    path.write_text(edited)
    with pytest.raises(ReplayMismatch, match=r"demo-chat\.jsonl: call demo-chat: record \d+: the same events give another record"):
        list(prove(path))


def test_one_bad_source_of_several_is_named_and_counted(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="1 of 2 sources failed"):
        log([str(tmp_path / "none.jsonl"), CHAT], {"checklist": "complaint", "summary": True})
    captured = capfd.readouterr()
    assert "none.jsonl: no such file" in captured.err
    assert json.loads(captured.out)["call"] == "demo-chat"


def test_calls_mixed_in_one_journal_are_proved_one_by_one(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = [json.dumps({"call": call, "speaker": "agent", "text": "I am so sorry"}) for call in ("a", "b", "a", "b")]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    log([str(tmp_path / "in.jsonl")], {"checklist": "complaint"})
    (tmp_path / "out.jsonl").write_text(capfd.readouterr().out)
    assert [line.split(": ")[1] for line in prove(tmp_path / "out.jsonl")] == ["call a", "call b"]


def test_a_journal_cut_off_is_proved_as_far_as_it_goes(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log([CHAT], {"checklist": "complaint", "journal": str(tmp_path)})
    path = tmp_path / "demo-chat.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:20]))
    assert next(prove(path)).endswith("20 records, and the same events give the same updates; the call is cut off there")


def test_a_checklist_changed_in_the_journal_is_found(tmp_path: Path) -> None:
    log([CHAT], {"checklist": "complaint", "journal": str(tmp_path)})
    path = tmp_path / "demo-chat.jsonl"
    path.write_text(path.read_text().replace('"title":"', '"title":"x', 1))
    with pytest.raises(JournalError, match="was changed"):
        list(prove(path))


def test_two_sources_never_share_a_calls_name(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"speaker": "agent", "text": "hello"}))
    log([str(tmp_path / "x.jsonl"), str(tmp_path / "y.jsonl")], {"checklist": "complaint", "summary": True})
    captured = capfd.readouterr()
    assert [json.loads(line)["call"] for line in captured.out.splitlines()] == ["call-1", "call-1-2"]
    assert "call call-1: that name is taken; this one is called call-1-2" in captured.err
