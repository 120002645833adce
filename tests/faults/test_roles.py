"""Nobody can do more than their role may: each message of the hub's protocol, from each role, about calls of their own and of others.

The tables are written out by hand from docs/broadcast.md, so that a slip in the code's own table shows.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from companion.broadcast import messages, tokens
from companion.broadcast.hub import Hub
from companion.broadcast.messages import FromPeer, Role
from companion.core.events import AnyEvent
from companion.core.record import Record, encode
from tests.broadcast.conftest import RULES, call

__all__ = ["call"]

Calls = Callable[..., Iterator[Record]]

ROLES: dict[str, Role] = {"maria": "agent", "sue": "supervisor", "rob": "reader", "gate": "gateway", "other": "gateway"}
MARIAS, DANS, GATES = "marias", "dans", "gates"
"""Calls: of agent maria and of agent dan, both this hub's own; and one that the gateway `gate` brings."""

ACTS: dict[str, set[str]] = {
    "agent": {"marked", "prompt_dismissed", "quieted", "hold_began", "hold_ended", "bookmarked", "call_ended"},
    "supervisor": {"nudged", "acknowledged", "taken_over", "bookmarked", "marked", "quieted"},
    "reader": set(),
    "gateway": set(),
}
SEES: dict[str, set[str]] = {"agent": {MARIAS}, "supervisor": {MARIAS, DANS, GATES}, "reader": {MARIAS, DANS, GATES}, "gateway": set()}

STARTED = RULES.started(source="forged", began="2026-11-21T11:00:00Z", timed=True, speech=None)
BRINGS: dict[str, dict[str, Any]] = {
    "record": {"record": {"call": DANS, "seq": 0, "at": 0, "event": msgspec.to_builtins(STARTED)}},
    "checklist": {"digest": STARTED.digest, "value": STARTED.checklist},
    "partial": {"call": DANS, "partial": {"channel": "agent", "text": "forged", "start": 0, "end": 1}, "tentative": []},
    "level": {"call": DANS, "channel": "agent", "level": 1.0},
    "clock": {"call": DANS, "at": 99_000},
    "missed": {"call": DANS, "since": 0, "until": 9},
    "over": {"call": DANS},
    "done": {"id": 1, "refused": "forged"},
}
"""What only gateways say, each about somebody else's call."""

ASKS = {"hello", "subscribe", "unsubscribe", "act", "bye"}
"""What everybody may say; each has a test here."""


