"""Vonage's WebSockets (Voice API, and the Video API's Audio Connector): a text that says what comes, then one voice's sound. Sans I/O.

Sources: developer.vonage.com, "WebSockets in the Vonage Voice API" and "Audio Connector"; Nexmo/wsbridge at 631de41, Vonage's module.
What a connection hears is decided where it is dialled (`canHear`, `streams`) and not said on the wire, so it has to be told whose
voice that is. Nothing is ever sent: whatever Vonage receives here, it plays into the call.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import Act, Begun, Ended, Paused, Sound, about, people, plain, read, word
from companion.speech.audio import checked_rate

_CHANNELS: dict[str, tuple[Channel, ...]] = {"agent": ("agent",), "customer": ("customer",)}


class VoiceSocket:
    """One connection.

    Args:
        path: of the request, with its query; its keys count where the first text tells nothing.
    """

    def __init__(self, path: str) -> None:
        self._told = plain(dict(parse_qsl(path.partition("?")[2])))
        self._columns: tuple[Channel, ...] = ()
        self._byte_rate = 0
        self._bytes = 0

    def receive(self, message: str | bytes) -> list[Act]:
        """What a message means. Digits, and what answers commands that we never give, mean nothing.

        Raises:
            PeerError: sound before the first text, a second one, a format that is not understood, or nobody whose voice it is.
            AudioFormatError: a rate that cannot be used.
        """
        if isinstance(message, str):
            return self._text(read(message))
        if not self._byte_rate:
            raise PeerError("sound before 'websocket:connected'")
        at = self._bytes / self._byte_rate
        self._bytes += len(message)
        return [Sound(columns=self._columns, data=message, at=at)] if message else []

    def finish(self) -> list[Act]:
        """Nothing is held back."""
        return []

    def _text(self, found: dict[str, Any]) -> list[Act]:
        event = word(found.get("event"))
        # The first text of the Audio Connector and of wsbridge is no event; the former's later ones repeat the format.
        if event == "websocket:connected" or (not self._byte_rate and not event and "content-type" in found):
            return [self._start(found)]
        if event == "websocket:media:update" and found.get("active") is False:
            return [Paused("muted at Vonage")]
        return [Ended()] if event == "websocket:disconnected" else []

    def _start(self, found: dict[str, Any]) -> Begun:
        if self._byte_rate:
            raise PeerError("a second 'websocket:connected' on one connection")
        told = {**self._told, **plain(found)}
        sound = re.fullmatch(r"audio/l16; ?rate=(\d{4,6})", told.get("contenttype", ""), re.IGNORECASE)
        if sound is None:
            raise PeerError(f"sound as {told.get('contenttype', '')[:40]!r}, which is not understood; ask for audio/l16;rate=8000")
        channel = told.get("channel", "")
        if channel not in _CHANNELS:
            what = f"unknown channel {channel[:40]!r}" if channel else "no channel, and maybe both voices in one"
            raise PeerError(f"{what}; let each connection hear one leg, and tell its channel, agent or customer, in 'headers'")
        self._columns = _CHANNELS[channel]
        rate = checked_rate(float(sound[1]), "sound")
        self._byte_rate = rate * 2
        known = about("Vonage", **{key: told.get(key, "") for key in ("from", "to")})
        return Begun(call=told.get("call"), about=known, who=people(told), rate=rate, clocked=False)
