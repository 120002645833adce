"""Sunshine Conversations' deliveries: the first is the one of Zendesk's documentation ("Receiving messages")."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols.hook import Request
from companion.sources.protocols.room import Over, Said, Typing
from companion.sources.protocols.sunshine import Sunshine

CALL = "13f32c6cf7d0d38e6e0eba93"
DOCUMENTED = {
    "app": {"id": "5698edbf2a43bd081be982f1"},
    "webhook": {"id": "5e554d2cac66fb73a3c01869", "version": "v2"},
    "events": [
        {
            "id": "0ca7d56ba7b2e081e479fe9e",
            "type": "conversation:message",
            "createdAt": "2020-02-25T18:06:37.547Z",
            "payload": {
                "conversation": {
                    "id": CALL,
                    "type": "personal",
                    "brandId": "360004166971",
                    "activeSwitchboardIntegration": {
                        "id": "62261ff6aa72f900ef123e1d",
                        "name": "zd-agentWorkspace",
                        "integrationId": "62261ff41b74b670c3f64c2f",
                        "integrationType": "zd:agentWorkspace",
                    },
                },
                "message": {
                    "id": "5e55622dac66fb73a3c01877",
                    "received": "2020-02-25T18:06:37.547Z",
                    "content": {"type": "text", "text": "Hello world"},
                    "author": {
                        "type": "user",
                        "userId": "cbec0073faeda4dfcd21d0f1",
                        "displayName": "Web User cbec0073faeda4dfcd21d0f1",
                        "user": {"id": "cbec0073faeda4dfcd21d0f1"},
                    },
                    "source": {"type": "web", "integrationId": "5d83a25d9916b64a83ed25e8"},
                },
            },
        }
    ],
}


def delivery(kind: str, **payload: Any) -> bytes:
    return json.dumps({"events": [{"id": "e1", "type": kind, "payload": {"conversation": {"id": CALL}, **payload}}]}).encode()


def message(author: Any, content: Any, **keys: Any) -> bytes:
    return delivery("conversation:message", message={"id": "m1", "author": author, "content": content, **keys})


def text(words: str = "Good morning") -> dict[str, str]:
    return {"type": "text", "text": words}


def test_the_documented_delivery() -> None:
    assert Sunshine().read(json.dumps(DOCUMENTED).encode()) == [
        Said(
            call=CALL,
            id="5e55622dac66fb73a3c01877",
            speaker="customer",
            text="Hello world",
            time=1582653997.547,
            name="Web User cbec0073faeda4dfcd21d0f1",
        )
    ]


def test_who_writes_for_the_business_is_the_agent() -> None:
    author = {"type": "business", "displayName": "Ana"}
    said = Said(call=CALL, id="m1", speaker="agent", text="Good morning", name="Ana")
    assert Sunshine().read(message(author, text(), source={"type": "zd:agentWorkspace"})) == [said]
    assert Sunshine().read(message({"type": "business"}, {"type": "image", "text": "this one", "mediaUrl": "https://x/y.png"})) == [
        Said(call=CALL, id="m1", speaker="agent", text="this one")
    ]


@pytest.mark.parametrize(
    "body",
    [
        message({"type": "business"}, text(), source={"type": "zd:answerBot"}),
        message({"type": "business", "subtypes": ["AI"]}, text()),
        message({"type": "business", "subtypes": ["activity"]}, text()),
        message({"type": "user"}, {"type": "image", "mediaUrl": "https://x/y.png"}),
        message({"type": "user"}, {"type": "location", "text": "Location shared"}),
        message({"type": "user"}, text(), deleted=True),
        message({"type": "visitor"}, text()),
        message("user", text()),
        message({"type": "user"}, "text"),
        delivery("conversation:read"),
        delivery("conversation:typing", activity={"type": "typing:start", "author": {"type": "business"}}),
        delivery("switchboard:releaseControl"),
        delivery("switchboard:releaseControl", reason="whim"),
        delivery("conversation:remove", conversation=None),
        b'{"events": [7, {}]}',
    ],
)
def test_what_tells_nothing(body: bytes) -> None:
    assert Sunshine().read(body) == []


def test_typing_of_the_customer() -> None:
    kinds = ("typing:start", "typing:stop")
    told = [Sunshine().read(delivery("conversation:typing", activity={"type": kind, "author": {"type": "user"}})) for kind in kinds]
    assert told == [[Typing(call=CALL, on=True)], [Typing(call=CALL, on=False)]]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (delivery("conversation:remove"), "deleted"),
        (delivery("switchboard:releaseControl", reason="ticketClosed"), "ticket closed"),
        (delivery("switchboard:releaseControl", reason="transferToEmail"), "went on by e-mail"),
    ],
)
def test_how_a_conversation_ends(body: bytes, reason: str) -> None:
    assert Sunshine().read(body) == [Over(call=CALL, reason=reason)]


def test_without_an_id_of_its_own_a_message_has_its_events() -> None:
    (said,) = Sunshine().read(delivery("conversation:message", message={"author": {"type": "user"}, "content": text()}))
    assert isinstance(said, Said)
    assert said.id == "e1"


@pytest.mark.parametrize(
    ("body", "why"), [(b"hello", "no JSON"), (b"[]", "no JSON object"), (b'{"messages": []}', "without 'events'"), (b"\xff", "no JSON")]
)
def test_what_is_no_delivery(body: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        Sunshine().read(body)


@pytest.mark.parametrize(("key", "signed"), [("s3cret", True), ("s3cre", False), ("", False), ("sécret", False)])
def test_the_secret_is_shown(key: str, signed: bool) -> None:
    assert Sunshine().signed(Request(path="/", headers={"x-api-key": key}, body=b"{}"), "s3cret") is signed


_KEYS = "events type id payload conversation message author content text displayName source subtypes activity reason received deleted"
_WORDS = "conversation:message conversation:typing conversation:remove switchboard:releaseControl user business text typing:start AI 1"
_JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.sampled_from(_WORDS.split()),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(_KEYS.split()) | st.text(max_size=5), below, max_size=6),
    max_leaves=20,
)
_EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(_WORDS.split()), "payload": _JUNK | st.dictionaries(st.sampled_from(_KEYS.split()), _JUNK)}
)


@given(
    st.binary(max_size=200) | (_JUNK | st.fixed_dictionaries({"events": st.lists(_EVENT)})).map(lambda found: json.dumps(found).encode())
)
def test_anything_at_all_is_understood_or_refused(body: bytes) -> None:
    with contextlib.suppress(PeerError):
        assert all(told.call for told in Sunshine().read(body))
    Sunshine().signed(Request(path="/", headers={}, body=body), "s3cret")
