"""Chats with JSON of their own kind, read by a mapping."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import PeerError
from companion.sources.protocols.mapping import Fields, Mapped
from companion.sources.protocols.room import Ask, Odd, Refused, Said

NESTED = Fields(
    text="message.body.0.text",
    speaker="message.from.role",
    call="ticket",
    time="message.sent",
    agents=("Staff", "bot-7"),
    ignore=(("kind", "typing"), ("message.internal", "true")),
)


def nested(text: Any = "Where is it?", role: Any = "guest", **keys: Any) -> str:
    message = {"body": [{"text": text}], "from": {"role": role}, "sent": "2026-11-21T10:00:00Z", "internal": keys.pop("internal", False)}
    return json.dumps({"ticket": 42, "message": message, **keys})


def chat(fields: Fields = NESTED, **keys: Any) -> Mapped:
    return Mapped("ws://chat", fields, **keys)


def test_fields_are_found_wherever_they_are() -> None:
    assert chat().receive(nested(), 0.0) == [Said(call="42", speaker="customer", text="Where is it?", time=1795255200.0)]


@pytest.mark.parametrize(
    ("role", "speaker"), [("staff", "agent"), ("STAFF", "agent"), ("bot-7", "agent"), ("guest", "customer"), (7, "customer")]
)
def test_who_is_not_an_agent_is_the_customer(role: Any, speaker: str) -> None:
    (said,) = chat().receive(nested(role=role), 0.0)
    assert isinstance(said, Said)
    assert said.speaker == speaker


def test_without_a_mapping_the_fields_are_those_of_json_lines() -> None:
    message = {"speaker": "agent", "text": "hello", "call": "a", "ts": 1700000000}
    assert chat(Fields()).receive(json.dumps(message), 0.0) == [Said(call="a", speaker="agent", text="hello", time=1700000000.0)]
    assert chat(Fields()).receive('{"speaker": "customer", "text": "hi"}', 0.0) == [Said(call="call-1", speaker="customer", text="hi")]


def test_messages_to_be_ignored() -> None:
    assert chat().receive(nested(kind="typing"), 0.0) == []
    assert chat().receive(nested(internal=True), 0.0) == []
    assert chat().receive(nested(kind="message"), 0.0) != []


def test_what_a_message_lacks_is_said_once_with_what_it_has() -> None:
    mapped = chat()
    (odd,) = mapped.receive('{"type": "hello", "data": {"body": "hi", "by": {}}, "tags": [1]}', 0.0)
    assert odd == Odd("no text in 'message.body.0.text'; the message has: type, data.body, data.by, tags; such messages are left out")
    assert mapped.receive('{"type": "hello"}', 0.0) == []
    assert mapped.receive(nested(role=None), 0.0) == [
        Odd(
            "no speaker in 'message.from.role'; "
            "the message has: ticket, message.body, message.from.role, message.sent, message.internal; such messages are left out"
        )
    ]
    assert len(mapped.receive(nested(), 0.0)) == 1


def test_a_message_with_too_much_is_not_told_whole() -> None:
    (odd,) = chat().receive(json.dumps({f"key\x07{number}": 1 for number in range(50)}), 0.0)
    assert isinstance(odd, Odd)
    assert "key\ufffd11, …;" in odd.reason
    assert "key\ufffd12" not in odd.reason


def test_a_speaker_who_is_neither() -> None:
    mapped = chat(Fields())
    (odd,) = mapped.receive('{"speaker": "bob\\u001b[31m", "text": "hi"}', 0.0)
    assert odd == Odd("speaker 'bob' is neither 'agent' nor 'customer'; name the agents: --chat-agents; such messages are left out")


def test_strict() -> None:
    (refused,) = chat(strict=True).receive("{}", 0.0)
    assert refused == Refused("no text in 'message.body.0.text'; the message has: nothing")


def test_nothing_is_asked() -> None:
    mapped = chat()
    assert mapped.enter() is None
    assert mapped.missed({}) == mapped.tick(0.0) == mapped.answer(Ask(url=""), 200, None) == []
    assert mapped.address == "ws://chat"


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.sampled_from(["guest", "typing"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("ticket message body text from role kind".split()), below),
    max_leaves=10,
)


@given(st.lists(st.binary(max_size=40) | st.text(max_size=40) | _JSON.map(json.dumps), max_size=8))
def test_anything_at_all_is_read_or_refused(messages: list[str | bytes]) -> None:
    mapped = chat()
    for message in messages:
        with contextlib.suppress(PeerError):
            assert all(isinstance(act, Said | Odd) for act in mapped.receive(message, 0.0))
