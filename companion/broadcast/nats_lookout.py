"""A looker-on's end of NATS: live calls, complete from their first record, and what is done to them."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from companion.broadcast import messages
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.cleaning import clean_json
from companion.broadcast.ledger import LINGER, MOST_ENDED
from companion.broadcast.messages import Act, Done, Role
from companion.broadcast.nats_link import FAILURES, PATIENCE, Link
from companion.broadcast.nats_link import Away as NotThere
from companion.broadcast.nats_outlet import WATCHED
from companion.broadcast.nats_reader import Message, Past, Reader
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import entry_of
from companion.core.events import AnyEvent, CallStarted
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Missed, Notice, Over, Seen
from companion.core.updates import CallClosed
from companion.errors import JournalError, PeerError

_SHOWN = 500  # partials, levels and clocks that wait at most
_OWED = 1.0  # seconds that a call's past waits for the list's end, which the server's count may put off
_AGAIN = 1.0  # seconds before what the server did not answer is tried again


class _Place(msgspec.Struct):
    """Where we stand in a call."""

    call: str
    first: int
    """Number in the stream of its first message."""
    newest: int
    """Number of the newest one that was dealt with."""
    next: int = 0
    """Number of the next record."""
    closed: bool = False
    """Nothing more comes."""
    lost: bool = False
    """Nobody brings it at the moment, and that was said."""


class _Come(msgspec.Struct, frozen=True):
    """A message of the stream; None where reading it broke off."""

    reader: Reader
    message: Message | None


class _Follow(msgspec.Struct, frozen=True):
    call: str


_Turn: TypeAlias = _Come | _Follow | Seen | Literal["up", "join", "pay", "end"]


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
        self._link = Link(url, credentials, up=self._up, away=lambda reason: self._turns.put_nowait(Away(reason)))
        self._role: Role = role
        self._name = self._link.user or name or role
        self._every = every
        self._turns: asyncio.Queue[_Turn] = asyncio.Queue()  # holds what one reader has on its way, and `_SHOWN`
        self._reader: Reader | None = None  # of records
        self._list: Reader | None = None  # of the calls that are live
        self._done: int | None = None  # number of the newest message of records that was dealt with
        self._places: dict[str, _Place] = {}  # by token
        self._owed: dict[str, Entry] = {}  # calls whose past is to be given, by token
        self._ended: deque[tuple[float, _Place]] = deque()
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
                if isinstance(turn, Clock | Glimpse | Level | Notice | Away):
                    yield turn
                    continue
                try:
                    async for seen in self._deal(turn):
                        yield seen
                except (*FAILURES, NotThere):
                    await self._again()
                for seen in self._tidy():
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
            case "pay":
                async for seen in self._pay():
                    yield seen
            case _Come(reader=reader, message=None) if reader in (self._reader, self._list):
                async for seen in self._join():
                    yield seen
            case _Come(reader=reader, message=Message() as message) if reader is self._reader:
                if self._wants(token := subjects.call_of(message.subject)) and token not in self._owed:
                    async for seen in self._give(message):
                        yield seen
                self._done = message.seq
                await reader.taken()
            case _Come(reader=reader, message=Message() as message) if reader is self._list:
                async for seen in self._listed(message):
                    yield seen
                await reader.taken()
            case _Follow(call=call):
                async for seen in self._anew(call):
                    yield seen
            case _:
                pass  # what a reader brought that is opened anew

    async def _again(self) -> None:
        """The server did not answer. Where it is away, all is begun anew once it is back."""
        self._reader = self._list = None
        if self._link.is_up:
            await asyncio.sleep(_AGAIN)
            self._turns.put_nowait("join")

    async def _join(self) -> AsyncIterator[Seen]:
        """Read on from where we were; for the first time, that is after the live calls' past."""
        newest = (await self._link.streams.stream_info(subjects.CALLS)).state.last_seq
        if self._done is None or newest < self._done:  # or another stream has taken its place
            self._done = newest
            gone, self._places = self._places, {}
            for place in gone.values():
                yield Over(call=place.call)
        await self._read_on()
        self._list = await self._open(self._list, subjects.NOW, subjects.live(), 1)
        async for seen in self._pay():
            yield seen

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

    async def _listed(self, message: Message) -> AsyncIterator[Seen]:
        """A call is live. Its past is given once the list has no more, so that many calls' past is read together."""
        entry, token = subjects.read_entry(message.data), subjects.call_of(message.subject)
        place = self._places.get(token)
        if entry is not None and self._wants(token) and (place is None or place.first < entry.first):
            if not self._owed:
                asyncio.get_running_loop().call_later(_OWED, self._turns.put_nowait, "pay")
            self._owed[token] = entry
        if not message.left:
            async for seen in self._pay():
                yield seen

    async def _pay(self) -> AsyncIterator[Seen]:
        """Give the past that is owed."""
        if self._owed:
            async for seen in self._catch_up(list(self._owed.values())):
                yield seen
            self._owed.clear()

    async def _catch_up(self, live: Sequence[Entry]) -> AsyncIterator[Seen]:
        """What there is of these calls."""
        since = {subjects.token(entry.call): entry.first for entry in live}
        subject = subjects.records(*since) if len(since) == 1 else subjects.records()
        async with Past(self._link, subjects.CALLS, subject, min(since.values())) as past:
            async for message in past:
                if message.seq >= since.get(subjects.call_of(message.subject), message.seq + 1):
                    async for seen in self._give(message):
                        yield seen

    async def _give(self, message: Message) -> AsyncIterator[Seen]:
        """The records of a message, unless they were given already."""
        token = subjects.call_of(message.subject)
        place = self._places.get(token)
        if place is not None and message.seq <= place.newest:
            return
        try:
            records = subjects.read(_clean(message.data))
        except (JournalError, msgspec.MsgspecError):
            return  # no gateway of ours wrote that
        if isinstance(records[0].event, CallStarted):
            records[0] = subjects.whole(records[0], await self._link.checklist(records[0].event.digest))
            if place is not None:
                yield Over(call=place.call)  # the name is given a second time
            place = self._places[token] = _Place(records[0].call, message.seq, message.seq - 1)
        if place is None:
            return  # its beginning is gone
        place.newest = message.seq
        if records[0].seq > place.next:
            yield Missed(call=place.call, since=place.next, until=records[0].seq)
        for record in records:
            if record.seq >= place.next:
                place.next = record.seq + 1
                yield record
        if isinstance(records[-1].update, CallClosed):
            place.closed = True
            self._ended.append((asyncio.get_running_loop().time(), place))

    async def _anew(self, call: str) -> AsyncIterator[Seen]:
        if self._done is None:
            return  # joining brings it
        token = subjects.token(call)
        await self._watch(token)
        if not self._every:
            await self._read_on()
        place = self._places.get(token)
        entry = Entry(call=call, first=place.first) if place is not None else await entry_of(self._link, token)
        if entry is None:
            yield Notice(text=f"call {call}: is not live; it is shown as soon as it is")
            return
        self._places.pop(token, None)
        self._owed[token] = entry
        async for seen in self._pay():
            yield seen

    def _tidy(self) -> list[Over]:
        """Let go of calls that ended a while ago."""
        over = []
        now = asyncio.get_running_loop().time()
        while self._ended and (now - self._ended[0][0] >= LINGER or len(self._ended) > MOST_ENDED):
            _, place = self._ended.popleft()
            token = subjects.token(place.call)
            if self._places.get(token) is place:
                del self._places[token]
                over.append(Over(call=place.call))
        return over

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
        place = self._places.get(token)
        if place is not None and not place.closed and place.lost is there:
            place.lost = not there
            what = "somebody has it again" if there else "its gateway is lost; it stands still until another goes on"
            self._turns.put_nowait(Notice(text=f"call {place.call}: {what}"))

    async def _show(self, message: Msg) -> None:
        if self._turns.qsize() >= _SHOWN:
            return
        with contextlib.suppress(PeerError, msgspec.MsgspecError):
            for shown in messages.from_hub(_clean(message.data)):
                if isinstance(shown, Glimpse | Level | Clock) and subjects.token(shown.call) in self._places:
                    self._turns.put_nowait(shown)

    def _owner(self, token: str) -> str:
        return subjects.owner(token, self._role, self._name)

    async def _up(self, client: Client) -> None:
        self._turns.put_nowait("up")


def _clean(lines: bytes) -> bytes:
    return b"\n".join(map(clean_json, lines.split(b"\n")))
