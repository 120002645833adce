"""The agent's screen on calls that are owned elsewhere: `companion attach`."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

from companion.broadcast.ways import Lookout
from companion.core.events import AnyEvent, CallEnded, CallStarted
from companion.core.record import Record
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Missed, Notice, Over, Seen
from companion.core.wall import WallRow
from companion.tui.app import CallApp
from companion.wiring.lookouts import lookout
from companion.wiring.onscreen import keyboard, saving
from companion.wiring.parts import Options, interruptible, together

_ENDED = "ended by the agent"


def attach(options: Options) -> None:
    """The agent's screen on one call, or on each of an agent's calls as it begins.

    Raises:
        SourceError: the gateway cannot be reached, or lets nobody of this token in.
        ConfigError: there is no terminal, or the address is none.
    """
    keyboard("companion watch --headless")
    together(lambda: _attach(options))


async def _attach(options: Options) -> None:
    seat = Seat(lookout(options, "agent", options["agent"] or ""), options["call"], options["agent"])
    watching = asyncio.create_task(seat.watch())

    async def end() -> None:
        seat.leave()

    try:
        with interruptible(end) as interrupted:
            while not (seat.leaving or interrupted.is_set()):
                theme = options.get("theme", "dark")
                app = CallApp(act=seat.act, end=seat.end, leave=seat.leave, save=saving(options), theme=theme)
                await seat.sit(app)
                await app.run_async()
                if seat.is_done(app):
                    break
    finally:
        await seat.lookout.close()
        await watching
    if seat.notice:
        print(f"companion: {seat.notice}", file=sys.stderr)


class Seat:
    """Follows the calls that are wanted, one after the other, and hands them to the screen that is there.

    Of an agent's calls those are wanted that are live. Records do not tell: who comes late is given those of calls that ended a while ago
    too, from their first one on. So a call is not shown before it tells its time, which live ones do each second.

    Args:
        lookout: the way to whoever owns them.
        call: the call's name, where just that one is wanted.
        agent: whose calls are wanted otherwise.
    """

    def __init__(self, lookout: Lookout, call: str | None, agent: str | None) -> None:
        self.lookout = lookout
        self.leaving = False
        self.notice = ""
        """What is left to say when the screen is gone."""
        self._call = call
        self._agent = agent or ""
        self._awaited = f"Waiting for {agent}'s next call" if call is None else f"Waiting for call {call} to begin, or to be yours"
        self._app: CallApp | None = None
        self._rows: dict[str, WallRow] = {}
        self._ticking: set[str] = set()
        self._told: set[str] = set()
        self._shown = ""
        self._next = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: BaseException | None = None

    async def watch(self) -> None:
        """Take in what comes until the lookout is closed.

        Raises:
            SourceError: the gateway cannot be reached, or lets nobody of this token in.
        """
        try:
            async for item in self.lookout:
                await self._take(item)
        finally:
            if self._app is not None and not self.leaving:
                self.leave()

    async def sit(self, app: CallApp) -> None:
        """Another screen takes the place; it gets the next call that is wanted, or the one that is live."""
        self._app = app
        self._shown = ""
        app.viewer.ready(self._awaited)
        await self._choose()

    def is_done(self, app: CallApp) -> bool:
        """Whether nothing is left to show, now that this screen has gone."""
        return self._call is not None or (app.snapshot.view.ended is None and app.snapshot.closed is None)

    def leave(self) -> None:
        """Close the screen; the call goes on."""
        self.leaving = True
        if self._app is not None:
            self._app.exit()

    def act(self, call: str, event: AnyEvent) -> None:
        """Do what the agent wants, and say so if it is refused."""
        self._later(self._do(call, event))

    def end(self) -> None:
        """End the call that is shown, or leave where there is none."""
        if self._app is not None and self._app.snapshot.view.call:
            self.act(self._app.snapshot.view.call, CallEnded(reason=_ENDED))
        else:
            self.leave()

    async def _do(self, call: str, event: AnyEvent) -> None:
        refused = await self.lookout.act(call, event)
        if refused and self._app is not None:
            self._app.viewer.notice(refused)

    async def _take(self, item: Seen) -> None:
        if isinstance(item, Record):
            row = self._rows.get(item.call, WallRow())
            if isinstance(item.event, CallStarted) and item.seq == 0 and row.ended is not None:
                row = WallRow()
                self._ticking.discard(item.call)
            if item.seq >= row.seq:
                self._rows[item.call] = row.fold(item)
            await self._choose()
        elif isinstance(item, Clock):
            self._ticking.add(item.call)
            await self._choose()
            self._tell_of(item.call)
        elif isinstance(item, Here):
            self._tell_who(item)
        elif isinstance(item, Over):
            self._rows.pop(item.call, None)
            self._ticking.discard(item.call)
        if self._app is not None:
            self._show(self._app, item)

    async def _choose(self) -> None:
        """Follow a call that is wanted, where none is shown, or one of which nothing more comes."""
        if self._app is None or (self._shown and not self._is_over(self._app)):
            return
        for name in self._rows:
            if self._wants(name):
                before, self._shown, self._next = self._shown, name, 0
                if before:
                    await self.lookout.leave(before)
                await self.lookout.follow(name)
                return

    def _is_over(self, app: CallApp) -> bool:
        """Whether the call that is shown is at its summary, and another may follow on this screen."""
        shown = self._rows.get(self._shown)
        return self._call is None and (shown is None or shown.ended is not None) and app.snapshot.view.summary is not None

    def _wants(self, name: str) -> bool:
        row = self._rows[name]
        if self._call is not None:
            return name == self._call
        return row.agent.casefold() == self._agent.casefold() and row.ended is None and name in self._ticking

    def _tell_of(self, name: str) -> None:
        """Say that a call is not shown because another one is."""
        if self._app is not None and name != self._shown and name not in self._told and name in self._rows and self._wants(name):
            self._told.add(name)
            self._app.viewer.notice(f"call {name} is yours too, and not shown here; companion attach {name} shows it")

    def _tell_who(self, here: Here) -> None:
        """Say where it is somebody else's calls that are waited for; `agent` is who has no name."""
        if self._app is not None and here.name not in ("", "agent") and here.name.casefold() != self._agent.casefold() != "":
            self._app.viewer.ready(f"{self._awaited}; but you are {here.name} here: give --agent {here.name}, or come in as {self._agent}")

    def _show(self, app: CallApp, item: Seen) -> None:
        match item:
            case Record(call=call, seq=seq) if call == self._shown and seq == self._next:
                self._next += 1
                app.show(item)
            case Missed(call=call, until=until) if call == self._shown:
                self._next = until
                app.viewer.notice(f"{until - item.since} records of this call are gone; what they said is not shown")
            case Glimpse() | Level() | Clock() if item.call == self._shown:
                app.show(item)
            case Over(call=call) if call == self._shown and app.snapshot.view.summary is None:
                app.viewer.closed("the gateway has lost this call")
            case Notice() | Away() | Here():
                app.show(item)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
