"""Screens and gateways on a bad network: each record once and in order, whatever the way to the hub does, and what is away is said."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from companion.broadcast.hub import Hub
from companion.broadcast.lookout import HubLookout
from companion.broadcast.outlet import HubOutlet
from companion.core.events import AnyEvent, Bookmarked
from companion.core.record import Record
from companion.core.seen import Away, Here, Missed
from companion.net import connection as connections
from companion.tui.app import CallApp
from companion.wiring.attaching import Seat
from tests.broadcast.nats_server import Talk, Watch
from tests.faults.proxy import Proxy
from tests.faults.size import times

pytestmark = pytest.mark.timeout(times(120, 1800))

LAG = times(0.05, 2.0)
CUTS = times(5, 200)
SLOW = pytest.mark.parametrize("slowness", times([{"lag": LAG, "sip": 64}], [{"lag": LAG}, {"sip": 1}]), ids=str)


@asynccontextmanager
async def watched(**network: Any) -> AsyncIterator[tuple[Hub, Proxy, Watch]]:
    """A hub, somebody who looks on, and the network between them."""
    async with Hub("", 0) as hub, Proxy(hub.port, **network) as between:
        watch = Watch(aiter(HubLookout(f"ws://127.0.0.1:{between.port}", waits=(0.02,))))
        try:
            yield hub, between, watch
        finally:
            await watch.stop()


@asynccontextmanager
async def brought(told: list[str], **network: Any) -> AsyncIterator[tuple[HubOutlet, Proxy, Watch]]:
    """A gateway, a hub elsewhere, and somebody who looks on there."""
    async with Hub("", 0) as hub, Proxy(hub.port, **network) as between:
        watch = Watch(aiter(HubLookout(f"ws://127.0.0.1:{hub.port}", waits=(0.02,))))
        try:
            async with HubOutlet(f"ws://127.0.0.1:{between.port}", name="gw", tell=told.append, waits=(0.02,)) as outlet:
                yield outlet, between, watch
        finally:
            await watch.stop()


def write(to: Hub | HubOutlet, records: list[Record]) -> None:
    """All of them."""
    for record in records:
        to.write(record)


async def whole(watch: Watch, talk: Talk) -> None:
    """Wait until the call is there; each record once, in its order, and as it is in the journal."""
    await watch.until(lambda: len(watch.records(talk.call.name)) >= len(talk.records))
    assert watch.records(talk.call.name) == talk.journal
    assert not any(isinstance(seen, Missed) for seen in watch.seen)


async def disturbed(to: Hub | HubOutlet, network: Proxy, watch: Watch, disturb: Callable[[int], Awaitable[None]], turns: int) -> None:
    """A call that goes on while its network is disturbed, so many times."""
    talk = Talk("42", agent="Anna")
    write(to, talk.records)
    for turn in range(turns):
        write(to, talk.say(3))
        await disturb(turn)
    write(to, talk.end())
    await whole(watch, talk)


def cuts(network: Proxy) -> Callable[[int], Awaitable[None]]:
    """Cuts the network after some more bytes, and waits for somebody to come back."""

    async def cut(turn: int) -> None:
        carried, dialled = network.carried, network.dialled
        await until(lambda: network.carried >= carried + turn * 997 % 3000)
        network.cut()
        await until(lambda: network.dialled > dialled)

    return cut


async def until(holds: Callable[[], object]) -> None:
    """Wait for it, or for nothing more to happen."""
    end = asyncio.get_running_loop().time() + times(0.3, 1.0)
    while not holds() and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.002)


async def nothing(turn: int) -> None:
    """No disturbance but the network's own."""


@SLOW
async def test_who_looks_on_over_a_slow_network_sees_it_all(slowness: dict[str, Any]) -> None:
    async with watched(**slowness) as (hub, network, watch):
        await disturbed(hub, network, watch, nothing, 5)
        assert network.dialled == 1


@SLOW
async def test_a_gateway_on_a_slow_network_passes_it_all_on(slowness: dict[str, Any]) -> None:
    async with brought([], **slowness) as (outlet, network, watch):
        await disturbed(outlet, network, watch, nothing, 5)
        assert network.dialled == 1


async def test_who_looks_on_is_cut_off_at_any_moment_and_has_each_record_once() -> None:
    async with watched() as (hub, network, watch):
        await disturbed(hub, network, watch, cuts(network), CUTS)
        assert network.dialled > CUTS / 2


async def test_a_gateway_is_cut_off_at_any_moment_and_the_hub_has_each_record_once() -> None:
    told: list[str] = []
    async with brought(told) as (outlet, network, watch):
        await disturbed(outlet, network, watch, cuts(network), CUTS)
        assert network.dialled > CUTS / 2
    assert any("trying again" in text for text in told)


