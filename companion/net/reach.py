"""Who can reach what we listen on, TLS for it, and what is said where there is no listening."""

import errno
import ipaddress
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from companion.errors import ConfigError, SourceError


def address(scheme: str, host: str, port: int) -> str:
    """Where peers find what we listen on: `vosk://127.0.0.1:2700`, with brackets around an IPv6 address."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


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


def not_listening(name: str, error: OSError) -> SourceError:
    """What to raise where the system refuses us a port: why, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return SourceError(f"{name}: cannot listen: the port is taken; end what uses it, or choose another")
    if error.errno == errno.EACCES:
        return SourceError(f"{name}: cannot listen: permission denied; choose a port from 1024 on, and let a proxy have this one")
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return SourceError(f"{name}: cannot listen: that is no address of this machine; leave the host out, or give one that is")
    return SourceError(f"{name}: cannot listen: {str(error.strerror or error).lower()}; choose another port")


def is_here(origin: str) -> bool:
    """Whether a page was loaded from this machine. `null`, as a file from disk has it, is not: any site gives it to a sandboxed frame."""
    try:
        return is_local(urlsplit(origin).hostname or "")
    except ValueError:
        return False
