"""report as a person runs it."""

import subprocess
import sys
from pathlib import Path

from companion.core.record import encode
from tests.report.week import journals

COMPANION = [sys.executable, "-m", "companion"]


def companion(*arguments: str, **kwargs: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMPANION, *arguments], capture_output=True, text=True, timeout=100, **kwargs)  # type: ignore[call-overload,no-any-return]


def week(folder: Path) -> Path:
    for kept in journals(6):
        (folder / f"{kept[0].call}.jsonl").write_bytes(b"".join(encode(record) + b"\n" for record in kept))
    return folder


def test_the_folder_of_the_settings_is_reported_on(tmp_path: Path) -> None:
    (tmp_path / "companion.toml").write_text(f'journal = "{week(tmp_path)}"\n')
    done = companion("report", "--by", "agent", "--since", "2026-11-17", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("4 calls of 3 agents, Tue 17 Nov to Fri 20 Nov 2026")


def test_the_demos_chat_can_be_reported_on(tmp_path: Path) -> None:
    (tmp_path / "chat.jsonl").write_text(companion("demo", "--chat", "--headless").stdout)
    done = companion("report", str(tmp_path / "chat.jsonl"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 call: too few to draw conclusions from" in done.stdout
    assert "gave a timeline" in done.stdout


def test_without_journals_it_says_where_they_could_be_named(tmp_path: Path) -> None:
    done = companion("report", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("companion report: missing JOURNALS: name journals")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = companion("report", str(tmp_path / "none.jsonl"))
    assert (done.returncode, done.stdout) == (6, "")
    assert done.stderr == f"companion: {tmp_path}/none.jsonl: cannot be read: no such file or directory\n"


def test_html_and_json_are_two_things(tmp_path: Path) -> None:
    done = companion("report", str(tmp_path), "--html", "x.html", "--json")
    assert (done.returncode, done.stderr) == (2, "companion report: --html and --json: choose one; see 'companion report --help'\n")


def test_a_day_is_written_as_a_date(tmp_path: Path) -> None:
    done = companion("report", str(tmp_path), "--since", "yesterday")
    assert done.returncode == 2
    assert "'--since': 'yesterday' is no day; write it as 2026-11-16; see" in done.stderr


def test_a_reader_that_has_enough_ends_it_quietly() -> None:
    process = subprocess.Popen([*COMPANION, "report", "tests/calls", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 141
