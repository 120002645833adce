"""Intercom's deliveries, in the shape that its documentation and OpenAPI description give them."""

import contextlib
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols.hook import Request, Told
from companion.sources.protocols.intercom import Intercom
from companion.sources.protocols.room import Over, Said
from tests.sources.protocols.recorded import Frame, frames, spoiled

CALL = "215468"
CUSTOMER = {"type": "lead", "id": "5e5", "name": "Jane Doe", "email": "jane@example.com"}
AGENT = {"type": "admin", "id": "274", "name": "Ana", "email": "ana@example.com"}


def part(body: Any = "<p>Okay!</p>", author: Any = AGENT, part_type: str = "comment", part_id: Any = "3") -> dict[str, Any]:
    return {"type": "conversation_part", "id": part_id, "part_type": part_type, "body": body, "created_at": 1663597223, "author": author}


def delivery(topic: str, *parts: Any, **item: Any) -> bytes:
    found = {
        "type": "notification_event",
        "app_id": "a86dr8yl",
        "topic": topic,
        "id": "notif_78c122d0-23ba-11e4-9464-79b01267cc2e",
        "created_at": 1663597224,
        "delivery_attempts": 1,
        "data": {
            "type": "notification_event_data",
            "item": {
                "type": "conversation",
                "id": CALL,
                "created_at": 1663597000,
                "source": {
                    "type": "conversation",
                    "id": "9",
                    "delivered_as": "customer_initiated",
                    "body": "<p>Help</p>",
                    "author": CUSTOMER,
                },
                "conversation_parts": {"type": "conversation_part.list", "conversation_parts": parts, "total_count": len(parts)},
                **item,
            },
        },
    }
    return json.dumps(found).encode()


def test_the_first_message_stands_in_the_source() -> None:
    first = Said(call=CALL, id="source 9", speaker="customer", text="Help", time=1663597000.0, name="Jane Doe")
    assert Intercom().read(delivery("conversation.user.created")) == [first]


def test_later_ones_are_parts() -> None:
    said = Said(call=CALL, id="part 3", speaker="agent", text="Okay!", time=1663597223.0, name="Ana")
    assert Intercom().read(delivery("conversation.admin.replied", part())) == [said]
    (said,) = Intercom().read(delivery("conversation.user.replied", part("Thanks", CUSTOMER)))  # type: ignore[assignment]
    assert (said.speaker, said.text) == ("customer", "Thanks")


def test_an_agent_may_begin_and_close_with_words() -> None:
    source = {"id": None, "body": "<p>About your order</p>", "author": AGENT}
    (said,) = Intercom().read(delivery("conversation.admin.single.created", source=source))
    assert isinstance(said, Said)
    assert (said.speaker, said.id) == ("agent", "source ")
    told = Intercom().read(delivery("conversation.admin.closed", part("<p>Bye</p>", part_type="close")))
    assert told == [
        Said(call=CALL, id="part 3", speaker="agent", text="Bye", time=1663597223.0, name="Ana"),
        Over(call=CALL, reason="closed"),
    ]


def test_a_deleted_conversation_is_over() -> None:
    body = json.dumps({"topic": "conversation.deleted", "data": {"item": {"type": "conversation", "id": 215468}}}).encode()
    assert Intercom().read(body) == [Over(call=CALL, reason="deleted")]


