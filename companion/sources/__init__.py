"""Where calls come from. `open` turns what a person wrote for a SOURCE into a `companion.core.feed.Source`.

Each kind of source is a module of its own; how its wire is spoken stands in `protocols`, without I/O.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from companion.core.events import Channel
from companion.core.feed import Source
from companion.errors import ConfigError
from companion.sources.uri import Address, Given, Two, is_recorded, parse

if TYPE_CHECKING:
    from companion.speech.recogniser import Recogniser


def needs_speech(uri: Given) -> bool:
    """Whether this SOURCE sends sound, so that a recogniser is wanted.

    Raises:
        ConfigError: it is no SOURCE.
    """
    if isinstance(uri, Two):
        return True
    address = parse(uri)
    return address.kind in ("sound", "pcm", "vosk", "phone") or address.rate is not None


def is_live(uri: Given) -> bool:
    """Whether this SOURCE goes on until somebody ends it, so that others cannot wait for it.

    Raises:
        ConfigError: it is no SOURCE.
    """
    if isinstance(uri, Two):
        return not is_recorded(uri)
    return parse(uri).kind == "stream" or is_endless(uri)


def is_endless(uri: Given) -> bool:
    """Whether this SOURCE waits for any number of calls, one after the other, to come to it.

    Raises:
        ConfigError: it is no SOURCE.
    """
    return isinstance(uri, str) and parse(uri).kind in ("vosk", "phone", "chat", "webhook")


def open(
    uri: Given,
    *,
    recogniser: "Callable[[str], Recogniser] | None" = None,
    call: str | None = None,
    speed: float | None = None,
    strict: bool = False,
    agent_channel: Literal["left", "right"] = "left",
    mono_as: Channel | None = None,
    token: Callable[[], str] | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    chat: Mapping[str, str | None] | None = None,
    chat_token: Callable[[], str] | None = None,
    stdin: int = 0,
) -> Source:
    """The source that `uri` names. Nothing is read or dialled before it is iterated, but a file is looked at.

    Args:
        uri: see `companion.sources.uri.UNDERSTOOD`; or two of one channel each.
        recogniser: makes the recogniser of a call, given the call's id; only sound needs it.
        call: the id of the call where a source is one call; a file's name without its ending where not given.
        speed: plays recordings so many times as fast as life, as `live` does; None takes them as fast as they can be heard.
        strict: a line of JSON Lines that cannot be used ends everything.
        agent_channel: which side of a stereo recording is the agent.
        mono_as: who speaks where there is one channel only.
        token: what peers that join us must present just now; needed where they may come from other machines.
        certificate: a PEM file, with which peers that join us are served over TLS.
        key: the certificate's private key, where it is not in the same file.
        chat: who the agents of a chat are (`agents`), and where things stand in its messages (`text`, `speaker`, `call`, `time`, `ignore`).
        chat_token: what a chat system lets us in by just now.
        stdin: the file descriptor that is meant by `-`; a screen needs the real one for its keys.

    Raises:
        ConfigError: the URI or an option cannot be used.
        SourceError: there is no such file, or it is not what it should be.
    """
    if speed is not None and not 0 < speed <= 1000:
        raise ConfigError(f"speed {speed:g}: cannot be played; give more than 0 and at most 1000")
    if isinstance(uri, Two):
        if recogniser is None:
            raise ConfigError("--agent and --customer: send sound, and no recogniser was given; see: companion model list")
        from companion.sources.pairs.pairing import pair

        return pair(uri, recogniser, call=call, speed=speed, stdin=stdin)
    address = parse(uri)
    if address.kind in ("mic", "loopback"):
        raise ConfigError(f"{address.name} is one channel of a call; give both: --agent mic: --customer loopback:")
    if address.kind == "jsonl":
        from companion.sources.blocks import blocks_of
        from companion.sources.jsonl import Transcript

        blocks, name = blocks_of(address.where, stdin), "stdin" if address.where == "-" else address.where
        from_now = address.where == "-"
        return Transcript(blocks, name=name, source=address.name, strict=strict, speed=speed, from_now=from_now)
    if address.kind == "chat":
        from companion.sources.chat.chatsystems import system

        return system(address, token=chat_token, agents=(chat or {}).get("agents"))
    if address.kind == "stream" and address.rate is None and chat and any(chat.values()):
        from companion.sources.chat.chatsystems import mapped

        return mapped(address, chat, strict=strict)
    if address.kind == "stream" and address.rate is None:
        from companion.sources.websocket import Chat

        return Chat(address.where, name=address.name, strict=strict)
    if address.kind == "webhook":
        from companion.sources.chat.webhook import listener as webhook

        return webhook(address, secret=token, certificate=certificate, key=key)
    if recogniser is None:
        raise ConfigError(f"{address.name}: sends sound, and no recogniser was given; see: companion model list")
    if address.kind == "vosk":
        from companion.sources.listeners.vosk_server import VoskServer

        return VoskServer(
            address.host,
            address.port,
            recogniser=recogniser,
            mono_as=mono_as or "customer",
            token=token,
            certificate=certificate,
            key=key,
        )
    if address.kind == "phone":
        from companion.sources.listeners.telephony import listener

        return listener(address, recogniser, mono_as=mono_as or "customer", token=token, certificate=certificate, key=key)
    return _one_call(address, recogniser, call or _call_of(address), speed, agent_channel, mono_as, stdin)


def _one_call(
    address: Address,
    recogniser: "Callable[[str], Recogniser]",
    call: str,
    speed: float | None,
    agent_channel: str,
    mono_as: Channel | None,
    stdin: int,
) -> Source:
    from companion.sources.files import SoundFile, columns

    rule = columns(address.where, agent_channel=agent_channel, mono_as=mono_as)
    if address.kind == "sound":
        return SoundFile(Path(address.where), columns=rule, call=call, recogniser=recogniser, speed=speed)
    assert address.rate is not None
    if address.kind == "stream":
        from companion.sources.websocket import SoundStream

        return SoundStream(
            address.where,
            name=address.name,
            columns=rule(address.channels),
            rate=address.rate,
            encoding=address.encoding,
            call=call,
            recogniser=recogniser,
        )
    from companion.sources.blocks import blocks_of
    from companion.sources.pcm import PcmStream

    return PcmStream(
        blocks_of(address.where, stdin),
        name=address.name,
        columns=rule(address.channels),
        rate=address.rate,
        encoding=address.encoding,
        call=call,
        recogniser=recogniser,
        speed=speed,
    )


def _call_of(address: Address) -> str:
    """A name for the one call of this source."""
    if address.where == "-" or address.kind == "stream":
        return "call-1"
    return address.name.rpartition(".")[0] or address.name
