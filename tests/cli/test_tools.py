"""checklist, model, doctor and config as commands."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from companion.cli import cli


def commands(group: click.Command = cli, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command there is."""
    yield name
    if isinstance(group, click.Group):
        context = click.Context(group)
        for inner in group.list_commands(context):
            found = group.get_command(context, inner)
            assert found is not None
            yield from commands(found, (*name, inner))


@pytest.mark.parametrize("name", [name for name in commands() if name], ids=" ".join)
def test_every_command_has_help_with_examples_that_parse(name: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*name, "--help"]).output
    assert len(shown.splitlines()[2].strip()) > 20
    if name not in (("checklist",), ("model",), ("token",)):
        assert f"companion {' '.join(name)}" in shown.split("Examples:")[1]


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


def test_an_unknown_command_is_named() -> None:
    done = CliRunner().invoke(cli, ["lst"])
    assert done.exit_code == 2
    assert "No such command 'lst'" in done.output


def test_doctor_and_models_and_show_say_something() -> None:
    assert "recognition" in CliRunner().invoke(cli, ["doctor"]).output
    assert "starter" in CliRunner().invoke(cli, ["model", "list"]).output
    assert "apologized" in CliRunner().invoke(cli, ["checklist", "show"]).output
    assert CliRunner().invoke(cli, ["model", "use", "none-such"]).exit_code != 0
