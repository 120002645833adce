"""purge and forget as a person runs them: what they say, when they ask, how they end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from companion.cli import cli
from companion.errors import ConfigError, SinkError
from tests.sinks.test_retention import call, written


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, days in (("old", 40), ("new", 1)):
        Path("journals").mkdir(exist_ok=True)
        written(Path("journals") / f"{name}.jsonl", call(name, (datetime.now(UTC) - timedelta(days=days)).isoformat()))


def left() -> list[str]:
    return sorted(path.stem for path in Path("journals").iterdir())


def test_old_calls_are_deleted_and_named() -> None:
    command = ["purge", "--older-than", "30d", "--journal", "journals"]
    done = CliRunner().invoke(cli, [*command, "--dry-run"])
    assert (done.stdout, done.stderr) == ("journals/old.jsonl: call old\n", "companion: 1 call in 1 place would be deleted\n")
    assert left() == ["new", "old"]
    done = CliRunner().invoke(cli, command)
    assert (done.exit_code, done.stderr) == (0, "companion: 1 call in 1 place deleted\n")
    assert left() == ["new"]
    assert CliRunner().invoke(cli, command).stderr == "companion: 0 calls in 0 places deleted\n"


def test_how_old_is_a_setting() -> None:
    Path("companion.toml").write_text('journal = "journals"\n[privacy]\nkeep = "30d"\n')
    assert CliRunner().invoke(cli, ["purge"]).exit_code == 0
    assert left() == ["new"]


def test_many_calls_are_one_line() -> None:
    began = "2026-01-01T00:00:00Z"
    written(Path("journals") / "many.jsonl", b"".join(call(str(number), began) for number in range(9)))
    done = CliRunner().invoke(cli, ["purge", "--older-than", "1d", "--journal", "journals", "--dry-run"])
    assert "journals/many.jsonl: calls 0, 1, 2, 3, 4 and 4 more\n" in done.stdout


@pytest.mark.parametrize(("answer", "remains"), [("y\n", ["new"]), ("n\n", ["new", "old"])])
def test_a_person_is_asked(answer: str, remains: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.cli.privacy._is_asked", lambda: True)
    done = CliRunner().invoke(cli, ["forget", "old", "--journal", "journals"], input=answer)
    assert "delete 1 call in 1 place? [y/N]" in done.stderr
    assert done.exit_code == (0 if remains == ["new"] else 1)
    assert left() == remains


def test_one_who_says_yes_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.cli.privacy._is_asked", lambda: True)
    assert CliRunner().invoke(cli, ["forget", "old", "--journal", "journals", "--yes"]).exit_code == 0
    assert left() == ["new"]


def test_a_call_of_which_nothing_is_kept_is_said() -> None:
    done = CliRunner().invoke(cli, ["forget", "older", "--journal", "journals"])
    assert isinstance(done.exception, ConfigError)
    assert "older: nothing is kept of such a call there" in str(done.exception)


def test_a_call_that_goes_on_is_not_forgotten() -> None:
    written(Path("journals") / "old.2.jsonl", call("old", None, ended=False))
    done = CliRunner().invoke(cli, ["forget", "old", "--journal", "journals"])
    assert isinstance(done.exception, SinkError)
    assert "old.2.jsonl: somebody seems to write it still" in done.stderr
    assert left() == ["new", "old.2"]


@pytest.mark.parametrize("command", [["purge", "--older-than", "30d"], ["forget", "7"]])
def test_a_place_is_needed(command: list[str]) -> None:
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 2
    assert "say where: --journal DIR, --database URL, --keep-audio DIR" in done.stderr
