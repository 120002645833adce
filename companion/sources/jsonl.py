"""Transcripts and chats as JSON Lines, from standard input or a file."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import msgspec

from companion.core.feed import Closed, Item, Passed
from companion.errors import SourceError
from companion.sources.blocks import Blocks
from companion.sources.pace import Pace
from companion.sources.protocols.jsonlines import JsonLines

LONGEST_LINE = 2 * 1024 * 1024
"""Bytes of a line; the longest text allowed fits even where each of its characters is escaped."""

TICK = 0.2
"""Seconds of the clock between two signs of life while a transcript is played."""


class Splitter:
    """Cuts blocks into lines and holds no more than one line."""

    def __init__(self, limit: int = LONGEST_LINE) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, block: bytes) -> Iterator[bytes | None]:
        """Lines that this block completes, without their ends; None for one that was over the limit."""
        *whole, rest = block.split(b"\n")
        for part in whole:
            self._add(part)
            yield self._take()
        self._add(rest)

    def finish(self) -> Iterator[bytes | None]:
        """The last line, if the input did not end in a line's end."""
        if self._size:
            yield self._take()

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._limit:
            self._parts = []
        elif part:
            self._parts.append(part)

    def _take(self) -> bytes | None:
        line = b"".join(self._parts) if self._size <= self._limit else None
        self._parts, self._size = [], 0
        return line


class Transcript:
    """A source of JSON Lines.

    Args:
        blocks: the bytes.
        name: how the input is called in complaints; its lines are counted from 1.
        source: how it is called in the journal.
        strict: a line that cannot be used ends everything.
        speed: seconds of the calls played in a second; None gives everything out at once, and so is always done with
            calls whose lines have no times.
        from_now: what a call's first line tells is due at once, as befits a pipe that somebody is writing to.
    """

    def __init__(
        self, blocks: Blocks, *, name: str, source: str, strict: bool = False, speed: float | None = None, from_now: bool = False
    ) -> None:
        self._blocks = blocks
        self._name = name
        self._lines = JsonLines(name, source=source, strict=strict)
        self._speed = speed
        self._from_now = from_now
        self._stop = asyncio.Event()
        self._paces: dict[str, Pace] = {}
        self._played: dict[str, int] = {}

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield the items of every line, then the end of the calls that are still open.

        Raises:
            SourceError: the input cannot be read, is a journal, or holds no line that can be used; (strict) one cannot.
        """
        splitter = Splitter()
        async for block in self._blocks:
            for raw in splitter.feed(block):
                if self._stop.is_set():
                    break
                async for item in self._play(self._take(raw)):
                    yield item
        if not self._stop.is_set():
            for raw in splitter.finish():
                async for item in self._play(self._take(raw)):
                    yield item
        for item in self._lines.close("stopped" if self._stop.is_set() else "end of input"):
            yield self._cut(item)
        if self._lines.barren and not self._stop.is_set():
            raise SourceError(f'{self._name}: no line of it can be used; a line is {{"speaker": "agent", "text": "…"}}')

    async def close(self) -> None:
        """Stop: lines not yet played are left out, and the open calls end where they are."""
        self._stop.set()
        self._blocks.stop()

    def _take(self, raw: bytes | None) -> list[Item]:
        return self._lines.oversized(LONGEST_LINE) if raw is None else self._lines.line(raw)

    async def _play(self, items: list[Item]) -> AsyncIterator[Item]:
        if self._speed is None:
            for item in items:
                yield item
            return
        for item in items:
            async for passed in self._wait(item):
                yield passed
            if self._stop.is_set():
                return
            yield item

    async def _wait(self, item: Item) -> AsyncIterator[Passed]:
        """Let a call's clock run until this item is due."""
        assert self._speed is not None
        call, at = getattr(item, "call", None), getattr(item, "at", None)
        if call is None or at is None:
            return
        if call not in self._paces:
            if not self._lines.is_paced(call):
                return
            self._paces[call] = Pace(self._speed, self._stop, zero=at / 1000 if self._from_now else 0.0)
        pace = self._paces[call]
        while not await pace.wait(at / 1000, TICK):
            self._played[call] = max(self._played.get(call, 0), min(at, int(pace.now * 1000)))
            yield Passed(call=call, at=self._played[call])
        if not self._stop.is_set():
            self._played[call] = at
        if isinstance(item, Closed):
            del self._paces[call]

    def _cut(self, item: Item) -> Item:
        """End a call at what was played of it, not at a line that was read ahead."""
        if isinstance(item, Closed) and item.call in self._played:
            return msgspec.structs.replace(item, at=self._played[item.call])
        return item
