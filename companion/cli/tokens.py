"""Who may come to a hub: the `token` commands."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from companion.cli.options import examples
from companion.config import setting

if TYPE_CHECKING:  # not needed for --help
    from companion.broadcast.messages import Role

Command = TypeVar("Command", bound=Callable[..., Any])

_STDOUT = 1


def _file(command: Command) -> Command:
    tokens = setting("hub.tokens")
    return click.option(
        "--file", tokens.parameter, required=True, envvar=tokens.variable, show_envvar=True, metavar="FILE", help="The file of tokens."
    )(command)


@click.group(short_help="Tokens for who may look on: new, list, revoke.")
def token() -> None:
    """Tokens for who may come to a hub: agents, supervisors, readers, gateways. The file keeps no token, only what proves one."""


@token.command(
    epilog=examples(
        "companion token new sue --role supervisor --file tokens > sue.token",
        "companion token new maria --role agent --file tokens > maria.token",
    )
)
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["agent", "supervisor", "reader", "gateway"]),
    required=True,
    help="Agents see and mark their own calls, supervisors see all and may nudge, readers only read, gateways bring calls.",
)
@_file
def new(name: str, role: "Role", hub_tokens: str) -> None:
    """Make a token and print it, this once. NAME is who it is for; an agent's is the one that their calls are introduced with."""
    from companion.wiring import tokens

    tokens.keep_to_owner(_STDOUT)
    click.echo(tokens.new(hub_tokens, name, role))
    click.echo(f"{name} may come in as {role}; the token is not shown again: keep it in a file, for --broadcast-token-file", err=True)


@token.command(name="list", epilog=examples("companion token list --file tokens"))
@_file
def list_(hub_tokens: str) -> None:
    """List who has a token, as what, and since when."""
    from companion.wiring import tokens

    for line in tokens.held(hub_tokens):
        click.echo(line)


@token.command(epilog=examples("companion token revoke sue --file tokens"))
@click.argument("name")
@_file
def revoke(name: str, hub_tokens: str) -> None:
    """Take somebody's token away. A running hub hangs up on them within seconds."""
    from companion.wiring import tokens

    tokens.revoke(hub_tokens, name)
    click.echo(f"{name} has no token any more", err=True)
