"""What is fuzzed: each reader of what others wrote, as a function of bytes.

A reader may refuse with its own error; whatever else comes out is a fault, and so is what the assertions here say. `tests/faults/fuzz.py`
looks for such bytes by coverage, `tests/faults/test_corpus.py` tries those that are kept.

Conversations are written as in tests/recordings, one frame a line, `hex …` where it is binary, so that those are where fuzzing begins.
"""

import contextlib
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from companion import config
from companion.broadcast import messages
from companion.core import record
from companion.errors import AudioFormatError, ChecklistError, ConfigError, JournalError, PeerError
from companion.rules import document, load
from companion.sinks import reading
from companion.sources.protocols.asterisk import MediaChannel
from companion.sources.protocols.audiohook import AudioHook
from companion.sources.protocols.audiosocket_wire import AudioSocket
from companion.sources.protocols.chatwoot import Chatwoot
from companion.sources.protocols.dialect import Dialect
from companion.sources.protocols.freeswitch import Fork
from companion.sources.protocols.hook import Hook
from companion.sources.protocols.intercom import Intercom
from companion.sources.protocols.jsonlines import JsonLines
from companion.sources.protocols.mapping import Fields, Mapped
from companion.sources.protocols.rocketchat import RocketChat
from companion.sources.protocols.room import Room, Said
from companion.sources.protocols.slack import Slack
from companion.sources.protocols.sunshine import Sunshine
from companion.sources.protocols.twilio import MediaStream
from companion.sources.protocols.twilio_conversations import TwilioConversations
from companion.sources.protocols.vonage import VoiceSocket
from companion.sources.protocols.vonage_signature import signed
from companion.sources.protocols.vosk_wire import Client, seat
from companion.speech.masking import Masking
from companion.speech.redact import clean

Target: TypeAlias = Callable[[bytes], None]

_MASKING = Masking()
_CARD = re.compile(r"(?<![\d#])4111 1111 1111 1111(?!\d)")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def frames(data: bytes) -> list[str | bytes]:
    """A conversation as tests/recordings writes it."""
    return [_frame(line) for line in data.split(b"\n")]


def _frame(line: bytes) -> str | bytes:
    if line.startswith(b"hex "):
        with contextlib.suppress(ValueError):
            return bytes.fromhex(line[4:].decode("ascii", "replace"))
        return line[4:]
    return line.decode("utf-8", "replace")


def _sound(make: Callable[[], Dialect]) -> Target:
    """A telephone system's stream: until it is refused, as its connection would be."""

    def target(data: bytes) -> None:
        dialect = make()
        with contextlib.suppress(PeerError, AudioFormatError):
            for frame in frames(data):
                dialect.receive(frame)
        dialect.finish()

    return target


def _chat(make: Callable[[], Room]) -> Target:
    """A chat: what cannot be used is left out, and what answers our requests is as strange as the rest."""

    def target(data: bytes) -> None:
        room = make()
        ask = room.enter()
        for number, frame in enumerate(frames(data)):
            with contextlib.suppress(PeerError):
                if ask is not None and number % 2:
                    room.answer(ask, 200, _json(frame))
                room.receive(frame, float(number))
            room.tick(float(number))
        for ask in room.missed({"7": Said(call="7", id="1", speaker="agent", text="hello", time=1.0)}):
            with contextlib.suppress(PeerError):
                room.answer(ask, 200, _json(frames(data)[0]))

    return target


def _json(frame: str | bytes) -> object:
    try:
        return json.loads(frame)
    except (ValueError, RecursionError):
        return None


def _hook(make: Callable[[], Hook]) -> Target:
    """Bodies of deliveries."""

    def target(data: bytes) -> None:
        for line in data.split(b"\n"):
            with contextlib.suppress(PeerError):
                assert all(told.call for told in make().read(line))

    return target


def _vosk(data: bytes) -> None:
    client = Client()
    with contextlib.suppress(PeerError):
        for frame in frames(data):
            client.receive(frame)
    with contextlib.suppress(PeerError):
        seat(data.decode("utf-8", "surrogateescape"))


def _vonage(data: bytes) -> None:
    _sound(lambda: VoiceSocket("/"))(data)
    assert not signed("secret", data.decode("utf-8", "surrogateescape"), 1_795_000_000.0)


def _transcript(data: bytes) -> None:
    lexer = JsonLines("stdin")
    for line in data.split(b"\n"):
        lexer.line(line)
    lexer.close("end of input")


def _checklist(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(ChecklistError):
        load.parse(document.parse(text, "fuzz.yaml"), "fuzz.yaml")


def _journal(data: bytes) -> None:
    with contextlib.suppress(JournalError):
        for read in reading.read_lines(iter(data.splitlines(keepends=True)), "fuzz.jsonl"):
            line = record.encode(read)
            assert record.encode(record.decode(line)) == line


def _broadcast(data: bytes) -> None:
    with contextlib.suppress(PeerError):
        messages.from_peer(data)
    with contextlib.suppress(PeerError):
        messages.from_hub(data)


def _config(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(ConfigError):
            config.read_file(Path(file.name))


def _masking(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    masked = _MASKING.text(text)
    assert len(masked.split()) == len(text.split())
    assert not _CARD.search(masked)
    assert not _UNSEEN.search(clean(text))


TARGETS: dict[str, Target] = {
    "asterisk": _sound(lambda: MediaChannel("/")),
    "audiohook": _sound(AudioHook),
    "audiosocket": _sound(lambda: AudioSocket("customer")),
    "freeswitch": _sound(lambda: Fork("/")),
    "twilio": _sound(MediaStream),
    "vonage": _vonage,
    "chatwoot": _chat(lambda: Chatwoot("https://chat.example", 1, "access")),
    "rocketchat": _chat(lambda: RocketChat("https://chat.example", "room", "access")),
    "slack": _chat(lambda: Slack("https://chat.example/api/", "app", None, ("U1",))),
    "mapping": _chat(lambda: Mapped("ws://chat.example", Fields())),
    "intercom": _hook(Intercom),
    "sunshine": _hook(Sunshine),
    "twilio_conversations": _hook(lambda: TwilioConversations(agents=["anna"])),
    "vosk": _vosk,
    "transcript": _transcript,
    "checklist": _checklist,
    "journal": _journal,
    "broadcast": _broadcast,
    "config": _config,
    "masking": _masking,
}
"""By name; where fuzzing begins: `tests/recordings/<name>*.txt`, and what is kept in `tests/faults/corpus/<name>`."""
