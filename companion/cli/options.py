"""Options that several commands share, and where their values came from."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from companion.config import Setting, setting

if TYPE_CHECKING:  # not needed for --help
    from companion.sources.uri import Given

Command = TypeVar("Command", bound=Callable[..., Any])


def configured(*names: str) -> Callable[[Command], Command]:
    """Options for settings of `companion.config`, each with its flag, environment variable and default."""

    def add(command: Command) -> Command:
        for name in reversed(names):
            found = setting(name)
            flag = f"{found.flag}/--no-{found.flag[2:]}" if found.kind is bool else found.flag
            option = click.option(
                *filter(None, (found.also, flag)),
                found.parameter,
                type=_kind(found),
                default=found.default,
                envvar=found.variable,
                show_envvar=True,
                show_default=found.default is not None,
                help=found.help,
                metavar=None if found.choices or found.kind is bool else found.name.rsplit(".", 1)[-1].upper(),
            )
            command = option(command)
        return command

    return add


def _kind(setting: Setting) -> Any:
    if setting.choices:
        return click.Choice(setting.choices)
    if setting.kind is int:
        return click.IntRange(min=1)
    return click.FloatRange(min=0, min_open=True) if setting.kind is float else setting.kind


def sound(command: Command) -> Command:
    """Options that say whose sound is where."""
    command = click.option(
        "--mono-as", type=click.Choice(["agent", "customer"]), help="Whose voice a one-channel sound is; needed for mono files."
    )(command)
    return click.option(
        "--agent-channel", type=click.Choice(["left", "right"]), default="left", show_default=True, help="The agent's side of stereo."
    )(command)


def sides(command: Command) -> Command:
    """Options that put a call together from two sources of one channel each."""
    for channel in ("customer", "agent"):
        words = f"Where the {channel}'s sound comes from: mic:, loopback:, a mono file, …"
        command = click.option(f"--{channel}", channel, metavar="URI", help=words)(command)
    return command


def given(sources: Sequence[str], options: dict[str, Any]) -> "Sequence[Given]":
    """What a person gave: SOURCEs, or one for each channel, which are taken out of the options.

    Raises:
        click.UsageError: one channel only, or both ways at once.
    """
    from companion.sources.uri import Two

    agent, customer = options.pop("agent"), options.pop("customer")
    if agent is None and customer is None:
        return sources
    if sources:
        raise click.UsageError("a SOURCE and --agent or --customer: give either a SOURCE, which is a whole call, or its two channels.")
    if agent is None or customer is None:
        there, missing = ("agent", "customer") if customer is None else ("customer", "agent")
        example = "loopback:" if missing == "customer" else "mic:"
        raise click.UsageError(f"--{there} without --{missing}: a call has two channels; add --{missing} {example}, say.")
    return [Two(agent, customer)]


def fit(sources: "Sequence[Given]") -> None:
    """Make sure that what was given on the command line is of use to one of the SOURCEs.

    What stands in the settings or the environment is for whichever SOURCE it fits.

    Raises:
        click.UsageError: an option is of no use to any of them.
        ConfigError: one is no SOURCE.
    """
    from companion.sources.uses import OPTIONS, uses

    context = click.get_current_context()
    of_use = frozenset[str]().union(*map(uses, sources))
    for parameter in context.command.params:
        typed = context.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
        if typed and parameter.name in OPTIONS - of_use:
            which = "this SOURCE has no" if len(sources) == 1 else "none of these SOURCEs has any"
            raise click.UsageError(f"{parameter.opts[-1]}: {which} use for it; leave it out, or give the SOURCE that it is for")


def chat(command: Command) -> Command:
    """Options for chats that are joined."""
    return configured("chat.token_file", "chat.agents", "chat.text", "chat.speaker", "chat.call", "chat.time", "chat.ignore")(command)


def speech(command: Command) -> Command:
    """Options for what recognises speech, and where."""
    return configured("speech.model", "speech.recogniser", "speech.token_file", "speech.workers", "speech.watchdog")(command)


def examples(*lines: str) -> str:
    """The closing words of a command's help: command lines that work as written."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def journals(command: Command) -> Command:
    """The argument JOURNALS: files or folders; the setting `journal` where none is named."""

    def named(ctx: click.Context, param: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
        if value:
            return value
        kept = os.environ.get(setting("journal").variable) or ctx.lookup_default("journal")
        if not kept:
            raise click.UsageError("missing JOURNALS: name journals, or a folder of them, or set 'journal' in companion.toml.", ctx)
        return (Path(kept),)

    return click.argument("paths", metavar="[JOURNALS]...", nargs=-1, type=click.Path(path_type=Path), callback=named)(command)
