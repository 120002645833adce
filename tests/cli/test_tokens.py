"""Tokens from the command line: shown once, listed without, taken away."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from companion.cli import cli


@pytest.fixture(autouse=True)
def _in_an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_from_new_to_revoked() -> None:
    made = CliRunner().invoke(cli, ["token", "new", "sue", "--role", "supervisor", "--file", "tokens"])
    assert made.exit_code == 0
    assert len(made.stdout.strip()) == 43
    assert "sue may come in as supervisor; the token is not shown again" in made.stderr
    listed = CliRunner().invoke(cli, ["token", "list", "--file", "tokens"]).stdout
    assert listed.startswith("supervisor  sue  since 20")
    assert made.stdout.strip() not in listed
    assert CliRunner().invoke(cli, ["token", "revoke", "sue", "--file", "tokens"]).exit_code == 0
    assert CliRunner().invoke(cli, ["token", "list", "--file", "tokens"]).stdout == ""


def test_the_file_of_the_settings() -> None:
    Path("companion.toml").write_text('[hub]\ntokens = "tokens"\n')
    assert CliRunner().invoke(cli, ["token", "new", "sue", "--role", "reader"]).exit_code == 0
    assert CliRunner().invoke(cli, ["token", "list"], env={"COMPANION_HUB_TOKENS": "others"}).exit_code != 0
    assert "sue" in CliRunner().invoke(cli, ["token", "list"]).stdout
    assert CliRunner().invoke(cli, ["token", "revoke", "sue"]).exit_code == 0


def test_a_file_is_needed() -> None:
    done = CliRunner().invoke(cli, ["token", "list"])
    assert done.exit_code == 2
    assert "Missing option '--file'" in done.output
