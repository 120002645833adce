"""Twilio Conversations' deliveries; signatures against Twilio's own example and what twilio-python 9.13 computes, recorded here."""

import contextlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols.hook import Request, Told
from companion.sources.protocols.room import Over, Said
from companion.sources.protocols.twilio_conversations import TwilioConversations
from tests.sources.protocols.recorded import Frame, frames, spoiled

CALL = "CH6c25138e952448e3b27ef8164097a1c7"
FORM = {
    "EventType": "onMessageAdded",
    "Attributes": "{}",
    "DateCreated": "2021-08-10T18:00:58.111Z",
    "Index": "35",
    "MessageSid": "IM8d613ccb9016450fa29faecfaa7bb6f4",
    "AccountSid": "AC00000000000000000000000000000000",
    "Source": "SDK",
    "ClientIdentity": "dave",
    "RetryCount": "0",
    "Author": "dave",
    "ParticipantSid": "MBc58b06998c564765bbff41cfd3a03219",
    "Body": "two",
    "ConversationSid": CALL,
}


def delivery(**fields: str) -> bytes:
    return urlencode({**FORM, **fields}).encode()


def said(hook: TwilioConversations, **fields: str) -> Said:
    (told,) = hook.read(delivery(**fields))
    assert isinstance(told, Said)
    return told


def test_a_message_as_twilio_sends_it() -> None:
    time = 1628618458.111
    assert TwilioConversations().read(delivery()) == [
        Said(call=CALL, id=FORM["MessageSid"], speaker="agent", text="two", time=time, name="dave")
    ]


@pytest.mark.parametrize(("source", "speaker"), [("SDK", "agent"), ("API", "agent"), ("SMS", "customer"), ("WHATSAPP", "customer")])
def test_what_came_in_from_a_phone_is_the_customers(source: str, speaker: str) -> None:
    assert said(TwilioConversations(), Source=source, Author="whatsapp:+4917012345").speaker == speaker


def test_agents_may_be_named() -> None:
    hook = TwilioConversations(agents=["ana", "agent-*"])
    authors = ["ana", "agent-7", "dave", "Ana", "system"]
    assert [said(hook, Author=author).speaker for author in authors] == ["agent", "agent", "customer", "customer", "customer"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"EventType": "onConversationRemoved"}, "deleted"),
        ({"EventType": "onConversationStateUpdated", "StateFrom": "active", "StateTo": "closed", "Reason": "API"}, "closed"),
    ],
)
def test_how_a_conversation_ends(fields: dict[str, str], reason: str) -> None:
    assert TwilioConversations().read(delivery(**fields)) == [Over(call=CALL, reason=reason)]


@pytest.mark.parametrize(
    "fields",
    [
        {"EventType": "onMessageAdd"},
        {"EventType": "onMessageUpdated"},
        {"EventType": "onConversationStateUpdated", "StateTo": "inactive"},
        {"ConversationSid": ""},
        {"Author": "system", "Source": "API"},
    ],
)
def test_what_tells_nothing(fields: dict[str, str]) -> None:
    assert TwilioConversations().read(delivery(**fields)) == []


@pytest.mark.parametrize(
    ("body", "why"), [(b"", "without an 'EventType'"), (b'{"a": 1}', "without an 'EventType'"), (b"a=1&" * 300, "more than 200")]
)
def test_what_is_no_delivery(body: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        TwilioConversations().read(body)


EXAMPLE = {  # of Twilio's page on signatures, for https://mycompany.com/myapp.php?foo=1&bar=2 and the token 12345
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}
DOCUMENTED = "GvWf1cFY/Q7PnoempGyD5oXAezc="
RECORDED = "rCtVO+DTBJCdw11SPZfjizQrqIQ="  # of FORM with "Body": "voilà & more", for https://calls.example.com/hook and the token 12345
DOUBLED = "y+joRbAY6JDanFLsixPhoZI7NzU="  # of a=2, a=1, a=2, b= likewise
SHA256 = "/Px0ZZziCxf9Zt7wehmYS+fbCh+oLQi2VrfCqcV1vPM="  # of EXAMPLE, by HMAC-SHA256
SETTINGS = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"


def signed(signature: str, body: bytes, path: str, host: str, public: str | None = None, settings: str = "", token: str = "12345") -> bool:
    headers = {"x-twilio-signature": signature, "host": host, "x-twilio-webhooks-signature-settings": settings}
    return TwilioConversations(public).signed(Request(path=path, headers=headers, body=body), token)


def test_what_twilio_signs_is_believed() -> None:
    example, path = urlencode(EXAMPLE).encode(), "/myapp.php?foo=1&bar=2"
    assert signed(DOCUMENTED, example, path, "mycompany.com")
    assert signed(DOCUMENTED, example, path, "127.0.0.1:8080", "https://mycompany.com")
    assert signed(SHA256, example, path, "mycompany.com", settings=SETTINGS)
    assert signed(RECORDED, delivery(Body="voilà & more"), "/hook", "calls.example.com")
    assert signed(DOUBLED, b"a=2&b=&a=1&a=2", "/hook", "calls.example.com")


def test_nothing_else_is() -> None:
    example, path, host = urlencode(EXAMPLE).encode(), "/myapp.php?foo=1&bar=2", "mycompany.com"
    assert not signed(DOCUMENTED, example.replace(b"1234&", b"1235&"), path, host)
    assert not signed(DOCUMENTED, example + b"&x=1", path, host)
    assert not signed(DOCUMENTED, example, "/myapp.php?foo=1", host)
    assert not signed(DOCUMENTED, example, path, host, "https://other.example")
    assert not signed(DOCUMENTED, example, path, host, token="12346")
    assert not signed(SHA256, example, path, host)
    assert not signed("", example, path, host)
    assert not signed(DOCUMENTED, b"a=1&" * 300, path, host)


def read(frame: Frame) -> list[Told]:
    return TwilioConversations().read(frame if isinstance(frame, bytes) else frame.encode("utf-8", "replace"))


def test_a_conversation() -> None:
    told = [one for frame in frames("twilio_conversations") for one in read(frame)]
    assert [(one.speaker, one.text) for one in told if isinstance(one, Said)] == [
        ("customer", "My parcel is lost & nobody called"),
        ("agent", "two"),
    ]
    assert told[-1] == Over(call=CALL, reason="closed")


@given(st.binary(max_size=200), st.text(max_size=10))
def test_anything_at_all_is_understood_or_refused(body: bytes, agent: str) -> None:
    with contextlib.suppress(PeerError):
        TwilioConversations(agents=[agent]).read(body)
    headers = {"x-twilio-signature": agent, "host": agent}
    assert not TwilioConversations().signed(Request(path="/", headers=headers, body=body), "s3cret")


@given(spoiled("twilio_conversations"))
def test_spoiled_deliveries_are_understood_or_refused(deliveries: list[Frame]) -> None:
    for delivery in deliveries:
        with contextlib.suppress(PeerError):
            assert all(told.call for told in read(delivery))
