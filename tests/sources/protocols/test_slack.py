"""Slack's Socket Mode, message by message: the frames are those of python-slack-sdk's tests and of Slack's documentation."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols import slack
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Redial, Refused, Said, Say
from companion.sources.protocols.slack import Slack, plain
from tests.sources.protocols.recorded import Frame, frames, said, spoiled

API = "https://slack.com/api"
HELLO = '{"type":"hello","num_connections":2,"debug_info":{"host":"made-up","approximate_connection_time":18060}}'
EVENT = {
    "client_msg_id": "made-up",
    "type": "message",
    "text": "<@U1> are you there?",
    "user": "U222",
    "ts": "1700000001.000100",
    "team": "T111",
    "channel": "C111",
    "event_ts": "1700000001.000100",
    "channel_type": "channel",
}
SAID = Said(call="C111", id="1700000001.000100", speaker="customer", text="@U1 are you there?", time=1700000001.0001)


def envelope(event: Any = None, **keys: Any) -> str:
    payload = {"token": "verification-token", "team_id": "T111", "type": "event_callback", "event_id": "Ev111", "event": event or EVENT}
    return json.dumps({"envelope_id": "e1", "payload": payload, "type": "events_api", "accepts_response_payload": False, **keys})


def app(channel: str | None = "C111", bot: str | None = "xoxb-b", agents: tuple[str, ...] = ("U333", "B9")) -> Slack:
    return Slack(API, "xapp-a", bot, agents, channel)


def hear(room: Slack, **keys: Any) -> list[Act]:
    acknowledged, *acts = room.receive(envelope({**EVENT, **keys}), 0.0)
    assert acknowledged == Say('{"envelope_id": "e1"}')
    return acts


def opened(room: Slack, body: Any, status: int = 200) -> list[Act]:
    ask = room.enter()
    assert ask is not None
    return room.answer(ask, status, body)


class TestAddress:
    def test_it_is_asked_for(self) -> None:
        room = app()
        url = "https://slack.com/api/apps.connections.open"
        assert room.enter() == Ask(url=url, method="POST", headers={"Authorization": "Bearer xapp-a"}, about="the address")
        assert opened(room, {"ok": True, "url": "wss://wss-primary.slack.com/link/?ticket=secret"}) == []
        assert room.address == "wss://wss-primary.slack.com/link/?ticket=secret"

    @pytest.mark.parametrize("error", ["invalid_auth", "missing_scope", "x\x1b[31m"])
    def test_refused(self, error: str) -> None:
        (act,) = opened(app(), {"ok": False, "error": error})
        assert isinstance(act, Refused)
        assert act.reason.startswith(f"refuses the app's token ({error.partition(chr(27))[0]}")

    @pytest.mark.parametrize(
        ("body", "status", "why"), [({"ok": False, "error": "internal_error"}, 200, "internal_error"), (None, 429, "HTTP status 429")]
    )
    def test_not_now(self, body: Any, status: int, why: str) -> None:
        assert opened(app(), body, status) == [Redial(f"gives no address ({why})")]

    @pytest.mark.parametrize("url", [None, "", "ws://plain", "https://x", "wss://", "wss://host:99999", "wss://[", "wss://h/\n"])
    def test_an_address_that_is_none(self, url: Any) -> None:
        assert opened(app(), {"ok": True, "url": url}) == [Refused("gives an address that is none; check that this is Slack's")]


class TestConnection:
    def test_hello(self) -> None:
        assert app().receive(HELLO, 0.0) == [Joined()]
        assert app().tick(99.0) == []

    @pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
    def test_moved_before_the_old_one_closes(self, reason: str) -> None:
        assert app().receive(json.dumps({"type": "disconnect", "reason": reason}), 0.0) == [Redial(reason, at_once=True)]

    def test_switched_off(self) -> None:
        (act,) = app().receive('{"type": "disconnect", "reason": "link_disabled"}', 0.0)
        assert isinstance(act, Refused)

    def test_every_envelope_is_acknowledged(self) -> None:
        for kind in ("slash_commands", "interactive"):
            assert app().receive(envelope(type=kind), 0.0) == [Say('{"envelope_id": "e1"}')]
        assert app().receive('{"envelope_id": "e1"}', 0.0) == []  # our own words, by a peer that gives back what it hears


class TestMessages:
    def test_who_speaks(self) -> None:
        assert hear(app()) == [SAID]
        for keys in ({"user": "U333"}, {"bot_id": "B9", "subtype": "bot_message", "user": None}):
            (said,) = hear(app(), **keys)
            assert isinstance(said, Said)
            assert said.speaker == "agent"

    @pytest.mark.parametrize(
        "keys",
        [
            {"type": "app_mention"},
            {"subtype": "message_changed"},
            {"subtype": "message_deleted"},
            {"subtype": "channel_join"},
            {"subtype": "message_changed", "user": "U333"},
            {"bot_id": "B1"},
            {"channel": "C222"},
            {"channel": None},
            {"text": None},
            {"ts": 1700000001},
        ],
    )
    def test_what_is_no_new_message(self, keys: Any) -> None:
        assert hear(app(), **keys) == []

    def test_all_channels(self) -> None:
        (said,) = hear(app(channel=None), channel="D7", subtype="file_share")
        assert isinstance(said, Said)
        assert said.call == "D7"

    @pytest.mark.parametrize(
        ("marked", "seen"),
        [
            ("a &lt;b&gt; &amp; c", "a <b> & c"),
            ("see <https://a.example/x?y=1|this page>, or <https://b.example>", "see this page, or https://b.example"),
            ("<@U1> <@U1|ann> <#C1|help> <#C1>", "@U1 @ann #help #C1"),
            ("<!here> <!subteam^S1|@team> <!date^1^{date}|today>", "@here @team today"),
            ("2 < 3 > 1", "2 < 3 > 1"),
        ],
    )
    def test_marks_are_read_as_people_see_them(self, marked: str, seen: str) -> None:
        assert plain(marked) == seen


class TestMissed:
    def test_asked_for_with_the_bots_token(self) -> None:
        (ask,) = app().missed({"C111": SAID})
        assert ask == Ask(
            url="https://slack.com/api/conversations.history",
            headers={"Authorization": "Bearer xoxb-b"},
            query={"channel": "C111", "oldest": "1700000001.000100", "limit": "200"},
            about="missed messages of channel C111",
        )
        assert app(bot=None).missed({"C111": SAID}) == []

    def test_told_oldest_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slack, "_PAGES", 1)
        room = app()
        (ask,) = room.missed({"C111": SAID})
        history = [{**EVENT, "ts": f"170000{number}.0", "channel": None} for number in (1800, 1790)]
        body = {"ok": True, "messages": history, "has_more": True, "response_metadata": {"next_cursor": "more"}}
        older, *said = room.answer(ask, 200, body)
        assert isinstance(older, Ask)
        assert older.query == {**ask.query, "cursor": "more"}
        assert [act.id for act in said if isinstance(act, Said)] == ["1700001790.0", "1700001800.0"]
        assert all(isinstance(act, Said) for act in room.answer(older, 200, body))  # no more than that

    @pytest.mark.parametrize(
        ("status", "body", "why"),
        [
            (200, {"ok": False, "error": "not_in_channel"}, "not_in_channel"),
            (500, None, "HTTP status 500"),
            (200, {"ok": True}, "no messages"),
        ],
    )
    def test_not_to_be_had(self, status: int, body: Any, why: str) -> None:
        room = app()
        (ask,) = room.missed({"C111": SAID})
        assert room.answer(ask, status, body) == [Odd(f"{why} for missed messages of channel C111; they are not known")]


_KEYS = (
    "type envelope_id payload event channel user text ts subtype bot_id reason ok url error messages response_metadata next_cursor".split()
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.text("<>@#!|&;^ab", max_size=30)
    | st.sampled_from(["hello", "disconnect", "events_api", "message", "C111", "wss://a"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), below, max_size=6),
    max_leaves=14,
)


@given(st.lists(st.binary(max_size=40) | st.text(max_size=40) | _JSON.map(json.dumps), max_size=8), _JSON)
def test_anything_at_all_is_understood_or_refused(messages: list[str | bytes], data: Any) -> None:
    room = app(channel=None)
    for message in [*messages, envelope(data), envelope({"type": "message", "channel": "C", "ts": "1", "text": data})]:
        with contextlib.suppress(PeerError):
            room.receive(message, 0.0)
    for ask in [room.enter(), *room.missed({"C111": SAID})]:
        assert ask is not None
        room.answer(ask, 200, data)
        room.answer(ask, 200, {"ok": True, "url": data, "messages": [data]})


def heard(frames: list[Frame]) -> list[str]:
    """What is said in a conversation, whatever of it cannot be used."""
    room = app(channel=None, agents=("U1",))
    return said(room, frames)


def test_a_recorded_conversation() -> None:
    assert heard(frames("slack")) == ["Where is @U1? See my order", "Where is @U1? See my order", "I am so sorry & on it"]


@given(spoiled("slack"))
def test_a_spoiled_one_is_understood_or_refused(conversation: list[Frame]) -> None:
    assert all(isinstance(text, str) for text in heard(conversation))
