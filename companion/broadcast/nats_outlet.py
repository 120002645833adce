"""A gateway's end of NATS: its calls' records go out in order, and what people want of its calls comes in."""

import asyncio
import contextlib
import random
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.errors import APIError

from companion.broadcast import messages
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.allowance import Allowance
from companion.broadcast.blanking import blank_mark, blank_partial, blanked
from companion.broadcast.messages import Act, Clock, Done, Glimpse, Level, Message
from companion.broadcast.nats_link import FAILURES, PATIENCE, Away, Link
from companion.broadcast.rights import MAY, signed
from companion.broadcast.ways import Acts
from companion.core.events import CallStarted, Channel, Introduced, Partial
from companion.core.record import Record
from companion.core.updates import CallClosed, FlagRaised, StepHeard
from companion.errors import PeerError, SinkError

MOST_WAITING = 128 * 1024 * 1024
"""Bytes of records that wait for NATS to come back; a call that finds no more room is given up there."""

WATCHED = 30.0
"""Seconds that a call's partials are passed on after somebody asked for them."""

_MESSAGE = 256 * 1024  # bytes of lines in one message, where many wait
_MARGIN = 4096  # bytes of a message's headers, at most
_OUTSTANDING = 128  # messages under way at once; of one call it is always one
_TICK = 0.1  # seconds between what is only shown
_SECOND = 1.0  # seconds between a call's times
_AGAIN = 0.5  # seconds before the next try of what the server did not take
_ACTS = 5.0  # acts a second on one call, by everybody
_ACTS_AT_ONCE = 20.0
_GOODBYE = 5.0  # seconds for what is left when we leave
_WRONG_LAST = 10071  # the server's error for a subject whose newest message is another than expected


class _Refused(Exception):
    """The call is not ours to write there."""


class Outgoing:
    """A call on its way out."""

    def __init__(self, name: str, recalled: Sequence[bytes] = (), first: int = 0, last: int = 0) -> None:
        self.name = name
        self.token = subjects.token(name)
        self.claim = secrets.token_hex(8)
        """Names this gateway's part of the call: a message that was sent twice is known by it."""
        self.recalled = deque(recalled)
        """What another gateway has written of it; comes by once more before the call goes on."""
        self.first = first
        """Number of its first message there; 0 before there is one."""
        self.last = last
        """Number of its newest."""
        self.listed = bool(first)
        """Whether it stands among the live calls."""
        self.lines: deque[bytes] = deque()
        self.sent = 0
        """Messages so far; names the next."""
        self.closed = False
        self.lost = ""
        """Why it is given up there."""
        self.told = False
        self.sending: asyncio.Task[None] | None = None
        self.agent = ""
        """Who takes it, without regard to case."""
        self.ear: Subscription | None = None
        self.allowance = Allowance(_ACTS, _ACTS_AT_ONCE)
        self.watched = 0.0
        """Until when partials are wanted, by the loop's clock."""
        self.ticked = 0.0
        """When its time was last passed on."""


