"""The protocol of vosk-server, sans I/O, as its server speaks it: a client's messages to requests, what was heard to replies.

Checked against alphacep/vosk-server at c2e82f0 (websocket/asr_server.py and its clients) and vosk 0.3.45 (vosk-transcriber).
"""

import json
from collections.abc import Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

import msgspec

from companion.core.events import Channel, Introduced, Utterance, Word
from companion.core.feed import Glimpsed, Happened, Item
from companion.errors import AudioFormatError, PeerError
from companion.sources.protocols.dialect import people, plain
from companion.speech.audio import checked_rate
from companion.speech.redact import clean

DEFAULT_RATE = 8000
"""Samples a second where a client sends no config: vosk-server's own default."""

LONGEST_NAME = 200
"""Characters of a call's name."""

_CHANNELS: dict[str, Channel] = {"agent": "agent", "customer": "customer"}


class Configured(msgspec.Struct, frozen=True):
    """A config message; it is not replied to."""


class Sound(msgspec.Struct, frozen=True):
    """16-bit little-endian mono samples; one reply is due."""

    pcm: bytes


class Ended(msgspec.Struct, frozen=True):
    """No more sound: the last final text is due, then the connection ends."""


class Reset(msgspec.Struct, frozen=True):
    """The final text so far is due, then hearing begins anew."""


Request: TypeAlias = Configured | Sound | Ended | Reset


class Client:
    """One connection's half of the protocol.

    Attributes:
        rate: samples a second of what the client sends.
    """

    def __init__(self) -> None:
        self.rate = DEFAULT_RATE
        self._words = True
        self._alternatives = 0
        self._started = False
        self._partial = ""

    def receive(self, message: str | bytes) -> Request:
        """Read one message.

        Raises:
            PeerError: it has no place in the protocol, or asks for what cannot be had.
        """
        if isinstance(message, bytes):
            self._started = True
            return Sound(message)
        try:
            said = json.loads(message)
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict):
            if isinstance(said.get("config"), dict):
                return self._configure(said["config"])
            if said.get("eof"):
                return Ended()
            if said.get("reset"):
                self._partial = ""
                return Reset()
        raise PeerError("a text message that is neither config, eof nor reset")

    def reply(self, heard: Iterable[Item], offset: float = 0.0) -> str:
        """The one reply to a frame of sound: a final text if there is one, else the text so far.

        Args:
            heard: what the frame brought.
            offset: seconds of the call that passed before this client's first sample; its times count from there.
        """
        finals = self._listen(heard)
        return self._final(finals, offset) if finals else _written({"partial": self._partial})

    def last(self, heard: Iterable[Item], offset: float = 0.0) -> str:
        """The reply to eof and reset: the last final text, which may be empty."""
        return self._final(self._listen(heard), offset)

    def _configure(self, config: dict[str, Any]) -> Configured:
        if "model" in config:
            raise PeerError("the speech model cannot be changed by a client")
        if self._started:
            return Configured()  # as in vosk-server: the recogniser stays what it is
        try:
            if "sample_rate" in config:
                self.rate = checked_rate(float(config["sample_rate"]), "config")
            if "max_alternatives" in config:
                self._alternatives = int(config["max_alternatives"])
        except AudioFormatError as error:
            raise PeerError(str(error)) from None
        except (TypeError, ValueError, OverflowError):
            raise PeerError("config: sample_rate and max_alternatives are numbers") from None
        if "words" in config:
            self._words = bool(config["words"])
        return Configured()

    def _listen(self, heard: Iterable[Item]) -> list[Utterance]:
        finals = []
        for item in heard:
            if isinstance(item, Glimpsed):
                self._partial = item.partial.text
            elif isinstance(item, Happened) and isinstance(item.event, Utterance):
                self._partial = ""
                finals.append(item.event)
        return finals

    def _final(self, finals: list[Utterance], offset: float) -> str:
        # A long frame may hold several utterances, but there is one reply to a frame.
        text = " ".join(final.text for final in finals)
        words = [word for final in finals for word in final.words or ()] if self._words else []
        if self._alternatives <= 0:
            said = {"result": [_word(word, offset) for word in words]} if words else {}
            return _written({**said, "text": text})
        confidence = sum(word[3] for word in words) / len(words) if words else 1.0
        # vosk-server gives no confidence for the words of an alternative.
        said = {"result": [_word(word, offset, conf=False) for word in words]} if words else {}
        return _written({"alternatives": [{"confidence": round(confidence, 6), **said, "text": text}]})


def seat(path: str) -> tuple[str | None, Channel | None]:
    """Which call and channel a client asks for by the path and query it dials, if it does.

    `/?call=ID&channel=agent`, `/ID?channel=agent`, `/ID/agent` and `/call=ID/channel=agent` all mean the same; any other path means
    nothing.

    Raises:
        PeerError: a channel that does not exist, or a name that cannot be used.
    """
    place, _, query = path.partition("?")
    keys = dict(parse_qsl(query, keep_blank_values=True))
    parts = []
    for part in filter(None, place.split("/")):
        if part.startswith(("call=", "channel=")):
            keys = {**dict(parse_qsl(part)), **keys}
        else:
            parts.append(unquote(part))
    if len(parts) >= 2 and "channel" not in keys and parts[-1] in ("agent", "customer"):
        keys["channel"] = parts.pop()
        keys.setdefault("call", parts[-1])
    if "channel" in keys and parts:
        keys.setdefault("call", parts[-1])
    call = clean(keys.get("call", "")).strip() or None
    if call is not None and len(call) > LONGEST_NAME:
        raise PeerError(f"a call's name of more than {LONGEST_NAME} characters")
    channel = keys.get("channel")
    if channel is not None and channel not in _CHANNELS:
        raise PeerError(f"unknown channel {clean(channel)[:40]!r}, neither 'agent' nor 'customer'")
    return call, _CHANNELS[channel] if channel else None


def who(path: str) -> Introduced:
    """Whom a client names in the query it dials: `?agent_name=…&customer_name=…&team=…`."""
    return people(plain(dict(parse_qsl(path.partition("?")[2]))))


def _word(word: Word, offset: float, conf: bool = True) -> dict[str, Any]:
    text, start, end, confidence = word
    said = {"end": round(max(0.0, end - offset), 6), "start": round(max(0.0, start - offset), 6), "word": text}
    return {"conf": confidence, **said} if conf else said


def _written(reply: dict[str, Any]) -> str:
    """JSON spaced as libvosk spaces it: there are clients that look for `"partial" : "` instead of parsing."""
    return json.dumps(reply, ensure_ascii=False, indent=2, separators=(",", " : "))
