"""Rocket.Chat's realtime API, message by message: the frames are those of its documentation."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols import rocketchat
from companion.sources.protocols.rocketchat import MINE, PATIENCE, RocketChat
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Over, Redial, Refused, Said, Say, Typing
from tests.sources.protocols.recorded import Frame, frames, said, spoiled

SITE = "https://chat.example"
MESSAGE = {
    "_id": "message0000000001",
    "rid": "GENERAL",
    "msg": "hi",
    "ts": {"$date": 1700000000500},
    "u": {"_id": "visitor0000000001", "username": "jane", "name": "Jane Customer"},
    "_updatedAt": {"$date": 1700000000700},
    "urls": [],
    "mentions": [],
    "channels": [],
    "md": [{"type": "PARAGRAPH", "value": [{"type": "PLAIN_TEXT", "value": "hi"}]}],
}
SAID = Said(call="GENERAL", id="message0000000001", speaker="customer", text="hi", time=1700000000.5, name="Jane Customer")
ANN = {"_id": "me0000000000", "username": "ann"}


def tell(room: RocketChat, now: float = 0.0, **message: Any) -> list[Act]:
    return room.receive(json.dumps(message), now)


def joined(room: str = "GENERAL", **keys: Any) -> RocketChat:
    found = RocketChat(SITE, room, "token", **keys)
    found.enter()
    tell(found, msg="connected", session="x")
    tell(found, msg="result", id="login", result={"id": "me0000000000", "token": "token", "type": "resume"})
    assert tell(found, msg="ready", subs=["messages"]) == [Joined()]
    return found


def hear(room: RocketChat, **keys: Any) -> list[Act]:
    fields = {"eventName": "GENERAL", "args": [{**MESSAGE, **keys}, {"roomParticipant": True}]}
    return tell(room, msg="changed", collection="stream-room-messages", id="id", fields=fields)


class TestJoining:
    def test_connect_log_in_subscribe(self) -> None:
        room = RocketChat(SITE, "GENERAL", "token")
        assert (room.address, room.enter()) == ("wss://chat.example/websocket", None)
        assert tell(room, server_id="0") == []
        login = {"msg": "method", "id": "login", "method": "login", "params": [{"resume": "token"}]}
        assert tell(room, msg="connected", session="x") == [Say(json.dumps(login))]
        messages, activity = tell(room, msg="result", id="login", result={"id": "me", "token": "token"})
        assert messages == Say('{"msg": "sub", "id": "messages", "name": "stream-room-messages", "params": ["GENERAL", false]}')
        assert activity == Say('{"msg": "sub", "id": "activity", "name": "stream-notify-room", "params": ["GENERAL/user-activity", false]}')
        assert tell(room, msg="ready", subs=["activity"]) == tell(room, msg="updated", methods=["login"]) == []
        assert tell(room, msg="ready", subs=["messages"]) == [Joined()]

    def test_all_rooms(self) -> None:
        room = RocketChat(SITE, MINE, "token")
        tell(room, msg="connected")
        (messages,) = tell(room, msg="result", id="login", result={"id": "me"})
        assert messages == Say('{"msg": "sub", "id": "messages", "name": "stream-room-messages", "params": ["__my_messages__", false]}')

    @pytest.mark.parametrize(
        ("message", "act"),
        [
            ({"msg": "failed", "version": "2"}, Refused("asks for another version of DDP; check that this is Rocket.Chat's address")),
            (
                {"msg": "result", "id": "login", "error": {"error": 403, "reason": "You've been logged out by the server."}},
                Refused("refuses the token (You've been logged out by the server.); put a new one into the file"),
            ),
            ({"msg": "result", "id": "login", "error": {"error": 500}}, Redial("does not log us in (no reason given)")),
            (
                {"msg": "nosub", "id": "messages", "error": {"error": "not-allowed", "reason": "Not allowed"}},
                Refused("does not let us into the room (Not allowed); check the room's id, and that you are a member"),
            ),
        ],
    )
    def test_kept_out(self, message: Any, act: Act) -> None:
        room = RocketChat(SITE, "GENERAL", "token")
        tell(room, msg="connected")
        assert tell(room, **message) == [act]

    def test_without_typing_it_goes_on(self) -> None:
        assert tell(joined(), msg="nosub", id="activity", error={"error": "not-allowed"}) == []

    def test_no_answer(self) -> None:
        room = RocketChat(SITE, "GENERAL", "token")
        tell(room, 5.0, msg="connected")
        assert room.tick(5.0 + PATIENCE - 0.1) == []
        assert room.tick(5.0 + PATIENCE) == [Redial("does not answer the login")]
        assert room.tick(99.0) == []
        assert joined().tick(99.0) == []

    def test_kept_alive(self) -> None:
        assert tell(joined(), msg="ping") == [Say('{"msg": "pong"}')]
        assert tell(joined(), msg="ping", id="7") == [Say('{"msg": "pong", "id": "7"}')]


class TestMessages:
    def test_who_speaks(self) -> None:
        room = joined(agents=("Bob", "id-of-cleo"))
        assert hear(room) == [SAID]
        for writer in (ANN, {"_id": "x", "username": "bob"}, {"_id": "id-of-cleo", "username": "cleo"}):
            (said,) = hear(room, u=writer)
            assert isinstance(said, Said)
            assert (said.speaker, said.name) == ("agent", writer["username"])

    @pytest.mark.parametrize(
        "keys",
        [
            {"t": "uj", "msg": "jane"},
            {"t": "rm", "msg": ""},
            {"editedAt": {"$date": 1700000009999}},
            {"_updatedAt": {"$date": 1700000100500}},  # a reaction, a read receipt
            {"bot": {"i": "js.SDK"}},
            {"rid": "ANOTHER"},
            {"msg": None},
            {"_id": None},
        ],
    )
    def test_what_is_no_new_message(self, keys: Any) -> None:
        assert hear(joined(), **keys) == []

    def test_a_livechat_is_closed(self) -> None:
        assert hear(joined(), t="livechat-close") == [Over(call="GENERAL", reason="closed")]

    def test_all_rooms_are_conversations(self) -> None:
        room = joined(MINE)
        assert [act.call for rid in ("a", "b") for act in hear(room, rid=rid) if isinstance(act, Said)] == ["a", "b"]

    def test_customers_are_not_kept_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rocketchat, "_ROOMS", 2)
        room = joined(MINE)
        for number in range(9):
            hear(room, rid=str(number))
        assert len(room._customers) == 2

    def test_typing(self) -> None:
        room = joined()

        def activity(name: str, *what: str) -> list[Act]:
            fields = {"eventName": "GENERAL/user-activity", "args": [name, list(what), {}]}
            return tell(room, msg="changed", collection="stream-notify-room", id="id", fields=fields)

        assert activity("jane", "user-typing") == []  # nobody knows yet who she is
        hear(room)
        hear(room, u=ANN)
        assert activity("jane", "user-typing") == [Typing(call="GENERAL", on=True)]
        assert activity("jane") == [Typing(call="GENERAL", on=False)]
        assert activity("ann", "user-typing") == []


class TestMissed:
    def test_asked_for_by_rest(self) -> None:
        (ask,) = joined().missed({"GENERAL": SAID, "b": Said(call="b", speaker="customer", text="no time")})
        assert ask == Ask(
            url="https://chat.example/api/v1/chat.syncMessages",
            headers={"X-Auth-Token": "token", "X-User-Id": "me0000000000"},
            query={"roomId": "GENERAL", "lastUpdate": "2023-11-14T22:13:20.500Z"},
            about="missed messages of room GENERAL",
        )

    def test_told_oldest_first_and_as_they_are_now(self) -> None:
        room = joined()
        (ask,) = room.missed({"GENERAL": SAID})
        later = {**MESSAGE, "_id": "b", "ts": "2023-11-14T23:25:00.000Z", "_updatedAt": "2023-11-14T23:30:00.000Z", "editedAt": "x"}
        earlier = {**MESSAGE, "_id": "a", "ts": "2023-11-14T23:24:00.000Z"}
        old = {**MESSAGE, "_id": "c", "ts": "2023-11-14T09:00:00.000Z", "editedAt": "2023-11-14T23:26:00.000Z"}
        told = room.answer(ask, 200, {"result": {"updated": [later, old, earlier, 7, {}], "deleted": []}, "success": True})
        assert [act.id for act in told if isinstance(act, Said)] == ["a", "b"]

    @pytest.mark.parametrize(("status", "body"), [(401, {"status": "error"}), (200, None), (200, {"result": {"updated": 7}})])
    def test_not_to_be_had(self, status: int, body: Any) -> None:
        room = joined()
        (ask,) = room.missed({"GENERAL": SAID})
        assert room.answer(ask, status, body) == [Odd(f"HTTP status {status} for missed messages of room GENERAL; they are not known")]


_KEYS = "msg id result error reason subs collection fields args eventName _id rid ts _updatedAt u t username updated".split()
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["connected", "result", "login", "ready", "messages", "changed", "nosub", "ping", "stream-room-messages", "GENERAL"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), below, max_size=6),
    max_leaves=14,
)


@given(st.lists(st.binary(max_size=40) | st.text(max_size=40) | _JSON.map(json.dumps), max_size=8), _JSON, st.floats())
def test_anything_at_all_is_understood_or_refused(messages: list[str | bytes], data: Any, time: float) -> None:
    room = joined(MINE)
    streams = [
        {"msg": "changed", "collection": name, "fields": {"args": [data, data]}} for name in ("stream-room-messages", "stream-notify-room")
    ]
    for number, message in enumerate([*messages, *map(json.dumps, streams)]):
        with contextlib.suppress(PeerError):
            room.receive(message, float(number))
        room.tick(float(number))
    for ask in room.missed({"a": Said(call="a", speaker="agent", text="", time=abs(time)), "b": SAID}):
        room.answer(ask, 200, data)
        room.answer(ask, 200, {"result": {"updated": [data]}})


def heard(frames: list[Frame]) -> list[str]:
    """What is said in a conversation, whatever of it cannot be used."""
    room = RocketChat(SITE, "room00000000000007", "token")
    return said(room, frames)


def test_a_recorded_conversation() -> None:
    assert heard(frames("rocketchat")) == ["Where is my order?", "I am sorry", "after all"]


@given(spoiled("rocketchat"))
def test_a_spoiled_one_is_understood_or_refused(conversation: list[Frame]) -> None:
    assert all(isinstance(text, str) for text in heard(conversation))
