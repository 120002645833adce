"""Sunshine Conversations' deliveries: the first is the one of Zendesk's documentation ("Receiving messages")."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols.hook import Request, Told
from companion.sources.protocols.room import Over, Said, Typing
from companion.sources.protocols.sunshine import Sunshine
from tests.sources.protocols.recorded import Frame, frames, spoiled

CALL = "13f32c6cf7d0d38e6e0eba93"


def delivery(kind: str, **payload: Any) -> bytes:
    return json.dumps({"events": [{"id": "e1", "type": kind, "payload": {"conversation": {"id": CALL}, **payload}}]}).encode()


def message(author: Any, content: Any, **keys: Any) -> bytes:
    return delivery("conversation:message", message={"id": "m1", "author": author, "content": content, **keys})


def text(words: str = "Good morning") -> dict[str, str]:
    return {"type": "text", "text": words}


def test_the_documented_delivery() -> None:
    assert read(frames("sunshine")[0]) == [
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


def read(frame: Frame) -> list[Told]:
    return Sunshine().read(frame if isinstance(frame, bytes) else frame.encode("utf-8", "replace"))


def test_a_conversation() -> None:
    told = [one for frame in frames("sunshine") for one in read(frame)]
    assert [one.speaker if isinstance(one, Said) else type(one) for one in told] == ["customer", "agent", Typing, Over]


@given(st.binary(max_size=200))
def test_anything_at_all_is_understood_or_refused(body: bytes) -> None:
    with contextlib.suppress(PeerError):
        Sunshine().read(body)


@given(spoiled("sunshine"))
def test_spoiled_deliveries_are_understood_or_refused(deliveries: list[Frame]) -> None:
    for delivery in deliveries:
        with contextlib.suppress(PeerError):
            assert all(told.call for told in read(delivery))


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_secret(given: str, secret: str) -> None:
    assert Sunshine().signed(Request(path="/", headers={"x-api-key": given}, body=b""), secret) is (given == secret)
