"""Calls whose gateway was killed, hangs, or is alive after all; the gateways here are processes of their own."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from companion.broadcast import nats_outgoing, nats_takeover
from companion.broadcast.nats_link import Link
from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import end_orphans, entries, entry_of, journal, recall
from companion.core.events import CallEnded, SourceBack, SourceLost, Utterance
from companion.core.record import Record
from companion.core.replay import check
from companion.core.resume import resume
from companion.core.updates import CallClosed, StepChanged
from companion.errors import SinkError
from tests.broadcast.nats_server import NatsServer, Talk, Watch, needs_nats_server, server, until

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
def gateways() -> Iterator[list[Gateway]]:
    """Those in it are killed in the end."""
    found: list[Gateway] = []
    yield found
    for gateway in found:
        gateway.process.kill()
        gateway.process.wait()


@pytest.fixture
async def link(server: NatsServer) -> AsyncIterator[Link]:
    """To see what the server has."""
    async with NatsOutlet(server.url) as outlet:
        yield outlet.link


async def stored(link: Link, call: str = "42") -> list[Record]:
    """What the server has of a call, ended or not."""
    found = await journal(link, Entry(call=call, first=1))
    return list(found.records) if found else []


def said(records: list[Record]) -> list[str]:
    """The texts of a call."""
    return [record.event.text for record in records if isinstance(record.event, Utterance)]


async def test_a_gateway_that_is_killed_in_the_middle_of_a_call_is_replaced(server: NatsServer, link: Link) -> None:
    first = Gateway(server.url)
    watch: Watch | None = None
    try:
        first.hear("the parcel never came", "i want your manager")
        async with NatsOutlet(server.url) as outlet:
            await asyncio.to_thread(lambda: [first.process.stdout.readline() for _ in range(6)])
            while len(said(await stored(link))) < 2:
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
        records = await stored(link)
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


async def live(link: Link) -> list[str]:
    """The calls that are live there."""
    return [entry.call for entry in await entries(link)]


async def test_a_gateway_that_hangs_is_replaced_once_it_had_time_to_answer_and_writes_no_more(server: NatsServer, link: Link) -> None:
    first = Gateway(server.url)
    try:
        first.hear("the parcel never came")
        while len(said(await stored(link))) < 1:
            await asyncio.sleep(0.05)
        async with NatsOutlet(server.url) as outlet:
            assert await recall(outlet, "42") == ()  # it is there
            first.send(signal.SIGSTOP)
            began = time.monotonic()
            records = list(await recall(outlet, "42"))
            assert time.monotonic() - began >= nats_takeover.GONE_AFTER
            assert said(records) == ["the parcel never came"]
            call, rest = resume(records)
            for record in [*records, *rest, *call.receive(SourceLost(reason="test"), call.at), *call.receive(SourceBack(gap=1.0), call.at)]:
                outlet.write(record)
            await until(lambda: outlet.calls["42"].is_settled)
            first.send(signal.SIGCONT)
            first.hear("hello?", "hello?")
            printed = await asyncio.to_thread(first.end)  # its own call goes on to the end
            assert "another gateway" in printed
            for record in call.receive(CallEnded(reason="over"), call.at):
                outlet.write(record)
        records = await stored(link)
        assert said(records) == ["the parcel never came"]
        assert check(records) == len(records)
        assert isinstance(records[-1].update, CallClosed)
    finally:
        first.process.kill()


async def test_calls_of_two_gateways_stay_apart(server: NatsServer, link: Link, gateways: list[Gateway]) -> None:
    gateways.append(Gateway(server.url))
    gateways[0].hear("one")
    while not await live(link):
        await asyncio.sleep(0.05)
    gateways.append(Gateway(server.url))
    gateways[1].hear("two")
    printed = await asyncio.to_thread(gateways[1].end)
    assert "another gateway" in printed  # a call of that name is the first one's, who is alive
    await asyncio.to_thread(gateways[0].end)
    records = await stored(link)
    assert said(records) == ["one"]
    assert isinstance(records[-1].update, CallClosed)


async def test_a_call_that_nobody_goes_on_with_is_ended(server: NatsServer, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    first = Gateway(server.url)
    first.hear("the parcel never came", "i want your manager")
    while len(said(await stored(link))) < 2:
        await asyncio.sleep(0.05)
    async with NatsOutlet(server.url, tell=told.append) as outlet, NatsOutlet(server.url, tell=told.append) as other:
        mine = Talk("mine")
        for record in mine.records:
            other.write(record)
        await until(lambda: other.calls["mine"].is_settled)
        tasks = [asyncio.create_task(end_orphans(one, 0.8)) for one in (outlet, other)]
        await asyncio.sleep(1.5)
        assert not any("failed" in text for text in told)  # it is alive
        first.send(signal.SIGKILL)
        first.process.wait()
        killed = time.monotonic()
        while "42" in await live(link):
            await asyncio.sleep(0.05)
        assert time.monotonic() - killed >= 0.5
        assert await live(link) == ["mine"]
        await until(lambda: not outlet.calls and list(other.calls) == ["mine"])  # whoever ended it has let go of it
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    records = await stored(link)
    assert check(records) == len(records)
    events = [record.event for record in records if record.event is not None]
    assert [event.reason for event in events if isinstance(event, SourceLost | CallEnded)] == ["the gateway failed", "gateway lost"]
    states = {record.update.state for record in records if isinstance(record.update, StepChanged)}
    assert "missed" not in states
    assert "it is ended" in told[0]


async def test_a_call_that_cannot_be_judged_is_no_longer_live(server: NatsServer, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    async with NatsOutlet(server.url) as gone:
        for record in Talk("42").say(3):
            with contextlib.suppress(SinkError):
                gone.write(record)  # without its beginning
        await until(lambda: gone.calls["42"].is_settled)
    assert await live(link) == ["42"]
    async with NatsOutlet(server.url, tell=told.append) as outlet:
        assert await recall(outlet, "42") == ()
        task = asyncio.create_task(end_orphans(outlet, 0.4))
        await until(lambda: told)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert "cannot be ended in order" in told[0]
    assert await live(link) == []


async def test_a_call_whose_gateway_failed_at_the_very_end_is_among_those_that_ended(
    server: NatsServer, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(link: Link, entry: Entry) -> None:
        raise TimeoutError

    talk, told = Talk("42"), []
    async with NatsOutlet(server.url) as gone:
        with monkeypatch.context() as patch:
            patch.setattr(nats_outgoing, "retire", never)
            for record in [*talk.records, *talk.say()]:
                gone.write(record)
            await until(lambda: gone.calls["42"].is_settled)
            for record in talk.end():
                gone.write(record)
            await until(lambda: not gone.calls["42"].waiting)
            assert gone.calls["42"].sending is not None
            gone.calls["42"].sending.cancel()
            await asyncio.sleep(0)
            gone.calls.clear()
        assert await live(link) == ["42"]
    async with NatsOutlet(server.url, tell=told.append) as outlet:
        task = asyncio.create_task(end_orphans(outlet, 0.4))
        while await live(link):
            await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert not told
    assert await entry_of(link, "42", ended=True) == Entry(call="42", first=1)


async def test_nothing_is_recalled_where_there_is_nothing(server: NatsServer, link: Link) -> None:
    told: list[str] = []
    async with NatsOutlet(server.url, tell=told.append) as outlet:
        assert await recall(outlet, "42") == ()
        talk = Talk("42")
        for record in [*talk.records, *talk.end()]:
            outlet.write(record)
        assert await recall(outlet, "42") == ()  # our own
        await until(lambda: not outlet.calls)
        assert await recall(outlet, "42") == ()  # over
        server.kill()
        await until(lambda: not outlet.link.is_up)
        assert await recall(outlet, "42") == ()
