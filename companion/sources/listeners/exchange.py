"""Where all connections of a listener meet: items on their way to whoever takes them, calls, and the end of it all."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable

from companion.core.events import Utterance
from companion.core.feed import Closed, Complaint, Glimpsed, Happened, Item, Level
from companion.sources.listeners.crosstalk import Crosstalk
from companion.sources.listeners.switchboard import Switchboard
from companion.speech.recogniser import Recogniser

LINGER = 10.0
"""Seconds that a call waits for a stream that was lost, before it ends."""

_WAITING = 1000  # items not yet taken, from which on recognition has to wait


class Exchange:
    """What a listener's connections share.

    Args:
        name: how the listener is called in journals and complaints.
        recogniser: makes a call's recogniser.
        linger: seconds that a call waits for a stream that was lost.

    Attributes:
        board: all calls.
        room: set while whoever takes the items keeps up.
        stop: set once everything shall end.
    """

    def __init__(self, name: str, recogniser: Callable[[str], Recogniser], linger: float = LINGER) -> None:
        self.board = Switchboard(name, recogniser, self.give, linger)
        self.room = asyncio.Event()
        self.room.set()
        self.stop = asyncio.Event()
        self._queue: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
        self._unnamed = 0
        self._crosstalk: defaultdict[str, Crosstalk] = defaultdict(Crosstalk)

    @property
    def name(self) -> str:
        """How the listener is called."""
        return self.board.source

    @name.setter
    def name(self, name: str) -> None:
        self.board.source = name

    def give(self, item: Item | Exception) -> None:
        """Pass an item on; what is only shown is let go where the taker does not keep up."""
        if self.room.is_set() or not isinstance(item, Glimpsed | Level):
            self._queue.put_nowait(item)
        if self._queue.qsize() >= _WAITING and not self.stop.is_set():
            self.room.clear()
        if isinstance(item, Closed):
            self._crosstalk.pop(item.call, None)
        elif isinstance(item, Happened) and isinstance(item.event, Utterance) and self._crosstalk[item.call].hear(item.event):
            todo = "let each connection hear one voice, or ticks are wrong"
            self.give(Complaint(text=f"{self.name}, {item.call}: agent and customer say the same words; {todo}"))

    def complain(self, who: str, what: object) -> None:
        """Say that a connection ends, and why."""
        self.give(Complaint(text=f"{self.name}{', ' if who else ''}{who}: {what}; this connection ends"))

    def nameless(self) -> str:
        """A name for a call that its peer gives none."""
        self._unnamed += 1
        return f"call-{self._unnamed}"

    async def items(self, hang_up: Callable[[], Awaitable[None]]) -> AsyncGenerator[Item, None]:
        """What happens in all calls, until `stop`.

        Args:
            hang_up: ends all connections, and returns once each has given out what was still to be heard of it.
        """
        ending = asyncio.create_task(self._end(hang_up))
        try:
            while (item := await self._queue.get()) is not None:
                if self._queue.qsize() < _WAITING:
                    self.room.set()
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.stop.set()
            self.room.set()
            await ending

    async def _end(self, hang_up: Callable[[], Awaitable[None]]) -> None:
        await self.stop.wait()
        self.room.set()
        await hang_up()
        await self.board.close("stopped")
        self._queue.put_nowait(None)
