"""Showing calls at a hub elsewhere, which may come late, go, and come back."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.broadcast import outlet as outlets
from companion.broadcast import tokens
from companion.broadcast.hub import Hub
from companion.broadcast.outlet import HubOutlet
from companion.core.events import AnyEvent, Nudged, Partial, SinkFailed
from companion.core.record import Record
from companion.core.seen import Away
from companion.errors import SinkError

Calls = Callable[..., Iterator[Record]]
Make = Callable[..., Any]


def outlet(port: int, token: str = "", **options: Any) -> HubOutlet:
    return HubOutlet(f"ws://127.0.0.1:{port}", name="gw", token=lambda: token, waits=(0.05,), **options)


async def test_calls_are_shown_and_acted_on(hub: Make, watch: Make, call: Calls) -> None:
    acted: list[Any] = []

    async def act(call: str, event: AnyEvent) -> str:
        acted.append((call, event))
        return "not now" if len(acted) > 1 else ""

    records = list(call("7", "a", "b"))
    async with hub() as house, outlet(house.port, acts=act) as gateway:
        sue = watch(house.port, name="sue")
        for record in records:
            gateway.write(record)
        await sue.sees(records)
        await sue.lookout.follow("7")
        await sue.until(lambda: len(sue.records("7")) == 6)
        gateway.glimpse("7", Partial(channel="agent", text="so", start=0.0, end=1.0), ())
        gateway.level("7", "agent", 0.5)
        gateway.clock("7", 4000)
        gateway.clock("8", 4000)
        gateway.level("8", "agent", 0.5)
        gateway.glimpse("8", Partial(channel="agent", text="so", start=0.0, end=1.0), ())
        await sue.until(lambda: type(sue.seen[-1]).__name__ == "Clock")
        assert [type(seen).__name__ for seen in sue.seen[-3:]] == ["Glimpse", "Level", "Clock"]
        nudge = Nudged(text="x", by="")
        assert await sue.lookout.act("7", nudge) == ""
        assert await sue.lookout.act("7", nudge) == "not now"
        assert acted[0] == ("7", Nudged(text="x", by="sue"))
        gateway.acts = None
        assert await sue.lookout.act("7", nudge) == "call 7 takes no acts"


async def test_a_hub_that_comes_late(hub: Make, watch: Make, call: Calls, unused_tcp_port: int) -> None:
    told: list[str] = []
    records = list(call("7", "a", ended=True))
    async with outlet(unused_tcp_port, tell=told.append) as gateway:
        for record in records:
            gateway.write(record)
        await until(lambda: bool(told))
        async with hub(unused_tcp_port) as house:
            sue = watch(house.port)
            await sue.sees(records)
    name = f"hub ws://127.0.0.1:{unused_tcp_port}"
    assert told[0] == f"{name}: refuses the connection; check the address, and that it is on; trying again"
    assert f"{name}: calls are shown there" in told


async def test_a_hub_that_stays_away_is_told_once(hub: Make, unused_tcp_port: int) -> None:
    told: list[str] = []
    name = f"hub ws://127.0.0.1:{unused_tcp_port}"
    async with HubOutlet(f"ws://127.0.0.1:{unused_tcp_port}", waits=(0.01,), tell=told.append):
        await until(lambda: bool(told))
        await asyncio.sleep(0.1)  # several tries
        assert told == [f"{name}: refuses the connection; check the address, and that it is on; trying again"]
        for _ in range(2):
            told.clear()
            async with hub(unused_tcp_port):
                await until(lambda: bool(told))
            await until(lambda: len(told) == 3)
            await asyncio.sleep(0.1)
            assert told[0] == f"{name}: calls are shown there"
            assert told[2] == f"{name}: refuses the connection; trying again"
            assert len(told) == 3


async def test_a_token_that_is_no_gateways_is_of_no_use(hub: Make, call: Calls, tmp_path: Path) -> None:
    told: list[str] = []
    token = tokens.new(tmp_path / "tokens", "rita", "reader", "")
    async with hub(tokens=tmp_path / "tokens") as house, outlet(house.port, token=token, tell=told.append) as gateway:
        await until(lambda: bool(told))
        with pytest.raises(SinkError, match=r"that token is for a reader; ask for a gateway's; nobody else sees this call$"):
            gateway.write(next(call("7")))
    assert [text for text in told if "trying again" in text] == []


async def test_a_hub_that_is_killed_and_started_again(hub: Make, watch: Make, call: Calls) -> None:
    records = list(call("7", *["x"] * 300))
    async with hub() as house:
        port = house.port
        gateway = await outlet(port).__aenter__()
        for record in records[:100]:
            gateway.write(record)
        sue = watch(port)
        await sue.sees(records[:100])
        for guest in list(house.guests):
            guest.connection.transport.abort()
    for record in records[100:200]:
        gateway.write(record)
    await sue.until(lambda: bool(sue.of(Away)))
    async with hub(port) as house:
        for record in records[200:]:
            gateway.write(record)
        dan = watch(port)
        await dan.sees(records)
        await sue.until(lambda: bool(sue.records("7")) and sue.records("7")[-1].seq == 300)
        late = sue.records("7")[100:]
        assert [record.seq for record in late] in (list(range(100, 301)), list(range(301)))
    await gateway.__aexit__()


HUB = """
import asyncio, sys
from companion.broadcast.hub import Hub

