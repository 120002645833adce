"""Chat systems that we join: one connection, any number of conversations."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from companion.core.feed import Complaint, Item, Ready
from companion.errors import PeerError, SourceError, SourceLost
from companion.net.dialling import WAITS, Back, Line, Lost, Message
from companion.sources.chat.asking import Asker
from companion.sources.chat.chats import Chats
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Over, Redial, Refused, Room, Said, Say, Typing

TICK = 1.0
"""Seconds between two looks at what falls due."""


class ChatRoom:
    """A chat system.

    Args:
        room: its protocol.
        name: how it is called in complaints and in the journal.
        asker: asks over HTTP; None where the protocol never does.
        kept: the system is always there: it is joined again until we stop.
        renew: called before each dialling: the room's token may have been replaced.
        greeting: what is said first on every connection.
        subprotocol: asked for in the handshake.
        origin: likewise.
        waits: seconds before each try to join again.
    """

    def __init__(
        self,
        room: Room,
        *,
        name: str,
        asker: Asker | None = None,
        kept: bool = True,
        renew: Callable[[], None] = lambda: None,
        greeting: Sequence[str] = (),
        subprotocol: str | None = None,
        origin: str | None = None,
        waits: Sequence[float] = WAITS,
    ) -> None:
        self._room = room
        self._name = name
        self._asker = asker
        self._renew = renew
        self._chats = Chats(name)
        self._line = Line(self._address, name, waits, kept=kept, greeting=lambda: greeting, subprotocol=subprotocol, origin=origin)
        self._lost_at: float | None = None
        self._why = ""  # the last loss
        self._new = True

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield what is said until we stop, or the system hangs up for good.

        Raises:
            SourceError: it cannot be joined, or does not let us in.
        """
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK
        async with self._asker or contextlib.nullcontext():
            messages = aiter(self._line)
            coming = asyncio.ensure_future(anext(messages, None))
            try:
                while True:
                    await asyncio.wait({coming}, timeout=due - loop.time())
                    items: list[Item] = []
                    if coming.done():
                        if (message := coming.result()) is None:
                            break
                        items += await self._take(message)
                        coming = asyncio.ensure_future(anext(messages, None))
                    if loop.time() >= due:
                        due = loop.time() + TICK
                        items += [*await self._act(self._room.tick(loop.time())), *self._chats.tick(loop.time())]
                    for item in items:
                        yield item
                reason = "stopped" if self._line.stopped else "stream ended" if self._lost_at is None else "stream lost"
            finally:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
                await self._line.close()
        for item in self._chats.close(reason):
            yield item

    async def close(self) -> None:
        """Hang up; what has arrived still comes out."""
        await self._line.close()

    async def _address(self) -> str:
        """What is dialled, once the system was asked.

        Raises:
            OSError: it does not answer.
            SourceLost: not now.
            SourceError: it does not let us in.
        """
        self._renew()
        ask = self._room.enter()
        if ask is not None:
            assert self._asker is not None
            for act in self._room.answer(ask, *await self._asker.ask(ask)):
                if isinstance(act, Refused) and self._new:
                    raise SourceError(f"{self._name}: {act.reason}")
                if isinstance(act, Refused | Redial):
                    raise SourceLost(act.reason)
        return self._room.address

    async def _take(self, message: Message) -> list[Item]:
        match message:
            case Lost(reason, wait):
                items: list[Item] = []
                if reason != self._why or wait is None:  # what is the same as at the last try was said then
                    items.append(Complaint(text=f"{self._name}: {message}"))
                self._why = reason
                if self._lost_at is None:
                    self._lost_at = asyncio.get_running_loop().time()
                    items += self._chats.lost(reason)
                return items
            case Back():
                # Where we are let in, that is told apart, and what was missed is asked for then.
                return self._back(whole=False) if self._new else []
        try:
            return await self._act(self._room.receive(message, asyncio.get_running_loop().time()))
        except PeerError as wrong:
            return [Complaint(text=f"{self._name}: {wrong}; left out")]

    async def _act(self, acts: Iterable[Act]) -> list[Item]:
        """Do what the protocol wants done.

        Raises:
            SourceError: the system does not let us in.
        """
        items: list[Item] = []
        left = deque(acts)
        while left:
            now = asyncio.get_running_loop().time()
            match left.popleft():
                case Said() as said:
                    items += self._chats.said(said, now)
                case Typing() as typing:
                    items += self._chats.typing(typing, now)
                case Over() as over:
                    items += self._chats.over(over)
                case Odd(reason):
                    items.append(Complaint(text=f"{self._name}: {reason}"))
                case Say(message):
                    await self._line.send(message)
                case Joined():
                    items += await self._joined()
                case Ask() as ask:
                    left.extendleft(reversed(await self._asked(ask)))
                case Redial(at_once=True):
                    await self._line.move()
                case Redial(reason):
                    await self._line.hang_up(reason)
                case Refused(reason) if self._new:
                    raise SourceError(f"{self._name}: {reason}")
                case Refused(reason):  # a token that was replaced, most often: who was in before may be let in again
                    await self._line.hang_up(reason, refused=True)
        return items

    async def _joined(self) -> list[Item]:
        """We are let in: for the first time, once more without a break, or after one."""
        if self._lost_at is not None:
            return await self._catch_up()
        first, self._new = self._new, False
        return [Ready(text=f"{self._name}: joined; waits for messages")] if first else []

    async def _catch_up(self) -> list[Item]:
        """What was said while nobody listened. If all of it is known, nothing was lost: the gap is none."""
        last = self._chats.last
        asks = self._room.missed(last)
        items = await self._act(asks)
        whole = len(asks) == len(last) and not any(isinstance(item, Complaint) for item in items)
        return [*self._back(whole), *items]

    def _back(self, whole: bool) -> list[Item]:
        if self._lost_at is None:
            return []
        back, self._lost_at, self._why = Back(asyncio.get_running_loop().time() - self._lost_at), None, ""
        return [Complaint(text=f"{self._name}: {back}"), *self._chats.back(0.0 if whole else round(back.gap, 3))]

    async def _asked(self, ask: Ask) -> list[Act]:
        assert self._asker is not None
        try:
            return self._room.answer(ask, *await self._asker.ask(ask))
        except OSError as error:
            return [Odd(f"{error}; {ask.about} could not be asked for")]
