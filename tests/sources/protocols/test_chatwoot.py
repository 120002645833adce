"""Chatwoot's stream and REST API, message by message: the frames are those of its source."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols import chatwoot
from companion.sources.protocols.chatwoot import PATIENCE, PRESENCE, RENEWAL, Chatwoot
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Over, Redial, Refused, Said, Say, Typing
from tests.sources.protocols.recorded import Frame, frames, said, spoiled

SITE = "https://chat.example"
PROFILE = {"id": 3, "name": "Ann", "account_id": 1, "pubsub_token": "secret-stream", "access_token": "x"}
MESSAGE = {
    "id": 88,
    "content": "Where is my order?",
    "inbox_id": 1,
    "conversation_id": 7,
    "message_type": 0,
    "content_type": "text",
    "status": "sent",
    "created_at": 1700000000,
    "private": False,
    "sender": {"id": 9, "name": "Jane", "email": None, "type": "contact"},
    "conversation": {"assignee_id": 3, "unread_count": 1},
    "account_id": 1,
}


def asked(acts: list[Act]) -> Ask:
    (ask,) = acts
    assert isinstance(ask, Ask)
    return ask


def known(**keys: Any) -> Chatwoot:
    """One whose profile was told."""
    room = Chatwoot(SITE, 1, "access", **keys)
    ask = room.enter()
    assert ask is not None
    assert room.answer(ask, 200, PROFILE) == []
    return room


def channel(token: str = "secret-stream") -> str:
    return json.dumps({"channel": "RoomChannel", "pubsub_token": token, "account_id": 1, "user_id": 3})


def joined(**keys: Any) -> Chatwoot:
    room = known(**keys)
    room.receive('{"type": "welcome"}', 0.0)
    assert room.receive(json.dumps({"identifier": channel(), "type": "confirm_subscription"}), 0.0) == [Joined()]
    return room


def event(kind: str, data: Any, identifier: str | None = None) -> str:
    return json.dumps({"identifier": identifier or channel(), "message": {"event": kind, "data": data}})


def hear(room: Chatwoot, kind: str, **data: Any) -> list[Act]:
    return room.receive(event(kind, {"account_id": 1, **data}), 1.0)


class TestJoining:
    def test_the_profile_is_asked_for_before_each_dialling(self) -> None:
        room = Chatwoot(SITE, 1, "access")
        assert room.address == "wss://chat.example/cable"
        assert room.enter() == Ask(url="https://chat.example/api/v1/profile", headers={"api_access_token": "access"}, about="the profile")

    def test_plain_http_is_a_plain_websocket(self) -> None:
        assert Chatwoot("http://localhost:3000/chat", 1, "x").address == "ws://localhost:3000/chat/cable"

    def test_the_room_is_subscribed_to(self) -> None:
        (said,) = known().receive('{"type": "welcome"}', 0.0)
        assert said == Say(json.dumps({"command": "subscribe", "identifier": channel()}))

    @pytest.mark.parametrize(
        ("status", "body", "act"),
        [
            (401, {}, Refused("refuses the token (HTTP status 401); put your access token, from the profile settings, into the file")),
            (502, None, Redial("gives HTTP status 502 for the profile")),
            (200, [], Refused("gives a profile without a 'pubsub_token'; check that this is Chatwoot's address")),
            (
                200,
                {"id": "3", "pubsub_token": "a"},
                Refused("gives a profile without a 'pubsub_token'; check that this is Chatwoot's address"),
            ),
        ],
    )
    def test_no_profile(self, status: int, body: Any, act: Act) -> None:
        room = Chatwoot(SITE, 1, "access")
        ask = room.enter()
        assert ask is not None
        assert room.answer(ask, status, body) == [act]

    def test_a_stream_before_the_profile(self) -> None:
        assert Chatwoot(SITE, 1, "access").receive('{"type": "welcome"}', 0.0) == [Redial("greets before the profile is known")]

    def test_rejected_it_is_tried_with_a_fresh_token(self) -> None:
        room = known()
        for _ in range(2):
            room.receive('{"type": "welcome"}', 0.0)
            assert room.receive(json.dumps({"identifier": channel(), "type": "reject_subscription"}), 0.0) == [
                Redial("rejects the subscription")
            ]
        room.receive('{"type": "welcome"}', 0.0)
        assert room.receive(json.dumps({"identifier": channel(), "type": "reject_subscription"}), 0.0) == [
            Refused("rejects the subscription, with a fresh token; check the account's number")
        ]

    def test_an_old_token_gets_no_answer(self) -> None:
        room = known()
        room.receive('{"type": "welcome"}', 10.0)
        assert room.tick(10.0 + PATIENCE - 0.1) == []
        assert room.tick(10.0 + PATIENCE) == [Redial("does not answer the subscription")]
        assert room.tick(10.0 + 2 * PATIENCE) == []

    @pytest.mark.parametrize(
        ("message", "act"),
        [
            ({"type": "disconnect", "reason": "server_restart", "reconnect": True}, Redial("server_restart")),
            ({"type": "disconnect"}, Redial("hung up")),
            (
                {"type": "disconnect", "reason": "unauthorized", "reconnect": False},
                Refused("does not let us in (unauthorized); check the address"),
            ),
        ],
    )
    def test_sent_away(self, message: Any, act: Act) -> None:
        assert joined().receive(json.dumps(message), 0.0) == [act]


class TestKeepingUp:
    def test_presence(self) -> None:
        room = joined()
        assert room.tick(PRESENCE - 1) == []
        assert room.tick(PRESENCE) == [
            Say(json.dumps({"command": "message", "identifier": channel(), "data": '{"action": "update_presence"}'}))
        ]
        assert room.tick(PRESENCE + 1) == []

    def test_a_token_that_has_changed_is_noticed(self) -> None:
        room = joined()
        ask = next(act for act in room.tick(RENEWAL) if isinstance(act, Ask))
        assert room.answer(ask, 200, PROFILE) == []
        assert room.answer(ask, 200, {**PROFILE, "pubsub_token": "another"}) == [Redial("has a new token for the stream")]
        room.enter()
        (said,) = room.receive('{"type": "welcome"}', RENEWAL)
        assert said == Say(json.dumps({"command": "subscribe", "identifier": channel("another")}))

    def test_what_was_missed_is_asked_for_in_portions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chatwoot, "_PAGE", 2)
        monkeypatch.setattr(chatwoot, "_PAGES", 1)
        room = joined()
        last = Said(call="7", id="88", speaker="customer", text="x")
        (ask,) = room.missed({"7": last})
        path = "https://chat.example/api/v1/accounts/1/conversations/7/messages"
        assert (ask.url, ask.query, ask.headers) == (path, {"after": "88"}, {"api_access_token": "access"})
        *said, more = room.answer(ask, 200, {"payload": [{**MESSAGE, "id": 89}, {**MESSAGE, "id": 90, "message_type": 1}]})
        assert [one.id for one in said if isinstance(one, Said)] == ["89", "90"]
        assert isinstance(more, Ask)
        assert (more.url, more.query) == (path, {"after": "90"})
        assert all(isinstance(act, Said) for act in room.answer(more, 200, {"payload": [MESSAGE, MESSAGE]}))  # no more than that

    @pytest.mark.parametrize(("status", "body"), [(404, {}), (200, None), (200, {"payload": 7})])
    def test_what_was_missed_cannot_be_had(self, status: int, body: Any) -> None:
        room = joined()
        (ask,) = room.missed({"7": Said(call="7", id="88", speaker="customer", text="x")})
        assert room.answer(ask, status, body) == [Odd(f"HTTP status {status} for missed messages of conversation 7; they are not known")]


class TestEvents:
    def test_who_speaks(self) -> None:
        room = joined()
        said = Said(call="7", id="88", speaker="customer", text="Where is my order?", time=1700000000.0, name="Jane")
        assert room.receive(event("message.created", MESSAGE), 1.0) == [said]
        (reply,) = hear(room, "message.created", **{**MESSAGE, "message_type": 1, "sender": {"name": "Ann", "type": "user"}})
        assert isinstance(reply, Said)
        assert (reply.speaker, reply.name) == ("agent", "Ann")

    @pytest.mark.parametrize(
        "keys",
        [
            {"private": True, "message_type": 1},
            {"message_type": 2},
            {"message_type": 3},
            {"message_type": 1, "sender": {"type": "agent_bot"}},
            {"content": None},
            {"account_id": 2},
            {"conversation_id": "7"},
            {"conversation_id": -7},
            {"id": None},
            {"message_type": True},
        ],
    )
    def test_what_is_no_word_of_either(self, keys: Any) -> None:
        assert hear(joined(), "message.created", **{**MESSAGE, **keys}) == []

    def test_edits_and_whatever_else_happens_are_passed_over(self) -> None:
        room = joined()
        for kind in ("message.updated", "conversation.created", "presence.update", "assignee.changed", ""):
            assert hear(room, kind, **MESSAGE) == []
        assert room.receive('{"type": "ping", "message": 1700000000}', 0.0) == []
        assert room.receive(event("message.created", MESSAGE, identifier="another"), 0.0) == []

    def test_resolved(self) -> None:
        room = joined()
        assert hear(room, "conversation.status_changed", id=7, status="open") == []
        assert hear(room, "conversation.status_changed", id=7, status="resolved") == [Over(call="7", reason="resolved")]

    def test_typing(self) -> None:
        room = joined()
        by = {"conversation": {"id": 7}, "user": {"type": "contact", "name": "Jane"}}
        assert hear(room, "conversation.typing_on", **by) == [Typing(call="7", on=True)]
        assert hear(room, "conversation.typing_off", **by) == [Typing(call="7", on=False)]
        assert hear(room, "conversation.typing_on", conversation={"id": 7}, user={"type": "user"}) == []

    def test_one_conversation_only(self) -> None:
        room = joined(conversation=8)
        assert hear(room, "message.created", **MESSAGE) == []
        assert hear(room, "conversation.status_changed", id=7, status="resolved") == []
        assert len(hear(room, "message.created", **{**MESSAGE, "conversation_id": 8})) == 1


_KEYS = (
    "type identifier message event data account_id id conversation_id message_type content sender user conversation payload reason".split()
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["message.created", "welcome", "confirm_subscription", "reject_subscription", "disconnect", channel(), 1, 7]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), below, max_size=6),
    max_leaves=14,
)


@given(st.lists(st.binary(max_size=40) | st.text(max_size=40) | _JSON.map(json.dumps), max_size=8), _JSON, _JSON)
def test_anything_at_all_is_understood_or_refused(messages: list[str | bytes], data: Any, body: Any) -> None:
    room = joined()
    for number, message in enumerate([*messages, *(event(kind, data) for kind in ("message.created", "conversation.typing_on"))]):
        with contextlib.suppress(PeerError):
            room.receive(message, float(number))
        room.tick(float(number))
    for ask in [room.enter(), *room.missed({"7": Said(call="7", id="1", speaker="agent", text="")})]:
        assert ask is not None
        room.answer(ask, 200, body)
        room.answer(ask, 200, {"payload": [body]})


def heard(frames: list[Frame]) -> list[str]:
    """What is said in a conversation, whatever of it cannot be used."""
    room = Chatwoot(SITE, 1, "access")
    ask = room.enter()
    assert ask is not None
    room.answer(ask, 200, {**PROFILE, "pubsub_token": "first-pubsub-token"})
    return said(room, frames)


def test_a_recorded_conversation() -> None:
    assert heard(frames("chatwoot")) == ["Where is my order?", "I am sorry", "after all"]


@given(spoiled("chatwoot"))
def test_a_spoiled_one_is_understood_or_refused(conversation: list[Frame]) -> None:
    assert all(isinstance(text, str) for text in heard(conversation))
