"""One connection's sound on its way to the recogniser. Taking it never waits: what cannot be heard in time is left out, oldest first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable

import msgspec
import numpy as np

from companion.core.events import Channel, SourceBack, SourceLost
from companion.core.feed import Happened, Item
from companion.sources.listeners.exchange import Exchange
from companion.sources.listeners.switchboard import Seat
from companion.sources.listening import Listening
from companion.sources.protocols.dialect import Begun, Paused, Sound
from companion.speech.audio import Samples, Wire

MOST = 6.0
"""Seconds of a channel's sound that wait for a slow recogniser, at most."""

KEPT = 2.0
"""Seconds of it that stay, the newest, once it is too much: one long gap that is said, not many short ones that garble words."""

GAP = 1.0
"""Seconds of missing sound from which on it is a gap in the journal; less is filled with silence."""


_WINDOW = 2.0  # seconds over which a stream that tells no time is compared with the clock


class _Piece(msgspec.Struct, frozen=True):
    at: float
    samples: Samples
    columns: tuple[Channel, ...]
    seconds: float


class Leg:
    """One stream, from its first sound to its last.

    Args:
        exchange: where it meets the others.
        begun: what its peer says about it.
    """

    def __init__(self, exchange: Exchange, begun: Begun) -> None:
        self._exchange = exchange
        self._begun = begun
        self._pair = begun.call or exchange.nameless()
        self._wires: dict[tuple[Channel, ...], Wire] = {}
        self._ears: dict[Channel, _Ear] = {}
        self._began: float | None = None  # the loop's clock at the stream's start
        self._waiting: deque[_Piece | Paused] = deque()
        self._seconds: dict[Channel, float] = {"agent": 0.0, "customer": 0.0}  # of what is waiting
        self._more = asyncio.Event()
        self._over = False
        self._slow = False
        self._paused = False
        self._paused_at: float | None = None  # the loop's clock
        self._end = 0.0  # of the stream, so far
        self._shift = 0.0  # of the stream's clock, where it stood still while the call's went on
        self._late = (0.0, 0.0)  # seconds behind the clock in this window, at best and at worst
        self._window = 0.0  # the loop's clock at the window's end

    @property
    def call(self) -> str:
        """The call's id, empty before the first sound."""
        return next((ear.seat.call.name for ear in self._ears.values()), "")

    def put(self, act: Sound | Paused) -> None:
        """Take sound in.

        Raises:
            PeerError: another stream already brings this channel of this call.
            SpeechError: there is no recogniser for a new call.
        """
        if isinstance(act, Paused):
            self._waiting.append(act)
            if self._paused_at is None:
                self._paused_at = asyncio.get_running_loop().time()
        else:
            self._sit(act)
            at = act.at + self._resume(act.at)
            if not self._begun.clocked:
                at += self._behind(at)
            wire = self._wires.setdefault(act.columns, Wire(self._begun.encoding, len(act.columns)))
            samples = wire.decode(act.data)
            seconds = len(samples) / self._begun.rate
            self._waiting.append(_Piece(at, samples, act.columns, seconds))
            self._end = at + seconds
            self._count(act.columns, seconds)
            if max(self._seconds.values()) > MOST:
                self._leave_out()
        self._more.set()

    def end(self) -> None:
        """No more sound comes."""
        for ear in self._ears.values():
            ear.seat.part()
        self._over = True
        self._more.set()

    async def work(self) -> None:
        """Have everything recognised until `end`, to the last final texts.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        while not (self._over and not self._waiting):
            await self._more.wait()
            self._more.clear()
            for item in [item for ear in self._ears.values() for item in ear.answered()]:
                self._exchange.give(item)
            while self._waiting:
                async for item in self._next(self._waiting.popleft()):
                    self._exchange.give(item)
                await self._exchange.room.wait()
        for ear in self._ears.values():
            async for item in ear.rest():
                self._exchange.give(item)

    def done(self) -> None:
        """The last words are out, or never will be: who has sat down after us may be heard."""
        for ear in self._ears.values():
            ear.seat.done()

    async def leave(self, lost: str) -> None:
        """Give all seats up.

        Args:
            lost: why the connection broke, if it did.
        """
        last = len(self._ears) - 1
        for n, ear in enumerate(self._ears.values()):
            # One connection that is lost is one gap, however many channels it carried.
            await self._exchange.board.leave(ear.seat, lost if n == last else "")

    def _sit(self, sound: Sound) -> None:
        """Take the seats of channels that are heard for the first time."""
        now = asyncio.get_running_loop().time()
        for channel in sound.columns:
            if channel not in self._ears:
                seat = self._exchange.board.join(self._pair, channel, self._begun.about, self._begun.who)
                # The stream's clock is laid on the call's once, and for both channels alike.
                self._began = now - sound.at if self._began is None else self._began
                offset = round(max(0.0, self._began - seat.call.began), 3)
                self._ears[channel] = _Ear(seat, self._begun.rate, offset, self._more.set)

    def _resume(self, at: float) -> float:
        """How far the stream's clock is behind. Some peers stop it while they pause; the call's does not stop."""
        if self._paused_at is not None:
            passed = asyncio.get_running_loop().time() - self._paused_at
            told = max(0.0, at + self._shift - self._end)
            self._shift += max(0.0, passed - told)
            self._paused_at = None
        return self._shift

    def _behind(self, at: float) -> float:
        """Seconds that a stream which tells no time has silently left out, once that is certain.

        A network that stalled, or a process that was stopped, delivers what is missing in a burst, however long, and the stream catches up
        with the clock. One that stays behind for two seconds has left something out: it was paused, or silence was not sent. Where pieces
        come now late, now early, it is this machine that is too busy to read them in time.
        """
        assert self._began is not None
        now = asyncio.get_running_loop().time()
        late = now - self._began - at
        least, most = self._late
        if now < self._window:
            self._late = min(least, late), max(most, late)
            return 0.0
        left_out = least if least >= GAP and most - least < GAP / 2 else 0.0
        self._shift += left_out
        self._late, self._window = (late - left_out, late - left_out), now + _WINDOW
        return left_out

    def _count(self, channels: Iterable[Channel], seconds: float) -> None:
        for channel in channels:
            self._seconds[channel] += seconds

    def _leave_out(self) -> None:
        """Forget the oldest sound; the jump in time that this leaves is how the gap is noticed."""
        self._slow = True
        kept: deque[_Piece | Paused] = deque()
        while self._waiting:
            act = self._waiting.popleft()
            if isinstance(act, _Piece) and self._waiting and any(self._seconds[channel] > KEPT for channel in act.columns):
                self._count(act.columns, -act.seconds)
            else:
                kept.append(act)
        self._waiting = kept

    async def _next(self, act: _Piece | Paused) -> AsyncIterator[Item]:
        if isinstance(act, Paused):
            for ear in self._ears.values():
                async for item in ear.rest():
                    yield item
            if self._ears and not self._paused:
                self._paused = True
                yield Happened(call=self.call, event=SourceLost(reason=act.reason))
            return
        self._count(act.columns, -act.seconds)
        if self._paused:
            self._paused = False
            gap = max(0.0, min(act.at - ear.now for ear in self._ears.values()))
            yield Happened(call=self.call, event=SourceBack(gap=round(gap, 3)))
            for ear in self._ears.values():
                ear.now = max(ear.now, act.at)
        for channel in act.columns:
            await self._ears[channel].seat.ready()
        why = "was too much for the recogniser" if self._slow else "went missing"
        for column, channel in enumerate(act.columns):
            async for item in self._ears[channel].hear(act.at, act.samples[:, column : column + 1], why):
                yield item
        self._slow = self._slow and bool(self._waiting)


class _Ear:
    """One channel of a stream."""

    def __init__(self, seat: Seat, rate: int, offset: float, wake: Callable[[], None]) -> None:
        self.seat = seat
        self.now = 0.0
        """Seconds of the stream that have been heard."""
        self._rate = rate
        self._offset = offset
        self._wake = wake
        self._listening: Listening | None = None

    async def hear(self, at: float, samples: Samples, why: str) -> AsyncIterator[Item]:
        """What a piece brings; one that comes after a gap says so.

        Args:
            at: seconds from the stream's start.
            samples: shape (frames, 1).
            why: what a gap would be due to.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        call, channel = self.seat.call, self.seat.channel
        gap = at - self.now
        if self._listening is not None and gap >= GAP:
            async for item in self.rest():
                yield item
            yield Happened(call=call.name, event=SourceLost(reason=f"the {channel}'s sound {why}"))
            yield Happened(call=call.name, event=SourceBack(gap=round(gap, 3)))
        if self._listening is None:
            self.now = max(self.now, at)
            start = self._offset + self.now
            self._listening = Listening(call.name, call.recogniser, (channel,), self._rate, start=start, clocked=False, wake=self._wake)
        elif gap > 0:
            samples = np.concatenate([np.zeros((round(gap * self._rate), 1), np.int16), samples])
        self.now += len(samples) / self._rate
        for round_ in self._listening.feed(samples):
            for item in await self._listening.hear(round_):
                yield item

    def answered(self) -> list[Item]:
        """What the recogniser, if it is far away, has said of sound that came before.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        return self._listening.answered() if self._listening is not None else []

    async def rest(self) -> AsyncIterator[Item]:
        """The last final texts of what has come; hearing begins anew after it.

        Raises:
            SpeechError: the recogniser keeps failing.
        """
        if self._listening is not None:
            listening, self._listening = self._listening, None
            async for item in listening.last():
                yield item
