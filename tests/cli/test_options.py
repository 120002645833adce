"""Options that commands share."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from companion.cli import cli
from companion.cli.options import configured, examples, given, sides, sound


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "[]"),
        (["call.wav"], "['call.wav']"),
        (["--agent", "mic:", "--customer", "c.wav"], "[Two(agent='mic:', customer='c.wav')]"),
        (["--agent", "mic:"], "--agent without --customer: a call has two channels; add --customer loopback:, say."),
        (["--customer", "loopback:"], "--customer without --agent: a call has two channels; add --agent mic:, say."),
        (["call.wav", "--agent", "mic:"], "give either a SOURCE, which is a whole call, or its two channels."),
    ],
)
def test_a_source_or_two_channels(arguments: list[str], said: str) -> None:
    @click.command()
    @click.argument("sources", nargs=-1)
    @sides
    def hear(**options: Any) -> None:
        click.echo(list(given(options.pop("sources"), options)))

    assert said in CliRunner().invoke(hear, arguments).output


def test_examples_keep_their_lines() -> None:
    assert examples("one", "two").endswith("  one\n  two")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["log", "ws://127.0.0.1:1/?rate=8000", "--mono-as", "agent", "--chat-text", "body"], "--chat-text: this SOURCE has no use for it"),
        (["log", "a.wav", "b.wav", "--listen-token-file", "t"], "--listen-token-file: none of these SOURCEs has any use for it"),
        (["live", "--mono-as", "agent"], "--mono-as: this SOURCE has no use for it"),
        (["serve", "--listen", "intercom://:0", "--speech-model", "starter"], "--speech-model: this SOURCE has no use for it"),
    ],
)
def test_an_option_that_no_source_has_a_use_for(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_what_is_set_elsewhere_is_for_whichever_source_it_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_CHAT_TEXT", "body")
    (tmp_path / "chat.jsonl").write_text('{"speaker": "customer", "text": "hello"}\n')
    result = CliRunner().invoke(cli, ["log", str(tmp_path / "chat.jsonl"), "--strict"])
    assert result.exit_code == 0, result.output
