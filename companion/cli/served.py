"""The commands around calls that are owned elsewhere: serve, attach, watch."""

from typing import Any

import click

from companion.cli.options import chat, configured, examples, fit, sound, speech

_TO_THE_HUB = configured("broadcast.token_file", "bus.credentials")
_HUB = "ws://127.0.0.1:2750"


@click.command(
    short_help="The headless gateway: owns calls, shows them to agents and supervisors.",
    epilog=examples(
        "companion serve --demo                                   # recorded calls, to try attach and watch with",
        "companion serve --listen twilio://:8080 --journal journals",
        "companion serve --listen audiosocket://:9092?agent=9093 --listen intercom://:8081",
        "companion serve --listen vosk://:2700 --bus nats://127.0.0.1:4222",
        "companion serve --listen audiohook://:8080 --hub 0.0.0.0:2750 --hub-tokens tokens --hub-tls-cert hub.pem",
    ),
)
@click.option("--listen", "listen", multiple=True, metavar="SOURCE", help="Where calls come from; may be given several times.")
@click.option("--demo", "show", is_flag=True, help="Recorded calls, again and again, instead.")
@configured("checklist", "journal", "database.url", "database.password_file", "agent.name", "agent.team")
@configured("privacy.mask", "privacy.keep", "privacy.keep_audio")
@configured("hub.listen", "hub.tokens", "hub.tls_cert", "hub.tls_key", "broadcast.words", "bus.url", "bus.credentials")
@speech
@sound
@configured("listen.token_file", "listen.tls_cert", "listen.tls_key")
@chat
def serve(**options: Any) -> None:
    """Take calls from phone systems and chats, judge them, keep their journals, and show them to `attach` and `watch`.

    Ctrl-C ends the calls in good order. The hub is on this machine only, unless --hub names another address; that wants --hub-tokens.
    """
    if bool(options["listen"]) == options["show"]:
        raise click.UsageError("say where calls come from: --listen SOURCE, or --demo.")
    from companion.wiring.serving import serve

    listen = options.pop("listen")
    if listen:
        fit(listen)
    serve(listen, options)


@click.command(
    short_help="The agent's screen on a call that a gateway owns.",
    epilog=examples(
        "companion attach --agent anna                            # whatever call anna has",
        "companion attach CA52b3 --hub wss://gateway.example:2750 --broadcast-token-file maria.token",
    ),
)
@click.argument("call", metavar="[CALL]", required=False)
@click.option("--agent", "agent", metavar="NAME", help="Whose calls: shows each of them as it begins.")
@click.option("--hub", metavar="HUB", default=_HUB, show_default=True, help="The gateway's hub, or a bus (nats://).")
@_TO_THE_HUB
@configured("journal", "theme")
def attach(**options: Any) -> None:
    """The agent's screen, with the same keys as `live`, on a call that is taken elsewhere: by its id, or by the agent's name.

    Ctrl-C leaves the screen, and the call goes on; e ends it.
    """
    if (options["call"] is None) == (options["agent"] is None):
        raise click.UsageError("name a call, or whose calls: --agent NAME.")
    from companion.wiring.attaching import attach

    attach(options)


@click.command(
    short_help="The supervisor's wall: every live call, hottest first.",
    epilog=examples(
        "companion watch                                          # the gateway on this machine",
        "companion watch wss://gateway.example:2750 --broadcast-token-file sue.token",
        "companion watch nats://127.0.0.1:4222",
        "companion watch --web                                    # the same in a browser",
        "companion watch --headless | jq .update.type             # records of all calls, one a line",
    ),
)
@click.argument("hub", metavar="[HUB]", default=_HUB)
@click.option("--web", is_flag=True, help="Serve the wall to a browser on this machine instead.")
@click.option("--web-port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port for --web.")
@click.option("--headless", is_flag=True, help="Journal records of all calls on stdout instead of the screen.")
@_TO_THE_HUB
@configured("theme")
def watch(**options: Any) -> None:
    """Every live call in a row, hottest first; Enter looks into one. HUB is a gateway's (ws://, wss://) or a bus (nats://)."""
    if options["web"] and options["headless"]:
        raise click.UsageError("--web or --headless, not both.")
    from companion.wiring.watching import watch

    watch(options)
