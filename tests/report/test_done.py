"""Marks of promises that were kept."""

from pathlib import Path

import pytest

from companion.errors import JournalError, SinkError
from companion.report.done import Mark, add, beside, read
from tests.report.promised import NOW


def test_the_last_mark_counts_and_no_file_has_none(tmp_path: Path) -> None:
    path = beside(str(tmp_path / "c-1.jsonl"))
    assert path == tmp_path / "followups.done"
    for mark in (Mark("a", NOW), Mark("b", NOW), Mark("b", None)):
        add(path, mark)
    assert read([path, tmp_path / "other" / "followups.done"], print) == {"a": NOW}
    assert path.read_text().splitlines()[0] == '{"id":"a","done":"2026-11-18T12:00:00+01:00"}'


def test_what_is_no_mark_is_named_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "followups.done"
    path.write_bytes(b'{"id": "a", "done": "2026-11-18T12:00:00"}\n{"id": "b\xff"}\n{"id": "c", "do')  # without a zone; no text; torn
    add(path, Mark("d", NOW))
    told: list[str] = []
    assert read([path], told.append) == {"d": NOW}
    assert [line.split(": ")[0] for line in told] == [f"{path}:{number}" for number in (1, 2, 3)]
    assert all(line.endswith("; left out") for line in told)
    with pytest.raises(JournalError, match="cannot be read: is a directory"):
        read([tmp_path], print)


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="marks stand beside the journals"):
        add(tmp_path / "gone" / "followups.done", Mark("a", NOW))
