"""What a person may write for a SOURCE, taken apart."""

from difflib import get_close_matches
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import msgspec

from companion.errors import ConfigError
from companion.speech.redact import shown

UNDERSTOOD = (
    "- (JSON Lines on standard input), a .jsonl file, a WAV, FLAC, OGG or MP3 file, mic: or loopback: (a microphone, what is played), "
    "pcm:-?rate=16000&channels=2, ws://… or wss://… (a stream to join), vosk://[host]:2700 (for vosk-server clients to join), "
    "twilio://[host]:8080 (for Twilio, Telnyx, SignalWire, Plivo or Exotel to dial), audiosocket://[host]:9092 (for Asterisk), "
    "asterisk://[host]:8080 (the same, by WebSocket), audiohook://[host]:8080 (for Genesys Cloud), "
    "freeswitch://[host]:8080 (for FreeSWITCH or jambonz), vonage://[host]:8080 (for Vonage), "
    "chatwoot+wss://host?account=1, rocketchat+wss://host, slack:// (chats to join), "
    "sunshine://[host]:8080 (for Zendesk), intercom://[host]:8080, twilio-conversations://[host]:8080 (for webhooks of chats)"
)

UNDERSTOOD_ALONE = "mic:, loopback:, mic:NAME, loopback:NAME, a one-channel sound file, pcm:-?rate=16000 or ws://…?rate=16000"
"""What can be one channel of a call."""

Kind: TypeAlias = Literal["jsonl", "sound", "pcm", "stream", "mic", "loopback", "vosk", "phone", "chat", "webhook"]

PHONES: dict[str, tuple[int, tuple[str, ...]]] = {
    "twilio": (8080, ("agent", "public")),
    "audiosocket": (9092, ("agent", "from")),
    "audiohook": (8080, ("public",)),
    "freeswitch": (8080, ("agent", "rate", "channels")),
    "asterisk": (8080, ()),
    "vonage": (8080, ()),
}
"""Listeners for phone systems: the port where none is given, and the keys that their URIs may have."""

WEBHOOKS: dict[str, tuple[int, tuple[str, ...]]] = {
    "sunshine": (8080, ("idle",)),
    "intercom": (8080, ("idle",)),
    "twilio-conversations": (8080, ("agent", "idle", "public")),
}
"""The same for chat systems that tell by webhook."""

CHATS: dict[str, tuple[str, ...]] = {
    "chatwoot": ("account", "conversation"),
    "rocketchat": ("room",),
    "slack": ("channel",),
}
"""Chat systems that we join, and the keys that their URIs may have."""

SCHEMES = (*PHONES, *WEBHOOKS, "file", "mic", "loopback", "pcm", "ws", "wss", "vosk", "chatwoot+wss", "rocketchat+wss", "slack")
"""What a SOURCE may begin with, to guess what somebody meant."""


class Two(msgspec.Struct, frozen=True):
    """Two SOURCEs of one channel each that make one call."""

    agent: str
    customer: str


BESIDE_A_SOFTPHONE = Two("mic:", "loopback:")
"""The agent's microphone, and what the agent hears."""

Given: TypeAlias = str | Two
"""What a person gave for a call: a SOURCE, or one for each channel."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A SOURCE: what kind it is, where it is, and the sound's format where the URI has to tell it."""

    kind: Kind
    where: str
    """`-`, a path, a device's name, or a URI without our own keys."""
    name: str
    """How it may be called in a journal: without passwords and keys."""
    host: str = ""
    port: int = 0
    rate: int | None = None
    """Samples a second, where the URI says that sound is sent."""
    channels: int = 1
    encoding: str = "s16le"
    keys: dict[str, str] = {}
    """Keys of our own that only this kind has."""

    @property
    def scheme(self) -> str:
        """What stands before `://`, in lower case."""
        return self.name.partition("://")[0]


def parse(uri: str) -> Address:
    """Take a SOURCE apart.

    Raises:
        ConfigError: it is none of those that are understood.
    """
    scheme, colon, rest = uri.partition(":")
    scheme = scheme.lower() if colon and len(scheme) > 1 else ""  # one letter is a drive
    if uri == "-":
        return Address(kind="jsonl", where="-", name="stdin")
    if not uri.strip() or "\0" in uri:
        raise ConfigError(f"source {uri[:40]!r}: is no source; give {UNDERSTOOD}")
    if scheme == "mic":
        return Address(kind="mic", where=rest.strip(), name=uri)
    if scheme == "loopback":
        return Address(kind="loopback", where=rest.strip(), name=uri)
    if scheme == "pcm":
        return _pcm(uri, rest)
    if scheme in ("ws", "wss"):
        return _stream(uri)
    if scheme == "vosk":
        return _vosk(uri)
    if scheme in PHONES:
        return _keyed(uri, scheme, "phone", *PHONES[scheme])
    if scheme in WEBHOOKS:
        return _keyed(uri, scheme, "webhook", *WEBHOOKS[scheme])
    if scheme.partition("+")[0] in CHATS:
        return _chat(uri, scheme)
    if scheme == "file":
        return _file(_path_of(uri))
    if colon and rest.startswith("//"):
        near = get_close_matches(scheme, SCHEMES, 1)
        raise ConfigError(f"{shown(uri)}: {scheme}: is not understood; give {f'{near[0]}:' if near else UNDERSTOOD}")
    return _file(uri)


def is_recorded(two: Two) -> bool:
    """Whether both sides have a clock of their own, so that the call does not depend on ours.

    Raises:
        ConfigError: one is no SOURCE.
    """
    return all(parse(uri).kind in ("sound", "pcm") for uri in (two.agent, two.customer))


