"""The database as the settings say it: where it is, what is missing, and what cannot be."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from companion.core.record import encode
from companion.errors import ConfigError, JournalError, SinkError
from companion.sinks.reading import read
from companion.sinks.store import Store
from companion.wiring.database import export, info, opened, rebuild, stored
from companion.wiring.headless import log
from companion.wiring.parts import DATA
from tests.sinks.databases import PASSWORD, PostgreSQL, call, postgresql, server, until, url

__all__ = ["postgresql", "server", "url"]

CHAT = str(DATA / "demo" / "chat.jsonl")


def journal(folder: Path, name: str, *lines: bytes) -> None:
    """A journal of these records' lines."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.jsonl").write_bytes(b"\n".join(lines))


def held(url: str) -> tuple[int, int]:
    """Calls and records of a database."""
    store = Store(url)
    facts = store.facts()
    store.close()
    return facts.calls, facts.records


def test_none_is_wanted() -> None:
    with stored({}, print) as sinks:
        assert sinks == []


def test_it_takes_the_place_of_stdout(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    log([CHAT], {"checklist": "complaint"})
    printed = capfd.readouterr().out.splitlines()
    log([CHAT], {"checklist": "complaint", "database_url": url})
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert held(url) == (1, len(printed))


def test_rebuilding_adds_what_is_missing_and_names_what_cannot_be_read(url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    calls = [[encode(record) for record in call(name)] for name in ("a", "b", "c")]
    journal(tmp_path / "journals", "a", *calls[0])
    journal(tmp_path / "journals", "torn", *calls[1][:10], calls[1][10][:20])
    options = {"database_url": url, "journal": str(tmp_path / "journals")}
    assert rebuild(options, ()).endswith(f"{len(calls[0]) + 10} records added; 2 calls in 2 journals")
    assert "; 2 calls in 2 journals" in rebuild(options, ())
    journal(tmp_path / "journals", "b", *calls[1])
    journal(tmp_path / "elsewhere", "many", *calls[0], *calls[2])
    assert rebuild(options, [str(tmp_path / "elsewhere" / "many.jsonl")]).endswith(
        f"{len(calls[1]) - 10 + len(calls[2])} records added; 5 calls in 4 journals"
    )
    assert held(url) == (3, sum(map(len, calls)))
    journal(tmp_path / "journals", "bad", *[encode(record) for record in call("bad")][:5], b"{}", b"")
    journal(tmp_path / "journals", "hole", *[encode(record) for record in call("d")][3:])
    capfd.readouterr()
    with pytest.raises(JournalError, match="2 of 5 journals could not be stored whole"):
        rebuild(options, ())
    assert held(url) == (4, sum(map(len, calls)) + 5)
    told = capfd.readouterr().err
    assert "bad.jsonl:6: not a journal record" in told
    assert "hole.jsonl: call d: cannot be stored: " in told


def test_calls_of_one_name_are_told_apart_as_their_journals_are(tmp_path: Path) -> None:
    for name, day in (("7", 16), ("7.2", 17), ("7.10", 18)):
        journal(tmp_path / "journals", name, *[encode(record) for record in call("7", began=f"2026-11-{day}T10:00:00+01:00")])
    url = f"sqlite:///{tmp_path}/calls.db"
    rebuild({"database_url": url, "journal": str(tmp_path / "journals")}, ())
    export({"database_url": url}, "calls", "jsonl", str(tmp_path / "calls.jsonl"))
    rows = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert sorted((row["call"], row["day"]) for row in rows) == [("7", "2026-11-16"), ("7.2", "2026-11-17"), ("7.3", "2026-11-18")]


def test_rebuilding_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none: no such folder"):
        rebuild({"journal": str(tmp_path / "none")}, ())


def test_the_password_comes_from_a_file(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="no password supplied"):
        list(info({"database_url": postgresql.url}))
    (tmp_path / "secret").write_text(PASSWORD + "\n")
    told = info({"database_url": postgresql.url, "database_password_file": str(tmp_path / "secret")})
    assert next(told) == f"database {postgresql.url}"


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith(("sqlalchemy", "companion.sinks."))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(ConfigError, match=r"sqlalchemy is not installed; pip install 'companion\[database\]'"):
        opened({})


def test_a_table_on_stdout(url: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log([CHAT], {"checklist": "complaint", "database_url": url})
    capfdbinary.readouterr()
    assert export({"database_url": url}, "steps", "jsonl", None) == "stdout: 14 rows of steps"
    sys.stdout.flush()
    assert capfdbinary.readouterr().out.count(b"\n") == 14


def test_killed_under_a_running_gateway_it_misses_nothing(postgresql: PostgreSQL, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(PASSWORD)
    command = [sys.executable, "-m", "companion", "serve", "--hub", "127.0.0.1:0", "--journal", str(tmp_path / "journals")]
    command += ["--database", postgresql.url, "--database-password-file", str(tmp_path / "secret")]
    for name in ("a", "b"):
        turns = [{"speaker": "agent", "text": "I am so sorry", "start": turn / 2, "end": turn / 2 + 0.4} for turn in range(16)]
        said = "".join(json.dumps({"call": name, **turn}) + "\n" for turn in turns)
        (tmp_path / f"{name}.jsonl").write_text(said)
        command += ["--listen", str(tmp_path / f"{name}.jsonl")]
    gateway = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until(lambda: bool(postgresql.ask("SELECT to_regclass('calls')")[0][0]) and len(postgresql.ask("SELECT * FROM calls")) == 2)
    postgresql.kill()
    time.sleep(3.0)
    postgresql.start()
    _, said = gateway.communicate(timeout=60)
    assert gateway.returncode == 0, said
    assert "there again; what waited is being stored" in said
    journals = {path.stem: [record.seq for record in read(path)] for path in (tmp_path / "journals").iterdir()}
    assert len(journals) == 2
    stored = {name: [row[0] for row in postgresql.ask(f"SELECT seq FROM records WHERE call = '{name}' ORDER BY seq")] for name in journals}
    assert stored == journals
