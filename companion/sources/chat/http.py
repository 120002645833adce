"""An HTTP server for deliveries. A connection carries one request and lasts ten seconds at most, whatever its peer does."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable

from aiohttp import web

from companion.net.strangers import Strangers
from companion.sources.protocols.hook import Request

LONGEST = 256 * 1024
"""Bytes of a request's body."""

PATIENCE = 10.0
"""Seconds that a connection may last, from its first byte to the answer's last."""

CONNECTIONS = 64
"""How many there may be; one more, and the oldest ends."""

_HANDSHAKE = 5.0  # seconds, of TLS
_LINGER = 2.0  # seconds in which what is too long is still read, so that its sender sees the answer and no broken connection

# What matters is said as items; the library's own log would write into the screen.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class Posts:
    """Takes POSTs.

    Args:
        media: the `Content-Type` that they must have.
        take: answers a whole request and its peer's address with an HTTP status and words; never waits.
    """

    def __init__(self, media: str, take: Callable[[Request, str], tuple[int, str]]) -> None:
        self._media = media
        self._take = take
        self._http: _Bounded | None = None
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Open the port, and say which it is.

        Raises:
            OSError: it cannot be had.
        """
        self._http = _Bounded(self._answer)
        handshake = _HANDSHAKE if tls is not None else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._http, host, port, ssl=tls, ssl_handshake_timeout=handshake)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    @property
    def connections(self) -> int:
        """How many there are just now."""
        return 0 if self._http is None else len(self._http.inside)

    async def close(self) -> None:
        """Close the port and all connections."""
        if self._server is not None and self._http is not None:
            self._server.close()
            await self._http.shutdown(_LINGER)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        status, words = await self._judge(request)
        answer = web.Response(status=status, text=f"{words}\n", headers={"Allow": "POST, HEAD"} if status == 405 else None)
        answer.force_close()
        return answer

    async def _judge(self, request: web.BaseRequest) -> tuple[int, str]:
        if request.method == "HEAD":  # a system looks whether anybody is there
            return 200, "here"
        if request.method != "POST":
            return 405, "deliveries come by POST"
        if request.content_type != self._media or request.headers.get("Content-Encoding", "identity") != "identity":
            return 415, f"send {self._media}, as it is"
        try:
            body = await _body(request)
        except web.RequestPayloadError:
            return 400, "the body breaks off, or its parts have wrong lengths"
        if body is None:
            return 413, f"at most {LONGEST // 1024} KiB"
        headers = {name.lower(): request.headers[name] for name in request.headers}
        return self._take(Request(path=request.raw_path, headers=headers, body=body), request.remote or "")


async def _body(request: web.BaseRequest) -> bytes | None:
    """The whole body, or None where it is too long; of that no more is kept."""
    body = bytearray()
    if (request.content_length or 0) > LONGEST:
        return None
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LONGEST:
            return None
    return bytes(body)


class _Bounded(web.Server):
    """Connections in number and time."""

    def __init__(self, answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        super().__init__(answer, auto_decompress=False, lingering_time=_LINGER, access_log=None, logger=_log)
        self._strangers = Strangers(CONNECTIONS)  # nobody stays to be known better
        self.inside: dict[web.RequestHandler, tuple[asyncio.Transport, asyncio.TimerHandle]] = {}

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Let a connection in."""
        super().connection_made(handler, transport)
        self._strangers.enter(transport)
        self.inside[handler] = transport, asyncio.get_running_loop().call_later(PATIENCE, transport.abort)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Make room."""
        super().connection_lost(handler, exc)
        if handler in self.inside:
            transport, end = self.inside.pop(handler)
            end.cancel()
            self._strangers.leave(transport)
