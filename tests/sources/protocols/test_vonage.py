"""Vonage's WebSockets, message by message; the texts are those of its documentation."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Introduced
from companion.errors import AudioFormatError, PeerError
from companion.sources.protocols.dialect import Begun, Ended, Paused, Sound
from companion.sources.protocols.vonage import VoiceSocket
from tests.sources.protocols.recorded import Frame, frames, spoiled

FORMAT = {"content-type": "audio/l16;rate=16000"}
CONNECTED = {"event": "websocket:connected", **FORMAT}
CUSTOMER = json.dumps({**CONNECTED, "channel": "customer"})


def begun(socket: VoiceSocket, text: str) -> Begun:
    (act,) = socket.receive(text)
    assert isinstance(act, Begun)
    return act


def test_the_first_text_tells_the_format_and_what_headers_held() -> None:
    socket = VoiceSocket("/socket")
    headers = {"call": "CON-7", "channel": "agent", "agent_name": "Dana Reyes", "from": "15550100", "direction": "inbound", "priority": 3}
    who = Introduced(agent="Dana Reyes", customer="15550100")
    told = begun(socket, " " + json.dumps({**CONNECTED, **headers}))  # mod_wsbridge puts a space before each text
    assert told == Begun(call="CON-7", about="Vonage, from 15550100", who=who, rate=16000, clocked=False)
    assert socket.receive(bytes(640)) == [Sound(columns=("agent",), data=bytes(640), at=0.0)]
    assert socket.receive(bytes(640)) == [Sound(columns=("agent",), data=bytes(640), at=0.02)]
    assert socket.receive(b"") == socket.finish() == []


@pytest.mark.parametrize("rate", [8000, 16000, 24000])
def test_the_url_tells_what_headers_do_not(rate: int) -> None:
    socket = VoiceSocket("/?call=7&channel=agent&team=Billing")
    told = begun(socket, json.dumps({"event": "websocket:connected", "content-type": f"audio/l16;rate={rate}", "channel": "customer"}))
    assert told == Begun(call="7", about="Vonage", who=Introduced(team="Billing"), rate=rate, clocked=False)
    assert socket.receive(bytes(2)) == [Sound(columns=("customer",), data=bytes(2), at=0.0)]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (json.dumps(CONNECTED), "no channel, and maybe both voices in one; let each connection hear one leg"),
        (json.dumps({**CONNECTED, "channel": "both"}), "unknown channel 'both'"),
        (json.dumps({**CONNECTED, "channel": ["agent"]}), "no channel"),
        (json.dumps({"event": "websocket:connected", "channel": "agent"}), "sound as '', which is not understood; ask for audio/l16"),
        (json.dumps({**CONNECTED, "content-type": "audio/opus", "channel": "agent"}), "sound as 'audio/opus'"),
        (bytes(640), "sound before 'websocket:connected'"),
        ("{", "no JSON"),
    ],
)
def test_what_is_refused(message: str | bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        VoiceSocket("/").receive(message)


def test_a_rate_that_cannot_be() -> None:
    with pytest.raises(AudioFormatError, match="a rate of 999999 Hz"):
        VoiceSocket("/?channel=agent").receive(json.dumps({**CONNECTED, "content-type": "audio/l16;rate=999999"}))


def test_a_second_start_is_refused() -> None:
    socket = VoiceSocket("/")
    socket.receive(CUSTOMER)
    with pytest.raises(PeerError, match="a second 'websocket:connected'"):
        socket.receive(CUSTOMER)


@pytest.mark.parametrize(
    "text",
    [
        '{"event":"websocket:dtmf","digit":"5","duration":260}',
        '{"digit":"5","duration":260}',
        '{"event":"websocket:cleared"}',
        '{"event":"websocket:notify","payload":{}}',
        '{"event":"websocket:media:update","active":true}',
        '{"event":7}',
    ],
)
def test_what_vonage_reports_besides_means_nothing(text: str) -> None:
    socket = VoiceSocket("/")
    assert socket.receive(text) == []
    socket.receive(CUSTOMER)
    assert socket.receive(text) == []


def test_muted_and_gone() -> None:
    socket = VoiceSocket("/")
    socket.receive(CUSTOMER)
    assert socket.receive(json.dumps({"event": "websocket:media:update", "active": False, **FORMAT})) == [Paused("muted at Vonage")]
    assert socket.receive(json.dumps({"event": "websocket:disconnected", **FORMAT})) == [Ended()]


@given(st.text(max_size=40), st.lists(st.binary(max_size=40) | st.text(max_size=60), max_size=8), st.booleans())
def test_anything_at_all_is_understood_or_refused(query: str, messages: list[str | bytes], started: bool) -> None:
    socket = VoiceSocket(f"/?{query}")
    with contextlib.suppress(PeerError):
        for message in [CUSTOMER, *messages] if started else messages:
            socket.receive(message)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("vonage", [Begun, Sound, Paused, Sound, Ended]),
        ("vonage_video", [Begun, Sound, Paused, Ended]),
        ("vonage_wsbridge", [Begun, Sound, Sound]),
    ],
)
def test_a_recorded_connection(name: str, kinds: list[type]) -> None:
    socket = VoiceSocket("/")
    assert [type(act) for frame in frames(name) for act in socket.receive(frame)] == kinds


@given(spoiled("vonage", "vonage_video", "vonage_wsbridge"))
def test_a_spoiled_connection_is_understood_or_refused(messages: list[Frame]) -> None:
    socket = VoiceSocket("/")
    with contextlib.suppress(PeerError, AudioFormatError):
        for message in messages:
            socket.receive(message)
