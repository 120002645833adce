"""Who dials us is Twilio: the signature of its requests, by which URL it was made for. Sans I/O.

The method is that of twilio-python's `RequestValidator` (9.13), over the URL of the WebSocket. Scheme, port and last slash do
not survive every proxy, so every spelling is tried.
"""

import base64
import hmac
import re
from collections.abc import Iterable


def signed(token: str, signature: str, settings: str, urls: Iterable[str]) -> bool:
    """Whether Twilio, which shares the token, signed a request for one of these URLs.

    Args:
        token: the account's auth token, or the shared key.
        signature: the header `X-Twilio-Signature`, Base64.
        settings: the header `X-Twilio-Webhooks-Signature-Settings`, empty where there is none; it may name HMAC-SHA256 instead of SHA1.
        urls: how Twilio may have dialled us.
    """
    algorithm = "sha256" if re.search(r"algorithm=\s*hmac_sha256", settings, re.IGNORECASE) else "sha1"
    given = signature.encode("utf-8", "replace")
    digests = [hmac.digest(token.encode(), url.encode("utf-8", "replace"), algorithm) for url in urls]
    return any([hmac.compare_digest(base64.b64encode(digest), given) for digest in digests])


def spellings(path: str, host: str, public: str | None = None) -> list[str]:
    """How Twilio may have written the URL that it dialled.

    Args:
        path: of the request, with its query.
        host: the header `Host`.
        public: scheme, host and perhaps path by which we are reached from outside, where that is known; then `host` is not believed.
    """
    scheme, _, place = (public or f"wss://{host}").rstrip("/").partition("://")
    name, slash, below = place.partition("/")
    bare = re.sub(r":\d+$", "", name)
    paths = [path, ""] if path == "/" else [path]
    schemes = ("ws", "http") if public and scheme in ("ws", "http") else ("wss", "https")
    port = 80 if "ws" in schemes else 443
    return [
        f"{one}://{at}{slash}{below}{rest}" for one in schemes for at in dict.fromkeys((name, bare, f"{bare}:{port}")) for rest in paths
    ]
