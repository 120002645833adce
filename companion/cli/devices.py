"""The command that lists sound devices."""

import click

from companion.cli.options import examples


@click.command(
    short_help="Microphones and outputs, and how loud they are.",
    epilog=examples("companion devices", "companion devices --watch", "companion devices --json"),
)
@click.option("--watch", is_flag=True, help="Live meters until Ctrl-C, instead of five seconds.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each device.")
def devices(watch: bool, as_json: bool) -> None:
    """List microphones and what is played, with live meters on a terminal; ● marks the defaults, which `companion live` listens to.

    Speak, then let the softphone ring: the two meters that move are the ones you need.
    """
    from companion.wiring.devices import devices

    devices(as_json=as_json, watch=watch)
