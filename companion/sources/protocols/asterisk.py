"""Asterisk's chan_websocket, as the server that Asterisk dials: a text that says what comes, then one voice's sound. Sans I/O.

Source: asterisk/asterisk channels/chan_websocket.c at f0c1c1a (August 2026), and what it sent. Its texts have two forms, `MEDIA_START
key:value …` and JSON. A sound message is 20 ms or, at the end of what Asterisk plays, less.
Nothing is ever sent: whatever Asterisk receives here, it plays into its channel.
"""

from urllib.parse import parse_qsl

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import Act, Begun, Sound, about, inner, people, plain, read, word

_FORMATS = {"ulaw": ("mulaw", 8000), "alaw": ("alaw", 8000), "slin": ("s16le", 8000), "slin44": ("s16le", 44_100)} | {
    f"slin{khz}": ("s16le", khz * 1000) for khz in (12, 16, 24, 32, 48, 96, 192)
}

_CHANNELS: dict[str, tuple[Channel, ...]] = {"agent": ("agent",), "customer": ("customer",)}


class MediaChannel:
    """One connection.

    Args:
        path: of the request, with its query: the keys of `v(…)` in the dial string.
        alone: who speaks, where the query does not tell.
    """

    def __init__(self, path: str, alone: Channel = "customer") -> None:
        self._told = plain(dict(parse_qsl(path.partition("?")[2])))
        self._alone = alone
        self._columns: tuple[Channel, ...] = ()
        self._byte_rate = 0
        self._bytes = 0

    def receive(self, message: str | bytes) -> list[Act]:
        """What a message means. Digits, marks and what else Asterisk reports mean nothing.

        Raises:
            PeerError: sound before `MEDIA_START`, a second one, or a format or channel that is not understood.
        """
        if isinstance(message, str):
            event, told = _event(message)
            return [self._start(told)] if event == "MEDIA_START" else []
        if not self._byte_rate:
            raise PeerError("sound before MEDIA_START")
        at = self._bytes / self._byte_rate
        self._bytes += len(message)
        return [Sound(columns=self._columns, data=message, at=at)] if message else []

    def finish(self) -> list[Act]:
        """Nothing is held back."""
        return []

    def _start(self, told: dict[str, str]) -> Begun:
        if self._byte_rate:
            raise PeerError("a second MEDIA_START on one connection")
        name = told.get("format", "")
        if name not in _FORMATS:
            raise PeerError(f"sound as {name[:40]!r}, which is not understood; ask for slin, slin16, ulaw or alaw")
        channel = self._told.get("channel", self._alone)
        if channel not in _CHANNELS:
            raise PeerError(f"unknown channel {channel[:40]!r}, neither 'agent' nor 'customer'")
        self._columns = _CHANNELS[channel]
        encoding, rate = _FORMATS[name]
        self._byte_rate = rate * (2 if encoding == "s16le" else 1)
        told = {**told, **self._told}
        call = told.get("call") or told.get("channelid")
        known = about("Asterisk", **{key: told.get(key, "") for key in ("from", "to")})
        return Begun(call=call, about=known, who=people(told), rate=rate, encoding=encoding, clocked=False)


def _event(text: str) -> tuple[str, dict[str, str]]:
    """A text's event, and what it tells, channel variables among it.

    Raises:
        PeerError: JSON that is none.
    """
    if text.startswith("{"):
        found = read(text)
        return word(found.get("event")), {**plain(inner(found, "channel_variables")), **plain(found)}
    event, *pairs = text.split() or [""]
    return event, plain({key: value for key, _, value in (pair.partition(":") for pair in pairs)})