async def test_what_is_lost_on_the_way_is_asked_for_again() -> None:
    async with watched(loss=0.0) as (hub, network, watch):
        talk = Talk("42")
        write(hub, talk.records)
        await whole(watch, talk)
        for _ in range(times(3, 100)):
            network.loss = 1.0
            lost = network.lost
            write(hub, talk.say())
            await watch.until(lambda lost=lost: network.lost > lost)
            network.loss = 0.0
            write(hub, talk.say())
            await whole(watch, talk)


@pytest.fixture
def pings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of life as often as a test has time for; in `make torture`, as often as they really are."""
    if (often := times(0.3, 0)) > 0:
        monkeypatch.setattr("companion.broadcast.hub._PING", often)
        monkeypatch.setattr("companion.broadcast.hub._PONG", often)
        monkeypatch.setattr(connections, "_CLOSE", 0.2)
        monkeypatch.setattr(connections, "_connect", partial(connections._connect, ping_interval=often, ping_timeout=often))


@pytest.mark.usefixtures("pings")
async def test_who_looks_on_while_the_network_falls_silent_is_told_and_misses_nothing() -> None:
    async with watched() as (hub, network, watch):
        talk = Talk("42")
        write(hub, talk.records)
        await whole(watch, talk)
        network.fall_silent()
        write(hub, talk.say(3))
        await patiently(lambda: any(isinstance(seen, Away) for seen in watch.seen))
        network.cut()
        network.recover()
        await whole(watch, talk)
        assert sum(isinstance(seen, Here) for seen in watch.seen) == 2


@pytest.mark.usefixtures("pings")
async def test_a_gateway_whose_network_falls_silent_says_so_and_loses_nothing() -> None:
    told: list[str] = []
    async with brought(told) as (outlet, network, watch):
        talk = Talk("42")
        write(outlet, talk.records)
        await whole(watch, talk)
        network.fall_silent()
        write(outlet, talk.say(3))
        await patiently(lambda: any("trying again" in text for text in told))
        network.cut()
        network.recover()
        write(outlet, talk.end())
        await whole(watch, talk)


async def patiently(holds: Callable[[], object]) -> None:
    """Wait for signs of life to be missed."""
    async with asyncio.timeout(times(60, 200)):
        while not holds():
            await asyncio.sleep(0.02)


async def test_a_screen_that_is_cut_off_says_so_and_goes_on_where_it_stood() -> None:
    async with Hub("", 0) as hub, Proxy(hub.port) as network:
        seat = Seat(HubLookout(f"ws://127.0.0.1:{network.port}", role="agent", name="Anna", waits=(0.05,)), None, "Anna")
        watching = asyncio.create_task(seat.watch())
        app = CallApp(act=seat.act, end=seat.end)
        await seat.sit(app)
        async with app.run_test():
            talk = Talk("42", agent="Anna")
            write(hub, [*talk.records, *talk.say(2)])
            await patiently(lambda: "42" in seat._rows)
            hub.clock("42", 1_000)  # as live calls do each second
            for turn in range(times(2, 30)):
                await patiently(lambda: app.snapshot.view.call == "42" and len(app.snapshot.view.rows) == len(said(talk)))
                network.refuses = True
                network.cut()
                await patiently(lambda: app.snapshot.away != "")
                write(hub, talk.say(2))
                network.refuses = False
                await patiently(lambda: len(app.snapshot.view.rows) == len(said(talk)))
                assert [row.text for row in app.snapshot.view.rows] == said(talk), turn
                assert app.snapshot.away == ""
        seat.leaving = True
        await seat.lookout.close()
        await watching


def said(talk: Talk) -> list[str]:
    """What was said in a call."""
    return [record.event.text for record in talk.records if hasattr(record.event, "text")]


async def test_what_an_agent_does_while_the_network_is_silent_is_not_called_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.broadcast.lookout._ANSWER", 0.3)
    done: list[AnyEvent] = []

    async def act(call: str, event: AnyEvent) -> str:
        done.append(event)
        return ""

    async with Hub("", 0, acts=act) as hub, Proxy(hub.port) as network:
        lookout = HubLookout(f"ws://127.0.0.1:{network.port}", role="agent", name="Anna", waits=(0.05,))
        watch = Watch(aiter(lookout))
        talk = Talk("42", agent="Anna")
        write(hub, talk.records)
        await whole(watch, talk)
        assert await lookout.act("42", Bookmarked(by="agent")) == ""
        network.fall_silent()
        assert await lookout.act("42", Bookmarked(by="agent")) == "the hub does not answer; whether it was done is not known"
        network.cut()
        await patiently(lambda: any(isinstance(seen, Away) for seen in watch.seen))
        assert len(done) == 1
        await watch.stop()
        await lookout.close()
