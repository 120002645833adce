"""Recognition with Vosk, in a child process that is started again when it dies or hangs.

`Vosk` holds one model in one process; `Vosk.call` gives a `Recogniser` for each call, which has an `Ear` for each channel.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from companion.core.events import Channel
from companion.errors import SpeechError
from companion.speech.child import Child, ChildLost
from companion.speech.ear import Ear
from companion.speech.recogniser import AudioChunk, Hearing

PATIENCE = 10.0
"""Seconds without an answer after which the recogniser counts as hung: fifty times what a chunk of 0.2 s may take."""

LOAD_PATIENCE = 600.0
"""Seconds a model may take to load: the largest ones take minutes from a slow disk."""


class Vosk:
    """One model in one child process, for any number of calls.

    Args:
        path: the model's folder, looked at before by `models.inspect`.
        name: what the journal calls it; the folder's name if not given.
        rate: samples a second the model was trained with; it is never fed another.
        patience: seconds without an answer after which the process is ended and started again.
        load_patience: seconds the model may take to load.
    """

    def __init__(
        self, path: Path, *, name: str = "", rate: int = 16000, patience: float = PATIENCE, load_patience: float = LOAD_PATIENCE
    ) -> None:
        self.path = Path(path)
        self.name = name or self.path.name
        self.rate = rate
        self._patience = patience
        self._load_patience = load_patience
        self._child: Child | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def __aenter__(self) -> "Vosk":
        """Load the model; the event loop goes on meanwhile.

        Raises:
            SpeechError: the model cannot be loaded.
        """
        try:
            await self.child()
        except ChildLost as lost:
            raise SpeechError(f"speech model {self.name}: {lost}; choose another with --speech-model, or ask 'companion doctor'") from None
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        await self.close()

    def call(self, id: str = "") -> "Call":
        """A recogniser for one call, both channels. The call's id is not used; it makes this a factory for those who have one."""
        return Call(self)

    @property
    def pid(self) -> int | None:
        """The process's number, while there is one."""
        return self._child.pid if self._child is not None else None

    async def child(self) -> Child:
        """The process, started (again) if there is none.

        Raises:
            ChildLost: it cannot be.
        """
        if self._child is not None and self._child.lost is None:
            return self._child
        async with self._starting:
            if self._closed:
                raise ChildLost("the recogniser is closed", loading=True)
            if self._child is None or self._child.lost is not None:
                if self._child is not None:
                    await self._child.close()
                    self._child = None
                self._child = await Child.start(self.path, self.rate, patience=self._patience, load_patience=self._load_patience)
            return self._child

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        self._closed = True
        if self._child is not None:
            await self._child.close()


class Call:
    """One call's recogniser (a `Recogniser`), made by `Vosk.call`.

    `hear` may be called again before it has returned (see `recogniser.ahead`): what comes back is the same, in the same order, and the
    process need not wait for us between chunks. The two channels are worked on in parallel.
    """

    def __init__(self, vosk: Vosk) -> None:
        self._vosk = vosk
        self._ears: dict[Channel, Ear] = {}
        self._mourned: Child | None = None

    @property
    def model(self) -> str:
        """The model's name, for the journal."""
        return self._vosk.name

    @property
    def rate(self) -> int:
        """Samples a second it must be fed."""
        return self._vosk.rate

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        """What this chunk brought. A `Partial` without text takes back one that came to nothing.

        Raises:
            SpeechError: the recogniser cannot be brought back to work.
        """
        ear = self._ears.get(chunk.channel)
        if ear is None or ear.ending:
            ear = self._ears[chunk.channel] = Ear(chunk.channel, self._vosk.rate, self._vosk.child, self._mourn)
        return await ear.hear(chunk)

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
        """Free both channels' recognisers without waiting for their last words."""
        for ear in self._ears.values():
            await ear.close()
        self._ears.clear()

    def _mourn(self, gone: Child) -> bool:
        """Whether the loss of this process is news: both channels notice it, the call is told once."""
        news = gone is not self._mourned
        self._mourned = gone
        return news
