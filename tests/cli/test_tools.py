"""model, doctor and config as commands, and the help of all."""

from collections.abc import Iterator

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
    if name not in (("checklist",), ("model",), ("token",), ("database",)):
        assert f"companion {' '.join(name)}" in shown.split("Examples:")[1]


def test_an_unknown_command_is_named() -> None:
    done = CliRunner().invoke(cli, ["lst"])
    assert done.exit_code == 2
    assert "No such command 'lst'" in done.output


def test_doctor_and_models_say_something() -> None:
    assert "recognition" in CliRunner().invoke(cli, ["doctor"]).output
    assert "starter" in CliRunner().invoke(cli, ["model", "list"]).output
    assert CliRunner().invoke(cli, ["model", "use", "none-such"]).exit_code != 0
