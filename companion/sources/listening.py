"""One call's sound on its way to the recogniser: columns of samples in, items out. What files and streams have in common."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from numpy.typing import NDArray

from companion.core.events import Channel
from companion.core.feed import Item, Level, Passed
from companion.sources.hearings import Hearings
from companion.speech.audio import Rechunker, level
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, noted

Round: TypeAlias = Sequence[AudioChunk]
"""One chunk of each channel, agent first, all of the same length and time."""

AHEAD = 10
"""Rounds that are with the recogniser at once, at most: two seconds of sound, so that one that is far away has the next ones in time."""

SOON = 0.05
"""Seconds within which a recogniser on this machine answers, unless it has much to do."""

_ORDER: tuple[Channel, ...] = ("agent", "customer")


class Listening:
    """Feeds one call's recogniser.

    Args:
        call: the call's id.
        recogniser: this call's own.
        columns: whose sound each column of the samples is.
        rate: samples a second of what is fed.
        start: audio time in the call, in seconds, of the first sample.
        clocked: arrival is the audio time at which a round is over; else it is left to whoever takes the items.
        wake: told that a round was answered: `answered` has more.
    """

    def __init__(
        self,
        call: str,
        recogniser: Recogniser,
        columns: Sequence[Channel],
        rate: float,
        *,
        start: float = 0.0,
        clocked: bool = True,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._call = call
        self._recogniser = recogniser
        self._hearings = Hearings(call)
        order = sorted(range(len(columns)), key=lambda column: _ORDER.index(columns[column]))
        self._feeds = [(column, Rechunker(columns[column], rate, recogniser.rate, start=start)) for column in order]
        self._under_way: deque[tuple[Round, asyncio.Future[list[Sequence[Hearing]]]]] = deque()
        self._clocked = clocked
        self._wake = wake
        self.now = start
        """Seconds of audio time given to the recogniser so far."""

    def feed(self, samples: NDArray[Any]) -> list[Round]:
        """Take frames, shape (frames, columns), 16-bit or float; give the rounds that are full."""
        chunks = [feed.feed(samples[:, column]) for column, feed in self._feeds]
        return list(zip(*chunks, strict=True))

    def flush(self) -> list[Round]:
        """No more samples: the rounds that are left, the last as short as it is."""
        chunks = [feed.flush() for _, feed in self._feeds]
        return list(zip(*chunks, strict=True))

    def end(self, round_: Round) -> float:
        """Seconds of audio time at which this round is over."""
        return max(chunk.start + len(chunk.pcm) / 2 / self._recogniser.rate for chunk in round_)

    async def hear(self, round_: Round) -> list[Item]:
        """Let the recogniser hear a round; what has been heard by now.

        That is what the round brought, where the recogniser is near. Sound does not wait for one that is far away: what that says comes
        with a later round, by `answered`, or in the end; it is the same, in the same order.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        heard = asyncio.ensure_future(self.listen(round_))
        heard.add_done_callback(self._told)
        self._under_way.append((round_, heard))
        waiting = [each for _, each in self._under_way if not each.done()]
        if len(waiting) > AHEAD:
            await asyncio.wait(waiting[:1])
        elif len(waiting) == 1:
            await asyncio.wait(waiting, timeout=SOON)
        return self.answered()

    def answered(self) -> list[Item]:
        """What has been heard since it was last asked, without waiting; what came before a failure is given before that is raised.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        items: list[Item] = []
        while self._under_way and (heard := self._under_way[0][1]).done():
            if items and (heard.cancelled() or heard.exception() is not None):
                self._wake()
                break
            round_, _ = self._under_way.popleft()
            items += self.items(round_, heard.result())
        return items

    def listen(self, round_: Round) -> Awaitable[list[Sequence[Hearing]]]:
        """What the recogniser says to each channel of a round; may be asked for the next round before it has answered.

        Raises (when awaited):
            SpeechError: the recogniser keeps failing.
        """
        self.now = max(self.now, self.end(round_))
        # Both channels are worked on at once; the order of what comes out stays the channels'.
        return asyncio.gather(*map(self._recogniser.hear, round_))

    def items(self, round_: Round, heard: Sequence[Sequence[Hearing]]) -> list[Item]:
        """What a round brought, as items; to be asked in the order of the rounds."""
        at = self._at(self.end(round_))
        items = [item for hearings in heard for item in self._hearings.translate(hearings, at)]
        if at is not None:
            items.append(Passed(call=self._call, at=at))
        items += [Level(call=self._call, channel=chunk.channel, level=level(chunk.pcm)) for chunk in round_]
        return items

    async def last(self) -> AsyncIterator[Item]:
        """Of a stream that ends: what is still to be heard of the sound that has come, and the last final texts.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        for round_ in self.flush():
            for item in await self.hear(round_):
                yield item
        async for item in self.finish():
            yield item

    async def finish(self) -> AsyncIterator[Item]:
        """What has not been answered yet, and the last final texts of all channels; to be called after the rounds of `flush` were heard.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        while self._under_way:
            await asyncio.wait({self._under_way[0][1]})
            for item in self.answered():
                yield item
        at = self._at(self.now)
        for _, feed in self._feeds:
            last = await self._recogniser.finish(feed.channel)
            for item in [*self._hearings.translate(last, at), *self._hearings.finish(feed.channel, at)]:
                yield item

    def _at(self, seconds: float) -> int | None:
        return round(seconds * 1000) if self._clocked else None

    def _told(self, heard: asyncio.Future[list[Sequence[Hearing]]]) -> None:
        noted(heard)  # the first that fails tells it
        self._wake()
