"""One call's recogniser: an `Ear` for each of its two channels, whatever engine does the work."""

from collections.abc import Awaitable, Callable, Sequence

from companion.core.events import Channel
from companion.speech.ear import Ear
from companion.speech.engine import Engine, EngineLost
from companion.speech.recogniser import AudioChunk, Hearing


class Call:
    """A `Recogniser`.

    `hear` may be called again before it has returned (see `recogniser.ahead`): what comes back is the same, in the same order, and the
    engine need not wait for us between chunks. The two channels are worked on in parallel.

    Args:
        model: what the journal calls the recogniser.
        rate: samples a second it must be fed.
        engine: gives an engine that works, for a stream that is opened at once.
    """

    def __init__(self, model: str, rate: int, engine: Callable[[], Awaitable[Engine]]) -> None:
        self._model = model
        self._rate = rate
        self._engine = engine
        self._ears: dict[Channel, Ear] = {}
        self._mourned: EngineLost | None = None

    @property
    def model(self) -> str:
        """What the journal calls the recogniser."""
        return self._model

    @property
    def rate(self) -> int:
        """Samples a second it must be fed."""
        return self._rate

    def hear(self, chunk: AudioChunk) -> Awaitable[Sequence[Hearing]]:
        """What this chunk brought. A `Partial` without text takes back one that came to nothing.

        Raises (when awaited):
            SpeechError: the recogniser cannot be brought back to work.
        """
        ear = self._ears.get(chunk.channel)
        if ear is None or ear.ending:
            ear = self._ears[chunk.channel] = Ear(chunk.channel, self._rate, self._engine, self._mourn)
        return ear.hear(chunk)

    async def finish(self, channel: Channel) -> Sequence[Hearing]:
        """The channel's last final text. It may begin anew afterwards.

        Raises:
            SpeechError: the recogniser cannot be brought back to work.
        """
        ear = self._ears.get(channel)
        if ear is None:
            return []
        hearings = await ear.finish()
        if self._ears.get(channel) is ear:
            del self._ears[channel]
        return hearings

    async def close(self) -> None:
        """Free both channels' streams without waiting for their last words."""
        for ear in self._ears.values():
            await ear.close()
        self._ears.clear()

    def _mourn(self, lost: EngineLost) -> bool:
        """Whether this loss is news: both channels notice it, the call is told once."""
        news = lost is not self._mourned
        self._mourned = lost
        return news