class NatsOutlet:
    """Passes calls on to NATS, as a context: what is left is sent on leaving.

    Args:
        url: of the server, as `Link` has it.
        credentials: likewise.
        words: whether what is said is passed on; else it is blanked, and nobody can go on with such a call.
        tell: takes one line for a person.
        most: bytes that may wait for NATS to come back.

    Raises:
        ConfigError: the URL or the credentials cannot be used.
        SourceError: on entering: the server cannot be reached.
    """

    def __init__(
        self,
        url: str,
        credentials: Path | None = None,
        *,
        acts: Acts | None = None,
        words: bool = True,
        tell: Callable[[str], None] = lambda text: None,
        most: int = MOST_WAITING,
    ) -> None:
        self.link = Link(url, credentials, up=self._up, away=self._away, makes=True)
        self.id = secrets.token_hex(6)
        """Tells this gateway from all others."""
        self.calls: dict[str, Outgoing] = {}
        """Those that this gateway owns."""
        self.acts = acts
        """Does what people want to the calls; may be set later than the rest."""
        self.tell = tell
        self._words = words
        self._expected: dict[str, Outgoing] = {}
        self._most = most
        self._waiting = 0  # bytes
        self._checklists: dict[str, object] = {}
        self._there: set[str] = set()  # digests of checklists that the server has
        self._places = asyncio.Semaphore(_OUTSTANDING)
        self._fleeting: dict[tuple[str, str, str], Message] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._complained = False

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"bus {self.link.name}"

    async def __aenter__(self) -> Self:
        await self.link.open()
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await asyncio.gather(*filter(None, [call.sending for call in self.calls.values()]))
        left = [call for call in self.calls.values() if call.lines and not call.lost]
        if left:
            self.tell(f"{self.name}: {sum(len(call.lines) for call in left):,} records of {len(left)} calls were not passed on")
        tasks = [*filter(None, [call.sending for call in self.calls.values()]), *filter(None, [self._ticking])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.link.close()

    # ── what the calls give ──

    def write(self, record: Record) -> None:
        """Pass a record on, now or when NATS is back.

        Raises:
            SinkError: the call is another gateway's, or too much waits already. Raised once a call.
        """
        call = self.calls.get(record.call)
        if call is None:
            call = self.calls[record.call] = self._expected.pop(record.call) if record.call in self._expected else Outgoing(record.call)
        match record.event:
            case CallStarted(digest=digest, checklist=checklist):
                self._checklists[digest] = checklist
            case Introduced(agent=str(agent)):
                call.agent = agent.casefold()
        if not call.lost:
            self._take(call, record)
        if isinstance(record.update, CallClosed):
            call.closed = True
            if call.lost:
                del self.calls[record.call]
        if call.lost and not call.told:
            call.told = True
            raise SinkError(f"{self.name}: call {call.name}: {call.lost}; the call itself goes on")

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far."""
        if not self._is_watched(call):
            return
        if not self._words:
            partial, tentative = blank_partial(partial), [blank_mark(mark) for mark in tentative]
        self._fleeting["glimpse", call, partial.channel] = Glimpse(call=call, partial=partial, tentative=tuple(tentative))

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1."""
        if self._is_watched(call):
            self._fleeting["level", call, channel] = Level(call=call, channel=channel, level=level)

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms."""
        self._fleeting["clock", call, ""] = Clock(call=call, at=at)

    def close(self) -> None:
        """Nothing to do: other sources' calls may go on, and what is left is sent on leaving the context."""

    def expect(self, call: Outgoing) -> None:
        """A call of another gateway's that may go on here: its records so far come by once more."""
        self._expected[call.name] = call

    # ── records on their way ──

    def _take(self, call: Outgoing, record: Record) -> None:
        line = subjects.line(record if self._words else blanked(record))
        if call.recalled:
            if call.recalled.popleft() != line:
                self._give_up(call, "another call of that name is live there")
            return
        if self._waiting + len(line) > self._most:
            self._give_up(call, "NATS was away too long, and no more records can wait for it; it has only the beginning")
            return
        call.lines.append(line)
        self._waiting += len(line)
        if call.sending is None:
            call.sending = asyncio.create_task(self._send(call))

    def _give_up(self, call: Outgoing, why: str) -> None:
        """Let go of a call there; its owner is told with the next record."""
        call.lost = why
        self._waiting -= sum(map(len, call.lines))
        call.lines.clear()
        if call.closed:
            del self.calls[call.name]
        if call.ear is not None:
            ear, call.ear = call.ear, None
            call.sending = asyncio.create_task(_deaf(ear))

    async def _send(self, call: Outgoing) -> None:
        """Send what waits, one message at a time: the next names the one before it as the newest, so that nobody else can write between."""
        try:
            while call.lines or call.listed == call.closed:
                await self.link.back()
                async with self._places:
                    await self._send_some(call)
        except _Refused as why:
            self._give_up(call, str(why))
        except Exception as wrong:  # the task's outer edge: whatever it was, the call's owner is told, and the call goes on
            self._give_up(call, f"{type(wrong).__name__}: {wrong}")
        else:
            call.sending = None
            if call.closed:
                del self.calls[call.name]
                if call.ear is not None:
                    await _deaf(call.ear)

    async def _send_some(self, call: Outgoing) -> None:
        """One message, and what must stand there before and after it; leaves things as they are where NATS is away."""
        try:
            await self._listen(call)
            for digest in self._checklists.keys() - self._there:
                await self._keep(subjects.checklist(digest), self._checklists[digest])
                self._there.add(digest)
            if call.lines:
                count = subjects.fitting(call.lines, min(_MESSAGE, self.link.client.max_payload - _MARGIN))
                lines = [call.lines[place] for place in range(count)]
                call.last = await self._publish(call, self._fitting(b"\n".join(lines)))
                call.first = call.first or call.last
                call.sent += 1
                for line in lines:
                    call.lines.popleft()
                    self._waiting -= len(line)
            if call.listed and call.closed and not call.lines:
                await self.link.streams.purge_stream(subjects.NOW, subject=subjects.live(call.token))
                call.listed = False
            elif not call.listed and not call.closed:
                await self._keep(subjects.live(call.token), subjects.Entry(call=call.name, first=call.first))
                call.listed = True
            self._complained = False
        except (*FAILURES, Away) as error:
            if isinstance(error, APIError) and not self._complained:
                self._complained = True
                self.tell(f"{self.name}: does not take records: {error.description}; they wait here")
            await asyncio.sleep(_AGAIN * random.uniform(0.5, 1.5))

    async def _keep(self, subject: str, value: object) -> None:
        """Put down what holds now."""
        await self.link.streams.publish(subject, self._fitting(msgspec.json.encode(value)), timeout=PATIENCE, stream=subjects.NOW)

    def _fitting(self, payload: bytes) -> bytes:
        most = self.link.client.max_payload - _MARGIN
        if len(payload) > most:
            raise _Refused(f"a message of {len(payload):,} bytes, where the server takes {most:,} (max_payload)")
        return payload

    async def _publish(self, call: Outgoing, payload: bytes) -> int:
        """The number under which a message is kept.

        Raises:
            _Refused: the call's newest message there is not ours.
        """
        name = f"{call.claim}.{call.sent}"
        try:
            headers = {"Nats-Msg-Id": name, "Nats-Expected-Last-Subject-Sequence": str(call.last)}
            sent = await self.link.streams.publish(
                subjects.records(call.token), payload, timeout=PATIENCE, stream=subjects.CALLS, headers=headers
            )
            return sent.seq
        except APIError as error:
            if error.err_code != _WRONG_LAST:
                raise
        newest = await self.link.last(subjects.records(call.token))
        if newest is not None and (newest.headers or {}).get("Nats-Msg-Id") == name:
            assert newest.seq is not None
            return newest.seq  # it was kept, and the answer got lost
        if call.first == 0 and (newest is None or subjects.closes(newest.data or b"")):
            call.last = newest.seq or 0 if newest is not None else 0  # an earlier call of that name is over
            return await self._publish(call, payload)
        raise _Refused("another gateway has it now" if call.first else "another gateway has a call of that name")

    # ── what people want ──

    async def _listen(self, call: Outgoing) -> None:
        if call.ear is None:
            call.ear = await self.link.client.subscribe(subjects.owner(call.token), cb=partial(self._asked, call))

    async def _asked(self, call: Outgoing, message: Msg) -> None:
        role, name = subjects.asker(message.subject)
        if not message.data:
            if role != "gateway":
                call.watched = asyncio.get_running_loop().time() + WATCHED
            answers = [Done(id=0)]
        else:
            answers = [await self._do(call, role, name, message.data)]
        with contextlib.suppress(*FAILURES):
            await message.respond(messages.encode(answers))

    async def _do(self, call: Outgoing, role: str, name: str, data: bytes) -> Done:
        try:
            (act,) = messages.from_peer(data)
        except (PeerError, ValueError):
            return Done(id=0, refused="not understood")
        if not isinstance(act, Act) or role not in MAY:
            return Done(id=0, refused="not understood")
        if role == "agent" and name.casefold() != call.agent:
            return Done(id=act.id, refused="that call is not for you")
        if not call.allowance.take(asyncio.get_running_loop().time()):
            return Done(id=act.id, refused="too much at once; wait a moment")
        event = signed(role, name, act.event)
        if isinstance(event, str):
            return Done(id=act.id, refused=event)
        return Done(id=act.id, refused=await self.acts(call.name, event) if self.acts is not None else f"call {call.name} takes no acts")

    # ── what is only shown ──

    def _is_watched(self, call: str) -> bool:
        found = self.calls.get(call)
        return found is not None and not found.lost and found.watched > asyncio.get_running_loop().time()

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK)
            for key, message in list(self._fleeting.items()):
                kind, name, _ = key
                call = self.calls.get(name)
                if kind == "clock" and call is not None and not call.lost:
                    if loop.time() - call.ticked < _SECOND:
                        continue
                    call.ticked = loop.time()
                del self._fleeting[key]
                if call is None or call.lost or not self.link.is_up:
                    continue
                subject = subjects.clock(call.token) if kind == "clock" else subjects.glimpse(call.token)
                with contextlib.suppress(Away, *FAILURES):
                    await self.link.client.publish(subject, messages.encode([message]))

    # ── the connection ──

    async def _up(self, client: Client) -> None:
        waiting = sum(len(call.lines) for call in self.calls.values())
        if waiting:
            self.tell(f"{self.name}: back; {waiting:,} records that waited are passed on")
        for call in self.calls.values():
            call.ear = None
            if not call.lost and call.first:
                await self._listen(call)

    def _away(self, reason: str) -> None:
        self.tell(f"{self.name}: {reason}; records wait here until it is back")


async def _deaf(ear: Subscription) -> None:
    with contextlib.suppress(*FAILURES):
        await ear.unsubscribe()
