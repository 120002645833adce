"""One call's sound on its way to the recogniser: columns of samples in, items out. What files and streams have in common."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, TypeAlias

from numpy.typing import NDArray

from companion.core.events import Channel
from companion.core.feed import Item, Level, Passed
from companion.sources.hearings import Hearings
from companion.speech.audio import Rechunker, level
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser

Round: TypeAlias = Sequence[AudioChunk]
"""One chunk of each channel, agent first, all of the same length and time."""

_ORDER: tuple[Channel, ...] = ("agent", "customer")


class Listening:
    """Feeds one call's recogniser.

    Args:
        call: the call's id.
        recogniser: this call's own.
        columns: whose sound each column of the samples is.
        rate: samples a second of what is fed.
        start: audio time in the call, in seconds, of the first sample.
    """

    def __init__(self, call: str, recogniser: Recogniser, columns: Sequence[Channel], rate: float, *, start: float = 0.0) -> None:
        self._call = call
        self._recogniser = recogniser
        self._hearings = Hearings(call)
        order = sorted(range(len(columns)), key=lambda column: _ORDER.index(columns[column]))
        self._feeds = [(column, Rechunker(columns[column], rate, recogniser.rate, start=start)) for column in order]
        self.now = start
        """Seconds of audio time heard so far."""

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

    async def hear(self, round_: Round, *, clocked: bool = True) -> list[Item]:
        """Let the recogniser hear a round.

        Args:
            clocked: arrival is the audio time of the round's end; else it is left to whoever takes the items.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        return self.items(round_, await self.listen(round_), clocked=clocked)

    def listen(self, round_: Round) -> Awaitable[list[Sequence[Hearing]]]:
        """What the recogniser says to each channel of a round; may be asked for the next round before it has answered.

        Raises (when awaited):
            SpeechError: the recogniser keeps failing.
        """
        # Both channels are worked on at once; the order of what comes out stays the channels'.
        return asyncio.gather(*map(self._recogniser.hear, round_))

    def items(self, round_: Round, heard: Sequence[Sequence[Hearing]], *, clocked: bool = True) -> list[Item]:
        """What a round brought, as items; to be asked in the order of the rounds."""
        self.now = max(self.now, self.end(round_))
        at = round(self.now * 1000) if clocked else None
        items = [item for hearings in heard for item in self._hearings.translate(hearings, at)]
        if at is not None:
            items.append(Passed(call=self._call, at=at))
        items += [Level(call=self._call, channel=chunk.channel, level=level(chunk.pcm)) for chunk in round_]
        return items

    async def last(self) -> list[Item]:
        """Of a live stream that ends: what is still to be heard of the sound that has come, and the last final texts.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        items: list[Item] = []
        for round_ in self.flush():
            items += await self.hear(round_, clocked=False)
        return items + await self.finish(clocked=False)

    async def finish(self, *, clocked: bool = True) -> list[Item]:
        """The last final texts of all channels; to be called after the rounds of `flush` were heard.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        at = round(self.now * 1000) if clocked else None
        items: list[Item] = []
        for _, feed in self._feeds:
            items += self._hearings.translate(await self._recogniser.finish(feed.channel), at)
            items += self._hearings.finish(feed.channel, at)
        return items
