"""A gateway's end at a hub elsewhere: shows the calls of this process there, and takes what people do to them."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from companion.broadcast.follower import Follower
from companion.broadcast.ledger import Ledger
from companion.broadcast.messages import EVERY, VERSION, Act, Done, Hello, Subscribe, Welcome
from companion.broadcast.ways import Acts
from companion.broadcast.wire import TurnedAway, Wire, name_of
from companion.core.events import Channel, Partial
from companion.core.record import Record
from companion.core.seen import Clock, Glimpse, Level, Notice
from companion.core.updates import CallClosed, FlagRaised, StepHeard
from companion.errors import PeerError, SinkError, SourceError
from companion.net.dialling import WAITS, Lost

MEMORY = 64 * 1024 * 1024
"""Bytes of lines kept for a hub that is away."""

FRAME = 64 * 1024
"""Bytes of a frame; others have their turn at the hub between two."""

_PACE = 0.01  # seconds between two frames, but for full ones
_LAST = 2.0  # seconds that the last records may take


class HubOutlet:
    """Shows this process's calls at a hub (`ways.Outlet`) while it is entered: `async with outlet: …`.

    The hub may come and go: it is given what it does not have, and may be told anew of every call of the last ten minutes.

    Args:
        url: the hub's address: `ws://host:2750`, or `wss://…`.
        name: who we are; a token knows better.
        token: what proves it, where the hub asks for it; asked anew for each connection.
        acts: does what people want to the calls.
        words: whether what is said leaves this machine; else everybody there sees blanked texts, agents too.
        tell: takes one line for a person.
        waits: seconds before each try to come back; the last is repeated.

    Raises:
        ConfigError: there is a user or a password in the address.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "",
        token: Callable[[], str] = str,
        acts: Acts | None = None,
        words: bool = True,
        tell: Callable[[str], None] = lambda text: None,
        waits: Sequence[float] = WAITS,
    ) -> None:
        self.name = name_of(url)
        """What it is called in messages."""
        self._url = url
        self._hello = lambda: Hello(version=VERSION, role="gateway", token=token(), name=name)
        self.acts = acts
        """Does what people want to the calls of this process; may be set later than the rest."""
        self._tell = tell
        self._waits = waits
        self._words = words
        self._ledger = Ledger(words=words, memory=MEMORY)
        self._follower: Follower | None = None
        self._news = asyncio.Event()
        self._wire: Wire | None = None
        self._why = ""  # the last loss
        self._turned_away = ""
        self._told: set[str] = set()
        self._here = asyncio.Event()
        self._doing: set[asyncio.Task[None]] = set()
        self._going: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "HubOutlet":
        """Dial, and go on dialling."""
        self._going = asyncio.create_task(self._go())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Pass on what is left, if the hub takes it soon, and hang up."""
        if self._going is None:
            return
        here = asyncio.create_task(self._here.wait())
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST):
                    await asyncio.wait([self._going, here], return_when=asyncio.FIRST_COMPLETED)
                    while self._follower is not None and (frame := self._follower.frame(FRAME)) and self._wire is not None:
                        await self._wire.send_frame(frame)
        finally:
            if self._wire is not None:
                await self._wire.close()
            tasks = (here, self._going, *self._doing)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()

    # ── what this process has ──

    def write(self, record: Record) -> None:
        """Pass a record on, now or when the hub is back.

        Raises:
            SinkError: the hub turns us away; raised once a call until we are let in. With another token it is given the record after all.
        """
        now = asyncio.get_running_loop().time()
        try:
            self._ledger.take("", self, record, now)
        except PeerError as error:
            raise SinkError(f"{self.name}: {error}") from error
        if isinstance(record.update, CallClosed):
            self._ledger.tidy(now)
        if self._turned_away and record.call not in self._told:
            self._told.add(record.call)
            raise SinkError(f"{self._turned_away}; nobody else sees this call")

    def wants_partials(self, call: str) -> bool:
        """Whether the hub is there: it does not tell who looks."""
        return self._ledger.wants_partials(call)

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far."""
        if (entry := self._ledger.find(call)) is not None:
            entry.show(Glimpse(call=call, partial=partial, tentative=tuple(tentative)))

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1."""
        if (entry := self._ledger.find(call)) is not None:
            entry.show(Level(call=call, channel=channel, level=level))

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms."""
        if (entry := self._ledger.find(call)) is not None:
            entry.show(Clock(call=call, at=at))

    def close(self) -> None:
        """No more records come; what is left is passed on until the outlet is left."""

    # ── the hub ──

    async def _go(self) -> None:
        tries = 0
        while True:
            self._wire = Wire(self._url, self._hello, self._waits)
            try:
                await self._talk(self._wire)
                return
            except TurnedAway as error:
                if not self._turned_away:
                    self._tell(f"{error}; nobody else sees the calls")
                self._turned_away = str(error)
            except SourceError as error:
                self._again(str(error))
            await asyncio.sleep(self._waits[min(tries, len(self._waits) - 1)])
            tries += 1

    async def _talk(self, wire: Wire) -> None:
        writing: asyncio.Task[None] | None = None
        try:
            async for heard in wire:
                match heard:
                    case Welcome(role=role) if role != "gateway":
                        await wire.close()
                        raise TurnedAway(f"{self.name}: that token is for a {role}; ask for a gateway's")
                    case Welcome():
                        follower = Follower(self._ledger, lambda entry: True, words=self._words, wake=self._news.set)
                        follower.subscribe(Subscribe(call=EVERY, resume=heard.have, partials=True))
                        self._ledger.watchers[follower] = None
                        self._follower = follower
                        self._why = self._turned_away = ""
                        self._told.clear()
                        self._here.set()
                        writing = asyncio.create_task(self._write(wire, follower))
                        self._tell(f"{self.name}: calls are shown there")
                    case Lost():
                        self._part(writing)
                        self._again(f"{self.name}: {heard.reason}")
                    case Act():
                        task = asyncio.create_task(self._act(wire, heard))
                        self._doing.add(task)
                        task.add_done_callback(self._doing.discard)
                    case Notice():
                        self._tell(f"{self.name}: {heard.text}")
        finally:
            self._part(writing)

    def _again(self, why: str) -> None:
        """The hub is not to be had, and is tried again; what is the same as at the last try was said then."""
        if why != self._why:
            self._tell(f"{why}; trying again")
        self._why = why

    def _part(self, writing: asyncio.Task[None] | None) -> None:
        """The hub is gone: nothing is told it any more."""
        if self._follower is not None and writing is not None:
            writing.cancel()
            self._follower.leave()
            self._ledger.watchers.pop(self._follower, None)
            self._follower = None
            self._here.clear()

    async def _write(self, wire: Wire, follower: Follower) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while frame := follower.frame(FRAME):
                await wire.send_frame(frame)
                await asyncio.sleep(_PACE if len(frame) < FRAME else 0)

    async def _act(self, wire: Wire, act: Act) -> None:
        refused = await self.acts(act.call, act.event) if self.acts is not None else f"call {act.call} takes no acts"
        await wire.send([Done(id=act.id, refused=refused)])
