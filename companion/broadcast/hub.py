"""The hub: one port at which other people's screens, and other gateways, find the calls of this process.

`docs/broadcast.md` tells what is said there.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from websockets import http11
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from companion.broadcast.allowance import Allowance
from companion.broadcast.guest import Guest, receive
from companion.broadcast.ledger import Entry, Ledger
from companion.broadcast.messages import LONGEST_FRAME, Hello
from companion.broadcast.rights import signed
from companion.broadcast.tokens import Holder, Roll, find
from companion.broadcast.ways import Acts
from companion.core.events import AnyEvent, Channel, Partial
from companion.core.record import Record
from companion.core.seen import Clock, Glimpse, Level, Notice
from companion.core.updates import FlagRaised, StepHeard
from companion.errors import ConfigError, PeerError, SinkError
from companion.net.reach import address, is_here, is_local, not_listening, tls
from companion.net.strangers import Strangers
from companion.speech.redact import clean

SUBPROTOCOL = Subprotocol("companion.v1")
"""Spoken with whoever asks for it; who asks for none gets the same."""

MOST_STRANGERS = 64
"""Connections at once that have not said who they are; they have five seconds each, and the oldest less where more come."""

MOST_GUESTS = 1000
"""Connections at once, all told."""

FRAMES = 1000
"""Frames a second that all guests together are given while much is going on; what comes meanwhile goes into one."""

LONGEST_PAUSE = 0.05
"""Seconds between two frames for one guest, however many there are."""

_HANDSHAKE = 5.0  # seconds
_CLOSE = 2.0  # seconds that a peer may take to say good-bye
_PING = 20.0  # seconds between pings
_PONG = 60.0  # seconds until a peer that answers none is taken for dead; one that was stopped for a moment may go on
_NAME = 100  # characters

# What matters is told by `tell`; the library's own log would write into the screen.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class Hub:
    """An outlet for this process's calls (`ways.Outlet`) that listens while it is entered: `async with hub: …`.

    Args:
        host: what to bind to; empty means this machine only.
        port: TCP port; 0 picks a free one.
        acts: does what people want to the calls of this process.
        tokens: who may come in, as a file (`tokens`); None lets in anybody on this machine, as whom they say they are.
        certificate: a PEM file; with it, TLS is spoken.
        key: the certificate's private key, where it is not in the same file.
        words: whether supervisors and readers see what is said.
        tell: takes one line for a person.

    Raises:
        ConfigError: an open door beyond this machine, or files that cannot be used.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        acts: Acts | None = None,
        tokens: Path | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
        words: bool = True,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._host = host or "127.0.0.1"
        self.port = port
        """The TCP port; the real one once entered."""
        self._tls = tls(certificate, key)
        if not is_local(self._host) and tokens is None:
            raise ConfigError(
                f"{self.name}: reaches beyond this machine without tokens; make some with 'companion token new', for --hub-tokens"
            )
        self._roll = Roll(tokens, tell) if tokens is not None else None
        self.acts = acts
        """Does what people want to the calls of this process; may be set later than the rest."""
        self.words = words
        """Whether supervisors and readers see what is said."""
        self.ledger = Ledger(words=words)
        """All calls that are here."""
        self.guests: set[Guest] = set()
        """All who have said who they are."""
        self._strangers = Strangers(MOST_STRANGERS)
        self._tell = tell
        self._server: Server | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._failed: set[str] = set()
        self._complaints = Allowance(1, 10)
        self._turned_away = ""

    @property
    def name(self) -> str:
        """Where peers find it."""
        return f"hub {address('ws' if self._tls is None else 'wss', self._host, self.port)}"

    @property
    def now(self) -> float:
        """Seconds of a clock that only goes forward."""
        return asyncio.get_running_loop().time()

    @property
    def pause(self) -> float:
        """Seconds until a guest is given its next frame, but for full ones. All have theirs at once: waking costs more than sending."""
        pace = min(LONGEST_PAUSE, max(1, len(self.guests)) / FRAMES)
        return pace - self.now % pace

    async def __aenter__(self) -> "Hub":
        """Listen.

        Raises:
            SourceError: the port cannot be had.
        """
        quick: dict[str, Any] = {"ssl_handshake_timeout": _HANDSHAKE, "ssl_shutdown_timeout": _CLOSE} if self._tls is not None else {}
        try:
            self._server = await serve(
                self._serve,
                self._host,
                self.port,
                ssl=self._tls,
                process_request=self._admit,
                select_subprotocol=_select,
                create_connection=self._strangers.connection,  # type: ignore[arg-type]
                open_timeout=_HANDSHAKE,
                close_timeout=_CLOSE,
                ping_interval=_PING,
                ping_timeout=_PONG,
                max_size=LONGEST_FRAME,
                compression=None,  # costs each connection memory, and each record time
                logger=_log,
                **quick,
            )
        except OSError as error:
            raise not_listening(self.name, error) from error
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        if not is_local(self._host) and self._tls is None:
            self._tell(f"{self.name}: words and tokens travel in the clear; give --hub-tls-cert")
        self._keeping = asyncio.create_task(self._keep_house())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Say good-bye to all, once they have what there is, and stop."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._server is not None:
            self._server.close(close_connections=False)
            await asyncio.gather(*(guest.dismiss("the hub stops") for guest in list(self.guests)))
            self._server.close()
            await self._server.wait_closed()

    # ── calls of this process (`ways.Outlet`) ──

    def write(self, record: Record) -> None:
        """Show a record to all who follow its call.

        Raises:
            SinkError: another gateway has a call of that name; raised once a call.
        """
        if record.call in self._failed and record.seq:
            return
        try:
            self.ledger.take("", self, record, self.now)
        except PeerError as error:
            self._failed.add(record.call)
            raise SinkError(f"{self.name}: {error}") from error

    def wants_partials(self, call: str) -> bool:
        """Whether a guest looks into that call."""
        return self.ledger.wants_partials(call)

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far."""
        if (entry := self._own(call)) is not None:
            entry.show(Glimpse(call=call, partial=partial, tentative=tuple(tentative)))

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1."""
        if (entry := self._own(call)) is not None:
            entry.show(Level(call=call, channel=channel, level=level))

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms."""
        if (entry := self._own(call)) is not None:
            entry.show(Clock(call=call, at=at))

    def close(self) -> None:
        """No more records come; those who look on stay until the hub is left."""

    def _own(self, call: str) -> Entry | None:
        entry = self.ledger.find(call)
        return entry if entry is not None and entry.owner is self else None

    # ── what guests ask for ──

    def holder(self, hello: Hello) -> Holder | None:
        """As whom somebody comes in; None turns them away."""
        if self._roll is not None:
            return find(self._roll.holders, hello.token)
        name = clean(hello.name).strip()[:_NAME]
        if not name and hello.role != "agent":  # an agent without a name may sit down at any call
            name = hello.role
        return Holder(name=name, role=hello.role, sha256="")

    def welcome(self, guest: Guest) -> bool:
        """Somebody has said who they are; whether there is room."""
        if len(self.guests) >= MOST_GUESTS:
            return False
        self._strangers.leave(guest.connection.transport)
        self.guests.add(guest)
        self.ledger.watchers[guest.follower] = None
        self._tell(f"{self.name}: {_who(guest.who)} is here, from {_peer(guest.connection)}")
        return True

    def turned_away(self, connection: ServerConnection, why: str) -> None:
        """Somebody was not let in; said, but no faster than anybody can read, and not the same again."""
        said = f"{_peer(connection)} was turned away: {why}"
        if said != self._turned_away and self._complaints.take(self.now):  # our own gateways come again and again
            self._turned_away = said
            self._tell(f"{self.name}: {said}")

    def farewell(self, guest: Guest) -> None:
        """Somebody has gone."""
        if guest in self.guests:
            self._tell(f"{self.name}: {_who(guest.who)} has gone")
        self.guests.discard(guest)
        self.ledger.watchers.pop(guest.follower, None)
        guest.follower.leave()
        left = self.ledger.orphan(guest, self.now)
        if left:
            self.notice(left, f"gateway {guest.who.name} is lost; its calls stand still until it is back")

    def notice(self, calls: Sequence[Entry], text: str) -> None:
        """Tell all who follow one of the calls."""
        for watcher in {watcher: None for entry in calls for watcher in entry.watchers}:
            watcher.say(Notice(text=text))

    async def act(self, who: Holder, call: str, event: AnyEvent, visible: Callable[[Entry], bool]) -> str:
        """Do something to a call for somebody; why not, or an empty text."""
        entry = self.ledger.find(call)
        if entry is None or not visible(entry):
            return "that call is not here, or not for you"
        if isinstance(done := signed(who.role, who.name or who.role, event), str):
            return done
        if entry.ended:
            return f"call {call} is over"
        if isinstance(entry.owner, Guest):
            return await entry.owner.ask(call, done)
        if entry.owner is None:
            return f"call {call}: its gateway is lost; try again when it is back"
        return await self.acts(call, done) if self.acts is not None else f"call {call} takes no acts"

    # ── the port ──

    def _admit(self, connection: ServerConnection, request: http11.Request) -> http11.Response | None:
        if self._roll is None and not all(map(is_here, request.headers.get_all("Origin"))):
            # any page that somebody has open in a browser can dial this machine
            return connection.respond(403, "pages of other sites may not connect to a hub without tokens\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            await receive(self, connection)
        except Exception as error:  # the room's outer edge: a fault of ours must not die in the library's log
            self._tell(f"{self.name}: a connection failed: {type(error).__name__}: {error}; it was closed")

    async def _keep_house(self) -> None:
        """Each second: old calls go, and so do those whose tokens were revoked."""
        while True:
            await asyncio.sleep(1.0)
            self.ledger.tidy(self.now)
            if self._roll is not None and self._roll.refresh():
                revoked = [guest for guest in self.guests if guest.who not in self._roll.holders]
                await asyncio.gather(*(guest.dismiss("your token was revoked", 1008) for guest in revoked))


def _who(who: Holder) -> str:
    return f"{who.name} ({who.role})" if who.name not in ("", who.role) else f"somebody ({who.role})"


def _peer(connection: ServerConnection) -> str:
    return str((connection.remote_address or ("an unknown address",))[0])


def _select(connection: ServerConnection, asked: Sequence[Subprotocol]) -> Subprotocol | None:
    return SUBPROTOCOL if SUBPROTOCOL in asked else None
