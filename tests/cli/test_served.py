"""The commands around calls that are owned elsewhere say what is missing."""

import pytest
from click.testing import CliRunner

from companion.cli import cli


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serve"], "Error: say where calls come from: --listen SOURCE, or --demo."),
        (["serve", "--demo", "--listen", "vosk://:2700"], "Error: say where calls come from: --listen SOURCE, or --demo."),
        (["attach"], "Error: name a call, or whose calls: --agent NAME."),
        (["attach", "c", "--agent", "Anna"], "Error: name a call, or whose calls: --agent NAME."),
        (["watch", "--web", "--headless"], "Error: --web or --headless, not both."),
    ],
)
def test_what_is_missing_is_named(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 2
    assert message in done.output


@pytest.mark.parametrize("command", ["serve", "attach", "watch"])
def test_help_has_examples(command: str) -> None:
    done = CliRunner().invoke(cli, [command, "--help"])
    assert done.exit_code == 0
    assert f"  companion {command} " in done.output.partition("Examples:")[2]
