"""Twilio's stream and its look-alikes, message by message: the frames are those of their documentation."""

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Introduced
from companion.errors import AudioFormatError, PeerError
from companion.sources.protocols.dialect import Begun, Ended, Sound
from companion.sources.protocols.twilio import MediaStream
from tests.sources.protocols.recorded import Frame, frames, spoiled

FRAME = bytes(range(160))

TWILIO = {
    "event": "start",
    "sequenceNumber": "1",
    "start": {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound", "outbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"FirstName": "Jane"},
    },
    "streamSid": "MZ1",
}
TELNYX = {
    "event": "start",
    "sequence_number": "1",
    "start": {
        "user_id": "3E6F995F-85F7-4705-9741-53B116D28237",
        "call_control_id": "v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ",
        "call_session_id": "ff55a038-6f5d-11ef-9692-02420aeffb1f",
        "from": "+13122010094",
        "to": "+13122123456",
        "media_format": {"encoding": "PCMA", "sample_rate": 8000, "channels": 1},
    },
    "stream_id": "32DE0DEA-53CB-4B21-89A4-9E1819C043BC",
}
SIGNALWIRE = {**TWILIO, "start": {**TWILIO["start"], "accountSid": "2f0a1c7e-0000-4000-8000-1234567890ab"}}  # type: ignore[dict-item]
PLIVO = {
    "sequenceNumber": 0,
    "event": "start",
    "start": {
        "callId": "b1b5e1c6-0000",
        "streamId": "s1",
        "accountId": "1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000},
    },
}
EXOTEL = {
    "event": "start",
    "sequence_number": "1",
    "stream_sid": "MZx",
    "start": {
        "stream_sid": "MZx",
        "call_sid": "CAx",
        "account_sid": "ACx",
        "from": "+919876543210",
        "to": "+918047491899",
        "custom_parameters": {"key1": "value1"},
        "media_format": {"encoding": "audio/x-raw", "sample_rate": "8000", "bit_rate": "16"},
    },
}


def media(payload: bytes = FRAME, **keys: Any) -> str:
    return json.dumps({"event": "media", "media": {"payload": base64.b64encode(payload).decode(), **keys}})


def begun(start: dict[str, Any] = TWILIO, **parameters: str) -> MediaStream:
    stream = MediaStream()
    start = {**start, "start": {**start["start"], "customParameters": parameters}} if parameters else start
    (act,) = stream.receive(json.dumps(start))
    assert isinstance(act, Begun)
    return stream


def test_names_are_told_by_custom_parameters() -> None:
    names = {"agent": "inbound", "agent_name": "Dana", "customer_name": "Lee", "team": "Billing"}
    (act,) = MediaStream().receive(json.dumps({**TELNYX, "start": {**TELNYX["start"], "custom_parameters": names}}))  # type: ignore[dict-item]
    assert isinstance(act, Begun)
    assert act.who == Introduced(agent="Dana", customer="Lee", team="Billing")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (TWILIO, Begun(call="CA1", about="Twilio", rate=8000, encoding="mulaw")),
        (SIGNALWIRE, Begun(call="CA1", about="SignalWire", rate=8000, encoding="mulaw")),
        (PLIVO, Begun(call="b1b5e1c6-0000", about="Plivo", rate=16000, encoding="s16le")),
        (EXOTEL, Begun(call="CAx", about="Exotel, from +919876543210, to +918047491899", rate=8000, encoding="s16le")),
        (
            TELNYX,
            Begun(
                call="v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ",
                about="Telnyx, from +13122010094, to +13122123456",
                rate=8000,
                encoding="alaw",
            ),
        ),
    ],
    ids=["twilio", "signalwire", "plivo", "exotel", "telnyx"],
)
def test_who_dials_is_told_by_the_start(start: dict[str, Any], expected: Begun) -> None:
    stream = MediaStream()
    assert stream.receive('{"event": "connected", "protocol": "Call", "version": "1.0.0"}') == []
    assert stream.receive(json.dumps(start)) == [expected]


def test_tracks_are_the_channels() -> None:
    stream = begun()
    assert stream.receive(media(track="inbound", chunk="1", timestamp="5")) == [Sound(columns=("customer",), data=FRAME, at=0.0)]
    assert stream.receive(media(track="outbound", chunk="1", timestamp="25")) == [Sound(columns=("agent",), data=FRAME, at=0.02)]
    assert stream.receive('{"event": "mark"}') == stream.receive('{"event": "dtmf", "dtmf": {"digit": "1"}}') == []
    assert stream.receive('{"event": "stop", "stop": {"callSid": "CA1"}}') == [Ended()]


