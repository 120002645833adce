"""Servers that the sources dial, and what they say."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

Peer = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def serving(*peers: Peer) -> AsyncIterator[str]:
    """A server whose first connection is served by the first peer, and so on; the last serves all that follow."""
    left = list(peers)

    async def handler(connection: ServerConnection) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(connection)

    async with serve(handler, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/stream"


def says(*messages: Any, then: str = "close") -> Peer:
    """A peer that sends messages (values as JSON), then closes in due form, breaks the connection, or waits for us to go."""

    async def peer(connection: ServerConnection) -> None:
        for message in messages:
            await connection.send(message if isinstance(message, bytes | str) else json.dumps(message))
        if then == "wait":
            await connection.wait_closed()
        elif then == "break":
            await asyncio.sleep(0.02)  # what was sent must be on its way first
            connection.transport.abort()
        elif then != "close":
            await connection.close(1011, then)

    return peer
