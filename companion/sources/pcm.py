"""Raw samples on standard input, a named pipe or a file. Its clock is audio time, as a sound file's is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from companion.core.events import Channel
from companion.core.feed import Closed, Item, Opened
from companion.sources.blocks import Blocks
from companion.sources.listening import Listening, Round
from companion.sources.pace import Pace
from companion.sources.pairs.side import Heard, Sound
from companion.speech.audio import Wire
from companion.speech.recogniser import Recogniser


class PcmStream:
    """A call as interleaved samples.

    Args:
        blocks: the bytes.
        name: how the stream is called in the journal.
        columns: whose sound each channel is.
        rate: samples a second.
        encoding: `s16le`, `mulaw` or `alaw`.
        call: the call's id.
        recogniser: makes a call's recogniser.
        speed: seconds of sound in a second at most, so that a file sent through a pipe plays in real time; None takes
            what comes.
    """

    def __init__(
        self,
        blocks: Blocks,
        *,
        name: str,
        columns: Sequence[Channel],
        rate: int,
        encoding: str,
        call: str,
        recogniser: Callable[[str], Recogniser],
        speed: float | None = None,
    ) -> None:
        self._blocks = blocks
        self._name = name
        self._columns = columns
        self._rate = rate
        self._wire = Wire(encoding, len(columns))
        self._call = call
        self._make = recogniser
        self._speed = speed
        self._stop = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen until the end of input.

        Raises:
            SourceError: the input cannot be read.
            SpeechError: the recogniser keeps failing.
        """
        recogniser = self._make(self._call)
        try:
            yield Opened(call=self._call, source=self._name, speech=recogniser.model)
            listening = Listening(self._call, recogniser, self._columns, self._rate)
            async for round_ in self._rounds(listening):
                for item in await listening.hear(round_):
                    yield item
            async for item in listening.finish():
                yield item
            reason = "stopped" if self._stop.is_set() else "end of input"
            yield Closed(call=self._call, reason=reason, at=round(listening.now * 1000))
        finally:
            await recogniser.close()

    async def close(self) -> None:
        """Stop listening; the last final texts of what was heard still come."""
        self._stop.set()
        self._blocks.stop()

    async def _rounds(self, listening: Listening) -> AsyncIterator[Round]:
        pace: Pace | None = None
        async for block in self._blocks:
            samples = self._wire.decode(block)
            if self._speed and pace is None:
                # What a recorder has sent while we were starting is the past: waiting for it would make the whole call late.
                pace = Pace(self._speed, self._stop, zero=len(samples) / self._rate)
            for round_ in listening.feed(samples):
                if pace:
                    await pace.wait(listening.end(round_))
                if self._stop.is_set():
                    return
                yield round_
        for round_ in listening.flush():
            yield round_


class PcmSide:
    """One channel of a call as samples of its own.

    Args:
        blocks: the bytes.
        name: how the stream is called in the journal.
        rate: samples a second.
        encoding: `s16le`, `mulaw` or `alaw`.
    """

    recorded = True

    def __init__(self, blocks: Blocks, *, name: str, rate: int, encoding: str) -> None:
        self.name = name
        self._blocks = blocks
        self._rate = rate
        self._wire = Wire(encoding)

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Listen until the end of input.

        Raises:
            SourceError: the input cannot be read.
        """
        async for block in self._blocks:
            yield Sound(self._wire.decode(block)[:, 0], self._rate)

    async def close(self) -> None:
        """Stop listening."""
        self._blocks.stop()
