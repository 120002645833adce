"""The database commands: as a person would use them, one after the other."""

import csv
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from companion.cli import cli
from companion.cli.database import _TABLES
from companion.errors import ConfigError
from companion.sinks.schema import FOR_PEOPLE
from companion.wiring.parts import DATA

CHAT = str(DATA / "demo" / "chat.jsonl")


@pytest.fixture(autouse=True)
def _in_an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def companion(*arguments: str) -> tuple[str, str]:
    """What a command prints, for programs and for people."""
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout, done.stderr


def test_from_a_call_to_a_table() -> None:
    companion("log", CHAT, "--journal", "journals", "--database", "sqlite:///calls.db")
    told = companion("database", "info", "--database", "sqlite:///calls.db")[0]
    assert told.splitlines()[:2] == ["database sqlite:///calls.db", "calls       1, 2026-11-20 to 2026-11-20"]
    table, said = companion("database", "export", "--table", "calls", "--database", "sqlite:///calls.db")
    (row,) = csv.DictReader(table.splitlines())
    assert (row["call"], row["checklist"], row["ended"]) == ("demo-chat", "complaint", "ended")
    assert said == "stdout: 1 row of calls\n"
    companion("database", "export", "--table", "steps", "--format", "jsonl", "--out", "steps.jsonl", "--database", "sqlite:///calls.db")
    steps = [json.loads(line) for line in Path("steps.jsonl").read_text().splitlines()]
    assert {row["state"] for row in steps if row["step"] == "apologized"} == {"done"}


def test_made_again_from_journals_in_the_users_own_file() -> None:
    companion("log", CHAT, "--journal", "journals")
    for asked in (["info"], ["export", "--table", "calls"]):
        done = CliRunner().invoke(cli, ["database", *asked])
        assert isinstance(done.exception, ConfigError)
        assert "calls.db: there is no such file; 'companion database rebuild' makes one" in str(done.exception)
    said = companion("database", "rebuild", "--journal", "journals")[1]
    records = len(next(Path("journals").glob("*.jsonl")).read_text().splitlines())
    assert said.endswith(f"calls.db: {records} records added; 1 call in 1 journal\n")
    assert (Path(os.environ["XDG_DATA_HOME"]) / "companion" / "calls.db").is_file()
    Path("companion.toml").write_text('journal = "journals"\n[database]\nurl = "default"\n')
    assert companion("database", "rebuild")[1].endswith("calls.db: 0 records added; 1 call in 1 journal\n")


def test_journals_are_needed() -> None:
    done = CliRunner().invoke(cli, ["database", "rebuild"])
    assert done.exit_code == 2
    assert "say where the journals are" in done.output


def test_every_table_can_be_taken_out() -> None:
    assert [table.name for table in FOR_PEOPLE] == _TABLES
