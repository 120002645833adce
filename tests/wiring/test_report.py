"""Journals to a report, within this process."""

import datetime
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from companion.core.record import encode
from companion.errors import ConfigError, JournalError, SinkError
from companion.wiring.report import gathered, report, write
from tests.report.week import journals, records

OPTIONS: dict[str, Any] = {"since": None, "until": None, "agent": None, "by": None, "as_json": False, "html": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a week's journals."""
    for kept in journals(15):
        (tmp_path / f"{kept[0].call}.jsonl").write_bytes(b"".join(encode(record) + b"\n" for record in kept))
    return tmp_path


def test_a_folder_is_all_its_journals_and_what_is_none_is_said_and_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "summaries.jsonl").write_text('{"call": "c-1"}\n')
    (folder / "notes.txt").write_text("no journal")
    assert len(gathered([folder])) == 15
    assert "summaries.jsonl:1: not a journal record" in capsys.readouterr().err
    with pytest.raises(JournalError):
        gathered([folder / "summaries.jsonl"])


def test_a_call_is_counted_once_and_from_where_most_of_it_is(folder: Path) -> None:
    kept = (folder / "c-0.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "c-0.2.jsonl").write_bytes(b"".join(kept[:20]))
    (folder / "a copy.jsonl").write_bytes(b"".join(kept[:10]))
    calls = {call.call: call for call in gathered([folder, folder / "c-0.jsonl"])}
    assert len(calls) == 15
    assert calls["c-0"].whole


def test_rehearsals_are_nobodys_calls(tmp_path: Path) -> None:
    kept = b"".join(encode(record) + b"\n" for record in records("chat"))
    (tmp_path / "c-1.jsonl").write_bytes(kept.replace(b'"source":"script"', b'"source":"practice:bill"'))
    with pytest.raises(ConfigError, match="only rehearsals, which do not count"):
        gathered([tmp_path])


def test_the_report_is_printed_without_colour_where_nobody_looks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report([folder], {**OPTIONS, "by": "team"})
    out = capsys.readouterr().out
    assert "By team" in out
    assert "\x1b" not in out


def test_days_and_agents_may_leave_nothing(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no call is of that agent and those days"):
        report([folder], {**OPTIONS, "until": datetime.date(2026, 1, 1)})


def test_json_is_one_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report([folder], {**OPTIONS, "as_json": True, "agent": "dan"})
    assert json.loads(capsys.readouterr().out)["total"]["calls"] == 5


def test_the_page_is_one_file(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("matplotlib", reason="needs companion[report]")
    page = tmp_path_factory.mktemp("out") / "report.html"
    report([folder], {**OPTIONS, "html": page})
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert os.listdir(page.parent) == ["report.html"]


def test_without_what_draws_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("companion.report.p")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ConfigError, match=r"jinja2 is not installed; pip install 'companion\[report\]'"):
        report([folder], {**OPTIONS, "html": folder / "report.html"})


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write(tmp_path / "page.html", b"whole")
    assert (tmp_path / "page.html").read_bytes() == b"whole"
    with pytest.raises(SinkError, match="no such file or directory; name another place"):
        write(tmp_path / "missing" / "page.html", b"whole")
    assert os.listdir(tmp_path) == ["page.html"]
