"""The bus and the database over a bad network: when it is over, each record is there once, and what was away has been said."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.core.seen import Away, Missed
from companion.sinks.database import Database
from companion.sinks.store import Store
from tests.broadcast.nats_server import NatsServer, Talk, Watch, needs_nats_server
from tests.broadcast.nats_server import server as nats
from tests.faults.proxy import Proxy
from tests.faults.size import times
from tests.sinks.databases import PASSWORD, PostgreSQL, call, postgresql, server

__all__ = ["nats", "postgresql", "server"]
pytestmark = pytest.mark.timeout(times(120, 1800))

SLOW = pytest.mark.parametrize(("lag", "sip"), times([(0.02, 64)], [(2.0, 0), (0.0, 1)]))
"""A network that becomes late, after it was quick to dial; and one that drips."""


# ── NATS ──


@asynccontextmanager
async def on_the_bus(nats: NatsServer, told: list[str], **network: Any) -> AsyncIterator[tuple[NatsOutlet, Proxy, Watch, Talk]]:
    """A gateway with a call and somebody who has seen it begin, both behind the same network."""
    async with Proxy(nats.port, **network) as between:
        url = f"nats://127.0.0.1:{between.port}"
        async with NatsOutlet(url, tell=told.append) as outlet:
            watch = Watch(aiter(NatsLookout(url)))
            talk = Talk("42", agent="Anna")
            try:
                write(outlet, talk.records)
                await whole(watch, talk)
                yield outlet, between, watch, talk
            finally:
                await watch.stop()


async def whole(watch: Watch, talk: Talk) -> None:
    """Wait until the call is there; each record once, in its order, and as it is in the journal."""
    await patiently(lambda: len(watch.records(talk.call.name)) >= len(talk.records))
    assert watch.records(talk.call.name) == talk.journal
    assert not any(isinstance(seen, Missed) for seen in watch.seen)


async def patiently(holds: Callable[[], object]) -> None:
    """Wait for it."""
    async with asyncio.timeout(times(60, 300)):
        while not holds():
            await asyncio.sleep(0.01)


def write(outlet: NatsOutlet, records: list[Any]) -> None:
    """All of them."""
    for record in records:
        outlet.write(record)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bus is missed as soon as a test has time for it; in `make torture`, as soon as it really is."""
    monkeypatch.setattr("companion.broadcast.nats_link._PING", times(0.3, 5))
    for place in ("nats_link.PATIENCE", "nats_outgoing.PATIENCE", "nats_reader.PATIENCE"):
        monkeypatch.setattr(f"companion.broadcast.{place}", times(1, 5))
    monkeypatch.setattr("companion.broadcast.nats_link.WAITS", (0.05,))


@needs_nats_server
@SLOW
async def test_a_bus_whose_network_is_slow_has_it_all(nats: NatsServer, lag: float, sip: int) -> None:
    told: list[str] = []
    async with on_the_bus(nats, told, sip=sip) as (outlet, network, watch, talk):
        network.lag = lag
        for _ in range(5):
            write(outlet, talk.say(2))
            await asyncio.sleep(0.02)
        write(outlet, talk.end())
        await whole(watch, talk)
        assert (network.dialled, [text for text in told if "broke" in text]) == (2, [])


@needs_nats_server
@pytest.mark.usefixtures("hasty")
async def test_a_bus_whose_network_is_cut_at_any_moment_has_each_record_once(nats: NatsServer) -> None:
    told: list[str] = []
    async with on_the_bus(nats, told) as (outlet, network, watch, talk):
        for turn in range(times(3, 200)):
            carried = network.carried
            write(outlet, talk.say(3))
            end = time.monotonic() + 0.5
            while network.carried < carried + turn * 1499 % 9000 and time.monotonic() < end:
                await asyncio.sleep(0)
            network.cut()
        write(outlet, talk.end())
        await whole(watch, talk)
    assert "the connection broke off; records wait here until it is back" in told[0]
    assert any(isinstance(seen, Away) for seen in watch.seen)