def _file(path: str) -> Address:
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path
    lines = path.lower().endswith((".jsonl", ".ndjson"))
    return Address(kind="jsonl" if lines else "sound", where=path, name=name)


def _path_of(uri: str) -> str:
    split = urlsplit(uri)
    if split.netloc not in ("", "localhost"):
        raise ConfigError(f"{shown(uri)}: a file on another machine; give file:///path")
    return unquote(split.path)


def _pcm(uri: str, rest: str) -> Address:
    where, _, query = rest.partition("?")
    if not where:
        raise ConfigError(f"{uri}: no input; give pcm:-?rate=16000&channels=2 or pcm:PATH?rate=…")
    keys, others = _keys(uri, query)
    if others:
        raise ConfigError(f"{uri}: unknown key {others[0][0]!r}; rate, channels and encoding are understood")
    name = "stdin" if where == "-" else _file(where).name
    return _with_format(uri, Address(kind="pcm", where=where, name=name, rate=16000), keys)


def _stream(uri: str) -> Address:
    split = _split(uri)
    if not split.hostname:
        raise ConfigError(f"{shown(uri)}: no host; give ws://host:port/path")
    keys, others = _keys(uri, split.query)
    where = urlunsplit((split.scheme, split.netloc, split.path, urlencode(others), ""))
    return _with_format(uri, Address(kind="stream", where=where, name=shown(uri)), keys)


def _vosk(uri: str) -> Address:
    split = _split(uri)
    if split.path not in ("", "/") or split.query:
        raise ConfigError(f"{shown(uri)}: only a host and a port are understood; give vosk://:2700")
    return _listener(uri, split, "vosk", "vosk", 2700)


def _keyed(uri: str, scheme: str, kind: Kind, port: int, known: tuple[str, ...]) -> Address:
    split = _split(uri)
    if split.path not in ("", "/") or split.username is not None:
        raise ConfigError(f"{shown(uri)}: only a host and a port are understood; give {scheme}://:{port}")
    keys = _own(uri, split, known)
    return msgspec.structs.replace(_listener(uri, split, kind, scheme, port), keys=keys)


def _chat(uri: str, scheme: str) -> Address:
    system, _, wire = scheme.partition("+")
    split = _split(uri)
    host = split.netloc or ("slack.com" if system == "slack" else "")
    if wire not in ("ws", "wss") and not (system == "slack" and not wire):
        raise ConfigError(f"{shown(uri)}: over what is not said; give {system}+wss://host, or {system}+ws://host without TLS")
    if split.username is not None:
        raise ConfigError(f"{shown(uri)}: a token does not belong in a URI; put it into a file, and give --chat-token-file")
    if not host:
        raise ConfigError(f"{shown(uri)}: no host; give {system}+wss://host")
    site = urlunsplit(("http" if wire == "ws" else "https", host, split.path.rstrip("/"), "", ""))
    return Address(kind="chat", where=site, name=shown(uri), keys=_own(uri, split, CHATS[system]))


def _own(uri: str, split: SplitResult, known: tuple[str, ...]) -> dict[str, str]:
    """The keys of a URI all of whose keys are ours."""
    keys = dict(parse_qsl(split.query, keep_blank_values=True))
    unknown = next((key for key in keys if key not in known), None)
    if unknown is not None:
        raise ConfigError(f"{shown(uri)}: unknown key {unknown[:40]!r}; {' and '.join(known) or 'none'} can be given")
    return keys


def _listener(uri: str, split: SplitResult, kind: Kind, scheme: str, default: int) -> Address:
    host = split.hostname or ""
    port = default if split.port is None else split.port
    shown = f"[{host}]" if ":" in host else host
    return Address(kind=kind, where=uri, name=f"{scheme}://{shown}:{port}", host=host, port=port)


def _split(uri: str) -> SplitResult:
    try:
        split = urlsplit(uri)
        split.port  # noqa: B018 – reading it is what checks it
    except ValueError as error:
        raise ConfigError(f"{shown(uri)}: {str(error).lower()}; give scheme://host:port") from None
    return split


def _keys(uri: str, query: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Our own keys, and the others in order."""
    pairs = parse_qsl(query, keep_blank_values=True)
    ours = ("rate", "channels", "encoding")
    return {key: value for key, value in pairs if key in ours}, [pair for pair in pairs if pair[0] not in ours]


def _with_format(uri: str, address: Address, keys: dict[str, str]) -> Address:
    rate = _whole(uri, "rate", keys["rate"]) if "rate" in keys else address.rate
    if rate is None and keys:
        raise ConfigError(f"{shown(uri)}: {next(iter(keys))} without a rate; add rate=16000")
    if rate is not None and not 4000 <= rate <= 192000:
        raise ConfigError(f"{shown(uri)}: rate {rate} cannot be used; give 4000 to 192000")
    channels = _whole(uri, "channels", keys.get("channels", "1"))
    if channels not in (1, 2):
        raise ConfigError(f"{shown(uri)}: {channels} channels; a call has 1 or 2")
    encoding = keys.get("encoding", "s16le").lower()
    if encoding not in ("s16le", "mulaw", "alaw"):
        raise ConfigError(f"{shown(uri)}: unknown encoding {encoding!r}; give s16le, mulaw or alaw")
    return msgspec.structs.replace(address, rate=rate, channels=channels, encoding=encoding)


def _whole(uri: str, key: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise ConfigError(f"{shown(uri)}: {key} {value[:40]!r} is no whole number")
    return int(value)
