"""One connection to the hub: who is at its end, what they ask for, and what they are given, at the pace they read."""

import asyncio
import contextlib
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from companion.broadcast.allowance import Allowance
from companion.broadcast.cleaning import clean_json
from companion.broadcast.follower import FRAME, Follower
from companion.broadcast.messages import (
    VERSION,
    Act,
    Bye,
    Checklist,
    Done,
    FromPeer,
    Hello,
    Line,
    Subscribe,
    Unsubscribe,
    Welcome,
    encode,
    from_peer,
)
from companion.broadcast.rights import sees
from companion.broadcast.tokens import Holder
from companion.core.events import AnyEvent
from companion.core.record import decode
from companion.core.seen import Clock, Glimpse, Level, Notice, Over
from companion.errors import JournalError, PeerError
from companion.speech.redact import clean

if TYPE_CHECKING:
    from companion.broadcast.hub import Hub

_HELLO = 5.0  # seconds until somebody must have said who they are
_BYE = 1.0  # seconds that our last words may take
_ANSWER = 5.0  # seconds that a gateway may take to do something
_REASON = 120  # bytes that a close frame has for words (RFC 6455, section 5.5)
_ASKED = 32  # acts at once that nobody has answered yet
_REFUSED = 1000  # calls of a gateway that are not shown
_AT_ONCE = 50  # messages that are taken before others have their turn
_LONGEST = 500  # characters of a gateway's answer

GOING_AWAY, PROTOCOL_ERROR, POLICY, TRY_AGAIN = 1001, 1002, 1008, 1013
"""Close codes (RFC 6455, section 7.4.1, and its registry)."""


async def receive(hub: "Hub", connection: ServerConnection) -> None:
    """A connection from its first words to its last."""
    why, code = "", PROTOCOL_ERROR
    try:
        async with asyncio.timeout(_HELLO):
            hello, *rest = from_peer(await connection.recv())
        if not isinstance(hello, Hello):
            raise PeerError("somebody who does not say hello first")
        if hello.version != VERSION:
            raise PeerError(f"version {hello.version} of this protocol, where {VERSION} is spoken; let both be of the same release")
    except TimeoutError:
        why, code = f"nothing said within {_HELLO:g} seconds", POLICY
    except PeerError as error:
        why = str(error)
    except ConnectionClosed:
        return
    else:
        who = hub.holder(hello)
        if who is not None:
            await Guest(hub, connection, who).stay(rest)
            return
        missing = "a token is needed here; give one with --broadcast-token-file"
        why, code = "no such token, or it was revoked; ask for another" if hello.token else missing, POLICY
    hub.turned_away(connection, why)
    await _close(connection, code, why)


