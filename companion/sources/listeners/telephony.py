"""The listeners for phone systems, each put together from its URI: the dialect, the keys it understands, and who may dial."""

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from websockets.datastructures import Headers

from companion.core.events import Channel
from companion.core.feed import Source
from companion.errors import ConfigError
from companion.sources.listeners.audiosocket import AudioSocketListener
from companion.sources.listeners.door import Door, Proof
from companion.sources.listeners.phone import FIRST, HOLD, IDLE, PhoneListener, Speaks
from companion.sources.protocols import plivo_signature, twilio_signature, vonage_signature
from companion.sources.protocols.asterisk import MediaChannel
from companion.sources.protocols.audiohook import AudioHook
from companion.sources.protocols.audiohook_signature import Key
from companion.sources.protocols.dialect import Dialect
from companion.sources.protocols.freeswitch import Fork
from companion.sources.protocols.twilio import MediaStream
from companion.sources.protocols.vonage import VoiceSocket
from companion.sources.uri import Address
from companion.speech.recogniser import Recogniser

Token: TypeAlias = Callable[[], str]
"""What peers must know, just now."""


def listener(
    address: Address,
    recogniser: Callable[[str], Recogniser],
    *,
    mono_as: Channel,
    token: Token | None,
    certificate: Path | None,
    key: Path | None,
) -> Source:
    """The listener for one kind of phone system.

    Args:
        address: a SOURCE of kind `phone`.
        recogniser: makes a call's recogniser.
        mono_as: who speaks where a peer does not tell.
        token: what peers must present or sign with, just now.
        certificate: a PEM file, with which TLS is spoken.
        key: its private key, where it is not in the same file.

    Raises:
        ConfigError: a key of the URI, or the lack of a token, makes it unusable.
    """
    if address.scheme == "audiosocket":
        return _audiosocket(address, recogniser, mono_as)
    made = {"twilio": _twilio, "audiohook": _audiohook, "freeswitch": _freeswitch, "asterisk": _asterisk, "vonage": _vonage}[address.scheme]
    speaks, proof = made(address, mono_as, token)
    return PhoneListener(
        address.scheme,
        address.host,
        address.port,
        speaks=speaks,
        idle=HOLD if address.scheme in ("asterisk", "freeswitch", "vonage") else IDLE,
        # FreeSWITCH sends nothing before both sides have sound: not while the agent's phone rings, say. It never dials again.
        first=HOLD if address.scheme == "freeswitch" else FIRST,
        silent_end=address.scheme == "vonage",  # as its module, mod_wsbridge, does
        recogniser=recogniser,
        door=Door(token, proof=proof),
        certificate=certificate,
        key=key,
    )


def _twilio(address: Address, mono_as: Channel, token: Token | None) -> tuple[Speaks, Proof | None]:
    agent = _one_of(address, "agent", "outbound", "inbound")
    public = _public(address)

    def proof(token: str, path: str, headers: Headers) -> bool:
        urls = twilio_signature.spellings(path, _first(headers, "Host"), public)
        twilio, settings = _first(headers, "X-Twilio-Signature"), _first(headers, "X-Twilio-Webhooks-Signature-Settings")
        plivo = ",".join(_first(headers, name) for name in ("X-Plivo-Signature-V3", "X-Plivo-Signature-MA-V3"))
        nonce = _first(headers, "X-Plivo-Signature-V3-Nonce")
        return twilio_signature.signed(token, twilio, settings, urls) or plivo_signature.signed(token, plivo, nonce, urls)

    return lambda path, headers: MediaStream("inbound" if agent == "inbound" else "outbound", mono_as), proof


def _audiohook(address: Address, mono_as: Channel, token: Token | None) -> tuple[Speaks, Proof | None]:
    public = _public(address)
    authorities = [public.partition("://")[2].partition("/")[0]] if public else []
    keys = lru_cache(1)(Key)  # it remembers the signatures that have opened
    if token is not None:
        keys(token())

    def proof(token: str, path: str, headers: Headers) -> bool:
        named = {name.lower(): ", ".join(headers.get_all(name)) for name in headers}
        try:
            return keys(token).opens(path, named, time.time(), authorities)
        except ConfigError:  # whatever replaced the key is none
            return False

    return lambda path, headers: AudioHook(_first(headers, "Audiohook-Organization-Id")), proof


def _freeswitch(address: Address, mono_as: Channel, token: Token | None) -> tuple[Speaks, Proof | None]:
    agent = _one_of(address, "agent", "right", "left")
    channels = _one_of(address, "channels", "2", "1")
    rate = address.keys.get("rate", "8000")
    if not (rate.isascii() and rate.isdigit() and 4000 <= int(rate[:9]) <= 192000):
        raise ConfigError(f"{address.name}: rate {rate[:40]!r} cannot be used; give 8000 or 16000")

    def speaks(path: str, headers: Headers) -> Dialect:
        return Fork(path, rate=int(rate), channels=int(channels), agent="left" if agent == "left" else "right", alone=mono_as)

    return speaks, None


def _asterisk(address: Address, mono_as: Channel, token: Token | None) -> tuple[Speaks, Proof | None]:
    return lambda path, headers: MediaChannel(path, mono_as), None


def _vonage(address: Address, mono_as: Channel, token: Token | None) -> tuple[Speaks, Proof | None]:
    def proof(token: str, path: str, headers: Headers) -> bool:
        return vonage_signature.signed(token, _first(headers, "Authorization"), time.time())

    return lambda path, headers: VoiceSocket(path), proof


def _audiosocket(address: Address, recogniser: Callable[[str], Recogniser], mono_as: Channel) -> Source:
    agent = address.keys.get("agent")
    if agent is not None and not _is_other_port(agent, address.port):
        raise ConfigError(f"{address.name}: agent {agent[:40]!r} is no other port; give agent={address.port + 1}, say")
    ports: list[tuple[int, Channel]] = [(address.port, mono_as)] if agent is None else [(address.port, "customer"), (int(agent), "agent")]
    friends = [friend for friend in address.keys.get("from", "").split(",") if friend]
    return AudioSocketListener(address.host, ports, recogniser=recogniser, friends=friends)


def _public(address: Address) -> str | None:
    public = address.keys.get("public")
    if public is not None and not public.startswith(("wss://", "https://", "ws://", "http://")):
        raise ConfigError(f"{address.name}: public {public[:80]!r} is no URL; give public=wss://the.name.they.dial")
    return public


def _is_other_port(given: str, port: int) -> bool:
    return given.isascii() and given.isdigit() and len(given) < 6 and int(given) < 65536 and (int(given) == 0 or int(given) != port)


def _one_of(address: Address, key: str, *choices: str) -> str:
    """A key's value; the first choice where it is not given."""
    value = address.keys.get(key, choices[0])
    if value not in choices:
        raise ConfigError(f"{address.name}: {key} {value[:40]!r}; give {key}={' or '.join(choices)}")
    return value


def _first(headers: Headers, name: str) -> str:
    return next(iter(headers.get_all(name)), "")
