"""Recognition with Vosk, in child processes that are started again when they die or hang.

`Vosk` holds one model in one process or more; `Vosk.call` gives a `Recogniser` for each call.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType

from companion.errors import SpeechError
from companion.speech.call import Call
from companion.speech.child import Child
from companion.speech.engine import Engine, EngineLost

PATIENCE = 10.0
"""Seconds without an answer after which the recogniser counts as hung: fifty times what a chunk of 0.2 s may take."""

LOAD_PATIENCE = 600.0
"""Seconds a model may take to load: the largest ones take minutes from a slow disk."""


class Vosk:
    """One model, for any number of calls.

    A process works on all cores by itself, a thread for each channel. More of them are for calls that should not suffer from each other's
    accidents: one is started when a call finds none idle, and serves the calls after it, since nobody should wait while it loads.

    Args:
        path: the model's folder, looked at before by `models.inspect`.
        name: what the journal calls it; the folder's name if not given.
        rate: samples a second the model was trained with; it is never fed another.
        workers: processes at most; each holds the model in memory.
        patience: seconds without an answer after which a process is ended and started again.
        load_patience: seconds the model may take to load.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        rate: int = 16000,
        workers: int = 1,
        patience: float = PATIENCE,
        load_patience: float = LOAD_PATIENCE,
    ) -> None:
        self.path = Path(path)
        self.name = name or self.path.name
        self.rate = rate
        self._most = workers
        self._patience = patience
        self._load_patience = load_patience
        self._workers = [_Worker(self._start)]
        self._starting: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Vosk":
        """Load the model; the event loop goes on meanwhile.

        Raises:
            SpeechError: the model cannot be loaded.
        """
        try:
            await self._workers[0].child()
        except EngineLost as lost:
            raise SpeechError(f"speech model {self.name}: {lost}; choose another with --speech-model, or ask 'companion doctor'") from None
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        await self.close()

    def call(self, id: str = "") -> Call:
        """A recogniser for one call, both channels. The call's id is not used; it makes this a factory for those who have one."""
        chosen: list[_Worker] = []

        async def engine() -> Engine:
            if not chosen:
                chosen.append(self._idlest())
            return await chosen[0].child()

        return Call(self.name, self.rate, engine)

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that there are."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    async def close(self) -> None:
        """End the processes and wait until they are gone."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.close() for worker in self._workers))

    async def _start(self) -> Child:
        return await Child.start(self.path, self.rate, patience=self._patience, load_patience=self._load_patience)

    def _idlest(self) -> "_Worker":
        """The worker with the least to do. If it has something to do, another is started for whoever comes next."""
        idlest = min(self._workers, key=lambda worker: worker.streams)
        if idlest.streams and len(self._workers) < self._most and (self._starting is None or self._starting.done()):
            self._starting = asyncio.create_task(self._add())
        return idlest

    async def _add(self) -> None:
        worker = _Worker(self._start)
        try:
            await worker.child()
        except EngineLost:
            return  # those that are there go on, and the next call tries again
        self._workers.append(worker)


class _Worker:
    """A process that is started again when it is lost."""

    def __init__(self, start: Callable[[], Awaitable[Child]]) -> None:
        self._start = start
        self._child: Child | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def streams(self) -> int:
        """How many channels it hears at the moment."""
        return self._child.streams if self._child is not None else 0

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    async def child(self) -> Child:
        """The process, started (again) if there is none.

        Raises:
            EngineLost: it cannot be.
        """
        if self._child is not None and self._child.lost is None:
            return self._child
        async with self._starting:
            if self._closed:
                raise EngineLost("the recogniser is closed", loading=True)
            if self._child is None or self._child.lost is not None:
                if self._child is not None:
                    await self._child.close()
                    self._child = None
                self._child = await self._start()
            return self._child

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        self._closed = True
        if self._child is not None:
            await self._child.close()