def test_which_track_is_the_agent_is_told() -> None:
    stream = MediaStream("inbound")
    stream.receive(json.dumps(TWILIO))
    assert [act.columns for act in stream.receive(media(track="inbound_track")) if isinstance(act, Sound)] == [("agent",)]
    stream = begun(agent="inbound")
    assert [act.columns for act in stream.receive(media(track="outbound")) if isinstance(act, Sound)] == [("customer",)]


def test_a_stream_may_name_its_call() -> None:
    start = {**TWILIO, "start": {**TWILIO["start"], "customParameters": {"call": "conference 7"}}}  # type: ignore[dict-item]
    (act,) = MediaStream().receive(json.dumps(start))
    assert isinstance(act, Begun)
    assert act.call == "conference 7"


def test_a_stream_without_tracks_is_who_is_said_to_be_alone() -> None:
    stream = MediaStream(alone="agent")
    stream.receive(json.dumps(EXOTEL))
    first = stream.receive(media(bytes(1600), chunk="1", timestamp="100"))
    assert first == [Sound(columns=("agent",), data=bytes(1600), at=0.0)]
    assert stream.receive(media(bytes(1600), chunk="2", timestamp="200")) == [Sound(columns=("agent",), data=bytes(1600), at=0.1)]


def test_numbers_and_times_put_packets_right() -> None:
    stream = begun()
    stream.receive(media(track="inbound", chunk=1, timestamp=0))
    assert stream.receive(media(track="inbound", chunk=3, timestamp=40)) == []
    two_and_three = stream.receive(media(track="inbound", chunk=2, timestamp=20))
    assert [act.at for act in two_and_three if isinstance(act, Sound)] == pytest.approx([0.02, 0.04])
    assert stream.receive(media(track="inbound", chunk=5, timestamp=80)) == []
    assert [act.at for act in stream.finish() if isinstance(act, Sound)] == pytest.approx([0.08])


@pytest.mark.parametrize("payload", ["%%%", "AA=A", 7, None, "é"])
def test_a_payload_that_is_none_counts_as_lost(payload: Any) -> None:
    assert begun().receive(json.dumps({"event": "media", "media": {"payload": payload, "track": "inbound"}})) == []


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"\0\1", "binary message"),
        ("hello", "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "without an 'event'"),
        (media(), "before the 'start'"),
        (json.dumps({"event": "start", "start": {"mediaFormat": {"encoding": "G722"}}}), "'g722', which is not understood; ask for PCMU"),
    ],
)
def test_what_breaks_the_protocol(message: str | bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        MediaStream().receive(message)


def test_a_second_start_and_a_rate_that_cannot_be() -> None:
    with pytest.raises(PeerError, match="second 'start'"):
        begun().receive(json.dumps(TWILIO))
    with pytest.raises(AudioFormatError, match="4000 to 192000"):
        MediaStream().receive(json.dumps({"event": "start", "start": {"mediaFormat": {"sampleRate": 7}}}))


_JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["start", "media", "stop", "inbound", "AAAA"]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "event start media payload track chunk timestamp callSid mediaFormat encoding sampleRate customParameters".split()
            )
            | st.text(max_size=5),
            below,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.lists(st.binary(max_size=60) | st.text(max_size=60) | _JUNK.map(json.dumps), max_size=12), st.booleans())
def test_anything_at_all_is_understood_or_refused(messages: list[str | bytes], after_a_start: bool) -> None:
    stream = begun() if after_a_start else MediaStream()
    with contextlib.suppress(PeerError, AudioFormatError):
        for message in messages:
            stream.receive(message)
    assert all(isinstance(act, Sound) for act in stream.finish())


@pytest.mark.parametrize(("name", "pieces"), [("twilio", 6), ("telnyx", 6), ("plivo", 3), ("exotel", 3)])
def test_a_recorded_stream(name: str, pieces: int) -> None:
    stream = MediaStream()
    acts = [act for frame in frames(name) for act in stream.receive(frame)] + stream.finish()
    assert [type(act) for act in acts if not isinstance(act, Ended)] == [Begun, *[Sound] * pieces]


@given(spoiled("twilio", "telnyx", "plivo", "exotel"))
def test_a_spoiled_stream_is_understood_or_refused(messages: list[Frame]) -> None:
    stream = MediaStream()
    with contextlib.suppress(PeerError, AudioFormatError):
        for message in messages:
            stream.receive(message)
    stream.finish()