@needs_nats_server
@pytest.mark.usefixtures("hasty")
async def test_a_bus_whose_network_falls_silent_is_noticed_and_misses_nothing(nats: NatsServer) -> None:
    told: list[str] = []
    async with on_the_bus(nats, told) as (outlet, network, watch, talk):
        network.fall_silent()
        write(outlet, talk.say(3))
        await patiently(lambda: told and any(isinstance(seen, Away) for seen in watch.seen))
        network.cut()
        network.recover()
        write(outlet, talk.end())
        await whole(watch, talk)


# ── PostgreSQL ──


@contextmanager
def network(port: int, **options: Any) -> Iterator[tuple[Proxy, asyncio.AbstractEventLoop]]:
    """A network with a loop of its own: whoever talks to a database waits for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    proxy = Proxy(port, **options)
    try:
        asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result()
        yield proxy, loop
    finally:
        asyncio.run_coroutine_threadsafe(proxy.__aexit__(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def stored(postgresql: PostgreSQL) -> dict[str, list[int]]:
    """The numbers of all records stored, by call, asked for on a way of our own."""
    found: dict[str, list[int]] = {}
    store = Store(postgresql.url, PASSWORD)
    for name, seq, *_ in list(store.rows("records"))[1:]:
        found.setdefault(name, []).append(seq)
    store.close()
    return found


def behind(postgresql: PostgreSQL, proxy: Proxy) -> Store:
    """The database, dialled through the network."""
    return Store(postgresql.url.replace(f":{postgresql.port}/", f":{proxy.port}/"), PASSWORD)


@SLOW
def test_a_database_whose_network_is_slow_has_it_all(postgresql: PostgreSQL, lag: float, sip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.sinks.database._SEEN_OFF", 120.0)  # late is not away, and nobody hurries us to leave
    told: list[str] = []
    records = call("42", turns=5)
    with network(postgresql.port, sip=sip) as (proxy, _), Database(behind(postgresql, proxy), told.append) as database:
        proxy.lag = lag
        for record in records:
            database.write(record)
    assert stored(postgresql) == {"42": list(range(len(records)))}
    assert told == []


def test_a_database_whose_network_is_cut_at_any_moment_has_each_record_once(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.sinks.database._GATHERED", 0.01)
    told: list[str] = []
    calls = [call(str(number), turns=3) for number in range(times(4, 200))]
    with network(postgresql.port) as (proxy, loop), Database(behind(postgresql, proxy), told.append) as database:
        for number, records in enumerate(calls):
            carried = proxy.carried
            for record in records:
                database.write(record)
            end = time.monotonic() + 0.5
            while proxy.carried < carried + number * 1499 % 12000 and time.monotonic() < end:
                time.sleep(0.0005)
            loop.call_soon_threadsafe(proxy.cut)
    assert stored(postgresql) == {str(number): list(range(len(records))) for number, records in enumerate(calls)}
    assert any("their records wait until it is there again" in text for text in told)


def test_a_database_whose_network_falls_silent_holds_no_call_up_and_has_it_all_when_it_is_back(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("companion.sinks.database._SEEN_OFF", times(0.5, 10.0))
    first, second = call("1"), call("2")
    with network(postgresql.port) as (proxy, loop), Database(behind(postgresql, proxy), told.append) as database:
        for record in first:
            database.write(record)
        while "1" not in stored(postgresql):
            time.sleep(0.02)
        loop.call_soon_threadsafe(proxy.fall_silent)
        for record in second:
            database.write(record)
            time.sleep(times(0.05, 1.0))
        assert any("does not answer" in text for text in told)
        monkeypatch.setattr("companion.sinks.database._SEEN_OFF", 60.0)  # nobody hurries us to leave
        loop.call_soon_threadsafe(proxy.cut)
        loop.call_soon_threadsafe(proxy.recover)
    assert stored(postgresql) == {"1": list(range(len(first))), "2": list(range(len(second)))}
