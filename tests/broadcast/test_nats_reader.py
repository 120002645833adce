"""Reading a stream of a real nats-server: past, present, slowly, and after the place was forgotten."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client

from companion.broadcast import nats_reader
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_link import Link
from companion.broadcast.nats_reader import AT_ONCE, Message, Past, Reader
from tests.broadcast.nats_server import NatsServer, needs_nats_server, server, until

pytestmark = needs_nats_server
__all__ = ["server"]


async def nothing(client: Client) -> None:
    """Nothing to do."""


@pytest.fixture
async def link(server: NatsServer) -> AsyncIterator[Link]:
    """A connection."""
    link = Link(server.url, up=nothing, away=lambda reason: None, makes=True)
    await link.open()
    yield link
    await link.close()


async def publish(link: Link, count: int, call: str = "42") -> None:
    """So many messages."""
    await asyncio.gather(*(link.streams.publish(subjects.records(call), b"%d" % number) for number in range(count)))


@pytest.mark.parametrize("count", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
async def test_the_past_is_what_there_is(link: Link, count: int) -> None:
    await publish(link, count)
    await publish(link, 5, "another")
    async with Past(link, subjects.CALLS, subjects.records("42")) as past:
        read = [message async for message in past]
    assert [message.seq for message in read] == list(range(1, count + 1))
    async with Past(link, subjects.CALLS, subjects.records("42"), count) as past:
        assert [message.seq async for message in past] == ([count] if count else [])


async def test_what_is_taken_away_meanwhile_is_not_waited_for(link: Link) -> None:
    await publish(link, AT_ONCE + 10)
    async with Past(link, subjects.CALLS, subjects.records()) as past:
        read = []
        async for message in past:
            if not read:
                await link.streams.purge_stream(subjects.CALLS)
            read.append(message.seq)
    assert read == list(range(1, len(read) + 1))  # what was on its way
    assert len(read) <= AT_ONCE


async def test_a_message_says_where_it_is_from(link: Link) -> None:
    await publish(link, 2)
    async with Past(link, subjects.CALLS, subjects.records()) as past:
        first, last = [message async for message in past]
    assert (first.subject, first.seq, first.left) == ("companion.call.42", 1, 1)
    assert (last.seq, last.left) == (2, 0)
    assert last.stored >= first.stored > 1.7e9


async def test_what_comes_is_given_and_a_taker_that_stops_holds_little(link: Link) -> None:
    given: list[Message | None] = []
    await publish(link, 2)
    reader = Reader(link, subjects.CALLS, subjects.records(), given.append, start=3)
    assert await reader.open() == 0
    await publish(link, 4 * AT_ONCE)
    await until(lambda: len(given) >= AT_ONCE)
    await asyncio.sleep(0.2)
    assert len(given) == AT_ONCE
    taken = 0
    while taken < 4 * AT_ONCE:
        await until(lambda: len(given) > taken)  # noqa: B023
        await reader.taken()
        taken += 1
    assert [message.seq for message in given if message] == list(range(3, 4 * AT_ONCE + 3))
    await reader.close()


async def test_a_request_that_found_nothing_is_made_again(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_reader, "_WAIT", 0.3)
    monkeypatch.setattr(nats_reader, "_BEAT", 0.1)
    given: list[Message | None] = []
    reader = Reader(link, subjects.CALLS, subjects.records(), given.append)
    await reader.open()
    await asyncio.sleep(0.8)
    await publish(link, 3)
    await until(lambda: len(given) == 3)
    await reader.close()


async def test_a_place_that_the_server_has_forgotten_is_noticed(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_reader, "SILENCE", 0.5)
    given: list[Message | None] = []
    reader = Reader(link, subjects.CALLS, subjects.records(), given.append)
    await reader.open()
    (consumer,) = await link.streams.consumers_info(subjects.CALLS)
    await publish(link, AT_ONCE)
    await until(lambda: len(given) == AT_ONCE)
    await link.streams.delete_consumer(subjects.CALLS, consumer.name)
    for _ in range(AT_ONCE):
        await reader.taken()
    await until(lambda: given[-1] is None)
    await reader.close()


async def test_nothing_is_left_on_the_server(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_reader, "_FORGOTTEN", 0.2)
    await publish(link, 10)
    async with Past(link, subjects.CALLS, subjects.records()) as past:
        async for _ in past:
            break
    assert len(await link.streams.consumers_info(subjects.CALLS)) == 1
    while await link.streams.consumers_info(subjects.CALLS):
        await asyncio.sleep(0.1)


async def test_a_taker_that_stopped_for_long_opens_it_anew(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_reader, "_FORGOTTEN", 0.2)
    given: list[Message | None] = []
    await publish(link, AT_ONCE)
    reader = Reader(link, subjects.CALLS, subjects.records(), given.append)
    await reader.open()
    await until(lambda: len(given) == AT_ONCE)
    await asyncio.sleep(0.15)
    for _ in range(AT_ONCE):
        await reader.taken()
    assert given[-1] is None
    await reader.close()
