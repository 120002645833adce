"""Who dials us is Vonage: the token with which it signs its requests, a JWT by HMAC-SHA256 (RFC 7515, 7519). Sans I/O.

Sources: developer.vonage.com, "Webhooks", on decoding signed webhooks; @vonage/voice 1.21, by which the same token comes with the opening
handshake of a WebSocket that was asked for with `"authorization": {"type": "vonage"}`. A handshake has no body: nothing is hashed.
"""

import base64
import binascii
import hmac

from companion.errors import PeerError
from companion.sources.protocols.dialect import number, read

AGE = 300.0
"""Seconds that a signature is believed: Vonage names no end of it, and dials at once."""

SKEW = 30.0
"""Seconds that the two clocks may differ."""


def signed(secret: str, authorization: str, now: float) -> bool:
    """Whether Vonage, which shares the secret, has just signed a request.

    Args:
        secret: the account's signature secret.
        authorization: the header of that name: `Bearer` and the token.
        now: seconds since 1970.
    """
    scheme, _, token = authorization.partition(" ")
    parts = token.strip().split(".")
    if scheme.lower() != "bearer" or len(parts) != 3:
        return False
    digest = hmac.digest(secret.encode(), f"{parts[0]}.{parts[1]}".encode("utf-8", "replace"), "sha256")
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=")
    if not hmac.compare_digest(signature, parts[2].encode("utf-8", "replace")):
        return False
    try:
        head, claims = (read(_decoded(part)) for part in parts[:2])
    except PeerError:
        return False
    issued, valid, expires = (number(claims.get(key, missing)) for key, missing in (("iat", None), ("nbf", 0.0), ("exp", now)))
    if issued is None or valid is None or expires is None:
        return False
    return head.get("alg") == "HS256" and "crit" not in head and max(issued, valid) - SKEW <= now <= min(issued + AGE, expires) + SKEW


def _decoded(part: str) -> bytes:
    """Base64 for URLs, without padding (RFC 7515, section 2); empty where it is none."""
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return b""
