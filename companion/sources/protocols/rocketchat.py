"""Rocket.Chat's realtime API (DDP), and its REST API for what was missed. Sans I/O.

After Rocket.Chat's documentation. The realtime calls for a room's history are gone from version 9 on; `chat.syncMessages` is there since 1.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from companion.core.events import Channel
from companion.sources.protocols.dialect import inner, read, word
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Over, Redial, Refused, Said, Say, Typing, when

CONNECT = '{"msg": "connect", "version": "1", "support": ["1"]}'
"""What a client says first."""

MINE = "__my_messages__"
"""The room that stands for all rooms of the user."""

PATIENCE = 10.0
"""Seconds for the answers to the login and the subscription."""

OLD = 60.0
"""Seconds between a message's writing and its last change from which on it is an old one that was changed: a reaction, a read receipt."""

_LOGIN, _MESSAGES, _ACTIVITY = "login", "messages", "activity"
_ROOMS = 500  # whose customers' names are kept


class RocketChat:
    """One room, or all of the user's.

    Args:
        site: the installation, such as `https://chat.example.org`.
        room: the room's id, or `MINE`.
        token: the user's login token.
        agents: users, by name or id, who are agents beside the user themselves.
    """

    def __init__(self, site: str, room: str, token: str, agents: tuple[str, ...] = ()) -> None:
        self.address = f"ws{site.removeprefix('http')}/websocket"
        self._site = site
        self._room = room
        self.token = token
        """The same; may be replaced by a new one."""
        self._agents = {name.casefold() for name in agents}
        self._user = ""
        self._asked: float | None = None
        self._customers: OrderedDict[str, str] = OrderedDict()

    def enter(self) -> Ask | None:
        """Nothing has to be asked."""
        self._asked = None
        return None

    def receive(self, message: str | bytes, now: float) -> list[Act]:
        """What a message means.

        Raises:
            PeerError: it is no JSON object.
        """
        found = read(message)
        match found.get("msg"):
            case "connected":
                self._asked = now
                return [_say("method", id=_LOGIN, method="login", params=[{"resume": self.token}])]
            case "failed":
                return [Refused("asks for another version of DDP; check that this is Rocket.Chat's address")]
            case "ping":
                return [_say("pong", **({"id": found["id"]} if isinstance(found.get("id"), str) else {}))]
            case "result" if found.get("id") == _LOGIN:
                return self._login(found)
            case "ready" if isinstance(found.get("subs"), list) and _MESSAGES in found["subs"]:
                self._asked = None
                return [Joined()]
            case "nosub" if found.get("id") == _MESSAGES:
                why = word(inner(found, "error").get("reason")) or "no reason given"
                return [Refused(f"does not let us into the room ({why}); check the room's id, and that you are a member")]
            case "changed":
                return self._changed(found.get("collection"), inner(found, "fields"))
        return []

    def answer(self, ask: Ask, status: int, body: Any) -> list[Act]:
        """The messages that were missed, oldest first; one that was changed since is taken as it is now."""
        result = inner(body, "result") if isinstance(body, dict) else {}
        messages = result.get("updated")
        if status != 200 or not isinstance(messages, list):
            return [Odd(f"HTTP status {status} for {ask.about}; they are not known")]
        since = when(ask.query["lastUpdate"]) or 0.0
        timed = [(time, message) for message in messages if isinstance(message, dict) and (time := when(message.get("ts"))) is not None]
        return [act for time, message in sorted(timed, key=lambda pair: pair[0]) if time >= since for act in self._message(message)]

    def tick(self, now: float) -> list[Act]:
        """Login and subscription are answered in time, or not at all."""
        if self._asked is None or now - self._asked < PATIENCE:
            return []
        self._asked = None
        return [Redial("does not answer the login")]

    def missed(self, last: Mapping[str, Said]) -> list[Ask]:
        """What changed in each room since the newest message that is known."""
        headers = {"X-Auth-Token": self.token, "X-User-Id": self._user}
        url = f"{self._site}/api/v1/chat.syncMessages"
        return [
            Ask(url=url, headers=headers, query={"roomId": room, "lastUpdate": since}, about=f"missed messages of room {word(room)}")
            for room, said in last.items()
            if (since := _iso(said.time)) is not None
        ]

    def _login(self, found: dict[str, Any]) -> list[Act]:
        error = inner(found, "error")
        if error:
            why = word(error.get("reason")) or "no reason given"
            if error.get("error") in (401, 403):
                return [Refused(f"refuses the token ({why}); put a new one into the file")]
            return [Redial(f"does not log us in ({why})")]
        self._user = word(inner(found, "result").get("id"))
        subscribed: list[Act] = [_say("sub", id=_MESSAGES, name="stream-room-messages", params=[self._room, False])]
        if self._room != MINE:
            subscribed.append(_say("sub", id=_ACTIVITY, name="stream-notify-room", params=[f"{self._room}/user-activity", False]))
        return subscribed

    def _changed(self, collection: Any, fields: dict[str, Any]) -> list[Act]:
        args = fields.get("args")
        if not isinstance(args, list) or not args:
            return []
        if collection == "stream-room-messages" and isinstance(args[0], dict):
            message: dict[str, Any] = args[0]
            time, changed = when(message.get("ts")), when(message.get("_updatedAt"))
            if message.get("editedAt") or (time is not None and changed is not None and changed - time > OLD):
                return []
            return self._message(message)
        # Whoever types is told by name, agents too; who the customer is, is known from what they wrote.
        customer = self._customers.get(self._room)
        if collection == "stream-notify-room" and len(args) > 1 and isinstance(args[1], list) and customer and word(args[0]) == customer:
            return [Typing(call=self._room, on="user-typing" in args[1])]
        return []

    def _message(self, message: dict[str, Any]) -> list[Act]:
        room, number, text = word(message.get("rid")), word(message.get("_id")), message.get("msg")
        if not room or not number or not isinstance(text, str) or self._room not in (MINE, room):
            return []
        if message.get("t"):
            return [Over(call=room, reason="closed")] if message["t"] == "livechat-close" else []
        if message.get("bot"):
            return []
        writer = inner(message, "u")
        user, login = word(writer.get("_id")), word(writer.get("username"))
        ours = user != "" and user == self._user
        speaker: Channel = "agent" if ours or {user.casefold(), login.casefold()} & self._agents else "customer"
        if speaker == "customer":
            self._customers[room] = login
            self._customers.move_to_end(room)
            if len(self._customers) > _ROOMS:
                self._customers.popitem(last=False)
        name = word(writer.get("name")) or login
        return [Said(call=room, id=number, speaker=speaker, text=text, time=when(message.get("ts")), name=name)]


def _say(msg: str, **more: Any) -> Say:
    return Say(json.dumps({"msg": msg, **more}))


def _iso(time: float | None) -> str | None:
    try:
        return None if time is None else datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None
