"""What strangers write, read."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Introduced
from companion.errors import PeerError
from companion.sources.protocols.dialect import LONGEST_NAME, about, inner, number, people, plain, read, word
from tests.sources.protocols.recorded import Frame, spoiled


@pytest.mark.parametrize("message", ["", "no", b"\xff", "[1]", "1", '{"a": }', "[" * 100_000])
def test_what_is_no_object_is_refused(message: str | bytes) -> None:
    with pytest.raises(PeerError, match="no JSON"):
        read(message)


def test_an_object() -> None:
    assert read('{"a": {"b": 1}}') == read(b'{"a": {"b": 1}}') == {"a": {"b": 1}}
    assert inner({"a": {"b": 1}}, "a") == {"b": 1}
    assert inner({"a": [1]}, "a") == inner({}, "a") == {}


@pytest.mark.parametrize(
    ("given", "found"),
    [("7", 7.0), (7, 7.0), ("1.5", 1.5), ("-1", None), (True, None), (None, None), ("x", None), (float("nan"), None), (10**400, None)],
)
def test_numbers(given: Any, found: float | None) -> None:
    assert number(given) == found


def test_names_are_made_harmless() -> None:
    assert word("  CA1\x1b[2J\n ") == "CA1"
    assert word(42) == "42"
    assert word(None) == word(True) == word(["a"]) == word(1.5) == ""
    assert len(word("x" * 1000)) == LONGEST_NAME


def test_who_calls_whom() -> None:
    assert about("Twilio", **{"from": "+44", "to": ""}) == "Twilio, from +44"


@pytest.mark.parametrize(
    ("told", "who"),
    [
        ({}, Introduced()),
        ({"agent_name": "Dana", "customerName": "Lee", "TEAM": "Billing"}, Introduced(agent="Dana", customer="Lee", team="Billing")),
        ({"agent_name": ["Dana"], "team": ""}, Introduced()),
        ({"from": "+44", "to": "+49"}, Introduced()),
        ({"from": "+44", "to": "+49", "direction": "inbound"}, Introduced(customer="+44")),
        ({"from": "+44", "callerName": "Lee", "direction": "inbound"}, Introduced(customer="Lee")),
        ({"from": "+44", "to": "+49", "callerName": "Us", "direction": "outbound-api"}, Introduced(customer="+49")),
    ],
)
def test_who_is_on_the_call(told: dict[str, object], who: Introduced) -> None:
    assert people(plain(told)) == who


@given(st.binary(max_size=40) | st.text(max_size=40))
def test_any_message_is_an_object_or_refused(message: str | bytes) -> None:
    with contextlib.suppress(PeerError):
        assert isinstance(read(message), dict)


@given(spoiled("twilio", "audiohook", "jambonz", "asterisk_json"))
def test_whatever_an_object_holds_is_read(messages: list[Frame]) -> None:
    for message in messages:
        with contextlib.suppress(PeerError):
            found = read(message)
            people(plain(found))
            assert all(len(text) <= LONGEST_NAME and text.isprintable() for text in map(word, found.values()))
            assert all(value is None or value >= 0 for value in map(number, found.values()))
