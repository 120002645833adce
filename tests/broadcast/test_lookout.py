"""Looking on: in order, without holes and doubles, whatever the connection does."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.server import ServerConnection, serve

from companion.broadcast import lookout as lookouts
from companion.broadcast.lookout import HubLookout
from companion.broadcast.messages import VERSION, Checklist, Done, Line, Subscribe, Welcome, encode, from_peer
from companion.core.events import CallStarted, Nudged
from companion.core.record import Record
from companion.core.record import encode as as_line
from companion.core.seen import Away, Here, Missed, Over
from companion.errors import SourceError

Calls = Callable[..., Iterator[Record]]
Make = Callable[..., Any]


class Cable:
    """Leads connections to a port, and can be cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> "Cable":
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self.cut()

    async def cut(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there, out = await asyncio.open_connection("127.0.0.1", self._to)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(700):  # in the middle of things
                sink.write(data)
                await sink.drain()

        pumps = [asyncio.ensure_future(pump(reader, out)), asyncio.ensure_future(pump(there, writer))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            for one in pumps:
                one.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for one in (writer, out):
                one.transport.abort()


async def test_cut_again_and_again(hub: Make, watch: Make, call: Calls) -> None:
    sevens, eights = list(call("7", *["x" * 50] * 600)), list(call("8", *["y" * 50] * 600))
    async with hub() as house, Cable(house.port) as cable:
        sue = watch(cable.port)
        cuts = 0
        for number, both in enumerate(zip(sevens, eights, strict=True)):
            for record in both:
                house.write(record)
            if number % 60 == 30:
                await sue.until(lambda: len(sue.of(Here)) == cuts + 1)  # noqa: B023
                await cable.cut()
                cuts += 1
            if number % 20 == 0:
                await asyncio.sleep(0.01)
        await sue.sees(sevens)
        await sue.sees(eights)
        assert len(sue.of(Away)) == cuts == 10


async def test_what_is_followed_is_given_anew_and_found_again(hub: Make, watch: Make, call: Calls) -> None:
    records = list(call("7", "a", "b", "c"))
    async with hub() as house, Cable(house.port) as cable:
        for record in records[:2]:
            house.write(record)
        sue = watch(cable.port)
        await sue.sees(records[:2])
        await sue.lookout.follow("7")
        await sue.until(lambda: len(sue.records("7")) == 4)
        await cable.cut()
        house.write(records[2])
        await sue.until(lambda: len(sue.records("7")) == 5)
        house.level("7", "agent", 0.5)
        await sue.until(lambda: type(sue.seen[-1]).__name__ == "Level")
        await sue.lookout.leave("7")
        house.write(records[3])
        await sue.until(lambda: len(sue.records("7")) == 6)
        house.level("7", "agent", 0.6)
        house.clock("7", 9000)
        await sue.until(lambda: type(sue.seen[-1]).__name__ == "Clock")
        assert [record.seq for record in sue.records("7")] == [0, 1, 0, 1, 2, 3]


async def test_one_call_and_no_other(hub: Make, watch: Make, call: Calls) -> None:
    async with hub() as house, Cable(house.port) as cable:
        for name in ("7", "8"):
            for record in call(name):
                house.write(record)
        sue = watch(cable.port, every=False)
        await sue.lookout.follow("7")
        await sue.until(lambda: len(sue.records("7")) == 1)
        await cable.cut()
        await sue.until(lambda: len(sue.of(Here)) == 2)
        await sue.lookout.leave("7")
        house.write(list(call("7", "a"))[1])
        await sue.lookout.follow("8")
        await sue.until(lambda: len(sue.records("8")) == 1)
        assert [record.seq for record in sue.records("7")] == [0]


async def test_a_first_record_has_its_checklist(hub: Make, watch: Make, call: Calls) -> None:
    async with hub() as house:
        for record in call("7"):
            house.write(record)
        sue = watch(house.port)
        await sue.until(lambda: len(sue.records("7")) == 1)
        event = sue.records("7")[0].event
        assert isinstance(event, CallStarted)
        assert event.checklist["title"] == "Tiny"


async def test_a_certificate_of_ones_own(hub: Make, call: Calls, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    chain, key = certificate
    async with hub(certificate=chain, key=key) as house:
        for record in call("7"):
            house.write(record)
        with pytest.raises(SourceError, match="shows a certificate that is not trusted"):
            await anext(aiter(HubLookout(f"wss://127.0.0.1:{house.port}")))
        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
        lookout = HubLookout(f"wss://127.0.0.1:{house.port}")
        async for seen in lookout:
            if isinstance(seen, Record):
                await lookout.close()


async def test_nobody_there(watch: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SourceError, match="refuses the connection"):
            await watch(taken.getsockname()[1]).task


class TestActs:
    """What is done, when nothing answers."""

    async def test_while_away(self, hub: Make, watch: Make) -> None:
        async with hub() as house, Cable(house.port) as cable:
            sue = watch(cable.port)
            assert await sue.lookout.act("7", Nudged(text="x", by="")) == "not connected; try again when the hub is back"
            await sue.until(lambda: bool(sue.seen))
            await sue.close()
            assert "not connected" in await sue.lookout.act("7", Nudged(text="x", by=""))

    async def test_no_answer(self, watch: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        async with Odd() as odd:
            sue = watch(odd.port)
            await sue.until(lambda: bool(sue.seen))
            asking = asyncio.create_task(sue.lookout.act("7", Nudged(text="x", by="")))
            await odd.asked()
            await odd.say(Done(id=99))
            odd.hang_up()
            assert await asking == "the connection broke; whether it was done is not known"
            await sue.until(lambda: len(sue.of(Here)) == 2)
            monkeypatch.setattr(lookouts, "_ANSWER", 0.05)
            assert await sue.lookout.act("7", Nudged(text="x", by="")) == "the hub does not answer; whether it was done is not known"


class Odd:
    """A hub that says what a test wants."""

    def __init__(self) -> None:
        self.wishes: list[Any] = []
        self._connection: ServerConnection | None = None
        self._more = asyncio.Event()

    async def __aenter__(self) -> "Odd":
        self._server = await serve(self._talk, "127.0.0.1", 0)
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _talk(self, connection: ServerConnection) -> None:
        await connection.recv()
        self._connection = connection
        await connection.send(encode([Welcome(version=VERSION, role="supervisor", name="sue")]))
        with suppress(Exception):
            async for frame in connection:
                self.wishes += from_peer(frame)
                self._more.set()

    async def say(self, *messages: Any) -> None:
        assert self._connection is not None
        await self._connection.send(encode(messages))

    def hang_up(self) -> None:
        assert self._connection is not None
        self._connection.transport.abort()

    async def asked(self) -> None:
        """Until somebody wants more than to look on."""
        async with asyncio.timeout(20):
            while all(isinstance(wish, Subscribe) for wish in self.wishes):
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def odd_and_sue(watch: Make) -> AsyncIterator[tuple[Odd, Any]]:
    async with Odd() as odd:
        sue = watch(odd.port)
        await sue.until(lambda: bool(sue.seen))
        yield odd, sue


def sent(record: Record) -> Line:
    line = json.loads(as_line(record))
    if record.seq == 0:
        line["event"]["checklist"] = {"digest": line["event"]["digest"]}
    return Line(record=msgspec.Raw(json.dumps(line).encode()))


async def test_a_hub_that_counts_wrongly_is_asked_again(watch: Make, call: Calls) -> None:
    records = list(call("7", "a", "b", "c"))
    async with odd_and_sue(watch) as (odd, sue):
        await odd.say(
            Checklist(digest="x", value=msgspec.Raw(b"{}")), sent(records[0]), sent(records[1]), sent(records[0]), sent(records[2])
        )
        await sue.until(lambda: bool(sue.of(Away)))
        assert sue.of(Away) == [Away("call 7: record 2 comes where 1 is missing")]
        await sue.until(lambda: len(sue.of(Here)) == 2)
        async with asyncio.timeout(20):
            while len(odd.wishes) < 2:
                await asyncio.sleep(0.01)
        assert odd.wishes[1].resume["7"].next == 1
        await odd.say(sent(records[1]), Missed(call="7", since=2, until=3), sent(records[3]), Over(call="7"), sent(records[3]))
        await sue.until(lambda: bool(sue.of(Over)))
        assert [record.seq for record in sue.records("7")] == [0, 1, 0, 1, 3]


async def test_a_line_that_is_no_record(watch: Make, call: Calls) -> None:
    async with odd_and_sue(watch) as (odd, sue):
        await odd.say(Line(record=msgspec.Raw(b"{}")), Missed(call="8", since=0, until=1))
        await sue.until(lambda: bool(sue.of(Away)))
        assert sue.of(Away)[0].reason.startswith("not a journal record")