def sample(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """An event of that kind, as it travels, with somebody else as who does it."""
    values: dict[str, Any] = {"by": "forged", "state": "done", "channel": "agent", "speaker": "customer", "on": True, "timed": True}
    found: dict[str, Any] = {"type": kind.__struct_config__.tag}
    for field in msgspec.structs.fields(kind):
        plain = {int: 1, float: 1.0, str: "forged"}.get(field.type)
        found[field.encode_name] = values.get(field.name, plain)
    return found


EVENTS = {str(kind.__struct_config__.tag): sample(kind) for kind in get_args(AnyEvent)}


def events() -> dict[str, AnyEvent]:
    """The same, read."""
    return {kind: msgspec.convert(event, AnyEvent) for kind, event in EVENTS.items()}


class Peer:
    """Somebody with a token, who says whatever they like."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []
        self._coming: deque[dict[str, Any]] = deque()

    async def say(self, kind: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next message of that kind."""
        async with asyncio.timeout(30):
            while True:
                while not self._coming:
                    self._coming.extend(map(json.loads, str(await self.connection.recv()).splitlines()))
                self.heard.append(message := self._coming.popleft())
                if message["type"] == kind and fields.items() <= message.items():
                    return message

    async def act(self, name: str, event: dict[str, Any]) -> str:
        """Why it was refused, or an empty text."""
        number = len(self.heard)
        await self.say("act", id=number, call=name, event=event)
        return str((await self.until("done", id=number)).get("refused", ""))

    async def is_hung_up_on(self) -> int:
        """The close code, once all was said."""
        async with asyncio.timeout(30):
            self.heard += self._coming
            try:
                while True:
                    self.heard += map(json.loads, str(await self.connection.recv()).splitlines())
            except ConnectionClosed:
                return self.connection.close_code or 0

    @property
    def seen(self) -> set[str]:
        """The calls of which something came."""
        records = {message["record"]["call"] for message in self.heard if message["type"] == "record"}
        return records | {message["call"] for message in self.heard if message["type"] in ("partial", "level", "clock")}


class House:
    """A hub with three calls, and a token for each role."""

    def __init__(self, hub: Hub, keys: dict[str, str]) -> None:
        self.hub = hub
        self.keys = keys
        self.acted: list[tuple[str, AnyEvent]] = []

    async def act(self, name: str, event: AnyEvent) -> str:
        self.acted.append((name, event))
        return ""

    @asynccontextmanager
    async def peer(self, who: str, **hello: Any) -> AsyncIterator[Peer]:
        async with connect(f"ws://127.0.0.1:{self.hub.port}") as connection:
            peer = Peer(connection)
            await peer.say("hello", **{"version": 1, "role": ROLES[who], "token": self.keys[who], "name": "forged", **hello})
            await peer.until("welcome", role=ROLES[who], name=who)
            yield peer

    def state(self) -> dict[str, tuple[str, int, bool]]:
        """Whose each call is, how many records it has, and whether it is over."""
        return {entry.call: (entry.by, entry.count, entry.ended) for entry in self.hub.ledger}


@pytest.fixture
async def house(tmp_path: Path, call: Calls) -> AsyncIterator[House]:
    keys = {name: tokens.new(tmp_path / "tokens", name, role, "") for name, role in ROLES.items()}
    async with Hub("", 0, tokens=tmp_path / "tokens") as hub:
        found = House(hub, keys)
        hub.acts = found.act
        for record in (*call(MARIAS, "a", agent="Maria"), *call(DANS, "b", agent="dan")):
            hub.write(record)
        async with found.peer("gate") as gate:
            for record in call(GATES, "c", agent="tom"):
                await gate.connection.send(b'{"type":"record","record":' + encode(record) + b"}")
            async with found.peer("sue") as sue:  # once she has it, so has everybody
                await sue.say("subscribe", call=GATES)
                while len([message for message in sue.heard if message["type"] == "record"]) < 3:
                    await sue.until("record")
            yield found


def test_the_tables_are_complete() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in get_args(FromPeer)}
    assert kinds == set(BRINGS) | ASKS
    assert set(ACTS) == set(SEES) == set(get_args(Role))
    assert {event for may in ACTS.values() for event in may} < set(EVENTS)


@pytest.mark.parametrize("name", ["maria", "sue", "rob", "gate", "other"])
async def test_what_each_may_do_to_which_call(house: House, name: str) -> None:
    role = ROLES[name]
    for place, (kind, event) in product((MARIAS, DANS), EVENTS.items()):
        allowed = place in SEES[role] and kind in ACTS[role]
        before = len(house.acted)
        async with house.peer(name) as peer:  # a connection each: of one, 20 acts at once are taken
            refused = await peer.act(place, event)
        assert (refused == "") == allowed, (role, place, kind, refused)
        assert len(house.acted) - before == allowed, (role, place, kind)
        if allowed:
            done = house.acted[-1][1]
            assert getattr(done, "by", name) == name  # not who they said they are
            assert "forged" not in getattr(done, "reason", "")


@pytest.mark.parametrize("name", ["maria", "sue", "rob", "gate", "other"])
@pytest.mark.parametrize("wanted", ["*", MARIAS, DANS, GATES])
async def test_what_each_may_see(house: House, name: str, wanted: str) -> None:
    async with house.peer(name) as peer:
        await peer.say("subscribe", call=wanted, partials=True)
        await peer.say("subscribe", call=wanted, partials=True, resume={DANS: {"next": 1, "first": 0}, GATES: {"next": 2, "first": 0}})
        await peer.act("nowhere", EVENTS["quieted"])  # its answer comes after all that the hub had to say before
        expected = {seen for seen in SEES[ROLES[name]] if wanted in ("*", seen)}
        while not expected <= peer.seen:
            await peer.until("record")
        for place in (MARIAS, DANS):
            house.hub.level(place, "agent", 0.5)
            house.hub.clock(place, 5_000)
        await peer.act("nowhere", EVENTS["quieted"])
        assert peer.seen == expected
        await peer.say("unsubscribe", call=wanted)
        await peer.act("nowhere", EVENTS["quieted"])


