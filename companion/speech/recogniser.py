"""What a recogniser is, and `Scripted`, a double that ships for tests of what stands behind one."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import msgspec

from companion.core.events import Channel, Partial, SourceBack, SourceLost, Utterance


class AudioChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of one channel: 16-bit mono little-endian at the model's rate, of a fixed size but for the last."""

    channel: Channel
    pcm: bytes
    start: float
    """Seconds of audio time from the start of the call."""


Hearing: TypeAlias = Partial | Utterance | SourceLost | SourceBack
"""What a recogniser gives back: what it believes so far, what it has settled, and gaps where it had to be restarted."""


class Recogniser(Protocol):
    """Hears one call, both channels. Chunks go in as they come; what was heard comes back in order of the chunks."""

    @property
    def model(self) -> str:
        """The model's name, for the journal."""
        ...

    @property
    def rate(self) -> int:
        """Samples a second it must be fed."""
        ...

    def hear(self, chunk: AudioChunk) -> Awaitable[Sequence[Hearing]]:
        """What this chunk brought: often nothing, a partial, or a final.

        Raises (when awaited):
            SpeechError: it keeps failing.
        """
        ...

    async def finish(self, channel: Channel) -> Sequence[Hearing]:
        """No more of this channel: its last final text. The channel may begin anew after it."""
        ...

    async def close(self) -> None:
        """Free what is held."""
        ...


Sound = TypeVar("Sound")
Heard = TypeVar("Heard")


async def ahead(
    hear: Callable[[Sound], Awaitable[Heard]], sounds: Iterable[Sound], depth: int = 16
) -> AsyncGenerator[tuple[Sound, Heard], None]:
    """What each piece of a file brought, in order, while the next `depth` are with the recogniser already.

    The same hearings as from one `hear` after the other, but a recogniser in another process never waits for its next chunk: for a file
    heard as fast as can be, that halves the time and saves a third of the CPU that falling asleep and waking up again costs.

    Raises:
        SpeechError: the recogniser keeps failing.
    """
    waiting: deque[tuple[Sound, asyncio.Future[Heard]]] = deque()
    try:
        for sound in sounds:
            waiting.append((sound, asyncio.ensure_future(hear(sound))))
            if len(waiting) > depth:
                first, heard = waiting.popleft()
                yield first, await heard
        while waiting:
            first, heard = waiting.popleft()
            yield first, await heard
    finally:
        for _, heard in waiting:
            heard.add_done_callback(noted)
            heard.cancel()


def noted(heard: asyncio.Future[Any]) -> None:
    """Take note of why something was not heard, where another tells it; else the loop's log would. A gathering fails by being cancelled."""
    if not heard.cancelled():
        heard.exception()


class Scripted:
    """A recogniser that hears what it is told: each line is given out when a chunk of its channel reaches its time.

    Args:
        script: `Partial`s and `Utterance`s; each comes out with the first chunk that ends at or after its `end`.
        rate: samples a second it claims to want.
    """

    model = "scripted"

    def __init__(self, script: Iterable[Partial | Utterance], rate: int = 16000) -> None:
        self.rate = rate
        self._left = sorted(script, key=lambda line: line.end)

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        """Give out the lines of this channel whose end lies in this chunk or before it."""
        return self._until(chunk.channel, chunk.start + len(chunk.pcm) / 2 / self.rate)

    async def finish(self, channel: Channel) -> Sequence[Hearing]:
        """Give out the rest of this channel's lines."""
        return self._until(channel, float("inf"))

    async def close(self) -> None:
        """Forget the rest."""
        self._left = []

    def _until(self, channel: Channel, end: float) -> list[Hearing]:
        due = [line for line in self._left if _speaker(line) == channel and line.end <= end + 1e-6]
        self._left = [line for line in self._left if line not in due]
        return list(due)


def _speaker(line: Partial | Utterance) -> Channel:
    return line.channel if isinstance(line, Partial) else line.speaker
