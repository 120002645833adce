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
    assert read([path, tmp_path / "other" / "followups.done"]) == {"a": NOW}
    assert path.read_text().splitlines()[0] == '{"id":"a","done":"2026-11-18T12:00:00+01:00"}'


def test_what_is_no_mark_is_named(tmp_path: Path) -> None:
    path = tmp_path / "followups.done"
    path.write_text('{"id": "a", "done": "2026-11-18T12:00:00"}\n')  # without a zone
    with pytest.raises(JournalError, match=r"followups.done:1: not a mark of a promise: .*; take the line away"):
        read([path])
    with pytest.raises(JournalError, match="cannot be read: is a directory"):
        read([tmp_path])


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="marks stand beside the journals"):
        add(tmp_path / "gone" / "followups.done", Mark("a", NOW))
