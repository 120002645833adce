"""The network between gateways and NATS breaks while they take a call from one another: one journal comes of it."""

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from companion.broadcast import nats_link, nats_outgoing, nats_outlet, nats_takeover
from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import journal, recall
from companion.core.call import Call
from companion.core.events import AnyEvent, CallEnded, SourceBack, SourceLost, Utterance
from companion.core.record import Record, encode
from companion.core.replay import check
from companion.core.resume import resume
from companion.core.updates import CallClosed
from companion.errors import SinkError
from tests.broadcast.nats_server import NatsServer, Talk, Watch, needs_nats_server, server, until
from tests.faults.proxy import Proxy
from tests.faults.size import times

pytestmark = [needs_nats_server, pytest.mark.timeout(times(120, 1800))]
__all__ = ["server"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody gives up sooner."""
    monkeypatch.setattr(nats_takeover, "GONE_AFTER", 0.5)
    monkeypatch.setattr(nats_outgoing, "PATIENCE", 1.0)
    monkeypatch.setattr(nats_link, "PATIENCE", 1.0)
    monkeypatch.setattr(nats_link, "WAITS", (0.05,))
    monkeypatch.setattr(nats_outlet, "_AGAIN", 0.05)


class Gateway:
    """One that may have the call, behind a network of its own."""

    def __init__(self, outlet: NatsOutlet, network: Proxy) -> None:
        self.outlet = outlet
        self.network = network
        self.call: Call | None = None

    def write(self, *records: Record) -> None:
        """Pass records on; where the bus has given the call to another, it ends here."""
        try:
            for record in records:
                self.outlet.write(record)
        except SinkError:
            assert self.call is not None
            for record in self.call.receive(CallEnded(reason="another has it"), self.call.at):
                self.outlet.write(record)
            self.call = None

    def happen(self, event: AnyEvent) -> None:
        """Something happens in the call."""
        assert self.call is not None
        self.write(*self.call.receive(event, self.call.at + 500))

    async def take(self) -> None:
        """The phone system brings the call here."""
        if records := await recall(self.outlet, "42"):
            self.call, rest = resume(records)
            self.write(*records, *rest)
            for event in (SourceLost(reason="test"), SourceBack(gap=1.0)):
                if self.call is not None:
                    self.happen(event)


async def disturb(network: Proxy, chance: random.Random) -> None:
    """The network breaks, or falls silent, for a moment."""
    network.refuses = chance.random() < 0.3
    if chance.random() < 0.5:
        network.cut()
    else:
        network.fall_silent()
    await asyncio.sleep(chance.choice((0.02, 0.1, 0.8)))
    network.refuses = False
    network.recover()


@pytest.mark.parametrize("seed", range(1, times(3, 61)))
async def test_a_call_that_goes_to_and_fro_over_a_broken_network_has_one_writer(server: NatsServer, seed: int) -> None:
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        gateways = []
        for _ in range(2):
            network = await stack.enter_async_context(Proxy(server.port))
            outlet = await stack.enter_async_context(NatsOutlet(f"nats://127.0.0.1:{network.port}"))
            gateways.append(Gateway(outlet, network))
        talk = Talk("42")
        gateways[0].call = talk.call
        gateways[0].write(*talk.records)
        watch = Watch(aiter(NatsLookout(server.url)))
        disturbed: list[asyncio.Task[None]] = []
        for number in range(times(25, 80)):
            for gateway in gateways:
                if gateway.call is not None:
                    gateway.happen(Utterance(speaker="customer", text=f"number {number} never came", start=number, end=number + 0.4))
                elif chance.random() < 0.3:
                    await gateway.take()
            if chance.random() < 0.3:
                disturbed.append(asyncio.create_task(disturb(chance.choice(gateways).network, chance)))
            await asyncio.sleep(0.02)
        await asyncio.gather(*disturbed)
        for gateway in gateways:
            gateway.network.recover()
            await until(lambda gateway=gateway: gateway.outlet.link.is_up)
            await until(lambda gateway=gateway: all(call.is_settled or call.lost for call in gateway.outlet.calls.values()))
            if gateway.call is not None:
                gateway.happen(SourceLost(reason="the end"))  # whoever has lost the call learns it now
        while not (owners := [gateway for gateway in gateways if gateway.call is not None]):
            await gateways[0].take()
        assert len(owners) == 1
        owners[0].happen(CallEnded(reason="over"))
        await until(lambda: not owners[0].outlet.calls)
        found = await journal(owners[0].outlet.link, Entry(call="42", first=1))
        assert found is not None  # that is: numbered from 0 without a hole or a double
        assert check(found.records) == len(found.records)
        assert isinstance(found.records[-1].update, CallClosed)
        await watch.until(lambda: watch.count >= len(found.records))
        assert watch.records() == list(map(encode, found.records))
        await watch.stop()
