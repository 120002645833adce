"""`companion practice` as a person runs it, up to the screen."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from companion.cli import cli

PRACTICE = [sys.executable, "-m", "companion", "practice"]


def test_the_list_begins_with_the_calmest() -> None:
    lines = CliRunner().invoke(cli, ["practice", "--list"]).output.splitlines()
    tempers = [int(line.split()[2]) for line in lines]
    assert len(lines) >= 10
    assert tempers == sorted(tempers)


def test_a_scenario_is_checked_by_name(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["practice", "--check", "defective_product"])
    assert (done.exit_code, done.output.endswith("dialogues: 0 faults\n")) == (0, True)


def test_headless_gives_the_same_journal_for_the_same_words_and_seed(tmp_path: Path) -> None:
    words = "So it leaked twice and your floor is ruined.\n\nI'm so sorry that our machine did that.\n"

    def run() -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*PRACTICE, "--headless", "--seed", "5"], input=words, capture_output=True, text=True, timeout=60)

    first, again = run(), run()
    assert first.returncode == 0
    assert first.stdout == again.stdout
    assert "practice:defective_product?seed=5" in first.stdout
    assert first.stderr.startswith("Ruth Adler was not done. Temper 62 → ")
    journal = tmp_path / "p.jsonl"
    journal.write_text(first.stdout)
    proved = CliRunner().invoke(cli, ["replay", str(journal), "--check"])
    assert proved.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["kettles"], "companion: kettles: no such scenario"),
        (["defective_product"], "companion: the screen needs a terminal, and there is none; use companion practice --headless instead"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: list[str], error: str) -> None:
    done = subprocess.run(
        [*PRACTICE, *arguments], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, start_new_session=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith(error)
    assert len(done.stderr.splitlines()) == 1
