"""Two one-channel sounds as one call, by the clock: a microphone and what is played beside it, or whatever else comes as it is spoken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import numpy as np

from companion.core.events import Channel, SourceBack, SourceLost
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.net.dialling import Back, Lost
from companion.sources.listening import Listening
from companion.sources.pace import Pace
from companion.sources.pairs.pair import named
from companion.sources.pairs.side import Heard, Side, Sound
from companion.sources.pairs.soundcheck import Soundcheck
from companion.sources.pairs.track import Track
from companion.speech.audio import CHUNK
from companion.speech.recogniser import Recogniser

MOST = 6.0
"""Seconds of sound that wait for a slow recogniser, at most."""

KEPT = 2.0
"""Seconds of it that stay, the newest, once it is too much."""

_TICK = 0.05  # seconds between two looks at what has come
_IDLE = 10  # looks in a row that found nothing new: then silence is taken in its place. Looks, for a machine that stalls takes none
_LAG = 0.3  # seconds by which silence is taken late


class LivePair:
    """A call whose channels come from two places, each as it is spoken. It ends with the first of them that ends by itself.

    Args:
        agent: the agent's sound.
        customer: the customer's.
        call: the call's id.
        recogniser: makes a call's recogniser.
    """

    def __init__(self, agent: Side, customer: Side, *, call: str, recogniser: Callable[[str], Recogniser]) -> None:
        self._call = call
        self._make = recogniser
        self._name = named(agent, customer)
        self._ways = [_Way(agent, "agent"), _Way(customer, "customer")]
        self._stop = asyncio.Event()
        self._news: list[Item] = []
        self._lost_at: float | None = None

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen until one side ends, or it is stopped.

        Raises:
            SourceError: one side is not there to begin with, or ended in error.
            SpeechError: the recogniser keeps failing.
        """
        recogniser = self._make(self._call)
        pumps = [asyncio.create_task(self._pump(way, recogniser.rate)) for way in self._ways]
        try:
            if not await self._both(pumps):
                return
            yield Opened(call=self._call, source=self._name, speech=recogniser.model)
            call = _Hearing(self._call, recogniser, self._ways)
            while not self._stop.is_set() and not any(pump.done() for pump in pumps):
                heard = await call.hear()
                for item in [*self._said(), *heard]:
                    yield item
                if not heard:
                    await self._tick()
            for item in self._said():
                yield item
            async for item in call.rest():
                yield item
            for pump in pumps:
                if pump.done():
                    pump.result()
            yield Closed(call=self._call, reason="stopped" if self._stop.is_set() else "one side ended")
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            await recogniser.close()

    async def close(self) -> None:
        """Stop listening; the last final texts of what was heard still come."""
        self._stop.set()
        for way in self._ways:
            await way.side.close()

    async def _both(self, pumps: list["asyncio.Task[None]"]) -> bool:
        """Wait until both sides are there; whether they are.

        Raises:
            SourceError: one side is not.
        """
        while not self._stop.is_set() and not all(way.there for way in self._ways):
            if ended := next((pump for pump in pumps if pump.done()), None):
                ended.result()
                return False
            await self._tick()
        return not self._stop.is_set()

    async def _pump(self, way: "_Way", rate: int) -> None:
        """Lay one side's sound on its track as it comes."""
        loop = asyncio.get_running_loop()
        pace: Pace | None = None
        played = 0.0
        way.track = track = Track(way.channel, rate)
        async for heard in way.side:
            way.there = True
            if not isinstance(heard, Sound):
                self._tell(way, heard, loop.time())
            elif not len(heard.samples):
                track.dry = True
            else:
                if way.side.recorded:
                    while way.began is None and not self._stop.is_set():
                        await self._tick()
                    pace = pace or Pace(1.0, self._stop)
                    played += len(heard.samples) / heard.rate
                    await pace.wait(played)
                way.idle = 0
                track.lay(heard.samples, heard.rate, loop.time() - way.began if way.began is not None else 0.0)

    def _tell(self, way: "_Way", heard: Heard, now: float) -> None:
        """What happens around the sound. Two sides that are lost are one gap: it lasts until both are back."""
        match heard:
            case Complaint():
                self._news.append(heard)
            case Lost():
                if not way.lost:  # what is tried again and again is said once
                    self._news.append(Complaint(text=f"{heard.reason}; the call goes on, and it is taken up again when it is back"))
                way.lost = True
                if self._lost_at is None:
                    self._lost_at = now
                    self._news.append(Happened(call=self._call, event=SourceLost(reason=heard.reason)))
            case Back():
                way.lost = False
                self._news.append(Complaint(text=f"{way.name}: {heard}"))
                if self._lost_at is not None and not any(other.lost for other in self._ways):
                    self._news.append(Happened(call=self._call, event=SourceBack(gap=round(now - self._lost_at, 3))))
                    self._lost_at = None

    async def _tick(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TICK):  # wait_for may swallow a cancellation before Python 3.12
                await self._stop.wait()

    def _said(self) -> list[Item]:
        said, self._news = self._news, []
        return said