@pytest.mark.parametrize(
    "body",
    [
        delivery("conversation.admin.noted", part("<p>rude</p>", part_type="note")),
        delivery("conversation.admin.replied", part(author={"type": "bot", "name": "Fin"})),
        delivery("conversation.admin.replied", part(author={**AGENT, "from_ai_agent": True})),
        delivery("conversation.admin.assigned", part(None, part_type="assignment")),
        delivery("conversation.admin.replied", part(author=None), "part", None),
        delivery("conversation.admin.replied", conversation_parts=None),
        delivery("conversation.admin.closed", id=None),
        delivery("contact.created"),
        b'{"type": "notification_event", "topic": "ping", "data": {"type": "notification_event_data", "item": {"type": "ping"}}}',
        b'{"topic": "conversation.user.replied", "data": []}',
    ],
)
def test_what_tells_nothing(body: bytes) -> None:
    assert Intercom().read(body) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>It's <b>broken</b> &amp; late.</p><p>Again<br>and again</p>", "It's broken & late. Again and again"),
        ("<ul><li>one</li><li>two</li></ul>", "one two"),
        ("is 3 < 4 & 5 > 4?", "is 3 < 4 & 5 > 4?"),
        ("<p>open", "open"),
        ("<![;<p>x</p>", "<![; x"),
        (f"<p>&#{'9' * 5000};</p>", f"&#{'9' * 5000};"),
        ("<", "<"),
        ('<p>Look</p><div class="intercom-container"><img src="https://x/y.png"></div>', "Look"),
    ],
)
def test_bodies_are_read_without_their_tags(body: str, words: str) -> None:
    (said,) = Intercom().read(delivery("conversation.admin.replied", part(body)))
    assert isinstance(said, Said)
    assert said.text == words


@pytest.mark.parametrize(("body", "why"), [(b"hello", "no JSON"), (b"[]", "no JSON object"), (b"{}", "without a 'topic'")])
def test_what_is_no_delivery(body: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        Intercom().read(body)


def test_the_body_is_signed() -> None:
    body, secret = delivery("conversation.user.created"), "5a6b"
    digest = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()

    def signed(header: str, body: bytes = body, secret: str = secret) -> bool:
        return Intercom().signed(Request(path="/", headers={"x-hub-signature": header} if header else {}, body=body), secret)

    assert signed(f"sha1={digest}")
    assert not any(map(signed, ["", digest, f"sha256={digest}", f"sha1={digest[:-1]}", "sha1=", "sha1=é"]))
    assert not signed(f"sha1={digest}", body=body + b" ")
    assert not signed(f"sha1={digest}", secret="5a6c")


def test_the_signature_is_that_of_rfc_2202() -> None:
    # HMAC-SHA1's own test case 2: Intercom's page shows a signature, but not its secret.
    header = {"x-hub-signature": "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"}
    assert Intercom().signed(Request(path="/", headers=header, body=b"what do ya want for nothing?"), "Jefe")


def read(frame: Frame) -> list[Told]:
    return Intercom().read(frame if isinstance(frame, bytes) else frame.encode("utf-8", "replace"))


def test_a_conversation() -> None:
    told = [one for frame in frames("intercom") for one in read(frame)]
    assert [(one.speaker, one.text) for one in told if isinstance(one, Said)] == [
        ("customer", "My parcel is lost & nobody called"),
        ("agent", "I am sorry. That was our mistake"),
        ("customer", "thanks :<"),
        ("agent", "Bye"),
    ]
    assert told[-1] == Over(call=CALL, reason="closed")


@given(st.binary(max_size=200))
def test_anything_at_all_is_understood_or_refused(body: bytes) -> None:
    with contextlib.suppress(PeerError):
        Intercom().read(body)
    assert not Intercom().signed(Request(path="/", headers={"x-hub-signature": body.decode("latin-1")}, body=body), "s3cret")


@given(spoiled("intercom"))
def test_spoiled_deliveries_are_understood_or_refused(deliveries: list[Frame]) -> None:
    for delivery in deliveries:
        with contextlib.suppress(PeerError):
            assert all(told.call for told in read(delivery))


@given(st.text(alphabet="<>!-[]&#;x9/p \"'=ab", max_size=40))
@example("![;")
@example(f"p>&#{'9' * 5000};")
def test_any_body_has_a_text(body: str) -> None:
    (said,) = Intercom().read(delivery("conversation.admin.replied", part("<" + body)))
    assert isinstance(said, Said)