class Guest:
    """Somebody who was let in.

    Args:
        hub: where.
        connection: theirs.
        who: their name and role.
    """

    def __init__(self, hub: "Hub", connection: ServerConnection, who: Holder) -> None:
        self.connection = connection
        self.who = who
        self._sees = sees(who.role, who.name)
        self._news = asyncio.Event()
        words = hub.words or who.role == "agent"
        self.follower = Follower(hub.ledger, self._sees, words=words, wake=self._news.set)
        self._hub = hub
        self._frames = Allowance(50, 200)
        self._wishes = Allowance(5, 50)
        self._acts = Allowance(5, 20)
        self._asked: dict[int, asyncio.Future[str]] = {}
        self._last_asked = 0
        self._doing: set[asyncio.Task[None]] = set()
        self._refused: set[str] = set()
        self._writing: asyncio.Task[None] | None = None

    async def stay(self, said: list[FromPeer]) -> None:
        """Take what they say, and give what they follow, until they go. `said` came with their hello."""
        if not self._hub.welcome(self):
            self._hub.turned_away(self.connection, "too many are here")
            await self.connection.close(TRY_AGAIN, "too many are here; try again later")
            return
        have = self._hub.ledger.adopt(self.who.name, self) if self.who.role == "gateway" else {}
        self.follower.say(Welcome(version=VERSION, role=self.who.role, name=self.who.name, have=have))
        self._writing = asyncio.create_task(self._write())
        try:
            await self._take_all(said)
            async for frame in self.connection:
                if self.who.role != "gateway" and not self._frames.take(self._hub.now):
                    raise _TooFast("too many frames a second")
                await self._take_all(from_peer(frame))
        except PeerError as error:
            await self.dismiss(str(error), POLICY if isinstance(error, _TooFast) else PROTOCOL_ERROR)
        except ConnectionClosed:
            pass
        finally:
            self._hub.farewell(self)
            for number in list(self._asked):
                self._answer(number, "the gateway is lost; try again when it is back")
            for task in (self._writing, *self._doing):
                task.cancel()
            await asyncio.gather(self._writing, *self._doing, return_exceptions=True)

    async def dismiss(self, reason: str, code: int = GOING_AWAY) -> None:
        """Give them what there is, if they take it at once, say why, and hang up."""
        if self._writing is not None:
            self._writing.cancel()
        last = iter(self.follower.frame, b"") if code == GOING_AWAY else ()
        await _close(self.connection, code, reason, last)

    async def ask(self, call: str, event: AnyEvent) -> str:
        """Let this gateway do something to its call; why not, or an empty text."""
        if len(self._asked) >= _ASKED:
            return f"call {call}: its gateway has too much to do; try again"
        self._last_asked = number = self._last_asked + 1
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self.follower.say(Act(id=number, call=call, event=event))
        try:
            async with asyncio.timeout(_ANSWER):
                return await answer
        except TimeoutError:
            return f"call {call}: its gateway does not answer"
        finally:
            del self._asked[number]

    async def _write(self) -> None:
        """Send what there is: at once, when it was quiet, and then at the hub's pace. A slow reader holds up nobody else."""
        try:
            while not self.follower.overrun:
                await self._news.wait()
                self._news.clear()
                while frame := self.follower.frame():
                    await self.connection.send(frame, text=True)
                    await asyncio.sleep(self._hub.pause if len(frame) < FRAME else 0)
            await self.connection.close(POLICY, "you have not read for very long; come again")
        except ConnectionClosed:
            pass

    # ── what they say ──

    async def _take_all(self, messages: list[FromPeer]) -> None:
        for number, message in enumerate(messages, 1):
            self._take(message)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    def _take(self, message: FromPeer) -> None:
        match message:
            case Line() | Checklist() | Glimpse() | Level() | Clock() | Done() | Over() if self.who.role != "gateway":
                raise PeerError("somebody who is no gateway and brings calls")
            case Line():
                self._line(bytes(message.record))
            case Checklist():
                self._hub.ledger.learn(message.digest, _value(message.value))
            case Glimpse() | Level() | Clock():
                entry = self._hub.ledger.find(message.call)
                if entry is not None and entry.owner is self:
                    entry.show(message)
            case Done():
                self._answer(message.id, clean(message.refused)[:_LONGEST])
            case Over():
                self._hub.ledger.abandon(self.who.name, self, message.call)
            case Subscribe() | Unsubscribe() if not self._wishes.take(self._hub.now):
                raise _TooFast("too many wishes a second")
            case Subscribe():
                self.follower.subscribe(message)
            case Unsubscribe():
                self.follower.unsubscribe(message)
            case Act() if len(self._doing) >= _ASKED or not self._acts.take(self._hub.now):
                self.follower.say(Done(id=message.id, refused="too much at once; try again in a moment"))
            case Act():
                task = asyncio.create_task(self._act(message))
                self._doing.add(task)
                task.add_done_callback(self._doing.discard)
            case Hello():
                raise PeerError("a second hello")

    def _line(self, line: bytes) -> None:
        try:
            record = decode(clean_json(line))
        except JournalError as error:
            raise PeerError(str(error)) from error
        if record.seq == 0:
            self._refused.discard(record.call)
        elif record.call in self._refused:
            return
        try:
            self._hub.ledger.take(self.who.name, self, record, self._hub.now)
        except PeerError as error:
            if len(self._refused) >= _REFUSED:
                raise PeerError("too many calls that cannot be taken") from error
            self._refused.add(record.call)
            self.follower.say(Notice(text=str(error)))

    def _answer(self, number: int, refused: str) -> None:
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(refused)

    async def _act(self, wanted: Act) -> None:
        refused = await self._hub.act(self.who, wanted.call, wanted.event, self._sees)
        self.follower.say(Done(id=wanted.id, refused=refused))


def _value(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PeerError(f"not a checklist: {error}") from error


class _TooFast(PeerError):
    """Raised when somebody asks for more than anybody needs."""


async def _close(connection: ServerConnection, code: int, why: str, last: Iterable[bytes] = ()) -> None:
    """Say the last words, as far as they are taken, and close."""
    with contextlib.suppress(ConnectionClosed, TimeoutError):
        async with asyncio.timeout(_BYE):
            for frame in chain(last, [encode([Bye(reason=why)])]):
                await connection.send(frame, text=True)
    await connection.close(code, why.encode()[:_REASON].decode("utf-8", "ignore"))
