"""Every record on NATS for whoever keeps them, a database writer say: the server remembers how far it has come."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from nats.aio.client import Client

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_link import FAILURES, Away, Link
from companion.broadcast.nats_reader import Message, Reader
from companion.core.events import CallStarted
from companion.core.record import Record
from companion.errors import JournalError

_AGAIN = 1.0  # seconds before what the server did not answer is tried again


async def kept(url: str, durable: str, credentials: Path | None = None) -> AsyncIterator[Record]:
    """All records there are and that come, in the order in which they came, each at least once.

    A record counts as kept when the next one is asked for. Whoever stops, or is killed, goes on under the same name where it was; the
    records of the one message that was under way come again: `(call, seq)` tells them.

    Args:
        url: of the server, as `Link` has it.
        durable: the name under which the server remembers the place.
        credentials: as `Link` has them.

    Raises:
        ConfigError: the URL or the credentials cannot be used.
        SourceError: the server cannot be reached in the first place.
    """
    turns: asyncio.Queue[Message | None] = asyncio.Queue()

    async def up(client: Client) -> None:
        turns.put_nowait(None)

    link = Link(url, credentials, up=up, away=lambda reason: None)
    await link.open()
    reader: Reader | None = None
    message: Message | None = None
    try:
        while True:
            message = await turns.get()
            try:
                if message is None:
                    if reader is not None:
                        await reader.close()
                    while not turns.empty():
                        turns.get_nowait()  # what was not acknowledged comes again
                    reader = Reader(link, subjects.CALLS, subjects.records(), turns.put_nowait, durable=durable)
                    await reader.open()
                    continue
                for record in await _whole(link, message):
                    yield record
                await message.raw.ack()
                message = None
                if reader is not None:
                    await reader.taken()
            except (*FAILURES, Away):
                if link.is_up:
                    await asyncio.sleep(_AGAIN)
                    turns.put_nowait(None)
    finally:
        with contextlib.suppress(*FAILURES):
            if reader is not None:
                await reader.close()
            if message is not None:
                await message.raw.nak()  # so that whoever comes next has it at once
        await link.close()


async def _whole(link: Link, message: Message) -> list[Record]:
    try:
        records = subjects.read(message.data)
    except JournalError:
        return []  # no gateway of ours wrote that
    if isinstance(records[0].event, CallStarted):
        records[0] = subjects.whole(records[0], await link.checklist(records[0].event.digest))
    return records
