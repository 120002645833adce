"""A source that begins anew when it has ended: recorded calls, to try a gateway with."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from companion.core.feed import Item, Source

PAUSE = 5.0
"""Seconds between the end of one round and the beginning of the next."""


class Again:
    """Goes through a source again and again, until it is closed.

    Args:
        make: makes the source of one round.
        pause: seconds between two rounds.
    """

    def __init__(self, make: Callable[[], Source], pause: float = PAUSE) -> None:
        self._make = make
        self._pause = pause
        self._source = make()
        self._stop = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield what each round yields.

        Raises:
            SourceError: as the source does.
            SpeechError: as the source does.
        """
        while True:
            async for item in self._source:
                yield item
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause):  # wait_for may swallow a cancellation before Python 3.12
                    await self._stop.wait()
            if self._stop.is_set():
                return
            self._source = self._make()

    async def close(self) -> None:
        """Stop early, as the source does; there is no further round."""
        self._stop.set()
        await self._source.close()
