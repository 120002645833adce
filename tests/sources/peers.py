"""Servers that the sources dial, and what they say."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
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


SLACK_HELLO = {"type": "hello", "num_connections": 1, "debug_info": {"host": "made-up"}, "connection_info": {"app_id": "A0"}}


class SlackPeer:
    """Slack's two halves, with the frames of python-slack-sdk's own mock server."""

    def __init__(self) -> None:
        self.links: list[web.WebSocketResponse] = []
        self.acknowledged: list[Any] = []
        self.history: list[Any] = []
        self.site = ""
        self.app = "xapp-1"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SlackPeer"]:
        app = web.Application()
        app.add_routes(
            [
                web.post("/api/apps.connections.open", self.open),
                web.get("/api/conversations.history", self.told),
                web.get("/link/", self.link),
            ]
        )
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.site = f"127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def open(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.app}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return web.json_response({"ok": True, "url": f"ws://{self.site}/link/?ticket={len(self.links)}"})

    async def told(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer xoxb-2"
        found = [one for one in self.history if one["ts"] > request.query["oldest"]]
        return web.json_response({"ok": True, "messages": found[::-1], "has_more": False})

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        link = web.WebSocketResponse()
        await link.prepare(request)
        self.links.append(link)
        await link.send_json(SLACK_HELLO)
        async for message in link:
            self.acknowledged.append(json.loads(message.data))
        return link

    async def say(self, text: str, ts: str, user: str = "U222", heard: bool = True, **keys: Any) -> None:
        event = {"type": "message", "text": text, "user": user, "ts": ts, "team": "T111", "channel": "C111", "event_ts": ts}
        self.history.append(event)
        payload = {"team_id": "T111", "event": event, "type": "event_callback", "event_id": "Ev111"}
        if heard:
            await self.links[-1].send_json({"envelope_id": f"e{ts}", "payload": payload, "type": "events_api", **keys})
