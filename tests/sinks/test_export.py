"""Tables as files: what comes out is what was in."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from companion.errors import ConfigError, SinkError
from companion.sinks import export as exporting
from companion.sinks.export import export, export_to
from companion.sinks.store import Store
from tests.sinks.databases import call, postgresql, server, url

__all__ = ["postgresql", "server", "url"]


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A database with a dated and an undated call."""
    store = Store(url)
    store.prepare()
    store.keep([*call("a", agent='Ann "A", Müller\nx'), *call("b", began=None)])
    yield store
    store.close()


@pytest.mark.parametrize("table", ["calls", "steps", "utterances", "promises"])
def test_all_forms_hold_the_same(store: Store, table: str, tmp_path: Path) -> None:
    counts = {form: export_to(tmp_path / form, table, store.rows(table), form) for form in ("csv", "jsonl", "parquet")}
    lines = [alike(json.loads(line)) for line in (tmp_path / "jsonl").read_text(encoding="utf-8").splitlines()]
    assert set(counts.values()) == {len(lines)}
    with (tmp_path / "csv").open(encoding="utf-8", newline="") as file:
        assert [alike(row) for row in csv.DictReader(file)] == lines
    assert [alike(row) for row in parquet.read_table(tmp_path / "parquet").to_pylist()] == lines


def alike(row: dict[str, Any]) -> dict[str, str]:
    """A row as text, whatever its file makes of nothing and of time."""
    return {name: "" if value is None else str(value).replace("T", " ").replace("Z", "+00:00") for name, value in row.items()}


@pytest.mark.parametrize("said", ['=HYPERLINK("http://x")', "+1", "-1+2", "@SUM(1)", "\tx", "\rx"])
def test_no_text_is_a_spreadsheets_formula(said: str) -> None:
    file = io.BytesIO()
    rows = [["utterance", "text", "start_s"], [1, said, -1.5], [2, "1 = 1", None]]
    assert export("utterances", rows, "csv", file) == 2
    assert list(csv.reader(io.StringIO(file.getvalue().decode(), newline="")))[1:] == [["1", f"'{said}", "-1.5"], ["2", "1 = 1", ""]]


def test_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_AT_ONCE", 7)
    file = io.BytesIO()
    assert export("records", store.rows("records"), "parquet", file) == 2 * len(call())
    assert parquet.read_table(file).num_rows == 2 * len(call())


def test_a_table_with_nothing_in_it(url: str, tmp_path: Path) -> None:
    store = Store(url)
    store.prepare()
    for form in ("csv", "jsonl", "parquet"):
        assert export_to(tmp_path / form, "calls", store.rows("calls"), form) == 0
    store.close()


def test_a_file_that_cannot_be_written_is_named_and_an_old_one_stays(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"none/calls\.csv: cannot be written"):
        export_to(tmp_path / "none" / "calls.csv", "calls", store.rows("calls"), "csv")
    (tmp_path / "calls.csv").write_text("old")

    def broken() -> Iterator[list[str]]:
        yield ["call"]
        raise SinkError("gone")

    with pytest.raises(SinkError, match="gone"):
        export_to(tmp_path / "calls.csv", "calls", broken(), "csv")
    assert [path.name for path in tmp_path.glob("calls.csv*")] == ["calls.csv"]
    assert (tmp_path / "calls.csv").read_text() == "old"


def test_parquet_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pyarrow is not installed; pip install 'companion\[parquet\]'"):
        export("calls", iter([["call"]]), "parquet", io.BytesIO())