class _Way:
    """One side's way into the call."""

    def __init__(self, side: Side, channel: Channel) -> None:
        self.side = side
        self.name = side.name.rstrip(":")  # in front of a complaint
        self.channel: Channel = channel
        self.track: Track | None = None
        self.there = False
        self.began: float | None = None  # the loop's clock at the call's start
        self.idle = _IDLE
        self.lost = False


class _Hearing:
    """Takes rounds off both tracks, in step, and lets them be heard."""

    def __init__(self, call: str, recogniser: Recogniser, ways: list[_Way]) -> None:
        self._call = call
        self._recogniser = recogniser
        self._ways = ways
        self._tracks = [way.track for way in ways if way.track is not None]
        self._size = round(CHUNK * recogniser.rate)
        self._taken = 0  # frames
        self._listening = self._anew()
        self._check = Soundcheck({way.channel: way.name for way in ways}, recogniser.rate)
        self._began = asyncio.get_running_loop().time()
        for way in ways:
            way.began = self._began

    async def hear(self) -> list[Item]:
        """What the next round brings, or brought before and is known now; nothing where there is neither.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        items = await self._leave_out() if self._now() - self._taken / self._recogniser.rate > MOST else self._listening.answered()
        if items:
            return items
        if self._full():
            return await self._round(self._size)
        for way in self._ways:
            way.idle += 1
        return []

    async def rest(self) -> AsyncIterator[Item]:
        """What is still to be heard, and the last final texts.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        while (left := round(max(track.end for track in self._tracks) * self._recogniser.rate) - self._taken) > 0:
            for item in await self._round(min(left, self._size)):
                yield item
        async for item in self._listening.last():
            yield item

    async def _round(self, frames: int) -> list[Item]:
        items: list[Item] = []
        samples = np.stack([track.take(frames) for track in self._tracks], axis=1)
        self._taken += frames
        for round_ in self._listening.feed(samples):
            items += await self._listening.hear(round_)
        items += [Complaint(text=text) for text in self._check.hear(samples)]
        return items

    def _full(self) -> bool:
        """Whether the next round can be taken: all sound is there, or will not come any more."""
        end = (self._taken + self._size) / self._recogniser.rate
        late = self._now() >= end + _LAG
        return all(track.end >= end or (way.idle >= _IDLE and late) for way, track in zip(self._ways, self._tracks, strict=True))

    async def _leave_out(self) -> list[Item]:
        """Forget what a slow recogniser cannot hear in time, as one long gap that is said."""
        items = [item async for item in self._listening.last()]
        rate = self._recogniser.rate
        frames = max(0, round((self._now() - KEPT) * rate) - self._taken)
        for track in self._tracks:
            track.skip(frames)
        self._taken += frames
        self._listening = self._anew()
        lost = SourceLost(reason="sound was too much for the recogniser")
        return [*items, Happened(call=self._call, event=lost), Happened(call=self._call, event=SourceBack(gap=round(frames / rate, 3)))]

    def _anew(self) -> Listening:
        rate = self._recogniser.rate
        channels = [way.channel for way in self._ways]
        return Listening(self._call, self._recogniser, channels, rate, start=self._taken / rate, clocked=False)

    def _now(self) -> float:
        return asyncio.get_running_loop().time() - self._began
