"""The commands that take calls: demo, live, log, replay."""

from pathlib import Path
from typing import Any

import click

from companion.cli.options import chat, configured, examples, fit, given, sides, sound, speech

_SPEED = click.option("--speed", type=click.FloatRange(min=0.1, max=100), default=1.0, show_default=True, help="Play so many times faster.")
_BEGAN = click.option("--began", metavar="TIME", help="When the call began (ISO 8601 with an offset): promises are dated by it.")
_STRICT = click.option("--strict", is_flag=True, help="Stop with exit status 3 at the first line that cannot be used.")
_LISTEN = configured("listen.token_file", "listen.tls_cert", "listen.tls_key")


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """A call's time, 04:12 or 1:04:12, in ms."""
    if value is None:
        return None
    parts = value.split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        raise click.BadParameter(f"'{value}' is no time of a call: write 04:12, or 1:04:12.", ctx, param)
    hours, minutes, seconds = (int(part) for part in ["0", *parts][-3:])
    return ((hours * 60 + minutes) * 60 + seconds) * 1000


@click.command(
    short_help="Play a recorded call into the screen; nothing to set up.",
    epilog=examples("companion demo", "companion demo --speed 4", "companion demo --chat", "companion demo --headless | head"),
)
@_SPEED
@click.option("--chat", is_flag=True, help="A typed conversation instead of a spoken one; needs no speech model.")
@click.option("--headless", is_flag=True, help="Journal records on stdout instead of the screen.")
@configured("theme", "speech.recogniser", "speech.token_file")
def demo(**options: Any) -> None:
    """Play a recorded call, through real speech recognition, into the agent's screen. Nothing to set up.

    A customer has been without internet since Monday. The agent interrupts her, hides behind policy, and then turns the call round.
    """
    from companion.wiring.showing import demo

    demo(options)


@click.command(
    short_help="The agent's screen on a live stream or a file.",
    epilog=examples(
        "companion live                          # beside your softphone: the microphone, and what you hear",
        "companion live --agent mic:Jabra --customer loopback:Jabra",
        "companion live call.wav",
        "companion live vosk://:2700             # phone systems and test clients that speak to vosk-server",
        "companion live twilio://:8080           # Twilio and the like; also audiosocket: audiohook: freeswitch: vonage:",
        "companion live ws://localhost:9000/chat  # a chat that sends JSON messages",
        "companion live 'chatwoot+wss://app.chatwoot.com?account=1' --chat-token-file token  # also rocketchat: slack:",
        "arecord -f S16_LE -r 16000 -c 2 -t raw | companion live 'pcm:-?rate=16000&channels=2'",
    ),
)
@click.argument("source", metavar="[SOURCE]", required=False)
@sides
@configured("checklist", "journal", "database.url", "database.password_file", "theme")
@configured("privacy.mask", "privacy.keep", "privacy.keep_audio")
@configured("agent.name", "agent.team", "broadcast.url", "broadcast.token_file", "broadcast.words", "bus.credentials")
@speech
@sound
@_SPEED
@_BEGAN
@_STRICT
@_LISTEN
@chat
def live(**options: Any) -> None:
    """The agent's screen on one SOURCE: a sound file, a transcript, a stream to join, or a port for streams that join us.

    Without a SOURCE it listens beside your softphone: --agent mic: --customer loopback:. Files play in real time.
    Ctrl-C, or the key e, ends the call; what was said until then is judged and kept.
    """
    from companion.sources.uri import BESIDE_A_SOFTPHONE
    from companion.wiring.onscreen import live

    source = options.pop("source")
    wanted = given([source] if source is not None else [], options)
    fit(wanted or [BESIDE_A_SOFTPHONE])
    live(wanted[0] if wanted else BESIDE_A_SOFTPHONE, options)


@click.command(
    short_help="Judge calls headless: records to stdout or a folder.",
    epilog=examples(
        "companion log call.wav > call.jsonl",
        "companion log *.flac --journal journals --agent-name maria --summary > summaries.jsonl",
        "companion log --agent agent.wav --customer customer.wav",
        "companion log - < chats.jsonl",
        "companion log vosk://:2700 --journal /var/lib/companion",
        "companion log intercom://:8080 --listen-token-file secret.txt  # webhooks; also sunshine: twilio-conversations:",
    ),
)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@sides
@configured("checklist", "journal", "database.url", "database.password_file")
@configured("privacy.mask", "privacy.keep", "privacy.keep_audio")
@configured("agent.name", "agent.team")
@speech
@click.option("--summary", is_flag=True, help="Print one JSON object for each call at its end, instead of records.")
@sound
@_BEGAN
@_STRICT
@_LISTEN
@chat
def log(**options: Any) -> None:
    """Judge calls without a screen: journal records on stdout, or in --journal or --database; everything for people on stderr.

    Each SOURCE is a call (`-`, a transcript or a port may carry many). Files are heard as fast as the machine can.
    """
    from companion.wiring.headless import log

    wanted = given(options.pop("sources"), options)
    if not wanted:
        raise click.UsageError("missing SOURCE: name one, or give --agent and --customer.")
    fit(wanted)
    log(wanted, options)


@click.command(
    short_help="Play a journal again, check it, or ask what if.",
    epilog=examples(
        "companion replay call.jsonl",
        "companion replay call.jsonl --from 04:12",
        "companion replay call.jsonl --check",
        "companion replay call.jsonl --checklist mine.yaml --headless",
    ),
)
@click.argument("path", metavar="JOURNAL", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Prove that the events give the same updates; exit status 6 and the first difference if not.")
@click.option("--checklist", "other", metavar="CHECKLIST", help='Judge the call by another checklist: "what if".')
@click.option("--call", metavar="ID", help="The call to play, where the journal holds several.")
@click.option("--from", "start", metavar="MM:SS", callback=_moment, help="Where in the call the screen begins.")
@click.option("--headless", is_flag=True, help="Records on stdout instead of the screen.")
@_SPEED
@configured("theme")
def replay(**options: Any) -> None:
    """Play a journal into the screen again."""
    from companion.wiring.showing import replay

    replay(options)
