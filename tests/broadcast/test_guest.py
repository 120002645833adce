"""What the hub does with whoever speaks wrongly, too fast, too slowly, or not at all; said by hand, over a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from companion.broadcast import guest as guests
from companion.broadcast.hub import Hub
from companion.broadcast.messages import (
    LONGEST_FRAME,
    VERSION,
    Act,
    Bye,
    Checklist,
    Done,
    FromHub,
    Hello,
    Line,
    Place,
    Subscribe,
    Unsubscribe,
    Welcome,
    encode,
    from_hub,
)
from companion.core.events import Nudged, Partial
from companion.core.record import Record
from companion.core.record import encode as as_line
from companion.core.seen import Clock, Glimpse, Notice, Over

Calls = Callable[..., Iterator[Record]]

GATEWAY = Hello(version=VERSION, role="gateway", name="gw")


@pytest.fixture
async def house(hub: Callable[..., Any]) -> AsyncIterator[Hub]:
    async with hub() as running:
        yield running


async def dial(house: Hub, *said: Any) -> ClientConnection:
    client = await connect(f"ws://127.0.0.1:{house.port}", ping_interval=None)
    if said:
        await client.send(encode(said))
    return client


async def last_words(client: ClientConnection) -> tuple[str, int | None, str]:
    """What the hub says as it hangs up: its `bye`, and the close frame."""
    bye = ""
    async with asyncio.timeout(20):
        try:
            while True:
                for message in from_hub(await client.recv()):
                    if isinstance(message, Bye):
                        bye = message.reason
        except ConnectionClosed:
            return bye, client.close_code, client.close_reason or ""


async def heard(client: ClientConnection, kind: type[FromHub]) -> Any:  # type: ignore[valid-type]
    """The next message of a kind."""
    async with asyncio.timeout(20):
        while True:
            for message in from_hub(await client.recv()):
                if isinstance(message, kind):
                    return message


def lines(records: Iterator[Record]) -> list[Any]:
    """A call as a gateway sends it."""
    messages: list[Any] = []
    for record in records:
        line = json.loads(as_line(record))
        if record.seq == 0:
            event = line["event"]
            messages.append(Checklist(digest=event["digest"], value=raw(event["checklist"])))
            event["checklist"] = {"digest": event["digest"]}
        messages.append(Line(record=raw(line)))
    return messages


def raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


class TestHello:
    """The first words."""

    @pytest.mark.parametrize(
        ("said", "code", "why"),
        [
            (b"nonsense", 1002, "not a message of this protocol: JSON is malformed"),
            (b"\x00\xff" * 100, 1002, "not a message of this protocol"),
            (encode([Subscribe()]), 1002, "somebody who does not say hello first"),
            (encode([Hello(version=VERSION + 1, role="reader")]), 1002, "version 2 of this protocol, where 1 is spoken; let both be of"),
            (b'{"type":"hello","version":1,"role":"king"}', 1002, "not a message of this protocol: Invalid enum value 'king'"),
        ],
    )
    async def test_wrong_ones(self, house: Hub, said: bytes, code: int, why: str) -> None:
        client = await dial(house)
        await client.send(said)
        bye, closed, reason = await last_words(client)
        assert closed == code
        assert bye.startswith(why)
        assert bye.startswith(reason[:100])

    async def test_none(self, house: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guests, "_HELLO", 0.1)
        assert await last_words(await dial(house)) == ("nothing said within 0.1 seconds", 1008, "nothing said within 0.1 seconds")
        client = await dial(house)
        await client.close()

    async def test_a_byte_at_a_time(self, house: Hub) -> None:
        hello = encode([Hello(version=VERSION, role="reader", name="slow")]).decode()
        client = await dial(house)
        await client.send(list(hello))
        assert await heard(client, Welcome) == Welcome(version=VERSION, role="reader", name="slow")

    async def test_names_are_harmless(self, house: Hub) -> None:
        client = await dial(house, Hello(version=VERSION, role="supervisor", name="\x1b]0;owned\x07 s\x1b[2Jue " + "x" * 200))
        welcome = await heard(client, Welcome)
        assert welcome.name == ("sue " + "x" * 200)[:100]
        nobody = await dial(house, Hello(version=VERSION, role="supervisor", name="\x1b[2J"))
        assert (await heard(nobody, Welcome)).name == "supervisor"

    @pytest.mark.parametrize("size", [LONGEST_FRAME + 1, 10_000_000])
    async def test_long_frames(self, house: Hub, size: int) -> None:
        client = await dial(house)
        with suppress(ConnectionClosed):
            await client.send("x" * size)
        assert (await last_words(client))[1] == 1009


class TestManners:
    """What somebody says later."""

    @pytest.mark.parametrize(
        "said", [Hello(version=VERSION, role="reader"), Over(call="7"), Clock(call="7", at=1), Done(id=1), Line(record=raw({}))]
    )
    async def test_what_is_not_for_them(self, house: Hub, said: Any) -> None:
        client = await dial(house, Hello(version=VERSION, role="supervisor"), said)
        bye, code, _ = await last_words(client)
        assert code == 1002
        assert bye in ("a second hello", "somebody who is no gateway and brings calls")

    async def test_too_many_frames(self, house: Hub) -> None:
        client = await dial(house, Hello(version=VERSION, role="supervisor"))
        for _ in range(400):
            await client.send(encode([Unsubscribe(call="7")]))
        bye, code, _ = await last_words(client)
        assert (bye, code) in [("too many frames a second", 1008), ("too many wishes a second", 1008)]
        client = await dial(house, Hello(version=VERSION, role="supervisor"), *[Unsubscribe(call="7")] * 40)
        for _ in range(400):
            await client.send(encode([Bye(reason="")]))
        assert (await last_words(client))[:2] == ("too many frames a second", 1008)

    async def test_whoever_never_reads(self, house: Hub) -> None:
        client = await dial(house, Hello(version=VERSION, role="supervisor"), Subscribe())
        await heard(client, Welcome)
        [guest] = house.guests
        guest.follower.overrun = True
        guest.follower.say(Notice(text="x"))
        assert (await last_words(client))[1:] == (1008, "you have not read for very long; come again")

    async def test_byes_are_let_pass(self, house: Hub) -> None:
        client = await dial(house, Hello(version=VERSION, role="supervisor"), Bye(reason="off"), Unsubscribe())
        await heard(client, Welcome)
        await client.close()


class TestGateways:
    """Calls that others bring."""

    async def test_calls_are_made_harmless(self, house: Hub, call: Calls) -> None:
        gateway = await dial(house, GATEWAY, *lines(call("7\x1b[2J", "one\x1b]52;c;aGk=\x07 two", agent="\u202emaria")))
        sue = await dial(house, Hello(version=VERSION, role="supervisor"), Subscribe())
        await heard(gateway, Welcome)
        seen: list[Any] = []
        while len(seen) < 3:
            seen += [message for message in from_hub(await sue.recv()) if isinstance(message, Line)]
        records = [json.loads(bytes(line.record)) for line in seen]
        assert [record["call"] for record in records] == ["7", "7", "7"]
        assert records[1]["event"]["agent"] == "maria"
        assert records[2]["event"]["text"] == "one two"

    async def test_what_cannot_be_taken_is_told_once(self, house: Hub, call: Calls) -> None:
        checklist, first, *rest = lines(call("7", "a", "b", "c"))
        gateway = await dial(house, GATEWAY, checklist, first, rest[1], rest[2], rest[0])
        notice = await heard(gateway, Notice)
        assert notice.text == "call 7: record 2 comes where 1 is missing"
        await gateway.send(encode([first, *rest, Clock(call="7", at=1), Clock(call="9", at=1)]))
        await gateway.send(encode(lines(call("8"))))
        await until(lambda: house.ledger.find("8") is not None)
        assert [entry.count for entry in house.ledger] == [4, 1]

    @pytest.mark.parametrize(
        ("line", "why"), [({"call": "7"}, "not a journal record"), ({"call": "7\x1b", "seq": "x"}, "not a journal record")]
    )
    async def test_what_is_no_record(self, house: Hub, line: Any, why: str) -> None:
        bye, code, _ = await last_words(await dial(house, GATEWAY, Line(record=raw(line))))
        assert code == 1002
        assert bye.startswith(why)

    @pytest.mark.parametrize("value", [b'{"a": "\xff"}', b"[" * 5000 + b"]" * 5000, b"{}"], ids=["no text", "deep", "another"])
    async def test_what_is_no_checklist(self, house: Hub, value: bytes) -> None:
        gateway = await dial(house, GATEWAY)
        await gateway.send(b'{"type":"checklist","digest":"x","value":' + value + b"}")
        bye, code, _ = await last_words(gateway)
        assert code == 1002
        assert bye

    async def test_too_many_that_cannot_be_taken(self, house: Hub, call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guests, "_REFUSED", 2)
        gateway = await dial(house, GATEWAY, *(lines(call(str(number), "a"))[2] for number in range(3)))
        assert (await last_words(gateway))[:2] == ("too many calls that cannot be taken", 1002)

    async def test_what_passes(self, house: Hub, call: Calls) -> None:
        gateway = await dial(house, GATEWAY, *lines(call("7")))
        sue = await dial(house, Hello(version=VERSION, role="supervisor"), Subscribe(partials=True))
        await heard(sue, Line)
        partial = Glimpse(call="7", partial=Partial(channel="agent", text="so", start=0.0, end=1.0))
        other = await dial(house, Hello(version=VERSION, role="gateway", name="other"), Clock(call="7", at=5000))
        await heard(other, Welcome)
        await gateway.send(encode([partial]))
        assert await heard(sue, Glimpse) == partial

    async def test_who_comes_back_is_told_what_is_here(self, house: Hub, call: Calls) -> None:
        sent = lines(call("7", "a"))
        gateway = await dial(house, GATEWAY, *sent)
        await until(lambda: house.ledger.find("7") is not None)
        await gateway.close()
        again = await dial(house, GATEWAY)
        entry = house.ledger.find("7")
        assert entry is not None
        assert await heard(again, Welcome) == Welcome(version=VERSION, role="gateway", name="gw", have={"7": Place(2, entry.first)})
        await again.send(encode([Over(call="7")]))
        await until(lambda: house.ledger.find("7") is None)

    async def test_acts(self, house: Hub, call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        gateway = await dial(house, GATEWAY, *lines(call("7")))
        sue = await dial(house, Hello(version=VERSION, role="supervisor", name="sue"), Subscribe())
        await heard(sue, Line)
        nudge = Act(id=5, call="7", event=Nudged(text="x", by=""))
        await sue.send(encode([nudge]))
        asked = await heard(gateway, Act)
        assert asked.event == Nudged(text="x", by="sue")
        await gateway.send(encode([Done(id=99), Done(id=asked.id, refused="no\x1b[2Jt now"), Done(id=asked.id)]))
        assert await heard(sue, Done) == Done(id=5, refused="not now")
        monkeypatch.setattr(guests, "_ANSWER", 0.05)
        await sue.send(encode([nudge]))
        assert await heard(sue, Done) == Done(id=5, refused="call 7: its gateway does not answer")
        monkeypatch.setattr(guests, "_ANSWER", 10.0)
        monkeypatch.setattr(guests, "_ASKED", 1)
        dan = await dial(house, Hello(version=VERSION, role="supervisor", name="dan"), nudge)
        await heard(gateway, Act)
        await heard(gateway, Act)
        await sue.send(encode([nudge]))
        assert await heard(sue, Done) == Done(id=5, refused="call 7: its gateway has too much to do; try again")
        await gateway.close()
        assert await heard(dan, Done) == Done(id=5, refused="the gateway is lost; try again when it is back")


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.01)
