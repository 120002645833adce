"""Twilio's signature, against what twilio-python 9.13 computes (`RequestValidator.compute_signature`, recorded here)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.sources.protocols.twilio_signature import signed, spellings
from tests.sources.protocols.recorded import changed, seeded

TOKEN = "12345678901234567890123456789012"
PLAIN = "h7FY6VAg5pD8AlftW/CAHQxfOy8="  # of wss://calls.example.com/twilio
WITH_PORT = "5NkOlliHs9iZbih5lwAr2YerfW0="  # of https://calls.example.com:443/
SHA256 = "RtXQ8ibYK1kMlC+5KZAUnt31cRADmwtbrxg5IhEM+fg="  # of wss://calls.example.com/?x=1, by HMAC-SHA256
SETTINGS = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"


@pytest.mark.parametrize(
    ("signature", "settings", "path", "host", "public"),
    [
        (PLAIN, "", "/twilio", "calls.example.com", None),
        (PLAIN, "", "/twilio", "127.0.0.1:8080", "wss://calls.example.com"),
        (PLAIN, "", "/twilio", "calls.example.com:8080", None),
        (PLAIN, "", "/", "127.0.0.1:8080", "https://calls.example.com/twilio/"),
        (WITH_PORT, "", "/", "calls.example.com", None),
        (SHA256, SETTINGS, "/?x=1", "calls.example.com", None),
    ],
)
def test_what_twilio_signs_is_believed(signature: str, settings: str, path: str, host: str, public: str | None) -> None:
    assert signed(TOKEN, signature, settings, spellings(path, host, public))


@pytest.mark.parametrize(
    ("token", "signature", "settings", "path", "host"),
    [
        (TOKEN[:-1], PLAIN, "", "/twilio", "calls.example.com"),
        (TOKEN, PLAIN, "", "/twili", "calls.example.com"),
        (TOKEN, PLAIN, "", "/twilio", "calls.example.org"),
        (TOKEN, PLAIN, SETTINGS, "/twilio", "calls.example.com"),
        (TOKEN, SHA256, "", "/?x=1", "calls.example.com"),
        (TOKEN, "", "", "/twilio", "calls.example.com"),
        (TOKEN, "é", "", "/twilio", "calls.example.com"),
    ],
)
def test_nothing_else_is(token: str, signature: str, settings: str, path: str, host: str) -> None:
    assert not signed(token, signature, settings, spellings(path, host))


def test_where_the_public_address_is_known_the_host_is_not_believed() -> None:
    assert not signed(TOKEN, PLAIN, "", spellings("/twilio", "calls.example.com", "wss://other.example"))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.none() | st.text(max_size=60))
def test_nothing_crashes_it(signature: str, settings: str, path: str, host: str, public: str | None) -> None:
    assert not signed(TOKEN, signature, settings, spellings(path, host, public))


def _spoiled(chance: random.Random) -> str:
    return str(changed(chance, "wss://calls.example.com/twilio"))


@given(seeded(_spoiled))
def test_spoiled_urls_are_judged(url: str) -> None:
    signed(TOKEN, PLAIN, "", [url])
