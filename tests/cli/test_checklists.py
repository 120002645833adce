"""checklist check, try, show and new as commands."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from companion.cli import cli


def test_words_are_tried_from_the_command_line() -> None:
    done = CliRunner().invoke(cli, ["checklist", "try", "I want to speak to your manager", "--speaker", "customer"])
    assert done.exit_code == 0
    assert "supervisor_request" in done.output


def test_a_turn_before_it_is_the_other_speakers_unless_it_says_so() -> None:
    given = ["checklist", "try", "so your new router broke on monday, is that right?", "--after"]
    bare, named = (CliRunner().invoke(cli, [*given, turn + "my new router broke on monday"]) for turn in ("", "customer: "))
    assert bare.exit_code == 0
    assert "paraphrased" in bare.output
    assert bare.output == named.output


def test_a_checklist_with_a_fault_gives_exit_status_2(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: bad\ntitle: Bad\nsteps:\n  - id: s\n    title: s\n    says: [sorry]\n    examples: {miss: [so sorry]}\n")
    done = CliRunner().invoke(cli, ["checklist", "check", str(bad)])
    assert done.exit_code == 2
    assert "bad.yaml:7: " in done.output


def test_a_checklist_is_shown() -> None:
    assert "apologized" in CliRunner().invoke(cli, ["checklist", "show"]).output


def test_a_checklist_is_begun_by_options_alone(tmp_path: Path) -> None:
    given = [
        "checklist",
        "new",
        str(tmp_path / "a.yaml"),
        "--title",
        "Acme",
        "--from",
        "chat",
        "--supervisor",
        "captain",
        "--due",
        "apologized=3m",
    ]
    done = CliRunner().invoke(cli, given, input="")
    assert done.exit_code == 0
    assert "a.yaml: " in done.output
    assert ": 0 faults" in done.output
    assert "include: chat\n" in (tmp_path / "a.yaml").read_text()
    assert "is there already" in str(CliRunner().invoke(cli, given).exception)


def test_a_checklist_is_begun_by_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["checklist", "new"], input="billing\nOur bills\nfloor lead, captain\n12s\n\n")
    assert done.exit_code == 0
    assert "Billing call" in done.output
    text = (tmp_path / "our_bills.yaml").read_text()
    assert "watch: {dead_air: 12s}\n" in text
    assert "boss: [<included>, floor lead, captain]\n" in text


def test_an_answer_that_cannot_be_used_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["checklist", "new"], input="chats\nchat\nOurs\na:b\ncaptain\nlong\n3m\n\n")
    assert done.exit_code == 0
    assert "Error: 'a:b': a name for supervisors is letters" in done.output
    assert "Error: dead_air: found 'long', expected a length of time" in done.output
    assert "watch: {dead_air: 3m}\n" in (tmp_path / "ours.yaml").read_text()


def test_a_begun_checklist_with_faults_gives_exit_status_2(tmp_path: Path) -> None:
    ready = tmp_path / "ready.yaml"
    ready.write_text("id: r\ntitle: R\nsteps:\n  - {id: s, title: s, says: [sorry], examples: {miss: [so sorry]}}\n")
    done = CliRunner().invoke(cli, ["checklist", "new", str(tmp_path / "mine.yaml"), "--title", "Mine", "--from", str(ready)])
    assert done.exit_code == 2
    assert "ready.yaml:4: step s, miss: " in done.output
