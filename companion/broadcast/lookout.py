"""A looker-on's end at a hub: records in order, without holes and doubles, however often the connection breaks."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from companion.broadcast.messages import EVERY, VERSION, Act, Checklist, Done, Hello, Line, Place, Role, Subscribe, Unsubscribe, Welcome
from companion.broadcast.wire import Wire
from companion.core.events import AnyEvent, CallStarted
from companion.core.record import Record, decode
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Message, Missed, Notice, Over, Seen
from companion.errors import JournalError
from companion.net.dialling import WAITS, Lost

_ANSWER = 10.0
"""Seconds that an answer to what we do may take; the hub gives its gateways half of that."""


class HubLookout:
    """Looks on at a hub (`ways.Lookout`).

    Args:
        url: the hub's address: `ws://host:2750`, or `wss://…`.
        role: what we come as; a token knows better.
        name: who we are; a token knows better.
        token: what proves it, where the hub asks for it; asked anew for each connection.
        every: whether all calls that we may see are given, or only those that are followed.
        waits: seconds before each try to come back; the last is repeated.

    Raises:
        ConfigError: there is a user or a password in the address.
    """

    def __init__(
        self,
        url: str,
        *,
        role: Role = "supervisor",
        name: str = "",
        token: Callable[[], str] = str,
        every: bool = True,
        waits: Sequence[float] = WAITS,
    ) -> None:
        self._wire = Wire(url, lambda: Hello(version=VERSION, role=role, token=token(), name=name), waits)
        self._every = every
        self._here = False
        self._followed: set[str] = set()
        self._anew: set[str] = set()  # calls that are given again from their first record, which is not here yet
        self._places: dict[str, Place] = {}
        self._checklists: dict[str, Any] = {}
        self._asked: dict[int, asyncio.Future[str]] = {}
        self._last_asked = 0

    async def __aiter__(self) -> AsyncIterator[Seen]:
        """Yield what is to be seen until closed (`ways.Lookout`).

        Raises:
            SourceError: the hub cannot be reached in the first place, or turns us away.
        """
        try:
            async for heard in self._wire:
                if isinstance(heard, Lost):
                    self._away("the connection broke; whether it was done is not known")
                    yield Away(heard.reason)
                    continue
                if isinstance(heard, Welcome):
                    self._here = True
                    yield Here(heard.role, heard.name)
                    await self._wire.send(self._wishes())
                    continue
                wrong = ""
                try:
                    for seen in self._take(heard):
                        yield seen
                except JournalError as error:
                    wrong = str(error)
                if wrong:
                    await self._wire.hang_up(wrong)
        finally:
            self._away("the screen was closed")

    async def follow(self, call: str) -> None:
        """Give that call anew from its first record, and its partials and levels too."""
        self._followed.add(call)
        self._anew.add(call)
        self._places.pop(call, None)
        await self._say(Subscribe(call=call, partials=True))

    async def leave(self, call: str) -> None:
        """No partials and levels of that call any more."""
        self._followed.discard(call)
        if not self._every:
            self._places.pop(call, None)
        await self._say(Unsubscribe(call=call))

    async def act(self, call: str, event: AnyEvent) -> str:
        """Do something to a call; why not, or an empty text."""
        if not self._here:
            return "not connected; try again when the hub is back"
        self._last_asked = number = self._last_asked + 1
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            async with asyncio.timeout(_ANSWER):
                await self._say(Act(id=number, call=call, event=event))
                return await answer
        except TimeoutError:
            return "the hub does not answer; whether it was done is not known"
        finally:
            self._asked.pop(number, None)

    async def close(self) -> None:
        """Hang up; the iterator ends."""
        await self._wire.close()

    async def _say(self, message: Message) -> None:
        if self._here:
            await self._wire.send([message])

    def _away(self, why: str) -> None:
        self._here = False
        for answer in self._asked.values():
            if not answer.done():
                answer.set_result(why)

    def _wishes(self) -> Iterator[Message]:
        """What we want on a new connection, from where we stood on the last."""
        if self._every:
            yield Subscribe(call=EVERY, resume=self._places)
        for call in self._followed:
            place = self._places.get(call)
            yield Subscribe(call=call, resume={call: place} if place else {}, partials=True)

    def _take(self, message: Any) -> Iterator[Seen]:
        match message:
            case Line():
                yield from self._record(bytes(message.record))
            case Checklist():
                self._checklists[message.digest] = msgspec.json.decode(message.value)
            case Missed() if message.call not in self._anew:
                place = self._places.get(message.call)
                if place is not None:
                    self._places[message.call] = Place(message.until, place.first)
                yield message
            case Over():
                self._places.pop(message.call, None)
                self._anew.discard(message.call)
                yield message
            case Glimpse() | Level() | Clock() if message.call in self._places:
                yield message
            case Notice():
                yield message
            case Done():
                answer = self._asked.get(message.id)
                if answer is not None and not answer.done():
                    answer.set_result(message.refused)

    def _record(self, line: bytes) -> Iterator[Record]:
        """The record, if it is the next one of its call.

        Raises:
            JournalError: the line is none, or one before it is missing.
        """
        record = decode(line)
        call = record.call
        if record.seq == 0:
            self._anew.discard(call)
            self._places[call] = Place(1, zlib.crc32(line))
            yield self._whole(record)
            return
        place = self._places.get(call)
        if place is None or record.seq < place.next:
            return  # on its way when the call was asked for anew
        if record.seq > place.next:
            raise JournalError(f"call {call}: record {record.seq} comes where {place.next} is missing")
        self._places[call] = Place(record.seq + 1, place.first)
        yield record

    def _whole(self, record: Record) -> Record:
        """A first record with its checklist by value, as in the journal."""
        event = record.event
        if isinstance(event, CallStarted) and event.digest in self._checklists:
            return replace(record, event=replace(event, checklist=self._checklists[event.digest]))
        return record
