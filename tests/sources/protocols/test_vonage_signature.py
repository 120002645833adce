"""Who is let in by Vonage's token: made by PyJWT, which shares no code with what checks it, and compared with what PyJWT believes."""

import base64
from typing import Any

import jwt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companion.sources.protocols.vonage_signature import AGE, SKEW, signed

SECRET = "a signature secret as the dashboard shows it, and long enough for any method"
NOW = 1_795_000_000.0
CLAIMS = {
    "iat": int(NOW),
    "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
    "iss": "Vonage",
    "payload_hash": "d6c0e74b5857df20e3b7e51b30c0c2a40ec73a77879b6f074ddc7a2317dd031b",
    "api_key": "a1b2c3d",
    "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
}


def bearer(claims: dict[str, Any], secret: str = SECRET, **more: Any) -> str:
    return "Bearer " + jwt.encode(claims, secret, **more)


def test_what_vonage_signed_just_now() -> None:
    assert signed(SECRET, bearer(CLAIMS), NOW)
    assert signed(SECRET, bearer({**CLAIMS, "exp": NOW + 1, "nbf": NOW - 1}).replace("Bearer", "bearer"), NOW)


@pytest.mark.parametrize("after", [-SKEW, 0.0, AGE + SKEW])
def test_clocks_may_differ(after: float) -> None:
    assert signed(SECRET, bearer(CLAIMS), NOW + after)


@pytest.mark.parametrize(
    "claims",
    [
        {**CLAIMS, "iat": NOW - AGE - SKEW - 1},
        {**CLAIMS, "iat": NOW + SKEW + 1},
        {**CLAIMS, "exp": NOW - SKEW - 1},
        {**CLAIMS, "exp": "never"},
        {**CLAIMS, "nbf": NOW + SKEW + 1},
        {**CLAIMS, "nbf": []},
        {"iss": "Vonage", "exp": NOW + 60},
    ],
)
def test_too_old_too_new_or_without_a_date(claims: dict[str, Any]) -> None:
    assert not signed(SECRET, bearer(claims), NOW)


def test_other_secrets_and_methods() -> None:
    assert not signed(SECRET, bearer(CLAIMS, "a signature secret of somebody else, no doubt"), NOW)
    assert not signed(SECRET, bearer(CLAIMS, SECRET * 2, algorithm="HS512"), NOW)
    assert not signed(SECRET, bearer(CLAIMS, "", algorithm="none"), NOW)
    assert not signed(SECRET, bearer(CLAIMS, headers={"crit": ["b64"]}), NOW)
    # what it says of its method is not believed against what was signed, nor the other way round
    _, claims, signature = bearer(CLAIMS).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert not signed(SECRET, f"Bearer {none}.{claims}.", NOW)
    assert not signed(SECRET, f"Bearer {none}.{claims}.{signature}", NOW)
    assert not signed(SECRET, bearer(CLAIMS, algorithm="HS384"), NOW)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer a.b", "Bearer a.b.c", "Bearer ..", "Basic a.b.c", "Bearer é.ü.ß", "Bearer a.b.c.d"]
)
def test_what_is_no_token(header: str) -> None:
    assert not signed(SECRET, header, NOW)


@pytest.mark.parametrize("claims", [b"[]", b"", b"\xff", b'{"iat": NaN}', b'{"iat": 1e999}', b'{"iat": true}'])
def test_signed_but_no_claims(claims: bytes) -> None:
    token = jwt.api_jws.encode(claims, SECRET)
    assert not signed(SECRET, f"Bearer {token}", NOW)


@given(st.integers(0, 400), st.integers(0, 255))
@example(381, ord("+"))  # the other Base64's sign for the same bits
@example(395, ord("9"))  # bits that no byte has
def test_a_token_that_was_changed_is_believed_only_if_pyjwt_believes_it(place: int, value: int) -> None:
    header = bytearray(bearer(CLAIMS).encode())
    header[7 + place % (len(header) - 7)] = value
    assert signed(SECRET, header.decode("latin-1"), NOW) is _pyjwt(header.decode("latin-1"))


def _pyjwt(header: str) -> bool:
    try:
        jwt.decode(header.partition(" ")[2].strip(), SECRET, algorithms=["HS256"], options={"verify_iat": False})
    except (jwt.InvalidTokenError, UnicodeError):
        return False
    return True
