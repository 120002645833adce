"""Calls on the agent's screen: `companion live`, and the screen forms of demo and replay."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion import sources
from companion.core.events import AnyEvent, CallEnded
from companion.core.record import Record
from companion.core.seen import Clock
from companion.core.updates import CallClosed
from companion.errors import ConfigError
from companion.sources.uri import Given
from companion.tui.app import CallApp
from companion.tui.feed import Closed
from companion.wiring.parts import Options, interruptible, rules_of, together

if TYPE_CHECKING:  # loaded when the screen stands there
    from companion.core.call import Rules
    from companion.run import Run
    from companion.wiring.taking import Show

_ENDED = "ended by the agent"


def live(uri: Given, options: Options) -> None:
    """The agent's screen on one source.

    Raises:
        CompanionError: the source failed, or records could not be kept.
        ConfigError: there is no terminal.
    """
    stdin = keyboard("companion log")
    notices: list[str] = []
    try:
        together(lambda: _live(uri, {**options, "stdin": stdin}, notices.append))
    finally:
        for notice in notices:
            print(f"companion: {notice}", file=sys.stderr)


async def _live(uri: Given, options: Options, notices: Callable[[str], None]) -> None:
    """The screen comes first; what the calls need is loaded behind it, which an impatient person may end."""
    seat = _Seat(options, endless=sources.is_endless(uri))
    with interruptible(seat.interrupt):
        showing = asyncio.create_task(seat.app.run_async())
        taking = asyncio.create_task(_take(uri, options, notices, seat, showing))
        try:
            await asyncio.wait([showing, taking], return_when=asyncio.FIRST_COMPLETED)
            if seat.run is None and not taking.done():
                taking.cancel()
            await asyncio.gather(taking, return_exceptions=seat.run is None and taking.cancelling() > 0)
        finally:
            taking.cancel()
            seat.app.exit()
            await showing


async def _take(uri: Given, options: Options, notices: Callable[[str], None], seat: "_Seat", showing: "asyncio.Task[None]") -> None:
    await seat.drawn.wait()
    rules = await asyncio.to_thread(_rules, options["checklist"])
    from companion.wiring.taking import taken

    async with taken(uri, rules, options, notices) as (run, show):
        await seat.watch(run, show, showing)


def _rules(checklist: str) -> "Rules":
    """Load all that a run needs, in a thread of its own: the screen is quick to answer meanwhile."""
    import companion.wiring.taking  # noqa: F401

    return rules_of(checklist)


class _Seat:
    """Where the agent sits: a screen, and behind it a run, as soon as there is one.

    Args:
        options: the command's.
        endless: whether the source has call after call: then closing a summary waits for the next one.
    """

    def __init__(self, options: Options, *, endless: bool) -> None:
        self.run: Run | None = None
        self.drawn = asyncio.Event()
        """The first frame has been drawn."""
        self.leaving = False
        """The person wants to go."""
        self._options = options
        self._endless = endless
        self._going: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.app = self._screen()

    async def watch(self, run: "Run", show: "Show", showing: "asyncio.Task[None]") -> None:
        """Run the calls beside the screen; on an endless source, a screen after the other.

        Raises:
            CompanionError: the source failed, or records could not be kept.
        """
        self.run = run
        show(self.app.viewer)
        self._going = asyncio.create_task(run.go())
        self._going.add_done_callback(self._source_ended)
        await showing
        while self._endless and not (self.leaving or self._going.done()):
            self.app = self._screen()
            show(self.app.viewer)
            await self.app.run_async()
        await run.stop("the screen was closed")
        await self._going

    async def interrupt(self) -> None:
        """End, because somebody outside wants it: the journal first, since the terminal may be gone."""
        self.leaving = True
        if self.run is not None and self._going is not None:
            await self.run.stop("interrupted")
            await asyncio.wait([self._going])
        self.app.exit()

    def _screen(self) -> CallApp:
        theme = self._options.get("theme", "dark")
        return CallApp(act=self._act, end=self._end, save=saving(self._options), theme=theme, drawn=self.drawn.set)

    def _source_ended(self, task: "asyncio.Task[None]") -> None:
        """Say on the screen that nothing more comes, and why."""
        error = None if task.cancelled() else task.exception()
        self.app.viewer.closed(str(error) if error else "")

    def _act(self, call: str, event: AnyEvent) -> None:
        if self.run is not None:
            self._later(self.run.act(call, event))

    def _end(self) -> None:
        view = self.app.snapshot.view
        if self.run is None or (self._endless and not view.call):
            self.leaving = True
            self.app.exit()
        elif not self._endless:
            self._later(self.run.stop(_ENDED))
        elif view.ended is None:
            self._later(self.run.act(view.call, CallEnded(reason=_ENDED)))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def play(records: Sequence[Record], options: Options) -> None:
    """Play a journal's records into the screen again, at the pace they were made; what is before `options["start"]`, ms, at once.

    Raises:
        ConfigError: there is no terminal.
    """
    keyboard("--headless")
    together(lambda: _play(records, options))


async def _play(records: Sequence[Record], options: Options) -> None:
    app = CallApp(save=saving(options), theme=options.get("theme", "dark"))
    speed: float = options["speed"]
    clock = asyncio.get_running_loop().time
    start = clock() - (options["start"] or 0) / 1000 / speed

    async def push() -> None:
        for record in records:
            while (left := record.at / 1000 / speed - (clock() - start)) > 0:
                await asyncio.sleep(min(left, 0.2))
                app.show(Clock(call=record.call, at=min(record.at, round((clock() - start) * speed * 1000))))
            app.show(record)
        if not isinstance(records[-1].update, CallClosed):
            app.show(Closed(reason="the journal is cut off here"))

    pushing = asyncio.create_task(push())
    await app.run_async()
    pushing.cancel()
    with suppress(asyncio.CancelledError):
        await pushing


def saving(options: Options) -> Callable[[str, str, dict[str, Any]], str]:
    """Keeps a call's page beside its journal, or else in the current folder."""

    def save(call: str, page: str, summary: dict[str, Any]) -> str:
        from companion.wiring.keeping import keep

        return keep(Path(options.get("journal") or "."), call, page, summary)

    return save


def keyboard(instead: str) -> int:
    """Make sure that the screen has a terminal for its keys, and say where what was piped into us can be read.

    Where stdin is a pipe, the terminal takes its place and the pipe gets another descriptor.

    Raises:
        ConfigError: there is no terminal.
    """
    piped = 0
    if "TEXTUAL_DRIVER" in os.environ:  # drawn in a browser
        return piped
    try:
        if not os.isatty(0):
            terminal = os.open("/dev/tty", os.O_RDWR)
            piped = os.dup(0)
            os.dup2(terminal, 0)
        # Textual draws on stderr; stdout is looked at so that what was meant for a file is not lost.
        if sys.stdout.isatty() and sys.stderr.isatty():
            return piped
    except OSError:
        pass
    raise ConfigError(f"the screen needs a terminal, and there is none; use {instead} instead")