async def main():
    async with Hub("", int(sys.argv[1])):
        print("here", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


async def hub_process(port: int) -> asyncio.subprocess.Process:
    """A hub in a process of its own, that listens."""
    started = await asyncio.create_subprocess_exec(sys.executable, "-c", HUB, str(port), stdout=asyncio.subprocess.PIPE)
    assert started.stdout is not None
    assert await started.stdout.readline() == b"here\n"
    return started


async def test_a_hub_that_is_killed_in_mid_call(watch: Make, call: Calls, unused_tcp_port: int) -> None:
    records = list(call("7", *["x" * 50] * 500, ended=True))
    first = await hub_process(unused_tcp_port)
    async with outlet(unused_tcp_port) as gateway:
        for record in records[:250]:
            gateway.write(record)
        sue = watch(unused_tcp_port)
        await sue.until(lambda: len(sue.records("7")) > 0)
        first.kill()
        await first.wait()
        for record in records[250:400]:
            gateway.write(record)
        await sue.until(lambda: bool(sue.of(Away)))
        second = await hub_process(unused_tcp_port)
        for record in records[400:]:
            gateway.write(record)
        dan = watch(unused_tcp_port)
        await dan.sees(records)
        await sue.until(lambda: sue.records("7")[-1].seq == len(records) - 1)
        begun = [number for number, seen in enumerate(sue.records("7")) if seen.seq == 0][-1]
        assert [seen.seq for seen in sue.records("7")[begun:]] == list(range(len(records)))
    second.kill()
    await second.wait()


async def test_a_connection_that_breaks_costs_nothing(hub: Make, watch: Make, call: Calls) -> None:
    records = list(call("7", *["x" * 30] * 400))
    async with hub() as house, outlet(house.port) as gateway:
        sue = watch(house.port)
        for number, record in enumerate(records):
            gateway.write(record)
            if number % 50 == 25:
                await asyncio.sleep(0.03)
                for guest in list(house.guests):
                    if guest.who.role == "gateway":
                        guest.connection.transport.abort()
        await sue.sees(records)


async def test_what_is_left_is_passed_on_at_the_end(hub: Make, watch: Make, call: Calls) -> None:
    records = list(call("7", *["x" * 100] * 5000, ended=True))
    async with hub() as house:
        sue = watch(house.port)
        async with outlet(house.port) as gateway:
            for record in records:
                gateway.write(record)
            gateway.close()
        await sue.sees(records)
    await outlet(1).__aexit__()


async def test_words_that_stay_here(hub: Make, watch: Make, call: Calls) -> None:
    async with hub() as house, outlet(house.port, words=False) as gateway:
        for record in call("7", "secret words", agent="maria"):
            gateway.write(record)
        for role in ("supervisor", "agent"):
            one = watch(house.port, role=role, name="maria")
            await one.until(lambda one=one: len(one.records("7")) == 3)
            assert one.records("7")[-1].event.text == "······ ·····"


async def test_turned_away(hub: Make, call: Calls, tmp_path: Path) -> None:
    told: list[str] = []
    tokens.new(tmp_path / "tokens", "gw", "gateway", "")
    async with hub(tokens=tmp_path / "tokens") as house, outlet(house.port, token="wrong", tell=told.append) as gateway:
        await until(lambda: bool(told))
        name = f"hub ws://127.0.0.1:{house.port}"
        assert told == [f"{name}: no such token, or it was revoked; ask for another; nobody else sees the calls"]
        for record in call("7"):
            with pytest.raises(SinkError, match="no such token, or it was revoked; ask for another; nobody else sees this call"):
                gateway.write(record)
        gateway.write(Record(call="7", seq=1, at=0, event=SinkFailed(sink="x", reason="y")))


async def test_turned_away_until_the_token_is_replaced(hub: Make, watch: Make, call: Calls, tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "tokens"
    given = ["wrong"]
    sue = tokens.new(path, "sue", "supervisor", "")
    async with (
        hub(tokens=path) as house,
        HubOutlet(f"ws://127.0.0.1:{house.port}", waits=(0.05,), token=lambda: given[0], tell=told.append) as gateway,
    ):
        await until(lambda: bool(told))
        records = list(call("7", "hello"))
        with pytest.raises(SinkError, match="nobody else sees this call"):
            gateway.write(records[0])
        given[0] = tokens.new(path, "gw", "gateway", "")
        await until(lambda: len(told) == 2)
        for record in records[1:]:
            gateway.write(record)
        one = watch(house.port, token=sue)
        await one.until(lambda: len(one.records("7")) == len(records))
    assert told[1].endswith("calls are shown there")


async def test_a_second_refusal_of_the_same_call_is_told_too(hub: Make, call: Calls, tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "tokens"
    given = [tokens.new(path, "gw", "gateway", "")]
    records = call("7", "a", "b", "c", "d")
    async with (
        hub(tokens=path) as house,
        HubOutlet(f"ws://127.0.0.1:{house.port}", waits=(0.01,), token=lambda: given[0], tell=told.append) as gateway,
    ):
        for _ in range(2):
            await until(lambda: gateway._here.is_set())
            good, given[0] = given[0], "wrong"
            for guest in list(house.guests):
                guest.connection.transport.abort()
            await until(lambda: bool(gateway._turned_away))
            with pytest.raises(SinkError, match="nobody else sees this call"):
                gateway.write(next(records))
            gateway.write(next(records))
            given[0] = good


async def test_a_name_that_is_taken_is_told(hub: Make, call: Calls) -> None:
    told: list[str] = []
    async with hub() as house:
        for record in call("7", "a"):
            house.write(record)
        async with outlet(house.port, tell=told.append) as gateway:
            for record in call("7", "b"):
                gateway.write(record)
            await until(lambda: len(told) == 2)
        assert told[1].endswith("call 7: another gateway has a call of that name; it is not shown here")


async def test_little_is_kept_for_a_hub_that_is_away(call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "MEMORY", 20_000)
    async with asyncio.timeout(20):
        gateway = await outlet(1).__aenter__()
        for number in range(100):
            for record in call(str(number), "x" * 1000, ended=True):
                gateway.write(record)
        assert sum(entry.size for entry in gateway._ledger) <= 20_000
        monkeypatch.setattr(outlets, "_LAST", 0.05)
        await gateway.__aexit__()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.01)


async def test_leaving_may_be_cancelled_and_leaves_nothing_running(unused_tcp_port: int) -> None:
    gateway = outlet(unused_tcp_port)
    await gateway.__aenter__()
    going = gateway._going
    leaving = asyncio.create_task(gateway.__aexit__(None, None, None))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert going is not None
    assert going.done()


async def test_a_hub_of_ours_is_an_outlet_too() -> None:
    assert {name for name in vars(HubOutlet) if not name.startswith("_")} - {"name"} <= set(vars(Hub)) | {"acts"}
