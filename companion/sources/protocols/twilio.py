"""Twilio Media Streams and its look-alikes – Telnyx, SignalWire, Plivo, Exotel – as the server that they dial. Sans I/O.

Sources: twilio.com/docs/voice/media-streams/websocket-messages; developers.telnyx.com, "Stream call media over WebSocket";
developer.signalwire.com, cXML <Stream>; plivo.com/docs, audio streaming; developer.exotel.com/docs/agentstream/websocket-protocol.
"""

import base64
import binascii
import math
import re
from typing import Any, Literal, TypeAlias

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import Act, Begun, Ended, Sound, about, inner, number, people, plain, read, word
from companion.sources.protocols.packets import Packets
from companion.speech.audio import checked_rate

Track: TypeAlias = Literal["inbound", "outbound"]

_ENCODINGS = {
    "audio/x-mulaw": "mulaw", "mulaw": "mulaw", "pcmu": "mulaw", "audio/pcmu": "mulaw", "ulaw": "mulaw",
    "audio/x-alaw": "alaw", "alaw": "alaw", "pcma": "alaw", "audio/pcma": "alaw",
    "audio/x-l16": "s16le", "audio/l16": "s16le", "l16": "s16le", "audio/x-raw": "s16le", "raw": "s16le", "base64": "s16le",
}  # fmt: skip


class MediaStream:
    """One stream.

    Args:
        agent: the track that the agent's voice is on. `inbound` is what comes from the party on whose leg the stream was started, so that
            for a stream started on the caller's leg `outbound` is the agent. A custom parameter `agent` of the stream overrules it.
        alone: who speaks where messages name no track (Exotel).
    """

    def __init__(self, agent: Track = "outbound", alone: Channel = "customer") -> None:
        self._agent: str = agent
        self._alone = alone
        self._byte_rate = 0.0
        self._zero: float | None = None
        self._tracks: dict[Channel, Packets] = {}

    def receive(self, message: str | bytes) -> list[Act]:
        """What a message means; events that bring no sound mean nothing.

        Raises:
            PeerError: no JSON, sound before the start, or a second start.
            AudioFormatError: a rate that cannot be used.
        """
        if isinstance(message, bytes):
            raise PeerError("a binary message, where Twilio's protocol has only text")
        found = _plain(read(message))
        event = found.get("event")
        if event == "media":
            return self._media(inner(found, "media"))
        if event == "start":
            return [self._start(found, inner(found, "start"))]
        if event == "stop":
            return [*self.finish(), Ended()]
        if not isinstance(event, str):
            raise PeerError("a message without an 'event'")
        return []

    def finish(self) -> list[Act]:
        """What still waited for packets before it."""
        return [Sound(columns=(channel,), data=data, at=at) for channel, packets in self._tracks.items() for at, data in packets.flush()]

    def _start(self, message: dict[str, Any], start: dict[str, Any]) -> Begun:
        if self._byte_rate:
            raise PeerError("a second 'start' on one connection")
        encoding, rate = _format(inner(start, "mediaformat"))
        parameters = inner(start, "customparameters")
        if parameters.get("agent") in ("inbound", "outbound"):
            self._agent = parameters["agent"]
        self._byte_rate = float(rate * (2 if encoding == "s16le" else 1))
        call = next((name for key in ("callsid", "callcontrolid", "callid") if (name := word(start.get(key)))), "")
        told = {key: word(start.get(key)) for key in ("from", "to")}
        return Begun(
            call=word(parameters.get("call")) or call or None,
            about=about(_system(message, start), **told),
            who=people({**plain(start), **plain(parameters)}),
            rate=rate,
            encoding=encoding,
        )

    def _media(self, media: dict[str, Any]) -> list[Act]:
        if not self._byte_rate:
            raise PeerError("sound before the 'start' message")
        try:
            data = base64.b64decode(media.get("payload") or b"", validate=True)
        except (binascii.Error, ValueError, TypeError):
            return []  # it counts as lost
        track = media.get("track")
        channel = self._alone
        if isinstance(track, str) and track:
            channel = "agent" if track.startswith(self._agent) else "customer"
        time = number(media.get("timestamp"))
        if time is not None:
            # Milliseconds from the stream's start, or with Plivo since 1970: the stream's first packet is zero for all its tracks.
            self._zero = time if self._zero is None else self._zero
            time = (time - self._zero) / 1000
        counted = number(media.get("chunk"))
        packets = self._tracks.setdefault(channel, Packets(self._byte_rate))
        pieces = packets.put(None if counted is None else math.floor(counted), time, data)
        return [Sound(columns=(channel,), data=data, at=at) for at, data in pieces if data]


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Keys without case and underscores, two levels down: `callSid` and `call_sid` are one; a stream's own parameters keep theirs."""

    def key(name: str) -> str:
        return name.replace("_", "").lower()

    plain: dict[str, Any] = {}
    for name, value in found.items():
        plain[key(name)] = {key(k): v for k, v in value.items()} if isinstance(value, dict) else value
        if name == "start" and "stream_sid" in (value if isinstance(value, dict) else {}):
            plain["snake"] = True
    start = inner(plain, "start")
    if isinstance(start.get("mediaformat"), dict):
        start["mediaformat"] = {key(k): v for k, v in start["mediaformat"].items()}
    return plain


def _system(message: dict[str, Any], start: dict[str, Any]) -> str:
    if "callcontrolid" in start:
        return "Telnyx"
    if "callid" in start:
        return "Plivo"
    if "snake" in message:
        return "Exotel"
    return "Twilio" if word(start.get("accountsid")).startswith("AC") else "SignalWire"


def _format(told: dict[str, Any]) -> tuple[str, int]:
    """Encoding and rate; what is not told is as Twilio has it.

    Raises:
        PeerError: an encoding that we do not know.
    """
    name, _, rest = (word(told.get("encoding")) or "audio/x-mulaw").lower().partition(";")
    encoding = _ENCODINGS.get(name.strip())
    if encoding is None:
        raise PeerError(f"sound as {name[:40]!r}, which is not understood; ask for PCMU")
    inside = re.search(r"rate=(\d{4,6})", rest)
    return encoding, checked_rate(number(told.get("samplerate")) or (float(inside[1]) if inside else 8000.0), "sound")
