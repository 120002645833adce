"""Plivo's signature, against what plivo-python 4.63 computes (`get_signature_v3` over `construct_get_url`, recorded here)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.sources.protocols.plivo_signature import signed
from companion.sources.protocols.twilio_signature import spellings
from tests.sources.protocols.recorded import changed, seeded

TOKEN = "a-plivo-auth-token"
NONCE = "05429567804466091622"
PLAIN = "orsm0V26MMrLbB05fE3yy5XQujByoT5bkPFKUhWCFkU="  # of https://calls.example.com/
QUERY = "E5YcY37DRdzzKv9lRhDeRCzfwOBhFwRFvo9R4svu9X4="  # of wss://calls.example.com/in?team=Billing&call=7&call=6
DECODED = "LE8b2A1DgYd4sWI90A6YZw37INSLK52/jm7yXd2rFsk="  # of http://calls.example.com/a%20b?q=a%20%2F+c&empty=


@pytest.mark.parametrize(
    ("signatures", "path", "host", "public"),
    [
        (PLAIN, "/", "calls.example.com", None),
        (PLAIN, "/", "127.0.0.1:8080", "wss://calls.example.com"),
        (f"another,{PLAIN}", "/", "calls.example.com:8080", None),
        (QUERY, "/in?team=Billing&call=7&call=6", "calls.example.com", None),
        (DECODED, "/a%20b?q=a%20%2F+c&empty=", "calls.example.com", None),
    ],
)
def test_what_plivo_signs_is_believed(signatures: str, path: str, host: str, public: str | None) -> None:
    assert signed(TOKEN, signatures, NONCE, spellings(path, host, public))


@pytest.mark.parametrize(
    ("token", "signatures", "nonce", "path"),
    [
        (TOKEN[:-1], PLAIN, NONCE, "/"),
        (TOKEN, PLAIN, NONCE[:-1], "/"),
        (TOKEN, PLAIN, "", "/"),
        (TOKEN, PLAIN, NONCE, "/in"),
        (TOKEN, "", NONCE, "/"),
        (TOKEN, "é,", NONCE, "/"),
    ],
)
def test_nothing_else_is(token: str, signatures: str, nonce: str, path: str) -> None:
    assert not signed(token, signatures, nonce, spellings(path, "calls.example.com"))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_nothing_crashes_it(signatures: str, nonce: str, path: str) -> None:
    assert not signed(TOKEN, signatures, nonce, spellings(path, "calls.example.com"))


def _spoiled(chance: random.Random) -> str:
    return str(changed(chance, "wss://calls.example.com/in?team=Billing&call=7&call=6"))


@given(seeded(_spoiled))
def test_spoiled_urls_are_judged(url: str) -> None:
    signed(TOKEN, QUERY, NONCE, [url])
