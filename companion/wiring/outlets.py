"""Where calls go beyond this process: a hub of our own, somebody else's hub, or a bus; as the settings say."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from companion import config
from companion.broadcast.hub import Hub
from companion.broadcast.outlet import HubOutlet
from companion.broadcast.ways import Acts, Outlet
from companion.core.events import Channel, Partial
from companion.core.feed import Viewer
from companion.core.record import Record
from companion.core.updates import FlagRaised, StepHeard
from companion.errors import ConfigError
from companion.wiring.parts import Options

Recall = Callable[[str], Awaitable[Sequence[Record]]]
"""Finds the journal of a call that another gateway began."""


class Spread:
    """A viewer, and outlets that are shown the same; records reach outlets as sinks.

    Args:
        viewer: whoever is in front.
        outlets: those who look on from elsewhere.
    """

    def __init__(self, viewer: Viewer, outlets: Sequence[Outlet]) -> None:
        self.viewer = viewer
        self._outlets = outlets
        self._takers: list[Viewer | Outlet] = [viewer, *outlets]

    def wants_partials(self, call: str) -> bool:
        """Whether partials of that call are worth judging for anybody."""
        return any(taker.wants_partials(call) for taker in self._takers)

    def record(self, record: Record) -> None:
        """A record was made."""
        self.viewer.record(record)

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far, and what that would mean."""
        for taker in self._takers:
            taker.glimpse(call, partial, tentative)

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1."""
        for taker in self._takers:
            taker.level(call, channel, level)

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms."""
        for taker in self._takers:
            taker.clock(call, at)

    def notice(self, text: str) -> None:
        """One line for the person in front."""
        self.viewer.notice(text)

    def ready(self, text: str) -> None:
        """One line for whoever waits for calls."""
        self.viewer.ready(text)

    def progress(self, call: str, share: float) -> None:
        """How far a source of known length has come, 0–1."""
        self.viewer.progress(call, share)


@asynccontextmanager
async def published(options: Options, acts: Acts, tell: Callable[[str], None]) -> AsyncIterator[list[Outlet]]:
    """Somebody else's hub or a bus, for the calls of this screen (`--broadcast`); none where it is not set.

    Raises:
        ConfigError: the address or a file cannot be used.
        SourceError: a bus cannot be reached; a hub may come later.
    """
    url: str | None = options.get("broadcast_url")
    if not url:
        yield []
    elif is_bus(url):
        async with _bus(url, options, acts, tell) as (outlet, _):
            yield [outlet]
    else:
        token = config.secret(options.get("broadcast_token_file"), "the token")
        name = options.get("agent_name") or socket.gethostname()
        words: bool = options.get("broadcast_words", True)
        async with HubOutlet(url, token=token or str, name=name, acts=acts, words=words, tell=tell) as outlet:
            yield [outlet]


@asynccontextmanager
async def offered(options: Options, acts: Acts, tell: Callable[[str], None]) -> AsyncIterator[tuple[list[Outlet], Recall | None]]:
    """A hub of our own, and a bus where one is set: what a gateway shows its calls by, and where it finds those of others.

    Raises:
        ConfigError: an address or a file cannot be used.
        SourceError: the hub's port cannot be had, or the bus cannot be reached.
    """
    host, port = _address(options["hub_listen"])
    files = {key: Path(options[f"hub_{key}"]) if options.get(f"hub_{key}") else None for key in ("tokens", "tls_cert", "tls_key")}
    words: bool = options.get("broadcast_words", True)
    hub = Hub(host, port, acts=acts, tokens=files["tokens"], certificate=files["tls_cert"], key=files["tls_key"], words=words, tell=tell)
    async with AsyncExitStack() as stack:
        outlets: list[Outlet] = [await stack.enter_async_context(hub)]
        recall: Recall | None = None
        if options.get("bus_url"):
            bus, recall = await stack.enter_async_context(_bus(options["bus_url"], options, acts, tell))
            outlets.append(bus)
        yield outlets, recall


def prefix(options: Options) -> str:
    """What goes before the numbers of calls that have no name of their own, where calls of many gateways meet."""
    return f"{options.get('agent_name') or socket.gethostname()}-{datetime.now():%Y%m%d-%H%M%S}-"


def is_bus(url: str) -> bool:
    """Whether an address is a NATS server's."""
    return url.partition("://")[0].lower() in ("nats", "tls")


@asynccontextmanager
async def _bus(url: str, options: Options, acts: Acts, tell: Callable[[str], None]) -> AsyncIterator[tuple[Outlet, Recall]]:
    try:
        from companion.broadcast import nats_takeover
        from companion.broadcast.nats_outlet import NatsOutlet
    except ImportError:
        raise ConfigError(f"{url}: nats-py is not installed; pip install 'companion[nats]'") from None
    credentials = Path(options["bus_credentials"]) if options.get("bus_credentials") else None
    async with NatsOutlet(url, credentials, acts=acts, words=options.get("broadcast_words", True), tell=tell) as outlet:
        ending = asyncio.create_task(nats_takeover.end_orphans(outlet))
        try:
            yield outlet, lambda call: nats_takeover.recall(outlet, call)
        finally:
            ending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ending


def _address(given: str) -> tuple[str, int]:
    host, colon, port = given.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise ConfigError(f"--hub {given}: is no address; give host:port, such as 127.0.0.1:2750")
    return host.strip("[]"), int(port)
