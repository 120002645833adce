"""The supervisor's wall: `companion watch`, on a terminal, in a browser, or as records for another program."""

import asyncio
import getpass
import sys
from collections.abc import Coroutine
from typing import Any

from companion.broadcast.ways import Lookout
from companion.core.events import AnyEvent
from companion.core.record import Record
from companion.core.seen import Away, Here, Missed, Notice
from companion.errors import CompanionError
from companion.sinks.journal import JournalStream
from companion.wiring.lookouts import lookout
from companion.wiring.onscreen import keyboard
from companion.wiring.parts import Options, interruptible, together

_STDOUT = 1


def watch(options: Options) -> None:
    """Look on at all calls of a hub or a bus.

    Raises:
        SourceError: it cannot be reached, or lets nobody of this token in.
        ConfigError: there is no terminal, or the address is none.
    """
    if options["web"]:
        from companion import web

        command = [sys.executable, "-m", "companion", "watch", options["hub"], "--theme", options["theme"]]
        for name in ("broadcast_token_file", "bus_credentials"):
            if options.get(name):
                command += [f"--{name.replace('_', '-')}", options[name]]
        web.serve(command, options["web_port"], "companion watch")
    elif options["headless"]:
        together(lambda: _write(lookout(options, "reader", "")))
    else:
        keyboard("--headless")
        together(lambda: _watch(lookout(options, "supervisor", getpass.getuser()), options))


async def _write(lookout: Lookout) -> None:
    stream = JournalStream(_STDOUT)
    with interruptible(lookout.close):
        try:
            async for item in lookout:
                match item:
                    case Record():
                        stream.write(item)
                    case Missed():
                        _tell(f"call {item.call}: records {item.since} to {item.until - 1} are gone")
                    case Notice(text=text):
                        _tell(text)
                    case Away(reason=reason):
                        _tell(f"away: {reason}; trying again")
                    case Here():
                        _tell(f"here, as {item.role}" + (f" {item.name}" if item.name != item.role else ""))
        finally:
            await lookout.close()  # where stdout's reader has gone


def _tell(text: str) -> None:
    print(f"companion: {text}", file=sys.stderr, flush=True)


async def _watch(lookout: Lookout, options: Options) -> None:
    from companion.tui.feed import Closed
    from companion.tui.wall_app import WallApp

    tasks: set[asyncio.Task[None]] = set()

    def later(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def do(call: str, event: AnyEvent) -> None:
        if refused := await lookout.act(call, event):
            app.show(Notice(text=refused))

    app = WallApp(
        act=lambda call, event: later(do(call, event)),
        follow=lambda call: later(lookout.follow(call)),
        leave=lambda call: later(lookout.leave(call)),
        theme=options.get("theme", "dark"),
    )

    async def feeding() -> None:
        try:
            async for item in lookout:
                app.show(item)
        except CompanionError as error:
            if app.is_page:
                app.show(Closed(reason=str(error)))
                return
            raise
        finally:
            if app.wall.closed is None:
                app.exit()

    async def end() -> None:
        app.exit()

    fed = asyncio.create_task(feeding())
    try:
        with interruptible(end):
            await app.run_async()
    finally:
        await lookout.close()
        await fed
