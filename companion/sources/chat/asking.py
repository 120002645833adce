"""Questions over HTTP, as chat systems answer them beside their stream."""

import json
from types import TracebackType
from typing import Any, Self

from companion.errors import ConfigError
from companion.sources.protocols.room import Ask
from companion.speech.redact import clean

LONGEST_ANSWER = 4 * 1024 * 1024
"""Bytes; a hundred of the longest messages that chat systems take."""

PATIENCE = 10.0
"""Seconds that an answer may take, and the connection for it."""


class Asker:
    """Asks over HTTP(S), as a context: its connections are closed on leaving. Nobody is followed elsewhere: a token is for whom it is for.

    Raises:
        ConfigError: the library is not installed.
    """

    def __init__(self) -> None:
        try:
            import aiohttp
        except ImportError:
            raise ConfigError("chat systems: need aiohttp, which is not installed; run: pip install 'companion[chat]'") from None
        self._http = aiohttp
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = self._http.ClientSession(timeout=self._http.ClientTimeout(total=PATIENCE))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._session is not None
        await self._session.close()

    async def ask(self, ask: Ask) -> tuple[int, Any]:
        """The status and the answer's JSON, or None where it is none.

        Raises:
            OSError: there is no answer, in a few words without the address: it may hold secrets.
        """
        assert self._session is not None
        try:
            async with self._session.request(ask.method, ask.url, headers=ask.headers, params=ask.query, allow_redirects=False) as response:
                body = bytearray()
                async for chunk in response.content.iter_chunked(64 * 1024):
                    body += chunk
                    if len(body) > LONGEST_ANSWER:
                        raise OSError(f"answers with more than {LONGEST_ANSWER:,} bytes")
                return response.status, _read(bytes(body))
        except TimeoutError:
            raise OSError("does not answer") from None
        except self._http.ClientConnectorError as error:
            raise OSError(clean(str(getattr(error, "strerror", None) or "cannot be reached"))[:200]) from None
        except (self._http.ClientOSError, self._http.ServerDisconnectedError, self._http.ClientPayloadError):
            raise OSError("breaks off") from None
        except (self._http.ClientError, ValueError) as error:
            raise OSError(f"does not speak HTTP ({type(error).__name__})") from None


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
