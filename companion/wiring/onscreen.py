"""Calls on the agent's screen: `companion live`, and the screen forms of demo and replay."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from companion import sources
from companion.broadcast.ways import Outlet
from companion.core.call import Rules
from companion.core.events import AnyEvent, CallEnded
from companion.core.feed import Sink
from companion.core.record import Record
from companion.core.seen import Clock
from companion.core.updates import CallClosed
from companion.errors import ConfigError
from companion.run import Run
from companion.sinks.journal import JournalFolder
from companion.sources.uri import Given
from companion.tui.app import CallApp
from companion.tui.feed import Closed
from companion.wiring.database import stored
from companion.wiring.keeping import keep
from companion.wiring.named import named
from companion.wiring.outlets import Spread, prefix, published
from companion.wiring.parts import Options, began, interruptible, masking, open_source, recognisers, rules_of, together
from companion.wiring.privacy import expire
from companion.wiring.taping import taped

_ENDED = "ended by the agent"


def live(uri: Given, options: Options) -> None:
    """The agent's screen on one source.

    Raises:
        CompanionError: the source failed, or records could not be kept.
        ConfigError: there is no terminal.
    """
    stdin = keyboard("companion log")
    rules = rules_of(options["checklist"])
    notices: list[str] = []
    try:
        expire(options, notices.append)
        with stored(options, notices.append) as database:  # an agent is not told of it in the middle of a call
            together(lambda: _live(uri, rules, {**options, "stdin": stdin}, database, notices))
    finally:
        for notice in notices:
            print(f"companion: {notice}", file=sys.stderr)


async def _live(uri: Given, rules: Rules, options: Options, database: Sequence[Sink], notices: list[str]) -> None:
    run: Run | None = None
    hiding = masking(options)

    async def act(call: str, event: AnyEvent) -> str:
        if run is None or call not in run.calls:
            return f"call {call} is not live here"
        await run.act(call, event)
        return ""

    def tell(text: str) -> None:
        if run is not None and run.viewer is not None:
            run.viewer.notice(text)
        else:
            notices.append(text)

    sinks: list[Sink] = [JournalFolder(Path(options["journal"]), notices.append)] if options.get("journal") else []
    async with recognisers([uri], options) as recogniser, published(options, act, tell) as outlets:
        hearing, sound_kept = taped(recogniser, options, tell)
        run = Run(
            named(open_source(uri, hearing, options, speed=options.get("speed", 1.0)), options),
            rules,
            [*sinks, *database, *outlets],
            mask=hiding.said,
            mask_text=hiding.text,
            began=began(options) or ("now" if sources.is_live(uri) or outlets else None),
            prefix=prefix(options) if outlets else "",
            sound_kept=sound_kept,
        )
        await _watch(run, options, endless=sources.is_endless(uri), outlets=outlets)
        run.viewer = None


async def _watch(run: Run, options: Options, *, endless: bool, outlets: Sequence[Outlet]) -> None:
    """Run the calls beside the screen; on an endless source, closing a summary waits for the next call."""
    tasks: set[asyncio.Task[None]] = set()

    def later(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    going: asyncio.Task[None] | None = None
    screen: _Screen | None = None

    async def end() -> None:
        await run.stop("interrupted")
        if going is not None:
            await asyncio.wait([going])  # the journal first: the terminal may be gone
        if screen is not None:
            screen.app.exit()

    with interruptible(end) as interrupted:
        leaving = False
        while not (leaving or interrupted.is_set()):
            screen = _Screen(run, later, options, endless=endless)
            run.viewer = Spread(screen.app.viewer, outlets)
            going = going or asyncio.create_task(run.go())
            going.add_done_callback(screen.source_ended)
            await screen.app.run_async()
            leaving = screen.leaving or not endless or going.done()
        await run.stop("the screen was closed")
        if going is not None:
            await going


class _Screen:
    """One screen on a run, and what its keys do."""

    def __init__(self, run: Run, later: Callable[[Coroutine[Any, Any, None]], None], options: Options, *, endless: bool) -> None:
        self.app = CallApp(act=self._act, end=self._end, save=saving(options), theme=options.get("theme", "dark"))
        self.leaving = False
        self._run = run
        self._later = later
        self._endless = endless

    def source_ended(self, task: "asyncio.Task[None]") -> None:
        """Say on the screen that nothing more comes, and why."""
        error = None if task.cancelled() else task.exception()
        self.app.viewer.closed(str(error) if error else "")

    def _act(self, call: str, event: AnyEvent) -> None:
        self._later(self._run.act(call, event))

    def _end(self) -> None:
        view = self.app.snapshot.view
        if self._endless and view.call and view.ended is None:
            self._later(self._run.act(view.call, CallEnded(reason=_ENDED)))
        elif self._endless and not view.call:
            self.leaving = True
            self.app.exit()
        elif not self._endless:
            self._later(self._run.stop(_ENDED))


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
    return partial(keep, Path(options.get("journal") or "."))


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
