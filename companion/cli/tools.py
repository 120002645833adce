"""The commands around the calls: model, doctor, config."""

from typing import Any

import click

from companion.cli.options import configured, examples
from companion.config import SETTINGS
from companion.errors import CompanionError


@click.group(short_help="Speech models: list, get, use.")
def model() -> None:
    """Speech models: what is here, what can be fetched, which one is used."""


@model.command(name="list", epilog=examples("companion model list", "companion model list --all"))
@click.option("--all", "everything", is_flag=True, help="Also the published models that can be fetched (asks the network).")
@configured("speech.model")
def list_(everything: bool, speech_model: str | None) -> None:
    """List speech models: those here, the one in use, and where they were looked for."""
    from companion.wiring import tools

    for line in tools.list_models(everything, speech_model):
        click.echo(line)


@model.command(epilog=examples("companion model get vosk-model-small-en-us-0.15"))
@click.argument("name")
@click.option("--use/--no-use", default=True, show_default=True, help="Use it from now on.")
def get(name: str, use: bool) -> None:
    """Fetch a published model by name. A broken download goes on where it stopped."""
    from companion.wiring import tools

    click.echo(tools.get_model(name, use))


@model.command(epilog=examples("companion model use ~/models/vosk-model-en-us-0.22", "companion model use starter"))
@click.argument("path")
def use(path: str) -> None:
    """Use a model – a folder, or the name of an installed one – from now on."""
    from companion.wiring import tools

    click.echo(tools.use_model(path))


@click.command(short_help="What works here, and what to do about the rest.", epilog=examples("companion doctor"))
@configured("checklist", "journal", "speech.model")
def doctor(**options: Any) -> None:
    """What works on this machine, and what to do about what does not. Exit status 1 if something does not."""
    from companion.wiring import tools

    lines, good = tools.examine(options)
    for line in lines:
        click.echo(line)
    if not good:
        raise SystemExit(CompanionError.exit_code)


@click.command(epilog=examples("companion config", "COMPANION_THEME=light companion config"))
@configured(*(setting.name for setting in SETTINGS))
@click.pass_context
def config(ctx: click.Context, /, **values: Any) -> None:
    """Print each setting, its value, and where that came from."""
    from companion.speech.redact import without_password

    click.echo(f"settings file: {ctx.obj or 'none'}")
    for setting in SETTINGS:
        origin = ctx.get_parameter_source(setting.parameter)
        names = {"DEFAULT_MAP": "file", "COMMANDLINE": setting.flag, "ENVIRONMENT": setting.variable, "DEFAULT": "default"}
        value = values[setting.parameter]
        shown = "–" if value is None else without_password(str(value))
        click.echo(f"{setting.name:22} {shown:24} {names.get(origin.name if origin else 'DEFAULT', 'default')}")
