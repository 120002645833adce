"""One connection of a phone system, whatever carries it: messages in, replies out, and sound to its leg of the call."""

import asyncio

from companion.errors import PeerError, SpeechError
from companion.sources.listeners.exchange import Exchange
from companion.sources.listeners.leg import Leg
from companion.sources.protocols.dialect import Begun, Dialect, Ended, Reply


class Stream:
    """One connection: its dialect, and once it has begun, its sound.

    Args:
        exchange: where it meets the others.
        dialect: reads what the peer says.
    """

    def __init__(self, exchange: Exchange, dialect: Dialect) -> None:
        self._exchange = exchange
        self._dialect = dialect
        self._leg: Leg | None = None
        self._work: asyncio.Task[None] | None = None
        self.ended = False
        """Whether the peer has said good-bye."""

    @property
    def begun(self) -> bool:
        """Whether the peer has said what it sends."""
        return self._leg is not None

    @property
    def call(self) -> str:
        """The call's id, where there is one yet."""
        return self._leg.call if self._leg is not None else ""

    def take(self, message: str | bytes) -> list[str | bytes]:
        """Take a message in, without waiting; give the replies that are due.

        Raises:
            PeerError: it breaks the protocol.
            AudioFormatError: sound that cannot be heard.
            SpeechError: the recogniser keeps failing.
        """
        if self._work is not None and self._work.done():
            self._work.result()
        replies: list[str | bytes] = []
        for act in self._dialect.receive(message):
            if isinstance(act, Reply):
                replies.append(act.message)
            elif isinstance(act, Begun):
                self._leg = Leg(self._exchange, act)
                self._work = asyncio.create_task(self._leg.work())
            elif isinstance(act, Ended):
                self.ended = True
            elif self._leg is not None:
                self._leg.put(act)
        return replies

    async def part(self, lost: str) -> None:
        """Give out what is still to be heard, and leave the call."""
        if self._leg is None or self._work is None:
            return
        try:
            for act in self._dialect.finish():
                if not isinstance(act, Reply | Begun | Ended):
                    self._leg.put(act)
            self._leg.end()
            await self._work
        except (SpeechError, PeerError) as error:
            lost = lost or str(error)
        finally:
            self._leg.done()
        if not self._exchange.stop.is_set():  # then all calls end together
            await self._leg.leave(lost)
