"""AudioHook's signature, against one that the SignatureBuilder of Genesys' reference implementation made."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import ConfigError
from companion.sources.protocols.audiohook_signature import AGE, SKEW, Key
from tests.sources.protocols.recorded import changed, seeded

API_KEY = "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh"
LINE = f"{API_KEY}:TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU="
MADE = 1641013200.0
TARGET = "/audiohook?x=1"
HEADERS = {
    "host": "calls.example.com",
    "audiohook-organization-id": "d7934305-0972-4844-938e-9060eef73d05",
    "audiohook-session-id": "e160e428-53e2-487c-977d-96989bf5c99d",
    "audiohook-correlation-id": "30b0e395-84d3-4570-ac13-9a62d8f514c0",
    "x-api-key": API_KEY,
    "signature-input": 'sig1=("@request-target" "@authority" "audiohook-organization-id" "audiohook-session-id" "audiohook-correlation-id" '
    f'"x-api-key");keyid="{API_KEY}";nonce="VGhpc0lzQVVuaXF1ZU5vbmNl";alg="hmac-sha256";created=1641013200;expires=1641013230',
    "signature": "sig1=:P62Hh9wp2Zes0adL+zat8prnvlRqyALN1uweGZSTnjM=:",
}


def test_what_genesys_signs_opens_once() -> None:
    key = Key(LINE)
    assert key.opens(TARGET, HEADERS, MADE + 1)
    assert not key.opens(TARGET, HEADERS, MADE + 1)
    assert Key(LINE).opens(TARGET, HEADERS, MADE + 1)


def test_behind_a_proxy_the_public_name_is_what_was_signed() -> None:
    inside = {**HEADERS, "host": "127.0.0.1:8080"}
    assert not Key(LINE).opens(TARGET, inside, MADE)
    assert Key(LINE).opens(TARGET, inside, MADE, ["calls.example.com"])


@pytest.mark.parametrize("late", [-SKEW, 0, AGE, AGE + SKEW])
def test_while_it_is_fresh(late: float) -> None:
    assert Key(LINE).opens(TARGET, HEADERS, MADE + late)


@pytest.mark.parametrize("late", [-SKEW - 1, AGE + SKEW + 1, 3600, -3600])
def test_and_no_longer(late: float) -> None:
    assert not Key(LINE).opens(TARGET, HEADERS, MADE + late)


def _changed(name: str, old: str, new: str) -> dict[str, str]:
    assert re.search(re.escape(old), HEADERS[name])
    return {**HEADERS, name: HEADERS[name].replace(old, new)}


@pytest.mark.parametrize(
    "headers",
    [
        _changed("audiohook-session-id", "e160", "e161"),
        _changed("x-api-key", "SGV", "SGW"),
        _changed("signature", "P62", "P63"),
        _changed("signature", "sig1", "sig2"),
        _changed("signature-input", 'nonce="VGhpc0lzQVVuaXF1ZU5vbmNl"', 'nonce="short"'),
        _changed("signature-input", "created=1641013200", "created=1641013201"),
        _changed("signature-input", "created=1641013200;", ""),
        _changed("signature-input", "hmac-sha256", "ed25519"),
        _changed("signature-input", ' "x-api-key"', ""),
        _changed("signature-input", ' "x-api-key"', ' "x-api-key" "x-api-key"'),
        _changed("signature-input", f'keyid="{API_KEY}"', 'keyid="other"'),
        {name: value for name, value in HEADERS.items() if name != "signature"},
        {name: value for name, value in HEADERS.items() if name != "signature-input"},
        {name: value for name, value in HEADERS.items() if name != "audiohook-session-id"},
        {},
    ],
)
def test_anything_else_opens_nothing(headers: dict[str, str]) -> None:
    assert not Key(LINE).opens(TARGET, headers, MADE)


def test_other_requests_and_other_secrets() -> None:
    assert not Key(LINE).opens("/audiohook?x=2", HEADERS, MADE)
    assert not Key(f"{API_KEY}:AAAA").opens(TARGET, HEADERS, MADE)


def test_without_a_secret_the_api_key_is_enough() -> None:
    assert Key(API_KEY).opens("/", {"x-api-key": API_KEY}, MADE)
    assert not Key(API_KEY).opens("/", {"x-api-key": "other"}, MADE)
    assert not Key(API_KEY).opens("/", {}, MADE)


def test_a_secret_that_is_none() -> None:
    with pytest.raises(ConfigError, match="the client secret is no Base64; write KEY:SECRET"):
        Key(f"{API_KEY}:not base64")


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_headers_are_judged(told: str, signature: str) -> None:
    assert not Key(LINE).opens("/", {**HEADERS, "signature-input": told, "signature": signature}, MADE)


@given(st.text(alphabet='sig1=("@-authority" ;keyid=nonce"created0123)', max_size=120))
def test_nearly_right_headers_too(told: str) -> None:
    assert not Key(LINE).opens(TARGET, {**HEADERS, "signature-input": told}, MADE)


def _spoiled(chance: random.Random) -> dict[str, str]:
    name = chance.choice(sorted(HEADERS))
    return {**HEADERS, name: str(changed(chance, HEADERS[name]))}


@given(seeded(_spoiled))
def test_spoiled_headers_are_judged(headers: dict[str, str]) -> None:
    Key(LINE).opens(TARGET, headers, MADE)
