"""Which connection is which channel of which call, where peers join us. A call opens with its first and ends with its last."""

import asyncio
from collections.abc import Callable

from companion.core.events import Channel, Introduced, SourceBack, SourceLost
from companion.core.feed import Closed, Happened, Item, Opened
from companion.errors import PeerError
from companion.sources.protocols.dialect import NOBODY
from companion.speech.masking import Masking
from companion.speech.recogniser import Recogniser


class Call:
    """One call and who is connected.

    Attributes:
        name: the call's id.
        recogniser: its own.
        began: the loop's clock when it opened, in seconds.
    """

    def __init__(self, name: str, pair: str | None, recogniser: Recogniser, began: float, who: Introduced) -> None:
        self.name = name
        self.recogniser = recogniser
        self.began = began
        self._pair = pair
        self._who = who
        self._seats: dict[Channel, Seat] = {}
        self._lost: dict[Channel, float] = {}
        self._ending: asyncio.Task[None] | None = None


class Seat:
    """A connection's place in a call: one channel of it, from `join` to `leave`.

    Args:
        call: the call.
        channel: the channel.
        before: who sat here before and has not left for good.
    """

    def __init__(self, call: Call, channel: Channel, before: "Seat | None") -> None:
        self.call = call
        self.channel = channel
        self._before = before
        self._since = asyncio.get_running_loop().time()
        self._until: float | None = None
        self._done = asyncio.Event()

    async def ready(self) -> None:
        """Wait until the recogniser is done with whoever sat here before."""
        if self._before is not None:
            await self._before._done.wait()
            self._before = None

    def part(self) -> None:
        """No more sound comes. What has come is still to be heard, but somebody else may sit down already."""
        if self._until is None:
            self._until = asyncio.get_running_loop().time()

    def done(self) -> None:
        """The last words are out."""
        self.part()
        self._done.set()


class Switchboard:
    """All calls of a listener.

    Args:
        source: how the listener is called in journals.
        recogniser: makes a call's recogniser.
        give: takes items; called from the loop, never waits.
        linger: seconds that a call which has a name waits for a peer that was lost, before it ends.
    """

    def __init__(self, source: str, recogniser: Callable[[str], Recogniser], give: Callable[[Item], None], linger: float) -> None:
        self.source = source
        self._make = recogniser
        self._give = give
        self._linger = linger
        self._calls: list[Call] = []
        self._pairs: dict[str, Call] = {}
        self._names: set[str] = set()

    def is_taken(self, pair: str | None, channel: Channel) -> bool:
        """Whether somebody sits there already."""
        seat = self._pairs[pair]._seats.get(channel) if pair is not None and pair in self._pairs else None
        return seat is not None and seat._until is None

    def join(self, pair: str | None, channel: Channel, about: str = "", who: Introduced = NOBODY) -> Seat:
        """Take a seat in the call of that name, or, where no name is given, in a call of one's own.

        Args:
            pair: the call's name.
            channel: the seat.
            about: what the peer tells of the call, such as who calls; of the first to join it stands in the journal.
            who: the names that the peer tells; each that nobody told before is added to the call's.

        Raises:
            PeerError: somebody sits there already.
            SpeechError: there is no recogniser for a new call.
        """
        if self.is_taken(pair, channel):
            raise PeerError(f"channel {channel} of call {pair!r} is already connected")
        call = self._pairs.get(pair) if pair is not None else None
        if call is None:
            call = self._open(pair, about, who)
        elif (known := _added(call._who, who)) != call._who:
            self._give(Happened(call=call.name, event=known))
            call._who = known
        seat = call._seats[channel] = Seat(call, channel, call._seats.get(channel))
        if call._ending is not None:
            call._ending.cancel()
            call._ending = None
        if channel in call._lost:
            self._back(seat, call._lost.pop(channel))
        return seat

    async def leave(self, seat: Seat, lost: str = "") -> None:
        """Give the seat up; the call ends if it was the last.

        Args:
            seat: what `join` gave.
            lost: why the connection broke, if it did; then a call with a name lingers for it to come back.
        """
        seat.done()
        assert seat._until is not None
        call, heir = seat.call, seat.call._seats.get(seat.channel)
        if heir is None:
            return  # who sat down here after us has left before us, and that was the end of it
        if lost:
            self._give(Happened(call=call.name, event=SourceLost(reason=lost)))
        if heir is not seat:
            if lost:
                self._back(heir, seat._until)
            return
        del call._seats[seat.channel]
        if lost:
            call._lost[seat.channel] = seat._until
        if call._seats:
            return
        if lost and call._pair is not None:
            call._ending = asyncio.create_task(self._later(call, lost))
        else:
            await self._close(call, lost or "all have left")

    async def close(self, reason: str) -> None:
        """End all calls."""
        for call in list(self._calls):
            if call._ending is not None:
                call._ending.cancel()
            await self._close(call, reason)

    def _back(self, seat: Seat, lost_at: float) -> None:
        self._give(Happened(call=seat.call.name, event=SourceBack(gap=round(seat._since - lost_at, 3))))

    def _open(self, pair: str | None, about: str, who: Introduced) -> Call:
        name = self._free(pair)
        call = Call(name, pair, self._make(name), asyncio.get_running_loop().time(), who)
        self._names.add(name)
        self._calls.append(call)
        if pair is not None:
            self._pairs[pair] = call
        # A caller's number is the customer's own, and where a call came from is kept with it: it is always masked.
        source = f"{self.source} ({Masking().text(about)})" if about else self.source
        speech = call.recogniser.model
        self._give(Opened(call=name, source=source, speech=speech, agent=who.agent, customer=who.customer, team=who.team))
        return call

    def _free(self, pair: str | None) -> str:
        """A call's id is never used twice: what is named after one that has ended gets a number."""
        number = 1
        name = pair or "call-1"
        while name in self._names:
            number += 1
            name = f"{pair or 'call'}-{number}"
        return name

    async def _later(self, call: Call, reason: str) -> None:
        await asyncio.sleep(self._linger)
        call._ending = None
        await self._close(call, reason)

    async def _close(self, call: Call, reason: str) -> None:
        if call not in self._calls:
            return
        self._calls.remove(call)
        if call._pair is not None:
            del self._pairs[call._pair]
        self._give(Closed(call=call.name, reason=reason))
        await call.recogniser.close()


def _added(known: Introduced, told: Introduced) -> Introduced:
    """Both together; a name that is known already stays."""
    return Introduced(agent=known.agent or told.agent, customer=known.customer or told.customer, team=known.team or told.team)
