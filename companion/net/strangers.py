"""Connections that have not said yet who they are: few at once, and who is slow to say it keeps nobody out."""

import asyncio
from collections import Counter
from typing import Any

from websockets.asyncio.server import ServerConnection


class Strangers:
    """Those of one port.

    Args:
        most: how many there may be. When one more comes, the oldest has to go, of the address that has most of them: a crowd keeps itself
            out, and whoever says at once who it is always finds room.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: dict[asyncio.BaseTransport, str] = {}  # with their addresses, oldest first

    def __len__(self) -> int:
        return len(self._here)

    def enter(self, transport: asyncio.Transport) -> None:
        """Somebody has dialled."""
        if len(self._here) >= self._most:
            [(crowd, _)] = Counter(self._here.values()).most_common(1)
            oldest = next(other for other, peer in self._here.items() if peer == crowd)
            del self._here[oldest]
            assert isinstance(oldest, asyncio.Transport)
            oldest.abort()
        self._here[transport] = str((transport.get_extra_info("peername") or [""])[0])

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is known now, or has gone."""
        self._here.pop(transport, None)

    def connection(self, *args: Any, **kwargs: Any) -> ServerConnection:
        """What a WebSocket server makes its connections by (`create_connection`), so that each begins as a stranger."""
        return _Stranger(self, *args, **kwargs)


class _Stranger(ServerConnection):
    def __init__(self, strangers: Strangers, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._strangers = strangers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._strangers.enter(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._strangers.leave(self.transport)
        super().connection_lost(exc)
