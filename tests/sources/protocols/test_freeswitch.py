"""FreeSWITCH's two modules and jambonz, message by message."""

import contextlib
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Channel, Introduced
from companion.errors import AudioFormatError, PeerError
from companion.sources.protocols.dialect import Begun, Sound
from companion.sources.protocols.freeswitch import Fork
from tests.sources.protocols.recorded import Frame, frames, spoiled

PCM = bytes(range(256)) + bytes(64)
PAGE = Path(__file__).parents[3] / "docs" / "freeswitch.md"


def begun(fork: Fork) -> tuple[Begun, tuple[Channel, ...]]:
    """How the stream begins with its first sound, and whose its channels are."""
    first, sound = fork.receive(PCM)
    assert isinstance(first, Begun)
    assert isinstance(sound, Sound)
    return first, sound.columns


def test_sound_alone_is_what_the_listener_expects() -> None:
    assert begun(Fork("/")) == (Begun(call=None, about="FreeSWITCH", rate=8000, clocked=False), ("customer", "agent"))
    mono = Fork("/", rate=16000, channels=1, alone="agent")
    assert begun(mono) == (Begun(call=None, about="FreeSWITCH", rate=16000, clocked=False), ("agent",))
    assert mono.receive(PCM) == [Sound(columns=("agent",), data=PCM, at=0.01)]
    assert mono.receive(b"") == mono.finish() == []


@pytest.mark.parametrize(
    ("path", "metadata", "expected", "columns"),
    [
        ("/?call=7&rate=16000", "", Begun(call="7", about="FreeSWITCH", rate=16000, clocked=False), ("customer", "agent")),
        ("/?rate=16k&agent=left", "hello", Begun(call=None, about="FreeSWITCH", rate=16000, clocked=False), ("agent", "customer")),
        ("/?channels=1&channel=agent", "", Begun(call=None, about="FreeSWITCH", rate=8000, clocked=False), ("agent",)),
        ("/?call=url", {"uuid": "meta"}, Begun(call="url", about="FreeSWITCH", rate=8000, clocked=False), ("customer", "agent")),
        (
            "/?rate=8000",
            {"sample_rate": 16000, "channels": 1},
            Begun(call=None, about="FreeSWITCH", rate=16000, clocked=False),
            ("customer",),
        ),
        (
            "/",
            {"callSid": "9fb3", "direction": "inbound", "from": "+1508", "callerName": "Lee", "to": "100", "mixType": "stereo"},
            Begun(call="9fb3", about="FreeSWITCH, from +1508, to 100", who=Introduced(customer="Lee"), rate=8000, clocked=False),
            ("customer", "agent"),
        ),
    ],
)
def test_the_url_or_the_first_text_tells_more(path: str, metadata: Any, expected: Begun, columns: tuple[Channel, ...]) -> None:
    fork = Fork(path)
    assert fork.receive(metadata if isinstance(metadata, str) else json.dumps(metadata)) == []
    assert begun(fork) == (expected, columns)


def test_text_in_the_middle_is_passed_over() -> None:
    fork = Fork("/")
    fork.receive(PCM)
    assert fork.receive('{"event": "dtmf", "dtmf": "2", "rate": 16000}') == []
    assert [act.at for act in fork.receive(PCM) if isinstance(act, Sound)] == [0.01]


@pytest.mark.parametrize(
    ("path", "metadata", "why"),
    [("/", '{"mixType": "mixed"}', "start it with stereo"), ("/?channels=3", "", "'3' channels; a call has 1 or 2")],
)
def test_channels_that_tell_nobody_apart(path: str, metadata: str, why: str) -> None:
    fork = Fork(path)
    fork.receive(metadata)
    with pytest.raises(PeerError, match=why):
        fork.receive(PCM)


@pytest.mark.parametrize("rate", ["0", "fast", "1e9"])
def test_rates_that_cannot_be(rate: str) -> None:
    with pytest.raises(AudioFormatError):
        Fork(f"/?rate={rate}").receive(PCM)


@given(st.text(max_size=40), st.lists(st.binary(max_size=40) | st.text(max_size=60), max_size=8))
def test_anything_at_all_is_understood_or_refused(path: str, messages: list[str | bytes]) -> None:
    fork = Fork(f"/?{path}")
    with contextlib.suppress(PeerError, AudioFormatError):
        for message in messages:
            fork.receive(message)


@given(
    st.dictionaries(
        st.sampled_from("rate channels mixType agent channel call sampleRate".split()),
        st.none() | st.integers() | st.floats() | st.text(max_size=6) | st.lists(st.integers(), max_size=2),
    )
)
def test_any_metadata_too(metadata: dict[str, Any]) -> None:
    fork = Fork("/")
    fork.receive(json.dumps(metadata))
    with contextlib.suppress(PeerError, AudioFormatError):
        fork.receive(PCM)


@given(spoiled("freeswitch", "jambonz"))
def test_a_spoiled_stream_is_understood_or_refused(messages: list[Frame]) -> None:
    fork = Fork("/")
    with contextlib.suppress(PeerError, AudioFormatError):
        for message in messages:
            fork.receive(message)


@pytest.mark.parametrize(
    ("name", "call", "who"),
    [
        ("freeswitch", "11f38e3e-a507-4a7f-9a8a-ee3b8789feef", Introduced(agent="Dana Reyes")),
        ("jambonz", "9fb3a2c5-6a5e-4d3e-9d0e-2b1f3c4d5e6f", Introduced(agent="Dana Reyes", customer="15550100")),
    ],
)
def test_a_recorded_stream(name: str, call: str, who: Introduced) -> None:
    fork = Fork("/")
    first, *sounds = [act for frame in frames(name) for act in fork.receive(frame)]
    assert isinstance(first, Begun)
    assert (first.call, first.about, first.who) == (call, "FreeSWITCH, from 15550100, to 100", who)
    assert {type(act) for act in sounds} == {Sound}


def test_of_jambonz_who_called_is_the_customer_unless_the_agent_did() -> None:
    told = json.dumps({"direction": "outbound", "from": "agent", "to": "lee", "parentCallSid": "1"})
    fork = Fork("/", agent="left")
    fork.receive(told)
    assert begun(fork)[0].who == Introduced(customer="lee")


def test_a_text_that_mod_audio_fork_ends_at_a_space_is_passed_over() -> None:
    fork = Fork("/?call=7")
    assert fork.receive('Reyes"}') == []
    assert begun(fork)[0].call == "7"


def test_what_the_page_has_freeswitch_dial_is_understood() -> None:
    told = {"uuid": "7c77", "url_encode(${caller_id_number})": "%2B15550100", "url_encode(${caller_id_name})": "Lee%20Park"}
    (dialplan,) = re.findall(r'api_on_answer=(.*?)"/>', PAGE.read_text(encoding="utf-8"))
    line = unescape(dialplan)
    for name, value in told.items():
        line = line.replace(f"${{{name}}}", value)
    command, uuid, start, url, mix, rate = line.split(" ")
    assert (command, uuid, start, mix, rate) == ("uuid_audio_stream", "7c77", "start", "stereo", "8k")
    first, columns = begun(Fork(url.removeprefix("ws://127.0.0.1:8080")))
    who = Introduced(customer="Lee Park")
    assert first == Begun(call="7c77", about="FreeSWITCH, from +15550100", who=who, rate=8000, clocked=False)
    assert columns == ("customer", "agent")
