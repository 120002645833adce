"""A looker-on's end of NATS: live calls, complete from their first record, and what is done to them."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.errors import NotFoundError

from companion.broadcast import messages
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.cleaning import clean_json
from companion.broadcast.messages import Act, Done, Role
from companion.broadcast.nats_link import FAILURES, PATIENCE, Link
from companion.broadcast.nats_link import Away as NotThere
from companion.broadcast.nats_outlet import WATCHED
from companion.broadcast.nats_places import Places
from companion.broadcast.nats_reader import Message, Past, Reader
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import entry_of
from companion.core.events import AnyEvent, CallStarted
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Notice, Seen
from companion.errors import JournalError, PeerError

_SHOWN = 200  # messages with partials, levels and clocks that wait at most
_AGAIN = 1.0  # seconds before what the server did not answer is tried again
_ALONE = 200  # messages of other calls that are read in the time that reading a call by itself takes more
_LISTS = ((subjects.NOW, subjects.live()), (subjects.ENDED, subjects.ended()))  # in this order: a call goes from the first to the second


class _Come(msgspec.Struct, frozen=True):
    """A message of the stream; None where reading it broke off."""

    reader: Reader
    message: Message | None


class _Follow(msgspec.Struct, frozen=True):
    call: str


_Turn: TypeAlias = _Come | _Follow | tuple[Seen, ...] | Literal["up", "join", "tidy", "end"]
"""What there is to deal with; a tuple is passed on as it is."""


class NatsLookout:
    """Looks on over NATS: see `ways.Lookout`.

    Args:
        url: of the server, as `Link` has it.
        credentials: likewise.
        role: what we are; the server's permissions decide whether we may.
        name: who we are; the credentials or the URL know better.
        every: whether all calls are given, or only those that are followed.

    Raises:
        ConfigError: the URL or the credentials cannot be used.
    """

    def __init__(self, url: str, credentials: Path | None = None, *, role: Role = "supervisor", name: str = "", every: bool = True) -> None:
        self._link = Link(url, credentials, up=self._up, away=lambda reason: self._turns.put_nowait((Away(reason),)))
        self._role: Role = role
        self._name = self._link.user or name or role
        self._every = every
        self._turns: asyncio.Queue[_Turn] = asyncio.Queue()  # holds what one reader has on its way, and `_SHOWN`
        self._reader: Reader | None = None  # of records
        self._lists: list[Reader] = []  # of the calls that are live, and that ended lately
        self._done: int | None = None  # number of the newest message of records that was dealt with
        self._told = 0  # number of the newest message about a call that ended
        self._places = Places()
        self._owed: dict[str, int] = {}  # calls whose past is to be given, by token: from which message on
        self._wished: dict[str, str] = {}  # calls that are to be given anew, by token
        self._followed: dict[str, tuple[Client, Subscription] | None] = {}  # by token
        self._asking: asyncio.Task[None] | None = None
        self._acts = 0

    async def __aiter__(self) -> AsyncIterator[Seen]:
        """See `ways.Lookout`.

        Raises:
            SourceError: the server cannot be reached in the first place, or lets nobody in with these credentials.
        """
        await self._link.open()
        self._asking = asyncio.create_task(self._ask_on())
        try:
            while (turn := await self._turns.get()) != "end":
                if isinstance(turn, tuple):
                    for seen in turn:
                        yield seen
                    continue
                try:
                    async for seen in self._deal(turn):
                        yield seen
                except (*FAILURES, NotThere):
                    await self._again()
                for seen in self._places.tidy(asyncio.get_running_loop().time()):
                    yield seen
        finally:
            self._asking.cancel()
            await self._link.close()

    async def follow(self, call: str) -> None:
        """See `ways.Lookout`."""
        self._followed.setdefault(subjects.token(call), None)
        self._turns.put_nowait(_Follow(call))

    async def leave(self, call: str) -> None:
        """See `ways.Lookout`."""
        self._wished.pop(subjects.token(call), None)
        heard = self._followed.pop(subjects.token(call), None)
        if heard is not None:
            with contextlib.suppress(*FAILURES):
                await heard[1].unsubscribe()

    async def act(self, call: str, event: AnyEvent) -> str:
        """See `ways.Lookout`."""
        self._acts += 1
        asked = messages.encode([Act(id=self._acts, call=call, event=event)])
        try:
            reply = await self._link.client.request(self._owner(subjects.token(call)), asked, timeout=PATIENCE)
            (done,) = messages.from_hub(reply.data)
        except nats.errors.NoRespondersError:
            return "nobody has that call any more"
        except (*FAILURES, NotThere):
            return "NATS is away, or does not let you"
        except (PeerError, ValueError):
            return "its gateway's answer is not understood"
        return done.refused if isinstance(done, Done) else "its gateway's answer is not understood"

    async def close(self) -> None:
        """See `ways.Lookout`."""
        self._turns.put_nowait("end")

    # ── one thing after the other ──

    async def _deal(self, turn: _Turn) -> AsyncIterator[Seen]:
        match turn:
            case "up":
                yield Here(self._role, self._name)
                await self._link.client.subscribe(subjects.CLOCK, cb=self._show)
                for token in list(self._followed):
                    await self._watch(token)
                async for seen in self._join():
                    yield seen
            case "join":
                async for seen in self._join():
                    yield seen
            case _Come(reader=reader, message=None) if reader in (self._reader, *self._lists):
                async for seen in self._join():
                    yield seen
            case _Come(reader=reader, message=Message() as message) if reader is self._reader:
                if self._wants(subjects.call_of(message.subject)):
                    async for seen in self._give(message):
                        yield seen
                self._done = message.seq
                await reader.taken()
            case _Come(reader=reader, message=Message() as message) if reader in self._lists:
                self._note(message)
                async for seen in self._pay():
                    yield seen
                await reader.taken()
            case _Follow(call=call) if self._done is not None:  # else joining brings it
                self._wished[subjects.token(call)] = call
                if not self._every:
                    await self._read_on()
                async for seen in self._pay():
                    yield seen
            case _:
                pass  # what a reader brought that is opened anew

    async def _again(self) -> None:
        """The server did not answer. Where it is away, all is begun anew once it is back."""
        readers = [*filter(None, [self._reader]), *self._lists]
        self._reader, self._lists = None, []
        with contextlib.suppress(*FAILURES):
            for reader in readers:
                await reader.close()
        if self._link.is_up:
            await asyncio.sleep(_AGAIN)
            self._turns.put_nowait("join")

    async def _join(self) -> AsyncIterator[Seen]:
        """Read on from where we were; for the first time, that is after the live calls' past."""
        newest = (await self._link.streams.stream_info(subjects.CALLS)).state.last_seq
        if self._done is None or newest < self._done:  # or another stream has taken its place
            self._done, self._told = newest, 0
            self._owed.clear()
            for over in self._places.clear():
                yield over
        await self._read_on()
        await self._read_lists()
        async for seen in self._pay():
            yield seen

    async def _read_lists(self) -> None:
        """Which calls there are, and from now on which more."""
        old, self._lists = self._lists, []
        for reader in old:
            await reader.close()
        for stream, subject in _LISTS:
            start = self._told + 1 if stream == subjects.ENDED else 1
            try:
                async with Past(self._link, stream, subject, start) as past:
                    async for message in past:
                        self._note(message)
                        start = message.seq + 1
                self._lists.append(await self._open(None, stream, subject, start))
            except NotFoundError:
                pass  # an earlier companion's gateways do not say what ended

    async def _read_on(self) -> None:
        assert self._done is not None
        subject = subjects.records(*self._followed) if not self._every and len(self._followed) == 1 else subjects.records()
        self._reader = await self._open(self._reader, subjects.CALLS, subject, self._done + 1)

    async def _open(self, old: Reader | None, stream: str, subject: str, start: int) -> Reader:
        if old is not None:
            await old.close()

        def come(message: Message | None) -> None:
            self._turns.put_nowait(_Come(reader, message))

        reader = Reader(self._link, stream, subject, come, start=start)
        await reader.open()
        return reader

    def _wants(self, token: str) -> bool:
        return self._every or token in self._followed

    # ── records ──

    def _note(self, message: Message) -> None:
        """A call is there. Its past is owed, unless it is known, or is still to come by itself."""
        entry, token = subjects.read_entry(message.data), subjects.call_of(message.subject)
        if message.subject == subjects.ended(token):
            self._told = message.seq
        if entry is None or not self._wants(token) or self._done is None or entry.first > self._done:
            return
        place = self._places.find(token)
        if entry.first > (place.first if place is not None else self._owed.get(token, 0)):
            self._owed[token] = entry.first

    async def _pay(self) -> AsyncIterator[Seen]:
        """Give the past that is owed, and what somebody wished for anew."""
        for token, call in list(self._wished.items()):
            await self._watch(token)
            place = self._places.find(token)
            known = Entry(call=call, first=place.first) if place is not None else None
            entry = known or await entry_of(self._link, token) or await entry_of(self._link, token, ended=True)
            self._wished.pop(token, None)
            if entry is None:
                yield Notice(text=f"call {call}: is not live; it is shown as soon as it is")
            else:
                self._places.forget(token)
                self._owed[token] = entry.first
        oldest = sorted(self._owed, key=self._owed.__getitem__)
        count = _alone([self._owed[token] for token in oldest], self._done or 0)
        for calls in (*([token] for token in oldest[:count]), oldest[count:]):
            if calls:
                async for seen in self._catch_up(calls):
                    yield seen

    async def _catch_up(self, calls: Sequence[str]) -> AsyncIterator[Seen]:
        """What there is of these calls. Where it breaks off, it goes on from there next time."""
        owed = {token: self._owed[token] for token in calls}
        subject = subjects.records(*calls) if len(calls) == 1 else subjects.records()
        done = 0
        try:
            async with Past(self._link, subjects.CALLS, subject, min(owed.values())) as past:
                async for message in past:
                    if message.seq >= owed.get(subjects.call_of(message.subject), math.inf):
                        async for seen in self._give(message):
                            yield seen
                    done = message.seq
        except (*FAILURES, NotThere):
            self._owed |= {token: max(since, done + 1) for token, since in owed.items()}
            raise
        for token in calls:
            del self._owed[token]

    async def _give(self, message: Message) -> AsyncIterator[Seen]:
        """The records of a message, unless they were given already."""
        token = subjects.call_of(message.subject)
        if self._places.has(token, message.seq):
            return
        try:
            records = subjects.read(_clean(message.data))
        except (JournalError, msgspec.MsgspecError):
            return  # no gateway of ours wrote that
        if isinstance(records[0].event, CallStarted):
            records[0] = subjects.whole(records[0], await self._link.checklist(records[0].event.digest))
        for seen in self._places.take(token, message.seq, message.stored, records, asyncio.get_running_loop().time()):
            yield seen

    # ── what is only shown ──

    async def _watch(self, token: str) -> None:
        heard, client = self._followed.get(token), self._link.client
        if token in self._followed and (heard is None or heard[0] is not client):
            self._followed[token] = client, await client.subscribe(subjects.glimpse(token), cb=self._show)
            await client.publish(self._owner(token))

    async def _ask_on(self) -> None:
        """Let gateways know which calls' partials are wanted, and find out who is gone."""
        while True:
            await asyncio.sleep(WATCHED / 3)
            if self._turns.empty():
                self._turns.put_nowait("tidy")
            for token in list(self._followed):
                with contextlib.suppress(*FAILURES, NotThere):
                    self._found(token, await self._answers(token))

    async def _answers(self, token: str) -> bool:
        try:
            await self._link.client.request(self._owner(token), b"", timeout=PATIENCE)
        except nats.errors.NoRespondersError:
            return False
        return True

    def _found(self, token: str, there: bool) -> None:
        place = self._places.find(token)
        if place is not None and not place.closed and place.lost is there:
            place.lost = not there
            what = "somebody has it again" if there else "its gateway is lost; it stands still until another goes on"
            self._turns.put_nowait((Notice(text=f"call {place.call}: {what}"),))

    async def _show(self, message: Msg) -> None:
        if self._turns.qsize() >= _SHOWN:
            return
        with contextlib.suppress(PeerError, msgspec.MsgspecError):
            shown = [each for each in messages.from_hub(_clean(message.data)) if isinstance(each, Glimpse | Level | Clock)]
            self._turns.put_nowait(tuple(each for each in shown if subjects.token(each.call) in self._places))

    def _owner(self, token: str) -> str:
        return subjects.owner(token, self._role, self._name)

    async def _up(self, client: Client) -> None:
        self._turns.put_nowait("up")


def _alone(since: Sequence[int], newest: int) -> int:
    """How many of the calls that are owed from these messages on, the oldest first, are best read each by itself, so that what came of all
    others since then is not read for their sake."""
    costs = [_ALONE * count + newest - start for count, start in enumerate(since)] + [_ALONE * len(since)]
    return costs.index(min(costs))


def _clean(lines: bytes) -> bytes:
    return b"\n".join(map(clean_json, lines.split(b"\n")))
