"""Who dials us is our Genesys organisation: its API key, and the signature of its requests. Sans I/O.

HTTP message signatures (draft-ietf-httpbis-message-signatures-11) by HMAC-SHA256, as AudioHook uses them: the client secret is the key, and
signed are the request target, the authority, three headers that say whose session it is, and the API key.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping

from companion.errors import ConfigError

AGE = 10.0
"""Seconds that a signature is believed: what Genesys' reference server allows."""

SKEW = 3.0
"""Seconds that the two clocks may differ."""

_SIGNED = {
    "@request-target", "@authority", "audiohook-organization-id", "audiohook-session-id", "audiohook-correlation-id", "x-api-key",
}  # fmt: skip

_INPUT = re.compile(
    r'\s*([a-z*][a-z0-9_.*-]{0,60})=(\(((?:"[a-z0-9@-]{1,60}" ?){1,20})\)((?:;[a-z]{1,20}=(?:"[^"\\]{0,200}"|\d{1,12})){1,8}))\s*'
)
_PARAMETER = re.compile(r';([a-z]+)=(?:"([^"]*)"|(\d+))')
_NONCE = 22  # characters: 128 bits in Base64


class Key:
    """An API key and its client secret.

    Args:
        line: `KEY:SECRET`, the secret in Base64 as Genesys takes it; `KEY` alone asks for no signature.

    Raises:
        ConfigError: the secret is no Base64.
    """

    def __init__(self, line: str) -> None:
        self._key, _, secret = line.partition(":")
        try:
            self._secret = base64.b64decode(secret, validate=True)
        except (binascii.Error, ValueError):
            raise ConfigError("audiohook: the client secret is no Base64; write KEY:SECRET into the token file") from None
        self._seen: dict[str, float] = {}

    def opens(self, target: str, headers: Mapping[str, str], now: float, authorities: Iterable[str] = ()) -> bool:
        """Whether a request comes from who has the key and, where there is one, the secret; each signature opens once.

        Args:
            target: the request's path with its query.
            headers: by their names in lower case.
            now: seconds since 1970.
            authorities: hosts by which we are reached, besides the header `host`.
        """
        if not hmac.compare_digest(headers.get("x-api-key", "").encode("utf-8", "replace"), self._key.encode()):
            return False
        if not self._secret:
            return True
        found = _INPUT.fullmatch(headers.get("signature-input", ""))
        if not found:
            return False
        label, signed, names, rest = found.groups()
        told = {key: text or figure for key, text, figure in _PARAMETER.findall(rest)}
        given = re.fullmatch(rf"\s*{re.escape(label)}=:([A-Za-z0-9+/=]{{1,100}}):\s*", headers.get("signature", ""))
        if not given or not self._is_fresh(told, now):
            return False
        parts = re.findall(r'"([^"]+)"', names)
        if not set(parts) >= _SIGNED or len(set(parts)) < len(parts) or told.get("alg", "hmac-sha256") != "hmac-sha256":
            return False
        for authority in dict.fromkeys((headers.get("host", ""), *authorities)):
            known = {**headers, "@request-target": target, "@authority": authority}
            lines = [f'"{part}": {known.get(part, "").strip()}' for part in parts]
            signature = hmac.digest(
                self._secret, "\n".join([*lines, f'"@signature-params": {signed}']).encode("utf-8", "replace"), "sha256"
            )
            if hmac.compare_digest(base64.b64encode(signature), given[1].encode()):
                self._seen[told["nonce"]] = now
                return True
        return False

    def _is_fresh(self, told: Mapping[str, str], now: float) -> bool:
        self._seen = {nonce: at for nonce, at in self._seen.items() if at > now - 2 * (AGE + SKEW)}
        if told.get("keyid") != self._key or len(told.get("nonce", "")) < _NONCE or told["nonce"] in self._seen:
            return False
        created, expires = float(told.get("created") or 0), float(told.get("expires") or now)
        return now - AGE - SKEW <= created <= now + SKEW and expires + SKEW >= now
