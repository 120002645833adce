"""Two recorded one-channel sounds as one call, fed in turn. Its clock is audio time: the same two files always give the same journal."""

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np

from companion.core.events import Channel
from companion.core.feed import Closed, Complaint, Item, Opened
from companion.sources.listening import Listening
from companion.sources.pace import Pace
from companion.sources.pairs.side import Side, Sound
from companion.speech.audio import CHUNK, Rechunker, Samples
from companion.speech.recogniser import Recogniser


class Pair:
    """A call whose channels are two recordings; the shorter one is followed by silence.

    Args:
        agent: the agent's.
        customer: the customer's.
        call: the call's id.
        recogniser: makes a call's recogniser.
        speed: seconds of sound played in a second; None plays as fast as it can be heard.
    """

    def __init__(
        self, agent: Side, customer: Side, *, call: str, recogniser: Callable[[str], Recogniser], speed: float | None = None
    ) -> None:
        self._sides: dict[Channel, Side] = {"agent": agent, "customer": customer}
        self._call = call
        self._make = recogniser
        self._speed = speed
        self._stop = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Play both once.

        Raises:
            SourceError: one cannot be read.
            SpeechError: the recogniser keeps failing.
        """
        recogniser = self._make(self._call)
        try:
            yield Opened(call=self._call, source=named(*self._sides.values()), speech=recogniser.model)
            columns = [_Column(side, channel, recogniser.rate) for channel, side in self._sides.items()]
            listening = Listening(self._call, recogniser, list(self._sides), recogniser.rate)
            size = round(CHUNK * recogniser.rate)
            pace: Pace | None = None
            while not self._stop.is_set():
                for complaint in [complaint for column in columns for complaint in await column.fill(size)]:
                    yield complaint
                frames = min(size, max(column.left for column in columns))
                if not frames:
                    break
                # What a recorder has sent while we were starting is the past: waiting for it would make the whole call late.
                pace = pace or (Pace(self._speed, self._stop, zero=frames / recogniser.rate) if self._speed else None)
                if pace:
                    await pace.wait(listening.now + frames / recogniser.rate)
                for round_ in listening.feed(np.stack([column.take(frames) for column in columns], axis=1)):
                    for item in await listening.hear(round_):
                        yield item
            for round_ in listening.flush():
                for item in await listening.hear(round_):
                    yield item
            async for item in listening.finish():
                yield item
            reason = "stopped" if self._stop.is_set() else "end of input"
            yield Closed(call=self._call, reason=reason, at=round(listening.now * 1000))
        finally:
            await recogniser.close()

    async def close(self) -> None:
        """Stop playing; the last final texts of what was heard still come."""
        self._stop.set()
        for side in self._sides.values():
            await side.close()


def named(agent: Side, customer: Side) -> str:
    """How two sides are called in the journal."""
    return f"agent {agent.name}, customer {customer.name}"


class _Column:
    """One side's sound, read no further than it is wanted."""

    def __init__(self, side: Side, channel: Channel, rate: int) -> None:
        self._coming = aiter(side)
        self._channel: Channel = channel
        self._rate = rate
        self._feed: Rechunker | None = None
        self._waiting = np.zeros(0, np.int16)
        self._over = False

    @property
    def left(self) -> int:
        """Frames that have been read and not taken."""
        return len(self._waiting)

    async def fill(self, frames: int) -> list[Complaint]:
        """Read so many frames, or to the end; what there is to complain about."""
        complaints = []
        while self.left < frames and not self._over:
            heard = await anext(self._coming, None)
            if isinstance(heard, Complaint):
                complaints.append(heard)
            elif isinstance(heard, Sound):
                self._feed = self._feed or Rechunker(self._channel, heard.rate, self._rate)
                self._keep(b"".join(chunk.pcm for chunk in self._feed.feed(heard.samples)))
            elif heard is None:
                self._over = True
                if self._feed is not None:
                    self._keep(b"".join(chunk.pcm for chunk in self._feed.flush()))
        return complaints

    def take(self, frames: int) -> Samples:
        """The next so many frames, silence after the end."""
        piece, self._waiting = self._waiting[:frames], self._waiting[frames:]
        return np.concatenate([piece, np.zeros(frames - len(piece), np.int16)])

    def _keep(self, pcm: bytes) -> None:
        self._waiting = np.concatenate([self._waiting, np.frombuffer(pcm, "<i2")])
