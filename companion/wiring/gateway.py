"""The calls of several sources, judged side by side: what `log` and `serve` have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from companion.core.call import Rules
from companion.core.events import AnyEvent
from companion.core.feed import Sink, Source, Viewer
from companion.core.record import Record
from companion.errors import CompanionError, ReaderGone
from companion.run import Run, act
from companion.sources import is_live
from companion.sources.uri import Given
from companion.wiring.named import named
from companion.wiring.parts import Options, Recognisers, began, interruptible, masking, open_source, recognisers
from companion.wiring.taping import taped


class Gateway:
    """Owns the calls of its sources.

    Args:
        rules: what all calls are judged by.
        sinks: where their records go.
        viewer: what is shown to whoever is in front.
        options: the command's.
        speed: plays recordings so many times as fast as life; None takes them as fast as they can be heard.
        opened: makes the source of a URI, where that is not to be done as the options say.
        prefix: goes before the names of calls that have only a number.
        recall: finds the journal of a call that another gateway began.

    Raises:
        ConfigError: the options name a kind of masking that there is not.
    """

    def __init__(
        self,
        rules: Rules,
        sinks: Sequence[Sink],
        viewer: Viewer,
        options: Options,
        *,
        speed: float | None = None,
        opened: Callable[[Given, Recognisers], Source] | None = None,
        prefix: str = "",
        recall: Callable[[str], Awaitable[Sequence[Record]]] | None = None,
    ) -> None:
        self._rules = rules
        self._sinks = sinks
        self._viewer = viewer
        self._options = options
        self._speed = speed
        self._opened = opened or self._source
        self._prefix = prefix
        self._recall = recall
        self._masking = masking(options)
        self._runs: list[Run] = []
        self._taken: set[str] = set()
        self._failed: list[CompanionError] = []

    async def go(self, uris: Sequence[Given], *, together: bool) -> None:
        """Judge the calls of each source to their end.

        Args:
            uris: the sources.
            together: all at the same time; else one after the other.

        Raises:
            CompanionError: a source failed, or records could not be kept; with several sources, only after all had their turn.
            KeyboardInterrupt: a person ended it; what was heard until then is complete.
        """
        async with recognisers(uris, self._options) as recogniser:
            with interruptible(self.stop) as interrupted:
                if together:
                    await asyncio.gather(*(self._one(uri, recogniser, len(uris)) for uri in uris))
                else:
                    for uri in uris:
                        if not interrupted.is_set():
                            await self._one(uri, recogniser, len(uris))
        if self._failed:
            raise type(self._failed[0])(f"{len(self._failed)} of {len(uris)} sources failed, as said above")

    async def stop(self) -> None:
        """End all calls in good order."""
        for run in self._runs:
            await run.stop("interrupted")

    async def act(self, call: str, event: AnyEvent) -> str:
        """A person does something to a live call; why not, or an empty text."""
        return await act(self._runs, call, event)

    async def _one(self, uri: Given, recogniser: Recognisers, of: int) -> None:
        try:
            recogniser, sound_kept = taped(recogniser, self._options, self._viewer.notice)
            run = self._run(uri, self._opened(uri, recogniser), sound_kept)
            await run.go()
        except ReaderGone:
            raise
        except CompanionError as error:
            if of == 1:
                raise
            self._viewer.notice(str(error))
            self._failed.append(error)

    def _source(self, uri: Given, recogniser: Recognisers) -> Source:
        return named(open_source(uri, recogniser, self._options, speed=self._speed), self._options)

    def _run(self, uri: Given, source: Source, sound_kept: Callable[[str, str], bool]) -> Run:
        run = Run(
            source,
            self._rules,
            self._sinks,
            viewer=self._viewer,
            mask=self._masking.said,
            mask_text=self._masking.text,
            began=began(self._options) or ("now" if is_live(uri) or self._speed is not None else None),
            taken=self._taken,
            prefix=self._prefix,
            recall=self._recall,
            sound_kept=sound_kept,
        )
        self._runs.append(run)
        return run
