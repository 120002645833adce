"""Calls whose gateway was killed, hangs, or is alive after all; the gateways here are processes of their own."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import entries, journal
from companion.core.events import SourceBack, SourceLost, Utterance
from companion.core.record import Record
from companion.core.replay import check
from companion.core.updates import CallClosed
from tests.broadcast.nats_server import NatsServer, Watch, needs_nats_server, server

pytestmark = needs_nats_server
__all__ = ["server"]


class Gateway:
    """One that is a process."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "tests.broadcast.nats_gateway", url]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self, *texts: str) -> None:
        """The customer says something."""
        assert self.process.stdin is not None
        for text in texts:
            self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def end(self) -> str:
        """The call ends; what was printed."""
        return self.process.communicate(timeout=30)[0]

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        self.process.send_signal(number)


@pytest.fixture
def gateways(server: NatsServer) -> Iterator[list[Gateway]]:
    """Two of them."""
    found = [Gateway(server.url), Gateway(server.url)]
    yield found
    for gateway in found:
        gateway.process.kill()
        gateway.process.wait()


async def stored(url: str, call: str = "42") -> list[Record]:
    """What the server has of a call, ended or not."""
    async with NatsOutlet(url) as outlet:
        found = await journal(outlet.link, Entry(call=call, first=1))
        return list(found.records) if found else []


def said(records: list[Record]) -> list[str]:
    """The texts of a call."""
    return [record.event.text for record in records if isinstance(record.event, Utterance)]


async def test_a_gateway_that_is_killed_in_the_middle_of_a_call_is_replaced(server: NatsServer) -> None:
    first = Gateway(server.url)
    watch: Watch | None = None
    try:
        first.hear("the parcel never came", "i want your manager")
        async with NatsOutlet(server.url) as outlet:
            await asyncio.to_thread(lambda: [first.process.stdout.readline() for _ in range(6)])
            while len(said(await stored(server.url))) < 2:
                await asyncio.sleep(0.05)
            watch = Watch(aiter(NatsLookout(server.url)))
            await watch.until(lambda: len(said([seen for seen in watch.seen if isinstance(seen, Record)])) == 2)
            first.send(signal.SIGKILL)
            first.process.wait()
            assert [entry.call for entry in await entries(outlet.link)] == ["42"]
        second = Gateway(server.url)
        second.hear("hello?", "are you there?")
        printed = await asyncio.to_thread(second.end)
        assert "another" not in printed
        records = await stored(server.url)
        assert said(records) == ["the parcel never came", "i want your manager", "hello?", "are you there?"]
        assert check(records) == len(records)
        assert isinstance(records[-1].update, CallClosed)
        lost = next(place for place, record in enumerate(records) if isinstance(record.event, SourceLost))
        back = next(record.event for record in records[lost:] if isinstance(record.event, SourceBack))
        assert back.gap > 0
        await watch.until(lambda: any(isinstance(seen, Record) and isinstance(seen.update, CallClosed) for seen in watch.seen))
        assert [seen.seq for seen in watch.seen if isinstance(seen, Record)] == list(range(len(records)))
    finally:
        first.process.kill()
        if watch is not None:
            await watch.stop()
