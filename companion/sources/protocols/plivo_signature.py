"""Who dials us is Plivo: the signature of its requests, version 3. Sans I/O.

The method is that of plivo-python's `validate_v3_signature` (4.63) for GET. Which scheme Plivo signs for a WebSocket is not documented, and
its own stream SDKs take `http` and `https`: so every scheme is tried.
"""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit


def signed(token: str, signatures: str, nonce: str, urls: Iterable[str]) -> bool:
    """Whether Plivo, which shares the token, signed a request for one of these URLs.

    Args:
        token: the auth token of the account or subaccount.
        signatures: the headers `X-Plivo-Signature-V3` and `X-Plivo-Signature-MA-V3`; each may hold several in Base64, with commas between.
        nonce: the header `X-Plivo-Signature-V3-Nonce`.
        urls: how Plivo may have dialled us.
    """
    places = dict.fromkeys(_sorted(url) for url in urls)
    texts = [f"{scheme}://{place}.{nonce}" for place in places for scheme in ("https", "wss", "http", "ws")]
    expected = [base64.b64encode(hmac.digest(token.encode(), text.encode("utf-8", "replace"), "sha256")) for text in texts]
    given = [one.strip().encode("utf-8", "replace") for one in signatures.split(",")]
    return bool(nonce) and any([hmac.compare_digest(one, other) for one in expected for other in given])


def _sorted(url: str) -> str:
    """A URL without its scheme, its query decoded and sorted."""
    try:
        split = urlsplit(url)
    except ValueError:
        return ""
    keys = parse_qs(split.query, keep_blank_values=True)
    query = "&".join(f"{key}={value}" for key in sorted(keys) for value in sorted(keys[key]))
    return f"{split.netloc}{split.path}{'?' if query else ''}{query}"
