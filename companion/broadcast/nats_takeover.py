"""Calls whose gateway failed: one that comes to this gateway goes on here, and one that comes to nobody is ended.

A gateway is asked whether it is there. The server itself says at once that a process is gone, since its connection broke; a gateway that
hangs has `GONE_AFTER` to answer. A mistake does no harm: whoever writes second is refused by the server.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from itertools import chain

import msgspec
import nats.errors

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_link import FAILURES, Away, Link
from companion.broadcast.nats_outgoing import Outgoing, retire, unlist
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_reader import Past
from companion.broadcast.nats_subjects import Entry
from companion.core.events import CallEnded, CallStarted, SourceLost
from companion.core.record import Record
from companion.core.resume import resume
from companion.core.updates import CallClosed
from companion.errors import JournalError, ReplayError, SinkError

GONE_AFTER = 3.0
"""Seconds that a gateway has to say that it is there."""

ORPHANED = 60.0
"""Seconds without an owner after which a call is ended."""


class Journal(msgspec.Struct, frozen=True):
    """What the bus has of a call."""

    records: Sequence[Record]
    first: int
    """Number of its first message in the stream."""
    last: int
    """Number of its newest."""
    stored: float
    """When that one came, seconds of Unix time."""


async def entries(link: Link) -> list[Entry]:
    """The calls that are live.

    Raises:
        Away: there is no connection.
    """
    async with Past(link, subjects.NOW, subjects.live()) as past:
        return [entry async for message in past if (entry := subjects.read_entry(message.data)) is not None]


async def entry_of(link: Link, token: str, *, ended: bool = False) -> Entry | None:
    """The call of that token, if there is one that is live, or ended lately.

    Raises:
        Away: there is no connection.
    """
    listed = await (link.last(subjects.ended(token), subjects.ENDED) if ended else link.last(subjects.live(token), subjects.NOW))
    return subjects.read_entry(listed.data or b"") if listed is not None else None


async def journal(link: Link, entry: Entry) -> Journal | None:
    """The call's journal so far; None where its beginning is gone, or it cannot be read.

    Raises:
        Away: there is no connection.
    """
    records: list[Record] = []
    first = last = 0
    stored = 0.0
    async with Past(link, subjects.CALLS, subjects.records(subjects.token(entry.call)), entry.first) as past:
        async for message in past:
            try:
                some = subjects.read(message.data)
            except JournalError:
                return None
            if isinstance(some[0].event, CallStarted):
                records, first = [], message.seq
                some[0] = subjects.whole(some[0], await link.checklist(some[0].event.digest))
            records += some
            last, stored = message.seq, message.stored
    if not records or [record.seq for record in records] != list(range(len(records))) or records[0].call != entry.call:
        return None
    return Journal(records, first, last, stored)


async def recall(outlet: NatsOutlet, call: str) -> Sequence[Record]:
    """The journal of a live call whose gateway is gone, for `Run`; empty where there is none, or NATS is away. What follows goes out as
    the rest of it.

    It takes `GONE_AFTER` where a gateway hangs, and an instant otherwise.
    """
    if call in outlet.calls or not outlet.link.is_up:
        return ()
    try:
        entry = await entry_of(outlet.link, subjects.token(call))
        if entry is None or entry.call != call or await _answers(outlet, entry):
            return ()
        found = await journal(outlet.link, entry)
    except (*FAILURES, Away) as error:
        outlet.tell(f"{outlet.name}: call {call}: whether another gateway began it cannot be found out: {error or 'no answer'}")
        return ()
    if found is None or isinstance(found.records[-1].update, CallClosed):
        return ()
    _expect(outlet, found)
    return found.records


async def end_orphans(outlet: NatsOutlet, after: float = ORPHANED) -> None:
    """End calls of other gateways that are gone, once nobody has gone on with them for `after` seconds; runs until it is cancelled."""
    loop = asyncio.get_running_loop()
    silent: dict[Entry, float] = {}
    while True:
        await asyncio.sleep(after / 4 * random.uniform(0.75, 1.25))
        try:
            live = [entry for entry in await entries(outlet.link) if entry.call not in outlet.calls]
            answers = await asyncio.gather(*(_answers(outlet, entry) for entry in live))
            alone = [entry for entry, answer in zip(live, answers, strict=True) if not answer]
            silent = {entry: silent.get(entry, loop.time()) for entry in alone}
            for entry, since in silent.items():
                if loop.time() - since >= after:
                    await _end(outlet, entry)
        except (*FAILURES, Away):
            silent.clear()  # who could not be asked did not fail to answer


async def _answers(outlet: NatsOutlet, entry: Entry) -> bool:
    subject = subjects.owner(subjects.token(entry.call), "gateway", outlet.id)
    try:
        await outlet.link.client.request(subject, b"", timeout=GONE_AFTER)
    except (nats.errors.NoRespondersError, TimeoutError):
        return False
    return True


async def _end(outlet: NatsOutlet, entry: Entry) -> None:
    found = await journal(outlet.link, entry)
    if found is not None and isinstance(found.records[-1].update, CallClosed):
        await retire(outlet.link, entry)  # it had ended; only that it did was not said any more
        return
    why = "it cannot be read"
    if found is not None:
        try:
            call, rest = resume(found.records)
        except ReplayError as error:
            why = str(error)
        else:
            idle = max(0, round((time.time() - found.stored) * 1000))
            lost = call.receive(SourceLost(reason="the gateway failed"), call.at)  # nothing was heard from here on: no step was missed
            ended = call.receive(CallEnded(reason="gateway lost"), call.at + idle)
            _expect(outlet, found)
            try:
                for record in chain(found.records, rest, lost, ended):
                    outlet.write(record)
            except SinkError:
                return  # somebody else was first
            outlet.tell(f"{outlet.name}: call {entry.call}: its gateway failed, and nobody went on with it; it is ended")
            return
    await unlist(outlet.link, entry)
    outlet.tell(f"{outlet.name}: call {entry.call}: its gateway failed, and it cannot be ended in order: {why}; it is no longer live")


def _expect(outlet: NatsOutlet, found: Journal) -> None:
    lines = [subjects.line(record) for record in found.records]
    outlet.expect(Outgoing(found.records[0].call, lines, found.first, found.last))
