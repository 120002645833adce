"""Who can reach what we listen on, and TLS for it."""

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from companion.errors import ConfigError


def is_local(host: str) -> bool:
    """Whether only this machine can reach what is bound to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """What serves TLS with this certificate (PEM), if there is one.

    Raises:
        ConfigError: the files cannot be used.
    """
    if certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = error.strerror if isinstance(error, FileNotFoundError) else "is no certificate with its private key"
        raise ConfigError(f"{certificate}: {str(why).lower()}; give PEM files") from error
    return context


def is_here(origin: str) -> bool:
    """Whether a page was loaded from this machine; `null` is a file opened from disk."""
    try:
        return origin == "null" or is_local(urlsplit(origin).hostname or "")
    except ValueError:
        return False