@pytest.mark.parametrize("kind", sorted(BRINGS))
@pytest.mark.parametrize("name", ["maria", "sue", "rob", "other"])
async def test_only_gateways_bring_calls_and_none_those_of_another(house: House, name: str, kind: str) -> None:
    before = house.state()
    async with house.peer("sue") as sue:
        await sue.say("subscribe", call=DANS, partials=True)
        while len([message for message in sue.heard if message["type"] == "record"]) < 3:
            await sue.until("record")
        async with house.peer(name) as peer:
            for place in (MARIAS, DANS, GATES):
                about = json.loads(json.dumps(BRINGS[kind]).replace(f'"{DANS}"', f'"{place}"'))
                if name == "other" or place == MARIAS:
                    await peer.say(kind, **about)
            if name != "other" and kind != "missed":  # nothing comes of `missed`, whoever says it
                assert await peer.is_hung_up_on() == 1002
            else:
                assert await peer.act("nowhere", EVENTS["quieted"]) == "that call is not here, or not for you"
        count = len(sue.heard)
        await sue.act("nowhere", EVENTS["quieted"])
        assert [message["type"] for message in sue.heard[count:]] == ["done"]
    assert house.state() == before
    assert "forged" not in str([bytes(entry.lines(True).read(0, 1, 0)[0]) for entry in house.hub.ledger])


@pytest.mark.parametrize("name", ["maria", "sue", "rob", "gate"])
async def test_nobody_becomes_somebody_else(house: House, name: str) -> None:
    for role in get_args(Role):
        async with house.peer(name, role=role, name="sue"):
            pass  # the welcome said who they are by their token
    async with house.peer(name) as peer:
        await peer.say("hello", version=1, role="supervisor", token=house.keys["sue"], name="sue")
        assert await peer.is_hung_up_on() == 1002
    async with house.peer(name) as peer:
        await peer.say("bye", reason="forged")
        assert await peer.act("nowhere", EVENTS["quieted"])


@pytest.mark.parametrize("first", sorted((set(BRINGS) | ASKS) - {"hello"}))
async def test_without_a_token_nothing_is_answered(house: House, first: str) -> None:
    before = house.state()
    async with connect(f"ws://127.0.0.1:{house.hub.port}") as connection:
        peer = Peer(connection)
        await peer.say(first, **BRINGS.get(first, {"call": MARIAS, "id": 1, "event": EVENTS["marked"], "reason": ""}))
        assert await peer.is_hung_up_on() == 1002
    for token in ("", "x", house.keys["sue"] + "x"):
        async with connect(f"ws://127.0.0.1:{house.hub.port}") as connection:
            peer = Peer(connection)
            await peer.say("hello", version=1, role="supervisor", token=token, name="sue")
            await peer.say("subscribe")
            assert await peer.is_hung_up_on() == 1008
            assert [message["type"] for message in peer.heard] == ["bye"]
    assert house.state() == before
    assert house.acted == []


async def test_a_revoked_token_sees_nothing_more_and_does_nothing_more(house: House, tmp_path: Path, call: Calls) -> None:
    async with house.peer("sue") as sue:
        await sue.say("subscribe")
        await sue.until("record")
        tokens.revoke(tmp_path / "tokens", "sue")
        assert await sue.is_hung_up_on() == 1008
        assert sue.heard[-1] == {"type": "bye", "reason": "your token was revoked"}
    async with connect(f"ws://127.0.0.1:{house.hub.port}") as connection:
        again = Peer(connection)
        await again.say("hello", version=1, role="supervisor", token=house.keys["sue"], name="sue")
        assert await again.is_hung_up_on() == 1008
    assert messages.VERSION == 1  # the tables above are of this version
