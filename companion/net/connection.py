"""A WebSocket connection of ours, and what is wrong with one, in a few words."""

import logging
import ssl
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as _connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, WebSocketException

from companion.errors import SourceLost
from companion.speech.redact import clean

LONGEST_MESSAGE = 2 * 1024 * 1024
"""Bytes of a message; a minute of telephone sound, or the longest text allowed with each character escaped."""

_OPEN = 10.0  # seconds for dialling and the handshake
_CLOSE = 2.0  # seconds that a peer may take to say good-bye
_GOOD_BYES = (1000, 1001)  # close codes that are no complaint (RFC 6455, section 7.4.1)

# What matters is said as items; the library's own log would write into the screen.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class Connection:
    """A connection that says how it broke, made by `dial`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, message: str | bytes) -> None:
        """Send a message; waits where the peer does not read.

        Raises:
            SourceLost: the connection broke.
        """
        try:
            await self._connection.send(message)
        except (OSError, WebSocketException) as error:
            raise SourceLost(in_words(error)) from error

    async def receive(self) -> str | bytes:
        """The next message.

        Raises:
            SourceLost: the connection broke, or was closed.
        """
        try:
            return await self._connection.recv()
        except (OSError, WebSocketException) as error:
            raise SourceLost(in_words(error)) from error

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()


async def dial(uri: str, token: Callable[[], str] | None = None) -> Connection:
    """Dial once.

    Args:
        uri: `ws://…` or `wss://…`.
        token: what is presented as `Authorization: Bearer …`.

    Raises:
        SourceLost: nobody answers, or not as a WebSocket server does.
    """
    try:
        return Connection(await connect(uri, additional_headers={"Authorization": f"Bearer {token()}"} if token else None))
    except (OSError, WebSocketException) as error:
        raise SourceLost(in_words(error)) from error


class _Straight(_connect):
    """Goes nowhere else, wherever a server points to: the first thing that we say may be a token."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


async def connect(uri: str, **options: Any) -> ClientConnection:
    """The library's connection, with our limits. `options` are the library's.

    Raises:
        OSError: nobody answers.
        WebSocketException: whoever answers speaks something else.
    """
    try:
        return await _Straight(uri, open_timeout=_OPEN, close_timeout=_CLOSE, max_size=LONGEST_MESSAGE, logger=_log, **options)
    except OSError:  # a certificate's fault is a ValueError too
        raise
    except UnicodeError as error:
        raise OSError("no name of a host") from error
    except (ValueError, EOFError) as error:  # websockets 14 lets these out where the answer is not HTTP
        raise InvalidMessage(str(error) or "no answer") from error


def in_words(error: Exception) -> str:
    """Why a connection failed, in a few words."""
    match error:
        case SourceLost():
            return str(error)
        case InvalidStatus():
            return f"refuses with HTTP status {error.response.status_code}"
        case ConnectionClosed() if error.rcvd is not None:
            said = clean(error.rcvd.reason)[:200]
            return f"broke off with code {error.rcvd.code}" + (f" ({said})" if said else "")
        case ConnectionClosed() if error.sent is not None and error.sent.code not in _GOOD_BYES:
            return "sends what cannot be taken" + (f" ({error.sent.reason})" if error.sent.reason else "")
        case ConnectionClosed():
            return "broke off"
        case ConnectionRefusedError():
            return "refuses the connection"
        case ConnectionResetError():
            return "hung up before the connection stood"
        case ssl.SSLCertVerificationError():
            return f"shows a certificate that is not trusted ({error.verify_message}; for one of your own, name its file in SSL_CERT_FILE)"
        case TimeoutError():
            return "does not answer"
        case WebSocketException():
            return f"does not speak WebSocket ({clean(str(error))[:200]})"
    return f"cannot be reached ({clean(str(error.strerror or error) if isinstance(error, OSError) else str(error))[:200]})"
