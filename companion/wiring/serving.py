"""The headless gateway: `companion serve`."""

import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from companion.console import Console
from companion.core.events import AnyEvent
from companion.core.feed import Sink, Source
from companion.sinks.journal import JournalFolder
from companion.sources.uri import Given
from companion.wiring.again import Again
from companion.wiring.database import stored
from companion.wiring.gateway import Gateway
from companion.wiring.named import Named
from companion.wiring.outlets import Spread, offered, prefix
from companion.wiring.parts import DATA, Options, Recognisers, open_source, rules_of, together
from companion.wiring.privacy import expiring

_DEMO = {
    str(DATA / "demo" / "call4_everything.flac"): ("anna", "internet", "Hall, R."),
    str(DATA / "demo" / "chat.jsonl"): ("dan", "deliveries", "Osei, K."),
}
"""The recorded calls, and who is said to take them, in which team, from whom."""


def serve(uris: Sequence[str], options: Options) -> None:
    """Own the calls of these sources until a person ends it; without any, those of the demo, again and again.

    Raises:
        CompanionError: a source, the hub or the bus could not be opened.
        KeyboardInterrupt: a person ended it; the journals are complete.
    """
    rules = rules_of(options["checklist"])
    _open_wide()
    if not uris:
        options = {**options, "speech_model": str(DATA / "starter")}

    def recorded(uri: Given, recogniser: Recognisers) -> Source:
        assert isinstance(uri, str)
        return Again(lambda: Named(open_source(uri, recogniser, options, speed=1.0), *_DEMO[uri]))

    async def main(console: Console, database: Sequence[Sink]) -> None:
        async def act(call: str, event: AnyEvent) -> str:
            return await gateway.act(call, event)

        async with offered(options, act, console.notice) as (outlets, recall), expiring(options, console.notice):
            journals: list[Sink] = [JournalFolder(Path(options["journal"]), console.notice)] if options.get("journal") else []
            gateway = Gateway(
                rules,
                [*journals, *database, *outlets],
                Spread(console, outlets),
                options,
                speed=1.0,
                opened=None if uris else recorded,
                prefix=prefix(options) if recall is not None else "",
                recall=recall,
            )
            console.notice(f"{outlets[0].name}: {_look_on(outlets[0].name.removeprefix('hub '))}")
            if not journals:
                console.notice("no journals are kept; name a folder with --journal")
            await gateway.go(uris or list(_DEMO), together=True)

    with Console() as console, stored(options, console.notice) as database:
        together(lambda: main(console, database))


def _look_on(hub: str) -> str:
    """What others type to look on."""
    if hub == "ws://127.0.0.1:2750":
        return "look on with companion watch, or companion attach"
    for any_address in ("//0.0.0.0:", "//[::]:"):
        hub = hub.replace(any_address, f"//{socket.gethostname()}:")
    return f"look on with companion watch {hub}, or companion attach --hub {hub}"


def _open_wide() -> None:
    """Let the process hold as many connections as the system allows; many allow 1,024 to whoever does not ask."""
    if sys.platform != "win32":  # which has no such limit
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
