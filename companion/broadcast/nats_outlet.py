"""A gateway's end of NATS: its calls' records go out in order, and what people want of its calls comes in."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError

from companion.broadcast import messages
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.blanking import blank_mark, blank_partial, blanked
from companion.broadcast.messages import Act, Done
from companion.broadcast.nats_link import FAILURES, Away, Link
from companion.broadcast.nats_outgoing import Outgoing, Refused, keep
from companion.broadcast.rights import MAY, signed
from companion.broadcast.ways import Acts
from companion.core.events import CallStarted, Channel, Introduced, Partial
from companion.core.record import Record
from companion.core.seen import Clock, Glimpse, Level, Message
from companion.core.updates import CallClosed, FlagRaised, StepHeard
from companion.errors import PeerError, SinkError
from companion.speech.redact import clean

MOST_WAITING = 128 * 1024 * 1024
"""Bytes of records that wait for NATS to come back; a call that finds no more room is given up there."""

WATCHED = 30.0
"""Seconds that a call's partials are passed on after somebody asked for them."""

_OUTSTANDING = 128  # messages under way at once; of one call it is always one
_PULSE = 0.02  # seconds between what leaves, where much does
_TICK = 0.1  # seconds between what is only shown
_TOGETHER = 1000  # calls' times in one message
_AGAIN = 0.5  # seconds before the next try of what the server did not take
_GOODBYE = 5.0  # seconds for what is left when we leave


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
        self._next_pulse = 0.0
        self._places = asyncio.Semaphore(_OUTSTANDING)
        self._shown: dict[tuple[str, str, str], Message] = {}
        self._at: dict[str, int] = {}  # the calls' times that changed
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
        left = [call for call in self.calls.values() if call.waiting and not call.lost]
        if left:
            self.tell(f"{self.name}: {sum(len(call.waiting) for call in left):,} records of {len(left)} calls were not passed on")
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
        call.closed = isinstance(record.update, CallClosed)
        if call.closed and call.lost:
            del self.calls[record.call]
        if call.lost and not call.told:
            call.told = True
            raise SinkError(self._refusal(call))

    def wants_partials(self, call: str) -> bool:
        """Whether somebody has asked for partials of that call lately."""
        found = self.calls.get(call)
        return found is not None and not found.lost and found.watched > asyncio.get_running_loop().time()

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """What the recogniser believes so far."""
        if not self.wants_partials(call):
            return
        if not self._words:
            partial, tentative = blank_partial(partial), [blank_mark(mark) for mark in tentative]
        self._shown[call, "glimpse", partial.channel] = Glimpse(call=call, partial=partial, tentative=tuple(tentative))

    def level(self, call: str, channel: Channel, level: float) -> None:
        """How loud a channel is, 0–1."""
        if self.wants_partials(call):
            self._shown[call, "level", channel] = Level(call=call, channel=channel, level=level)

    def clock(self, call: str, at: int) -> None:
        """The call's time, ms; passed on once a second of it."""
        found = self.calls.get(call)
        if found is not None and not found.lost and at // 1000 != found.second:  # a lost one's name is another's
            found.second = at // 1000
            self._at[call] = at

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
        elif self._waiting + len(line) > self._most:
            self._give_up(call, "NATS was away too long, and no more records can wait for it; it has only the beginning")
        else:
            call.waiting.append(line)
            self._waiting += len(line)
            self._send_on(call)

    def _give_up(self, call: Outgoing, why: str) -> None:
        """Let go of a call there; its owner is told with the next record."""
        call.lost = why
        self._waiting -= sum(map(len, call.waiting))
        call.waiting.clear()
        if call.closed:  # no record comes any more to be refused
            del self.calls[call.name]
            self.tell(self._refusal(call))
        self._send_on(call)

    def _refusal(self, call: Outgoing) -> str:
        return f"{self.name}: call {call.name}: {call.lost}; the call itself goes on"

    def _send_on(self, call: Outgoing) -> None:
        if call.sending is None:
            call.sending = asyncio.create_task(self._send(call))

    async def _send(self, call: Outgoing) -> None:
        """Send what waits."""
        while not call.lost and not call.is_settled:
            await self._pulse()
            await self.link.back()
            try:
                async with self._places:
                    await self._listen(call)
                    await self._teach()
                    self._waiting -= await call.send_some(self.link)
                self._complained = False
            except Refused as why:
                self._give_up(call, str(why))
            except (*FAILURES, Away) as error:
                reason = error.description if isinstance(error, APIError) else self.link.denied if isinstance(error, TimeoutError) else ""
                if reason and not self._complained:
                    self._complained = True
                    self.tell(f"{self.name}: does not take what we send: {reason}; it waits here")
                await asyncio.sleep(_AGAIN * random.uniform(0.5, 1.5))
            except Exception as wrong:  # the task's outer edge: whatever it was, the call's owner is told, and the call goes on
                self._give_up(call, f"{type(wrong).__name__}: {wrong}")
        call.sending = None
        if call.closed and not call.lost:
            del self.calls[call.name]
        if (call.closed or call.lost) and call.ear is not None:
            ear, call.ear = call.ear, None
            with contextlib.suppress(*FAILURES):
                await ear.unsubscribe()

    async def _pulse(self) -> None:
        """What comes within an instant leaves together: it wakes the server and each looker-on once."""
        now = asyncio.get_running_loop().time()
        if now >= self._next_pulse:
            self._next_pulse = now + _PULSE
        else:
            await asyncio.sleep(self._next_pulse - now)

    async def _teach(self) -> None:
        """Put down the checklists that the server does not have."""
        for digest in self._checklists.keys() - self._there:
            await keep(self.link, subjects.checklist(digest), self._checklists[digest])
            self._there.add(digest)

    # ── what people want ──

    async def _listen(self, call: Outgoing) -> None:
        if call.ear is None:
            call.ear = await self.link.client.subscribe(subjects.owner(call.token), cb=partial(self._asked, call))

    async def _asked(self, call: Outgoing, message: Msg) -> None:
        role, name = map(clean, subjects.asker(message.subject))
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
        if role == "agent" and name.casefold() not in (call.agent or role, role):  # who has no name is called by the role
            return Done(id=act.id, refused="that call is not for you")
        if not call.allowance.take(asyncio.get_running_loop().time()):
            return Done(id=act.id, refused="too much at once; wait a moment")
        event = signed(role, name, act.event)
        if isinstance(event, str):
            return Done(id=act.id, refused=event)
        return Done(id=act.id, refused=await self.acts(call.name, event) if self.acts is not None else f"call {call.name} takes no acts")

    # ── what is only shown ──

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            shown, self._shown = self._shown, {}
            for (name, _, _), message in shown.items():
                await self._show(subjects.glimpse(subjects.token(name)), [message])
            at, self._at = self._at, {}
            clocks = [Clock(call=name, at=at) for name, at in at.items()]
            for place in range(0, len(clocks), _TOGETHER):
                await self._show(subjects.CLOCK, clocks[place : place + _TOGETHER])

    async def _show(self, subject: str, shown: Sequence[Message]) -> None:
        with contextlib.suppress(Away, *FAILURES):
            await self.link.client.publish(subject, messages.encode(shown))

    # ── the connection ──

    async def _up(self, client: Client) -> None:
        self._there.clear()
        waiting = sum(len(call.waiting) for call in self.calls.values())
        if waiting:
            self.tell(f"{self.name}: back; {waiting:,} records that waited are passed on")
        for call in self.calls.values():
            call.ear = None
            if not call.lost:
                await self._listen(call)

    def _away(self, reason: str) -> None:
        self.tell(f"{self.name}: {reason}; records wait here until it is back")
