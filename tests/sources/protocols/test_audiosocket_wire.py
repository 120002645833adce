"""AudioSocket, frame by frame. `frame` packs them as Asterisk's documentation says, and shares nothing with what unpacks them."""

import contextlib
import struct
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols.audiosocket_wire import AudioSocket
from companion.sources.protocols.dialect import Act, Begun, Ended, Sound
from tests.sources.protocols.recorded import Frame, frames, spoiled

CALL = uuid.UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
PCM = bytes(range(256)) + bytes(64)


def frame(kind: int, payload: bytes = b"") -> bytes:
    return struct.pack(">BH", kind, len(payload)) + payload


HELLO = frame(0x01, CALL.bytes)


def test_a_call_from_its_uuid_to_its_hangup() -> None:
    socket = AudioSocket("agent")
    assert not socket.named
    assert socket.receive(HELLO) == []
    assert socket.named
    assert socket.receive(frame(0x10, PCM)) == [
        Begun(call=str(CALL), about="Asterisk", rate=8000, clocked=False),
        Sound(columns=("agent",), data=PCM, at=0.0),
    ]
    assert socket.receive(frame(0x03, b"5") + frame(0x10, PCM)) == [Sound(columns=("agent",), data=PCM, at=0.02)]
    assert socket.receive(frame(0xFF, b"\x01")) == []
    assert socket.receive(frame(0x00)) == [Ended()]
    assert socket.finish() == []


@pytest.mark.parametrize(("kind", "rate"), [(0x11, 12000), (0x12, 16000), (0x15, 44100), (0x18, 192000)])
def test_other_rates(kind: int, rate: int) -> None:
    acts = AudioSocket("customer").receive(HELLO + frame(kind, PCM) + frame(kind, PCM))
    assert acts[0] == Begun(call=str(CALL), about="Asterisk", rate=rate, clocked=False)
    assert [act.at for act in acts if isinstance(act, Sound)] == pytest.approx([0.0, 160 / rate])


def test_frames_cut_anywhere_are_the_same_sound() -> None:
    whole = HELLO + b"".join(frame(0x10, bytes([n] * 320)) for n in range(5)) + frame(0x00)
    expected = AudioSocket("customer").receive(whole)
    for size in (1, 2, 3, 7, 322, 323, 324):
        socket, acts = AudioSocket("customer"), list[Act]()
        for start in range(0, len(whole), size):
            acts += socket.receive(whole[start : start + size])
        assert acts == expected


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", frame(0x10, PCM), frame(0x01, b"short"), b"\x16\x03\x01\x02\x00"])
def test_who_is_not_asterisk(data: bytes) -> None:
    with pytest.raises(PeerError, match="the first frame is no UUID"):
        AudioSocket("agent").receive(data)


def test_a_rate_that_changes() -> None:
    with pytest.raises(PeerError, match="from 8000 to 16000 Hz"):
        AudioSocket("agent").receive(HELLO + frame(0x10, PCM) + frame(0x12, PCM))


def test_what_is_passed_over_leaves_no_trace() -> None:
    socket = AudioSocket("agent")
    socket.receive(HELLO + frame(0x10, PCM))
    for data in (frame(0x10, PCM), frame(0x12, PCM) + frame(0x10, PCM)[:7]):
        socket.pass_over(data)
    assert socket.call == str(CALL)
    begun, sound = socket.receive(frame(0x10, PCM)[7:])
    assert begun == Begun(call=str(CALL), about="Asterisk", rate=8000, clocked=False)
    assert sound == Sound(columns=("agent",), data=PCM, at=0.0)


def test_half_a_sample_is_left_out() -> None:
    acts = AudioSocket("agent").receive(HELLO + frame(0x10, b"\1") + frame(0x10, b"\1\2\3") + frame(0x10))
    assert [act.data for act in acts if isinstance(act, Sound)] == [b"\1\2"]


@given(st.lists(st.binary(max_size=50), max_size=20), st.booleans())
def test_any_bytes_are_understood_or_refused_and_little_is_kept(pieces: list[bytes], greeted: bool) -> None:
    socket = AudioSocket("agent")
    with contextlib.suppress(PeerError):
        for piece in [HELLO, *pieces] if greeted else pieces:
            socket.receive(piece)
    assert len(socket._rest) < 3 + 65536


@pytest.mark.parametrize(("name", "rate"), [("audiosocket", 8000), ("audiosocket_16k", 16000)])
def test_a_recorded_connection(name: str, rate: int) -> None:
    """Asterisk's own: a digit amid the sound, and no word at the end."""
    socket = AudioSocket("agent")
    begun, *sound = [act for frame in frames(name) for act in socket.receive(frame)]
    assert begun == Begun(call=str(CALL), about="Asterisk", rate=rate, clocked=False)
    assert [type(act) for act in sound] == [Sound] * 10


@given(spoiled("audiosocket", "audiosocket_16k"))
def test_a_spoiled_connection_is_understood_or_refused(messages: list[Frame]) -> None:
    socket = AudioSocket("agent")
    with contextlib.suppress(PeerError):
        for message in messages:
            socket.receive(message)
