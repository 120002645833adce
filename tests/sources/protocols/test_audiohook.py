"""AudioHook, message by message; the messages are those of Genesys' reference implementation."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Introduced
from companion.errors import PeerError
from companion.sources.protocols.audiohook import AudioHook
from companion.sources.protocols.dialect import Act, Begun, Ended, Paused, Reply, Sound
from tests.sources.protocols.recorded import Frame, frames, spoiled

SESSION = "06753d4a-3d4e-4a27-92c4-58b77e501b9f"
ORGANIZATION = "d7934305-0972-4844-938e-9060eef73d05"
PROBE = "00000000-0000-0000-0000-000000000000"
STEREO = {"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000}
MEDIA = [
    {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000},
    {"type": "audio", "format": "L16", "channels": ["external", "internal"], "rate": 16000},
    STEREO,
    {"type": "audio", "format": "PCMU", "channels": ["internal"], "rate": 8000},
]


def told(kind: str, seq: int = 1, **parameters: Any) -> str:
    message = {"version": "2", "type": kind, "id": SESSION, "seq": seq, "serverseq": 0, "position": "PT0S", "parameters": parameters}
    return json.dumps(message)


def opening(**changed: Any) -> str:
    parameters = {
        "organizationId": ORGANIZATION,
        "conversationId": "71f196da-6bf6-4528-bc85-7f95d5f7ea92",
        "participant": {"id": "p", "ani": "+1-555-555-1234", "aniName": "John Doe", "dnis": "+1-800-555-6789"},
        "media": MEDIA,
    }
    return told("open", **{**parameters, **changed})


def replies(acts: list[Act]) -> list[dict[str, Any]]:
    return [json.loads(act.message) for act in acts if isinstance(act, Reply)]


@pytest.fixture
def hook() -> AudioHook:
    hook = AudioHook(ORGANIZATION)
    hook.receive(opening())
    return hook


def test_open_is_answered_before_anything_else() -> None:
    first, begun = AudioHook(ORGANIZATION).receive(opening())
    assert replies([first]) == [
        {"version": "2", "id": SESSION, "type": "opened", "seq": 1, "clientseq": 1, "parameters": {"startPaused": False, "media": [STEREO]}}
    ]
    about = "Genesys, from +1-555-555-1234, to +1-800-555-6789"
    who = Introduced(customer="John Doe")
    assert begun == Begun(call="71f196da-6bf6-4528-bc85-7f95d5f7ea92", about=about, who=who, rate=8000, encoding="mulaw")


@pytest.mark.parametrize(
    ("changed", "who"),
    [
        ({"participant": {"ani": "tel:+15550100", "aniName": ""}}, Introduced(customer="tel:+15550100")),
        ({"participant": {}, "customConfig": {"team": "Billing"}}, Introduced(team="Billing")),
        ({"participant": None, "customConfig": ["team"]}, Introduced()),
    ],
)
def test_who_is_on_the_call(changed: dict[str, Any], who: Introduced) -> None:
    _, begun = AudioHook().receive(opening(**changed))
    assert isinstance(begun, Begun)
    assert begun.who == who


def test_both_sides_are_interleaved_customer_first(hook: AudioHook) -> None:
    assert hook.receive(bytes(1600)) == [Sound(columns=("customer", "agent"), data=bytes(1600), at=0.0)]
    assert hook.receive(bytes(1600)) == [Sound(columns=("customer", "agent"), data=bytes(1600), at=0.1)]
    assert hook.receive(b"") == hook.finish() == []


def test_one_side_is_taken_where_there_is_no_more() -> None:
    hook = AudioHook()
    _, begun = hook.receive(opening(media=[{**STEREO, "format": "L16", "channels": ["internal"]}]))
    assert isinstance(begun, Begun)
    assert begun.encoding == "s16le"
    assert hook.receive(bytes(320)) == [Sound(columns=("agent",), data=bytes(320), at=0.0)]
    assert [act.at for act in hook.receive(bytes(320)) if isinstance(act, Sound)] == [0.02]


def test_pings_updates_and_the_end(hook: AudioHook) -> None:
    (pong,) = replies(hook.receive(told("ping", 2, rtt="PT0.002S")))
    assert (pong["type"], pong["seq"], pong["clientseq"]) == ("pong", 2, 2)
    assert [reply["type"] for reply in replies(hook.receive(told("update", 3, language="de-DE")))] == ["updated"]
    acts = hook.receive(told("close", 4, reason="end"))
    (closed,) = replies(acts)
    assert (closed["type"], closed["seq"], closed["clientseq"]) == ("closed", 4, 4)
    assert acts[-1] == Ended()


def test_what_is_discarded_or_paused_is_a_gap(hook: AudioHook) -> None:
    hook.receive(bytes(1600))
    assert hook.receive(told("discarded", start="PT0.1S", discarded="PT2.5S")) == []
    assert [act.at for act in hook.receive(bytes(1600)) if isinstance(act, Sound)] == pytest.approx([2.6])
    assert hook.receive(told("paused")) == [Paused("paused by Genesys")]
    assert hook.receive(told("resumed", start="PT2.7S", discarded="PT10S")) == []
    assert [act.at for act in hook.receive(bytes(1600)) if isinstance(act, Sound)] == pytest.approx([12.7])
    for nonsense in ({}, {"start": "PT1H", "discarded": 7}, {"start": "PT0S", "discarded": "PT1S"}):
        assert hook.receive(told("discarded", **nonsense)) == []  # and time does not run back
    assert [act.at for act in hook.receive(bytes(1600)) if isinstance(act, Sound)] == pytest.approx([12.8])


def test_a_probe_is_answered_and_is_no_call() -> None:
    hook = AudioHook()
    acts = hook.receive(opening(conversationId=PROBE, participant={"id": PROBE, "ani": "", "aniName": "", "dnis": ""}))
    assert [reply["type"] for reply in replies(acts)] == ["opened"]
    assert len(acts) == 1
    assert [reply["type"] for reply in replies(hook.receive(told("close", reason="end")))] == ["closed"]


def test_another_organization_and_media_that_cannot_be_heard_are_sent_away() -> None:
    hook = AudioHook("e0000000-0000-0000-0000-000000000000")
    (reply,) = replies(hook.receive(opening()))
    assert (reply["type"], reply["parameters"]["reason"]) == ("disconnect", "unauthorized")
    for media in ([], None, [7], [{**STEREO, "format": "OPUS"}], [{**STEREO, "rate": 48000}], [{**STEREO, "channels": ["x"]}]):
        acts = AudioHook().receive(opening(media=media))
        assert [reply["parameters"]["reason"] for reply in replies(acts)] == ["error"]
        assert len(acts) == 1


@pytest.mark.parametrize(
    ("message", "why"),
    [(b"\0", "sound before 'open'"), ("{}", "only version 2"), ('{"version": "1"}', "version '1'"), ("x", "no JSON")],
)
def test_what_breaks_the_protocol(message: str | bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        AudioHook().receive(message)


def test_a_second_open(hook: AudioHook) -> None:
    with pytest.raises(PeerError, match="a second 'open'"):
        hook.receive(opening())


@pytest.mark.parametrize("kind", ["error", "playback", ""])
def test_what_asks_for_no_answer_gets_none(hook: AudioHook, kind: str) -> None:
    assert hook.receive(told(kind, code=400, message="x")) == []


_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["PT1S", "PT99999999999S", ORGANIZATION])
_JUNK = st.fixed_dictionaries(
    {"version": st.just("2"), "type": st.sampled_from("open close ping paused resumed discarded update error".split())},
    optional={
        "seq": _VALUES,
        "id": _VALUES,
        "parameters": _VALUES
        | st.dictionaries(
            st.sampled_from("organizationId conversationId media start discarded participant".split()), _VALUES | st.just(MEDIA), max_size=5
        ),
    },
)


@given(st.lists(st.binary(max_size=40) | st.text(max_size=40) | _JUNK.map(json.dumps), max_size=12))
def test_anything_at_all_is_understood_or_refused(messages: list[str | bytes]) -> None:
    hook = AudioHook()
    with contextlib.suppress(PeerError):
        for message in messages:
            for act in hook.receive(message):
                assert not isinstance(act, Reply) or json.loads(act.message)["id"] is not None


def test_a_recorded_session() -> None:
    hook = AudioHook()
    acts = [act for frame in frames("audiohook") for act in hook.receive(frame)]
    assert [reply["type"] for reply in replies(acts)] == ["opened", "pong", "updated", "closed"]
    assert [round(act.at, 3) for act in acts if isinstance(act, Sound)] == [0.0, 0.002, 1.504, 1.7]


@given(spoiled("audiohook"))
def test_a_spoiled_session_is_understood_or_refused(messages: list[Frame]) -> None:
    hook = AudioHook()
    with contextlib.suppress(PeerError):
        for message in messages:
            hook.receive(message)
