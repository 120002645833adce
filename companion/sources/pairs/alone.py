"""One channel that is nobody's counterpart: a microphone to rehearse with, heard as in a call whose other side is silent."""

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np

from companion.core.feed import Complaint, Item
from companion.sources.pairs.live_pair import LivePair
from companion.sources.pairs.side import Heard, Side, Sound
from companion.speech.recogniser import Recogniser


class Silence:
    """A side on which nobody ever speaks."""

    name = "nobody"
    recorded = False

    def __init__(self) -> None:
        self._stop = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Say that it is there, and nothing more."""
        yield Sound(np.zeros(0, np.int16), 16000)
        await self._stop.wait()

    async def close(self) -> None:
        """Stop."""
        self._stop.set()


class Alone:
    """A call in which only the agent has sound.

    Args:
        agent: the agent's sound.
        call: the call's id.
        recogniser: makes the call's recogniser.
    """

    def __init__(self, agent: Side, *, call: str, recogniser: Callable[[str], Recogniser]) -> None:
        self._pair = LivePair(agent, Silence(), call=call, recogniser=recogniser)

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield what is heard of the agent; that the other side is silent is no complaint.

        Raises:
            SourceError: the agent's side is not there.
            SpeechError: the recogniser keeps failing.
        """
        async for item in self._pair:
            if not (isinstance(item, Complaint) and item.text.startswith(f"{Silence.name}: ")):
                yield item

    async def close(self) -> None:
        """Stop listening; the last final texts still come."""
        await self._pair.close()
