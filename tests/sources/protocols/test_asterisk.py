"""Asterisk's chan_websocket, message by message; the texts are those that its source makes, and the recorded ones its own."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Channel, Introduced
from companion.errors import PeerError
from companion.sources.protocols.asterisk import MediaChannel
from companion.sources.protocols.dialect import Begun, Sound
from tests.sources.protocols.recorded import Frame, frames, spoiled

PLAIN = (
    "MEDIA_START connection_id:companion channel:WebSocket/companion/0x7f5c2c00d0 channel_id:1763734000.7 "
    "format:{} optimal_frame_size:320 ptime:20"
)
JSON = {
    "event": "MEDIA_START",
    "connection_id": "companion",
    "channel": "WebSocket/companion/0x7f5c2c00d0",
    "channel_id": "1763734000.7",
    "format": "slin16",
    "optimal_frame_size": 640,
    "ptime": 20,
    "channel_variables": {"MEDIA_WEBSOCKET_OPTIMAL_FRAME_SIZE": "640", "team": "Billing"},
}


def begun(channel: MediaChannel, text: str) -> Begun:
    (act,) = channel.receive(text)
    assert isinstance(act, Begun)
    return act


@pytest.mark.parametrize(
    ("name", "encoding", "rate"),
    [("slin", "s16le", 8000), ("slin16", "s16le", 16000), ("slin44", "s16le", 44100), ("ulaw", "mulaw", 8000), ("alaw", "alaw", 8000)],
)
def test_the_plain_form(name: str, encoding: str, rate: int) -> None:
    told = Begun(call="1763734000.7", about="Asterisk", rate=rate, encoding=encoding, clocked=False)
    assert begun(MediaChannel("/"), PLAIN.format(name)) == told


def test_the_json_form_and_the_keys_of_the_dial_string() -> None:
    channel = MediaChannel("/?call=7f3a&channel=agent&agent_name=Dana%20Reyes&from=%2B15550100&direction=inbound")
    who = Introduced(agent="Dana Reyes", customer="+15550100", team="Billing")
    about = "Asterisk, from +15550100"
    assert begun(channel, json.dumps(JSON)) == Begun(call="7f3a", about=about, who=who, rate=16000, clocked=False)
    assert channel.receive(bytes(640)) == [Sound(columns=("agent",), data=bytes(640), at=0.0)]
    assert channel.receive(bytes(640)) == [Sound(columns=("agent",), data=bytes(640), at=0.02)]
    assert channel.receive(b"") == channel.finish() == []


@pytest.mark.parametrize(("alone", "path"), [("agent", "/"), ("customer", "/?channel=agent")])
def test_whose_voice_it_is(alone: Channel, path: str) -> None:
    channel = MediaChannel(path, alone)
    channel.receive(PLAIN.format("slin"))
    assert channel.receive(bytes(320)) == [Sound(columns=("agent",), data=bytes(320), at=0.0)]


@pytest.mark.parametrize("text", ["DTMF_END digit:5 channel_id:1763734000.7", '{"event": "MEDIA_XON", "channel_id": "1"}', "", "HELLO"])
def test_what_asterisk_reports_besides_means_nothing(text: str) -> None:
    assert MediaChannel("/").receive(text) == []


@pytest.mark.parametrize(
    ("path", "message", "why"),
    [
        ("/", bytes(320), "sound before MEDIA_START"),
        ("/", PLAIN.format("g722"), "sound as 'g722', which is not understood; ask for slin"),
        ("/?channel=both", PLAIN.format("slin"), "unknown channel 'both'"),
        ("/", "{", "no JSON"),
    ],
)
def test_what_breaks_the_protocol(path: str, message: str | bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        MediaChannel(path).receive(message)


def test_a_second_start_breaks_it_too() -> None:
    channel = MediaChannel("/")
    channel.receive(PLAIN.format("slin"))
    with pytest.raises(PeerError, match="a second MEDIA_START"):
        channel.receive(PLAIN.format("slin"))


@given(st.text(max_size=40), st.lists(st.binary(max_size=40) | st.text(max_size=60), max_size=8), st.booleans())
def test_anything_at_all_is_understood_or_refused(query: str, messages: list[str | bytes], started: bool) -> None:
    channel = MediaChannel(f"/?{query}")
    with contextlib.suppress(PeerError):
        for message in [PLAIN.format("slin"), *messages] if started else messages:
            channel.receive(message)


@pytest.mark.parametrize(
    ("name", "encoding", "rate"), [("asterisk", "s16le", 8000), ("asterisk_json", "s16le", 16000), ("asterisk_ulaw", "mulaw", 8000)]
)
def test_a_recorded_channel(name: str, encoding: str, rate: int) -> None:
    channel = MediaChannel("/?call=7f3a&channel=agent")
    begun, *sound = [act for frame in frames(name) for act in channel.receive(frame)]
    assert begun == Begun(call="7f3a", about="Asterisk", rate=rate, encoding=encoding, clocked=False)
    assert [type(act) for act in sound] == [Sound] * 10


@given(spoiled("asterisk", "asterisk_json"))
def test_a_spoiled_channel_is_understood_or_refused(messages: list[Frame]) -> None:
    channel = MediaChannel("/")
    with contextlib.suppress(PeerError):
        for message in messages:
            channel.receive(message)
