"""Options that commands share."""

import click
import pytest
from click.testing import CliRunner

from companion.cli.options import configured, examples, sound


def test_a_configured_option_takes_flag_environment_and_default() -> None:
    @click.command()
    @configured("theme", "speech.watchdog")
    def show(**options: object) -> None:
        click.echo(options)

    run = CliRunner().invoke
    assert run(show).output == "{'theme': 'dark', 'speech_watchdog': 10.0}\n"
    assert "'light'" in run(show, env={"COMPANION_THEME": "light"}).output
    assert "'dark'" in run(show, ["--theme", "dark"], env={"COMPANION_THEME": "light"}).output
    assert "COMPANION_THEME" in run(show, ["--help"]).output


@pytest.mark.parametrize("given", [["--mono-as", "nobody"], ["--agent-channel", "middle"]])
def test_sides_are_checked(given: list[str]) -> None:
    @click.command()
    @sound
    def hear(**options: object) -> None:
        click.echo(options)

    assert CliRunner().invoke(hear, given).exit_code == 2


def test_examples_keep_their_lines() -> None:
    assert examples("one", "two").endswith("  one\n  two")
