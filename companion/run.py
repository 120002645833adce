"""Runs the calls of one source: inbox → journal → session → sinks and screen. The one place that reads a clock."""

import asyncio
import datetime
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

import msgspec

from companion.core.call import Call, Rules
from companion.core.events import AnyEvent, CallEnded, Introduced, Nudged, SinkFailed, SoundKept, SourceBack, SourceLost, Utterance
from companion.core.feed import Closed, Complaint, Glimpsed, Happened, Item, Level, Opened, Passed, Progress, Ready, Sink, Source, Viewer
from companion.core.record import Record
from companion.core.resume import resume, shifted
from companion.errors import ReaderGone, ReplayError, SinkError

_INBOX = 256
"""Items that wait for judgment before the source has to wait: a source that may not (a phone system) keeps its own bounded buffer."""

_LONGEST_GAP = 3600.0
"""Seconds after which nobody goes on with a call any more."""

_UNNAMED = re.compile(r"call-\d+")


class Act(msgspec.Struct, frozen=True):
    """What a person does to a call."""

    call: str
    event: AnyEvent


class _End(msgspec.Struct, frozen=True):
    """The source has ended, well or not."""

    error: BaseException | None


class _Recalled(msgspec.Struct, frozen=True):
    """A call opens, and its journal was looked for elsewhere."""

    opened: Opened
    records: Sequence[Record]


_Taken: TypeAlias = Item | Act | _Recalled | _End


class _Live(msgspec.Struct):
    call: Call
    began: float
    """The clock's reading at its start, seconds."""
    by_arrival: bool = True
    """Whether its time runs by this clock; False once the source has given a time of its own."""
    shift: float = 0.0
    """Seconds that the call had when its source began to count."""


class Run:
    """All calls of one source.

    Args:
        source: where they come from.
        rules: what they are judged by.
        sinks: where their records go.
        viewer: the screen, if there is one.
        mask: hides digits in an utterance before it is kept or judged.
        mask_text: the same for a partial, before it is shown.
        began: when a call began, where the source does not know: an ISO 8601 time, `now`, or None.
        taken: the names of calls so far, where several sources are one run: a name that is taken gets a number.
        prefix: goes before the names of calls to which their source gives only numbers (`call-1`), where several gateways' calls meet.
        recall: finds the journal of a call that another gateway began and did not end; empty where there is none.
        sound_kept: told what its source and its journal call a call; says whether its sound is kept.
        clock: seconds that only go forward; for tests.
    """

    def __init__(
        self,
        source: Source,
        rules: Rules,
        sinks: Sequence[Sink],
        *,
        viewer: Viewer | None = None,
        mask: Callable[[Utterance], Utterance] | None = None,
        mask_text: Callable[[str], str] | None = None,
        began: str | None = None,
        taken: set[str] | None = None,
        prefix: str = "",
        recall: Callable[[str], Awaitable[Sequence[Record]]] | None = None,
        sound_kept: Callable[[str, str], bool] = lambda source, call: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.failed: SinkError | None = None
        """The first sink that refused a record; the calls went on."""
        self._source = source
        self._rules = rules
        self._sinks = sinks
        self.viewer = viewer
        """The screen; another may take its place at any moment."""
        self._mask = mask
        self._mask_text = mask_text
        self._began = began
        self._taken = taken if taken is not None else set()
        self._prefix = prefix
        self._recall = recall
        self._sound_kept = sound_kept
        self._clock = clock
        self._calls: dict[str, _Live] = {}
        self._inbox: asyncio.Queue[_Taken] = asyncio.Queue(_INBOX)
        self._held: dict[str, deque[Item]] = {}  # what comes of calls while their journals are looked for
        self._recalling: set[asyncio.Task[None]] = set()
        self._stopping = ""
        self._deserted: ReaderGone | None = None

    async def go(self) -> None:
        """Run until the source ends; every call it opened is complete then, whatever went wrong.

        Raises:
            SourceError: the source could not be opened or read to its end.
            SpeechError: the recogniser kept failing.
            SinkError: some records could not be kept.
        """
        pump = asyncio.create_task(self._pump())
        error: BaseException | None = None
        try:
            while self._deserted is None:
                item = await self._next()
                if isinstance(item, _End):
                    error = item.error
                    break
                if not isinstance(item, _Recalled):
                    self._take(item)
                elif not self._go_on(item.opened, item.records):
                    self._take(item.opened)
            error = self._deserted or error
        except asyncio.CancelledError:
            self._stopping = self._stopping or "interrupted"
            raise
        finally:
            for task in (pump, *self._recalling):
                task.cancel()
            await asyncio.gather(pump, *self._recalling, return_exceptions=True)
            reason = self._stopping or (f"source failed: {error}" if error else "end of input")
            for name in list(self._calls):
                self._close(name, reason, None)
            for sink in self._sinks:
                sink.close()
        if error is not None:
            raise error
        if self.failed is not None:
            raise self.failed if self.viewer is None else SinkError("some records could not be kept, as said above") from self.failed

    async def stop(self, reason: str) -> None:
        """End early: what was heard so far is recognised and judged to the end; a call then ends with `reason`."""
        self._stopping = self._stopping or reason
        await self._source.close()

    @property
    def calls(self) -> frozenset[str]:
        """The names of the calls that are live, as they stand in records."""
        return frozenset(live.call.name for live in self._calls.values())

    async def act(self, call: str, event: AnyEvent) -> None:
        """A person does something to a call, by its name in records; nothing happens if it is over.

        `CallEnded` ends it, whatever its source still brings.
        """
        await self._inbox.put(Act(call, event))

    # ── the inbox ──

    async def _pump(self) -> None:
        error: BaseException | None = None
        try:
            async for item in self._source:
                if not isinstance(item, Complaint | Ready) and item.call in self._held:
                    self._held[item.call].append(item)
                elif isinstance(item, Opened) and self._recall is not None:
                    self._held[item.call] = deque()
                    looking = asyncio.create_task(self._look_for(item, self._recall))
                    self._recalling.add(looking)
                    looking.add_done_callback(self._recalling.discard)
                else:
                    await self._inbox.put(item)
        except Exception as wrong:  # a room's outer edge: whatever ended the source is raised by go(), once its calls are complete
            error = wrong
        await asyncio.gather(*self._recalling)
        await self._inbox.put(_End(error))

    async def _look_for(self, item: Opened, recall: Callable[[str], Awaitable[Sequence[Record]]]) -> None:
        """Look for the journal of a call that opens. That may take seconds, which its own items wait and no others."""
        try:
            await self._inbox.put(_Recalled(item, await recall(item.call)))
        except Exception as wrong:  # a room's outer edge, as in _pump()
            await self._inbox.put(_End(wrong))
            return
        held = self._held[item.call]
        while held:
            await self._inbox.put(held.popleft())
        del self._held[item.call]

    async def _next(self) -> _Taken:
        """The next thing to take in; meanwhile, what falls due by the clock is let happen."""
        while True:
            if not self._inbox.empty():
                return self._inbox.get_nowait()
            wait = self._until_due()
            try:
                async with asyncio.timeout(wait):
                    return await self._inbox.get()
            except TimeoutError:
                for live in self._calls.values():
                    if live.by_arrival:
                        self._pass(live, self._arrival(live))

    def _until_due(self) -> float | None:
        """Seconds until something falls due in a call that runs by this clock, or the screen's clock should move."""
        waits = []
        for live in self._calls.values():
            if live.by_arrival:
                now = self._arrival(live)
                due = live.call.next_deadline
                waits.append(max(0.0, (due - now) / 1000) if due is not None else 1.0)
                if self.viewer is not None:
                    waits.append(1.0 - now % 1000 / 1000)
        return min(waits, default=None)

    def _arrival(self, live: _Live) -> int:
        return max(live.call.at, round((self._clock() - live.began) * 1000))

    # ── what comes in ──

    def _take(self, item: Item | Act) -> None:
        known = self.calls if isinstance(item, Act) else self._calls
        if not isinstance(item, Opened | Complaint | Ready) and item.call not in known:
            return  # the agent ended it while its source went on
        match item:
            case Opened():
                self._open(item)
            case Happened():
                self._happen(item.call, item.event, self._stamp(item.call, item.at))
            case Act(event=CallEnded() as event):
                self._close(self._key(item.call), event.reason, None)
            case Act():
                key = self._key(item.call)
                self._happen(key, item.event, self._present(self._calls[key]))
            case Passed():
                self._pass(self._calls[item.call], self._stamp(item.call, item.at))
            case Glimpsed():
                self._glimpse(item)
            case Closed():
                self._close(item.call, self._stopping or item.reason, item.at)
            case Level() if self.viewer is not None:
                self.viewer.level(self._calls[item.call].call.name, item.channel, item.level)
            case Progress() if self.viewer is not None:
                self.viewer.progress(self._calls[item.call].call.name, item.share)
            case Complaint() if self.viewer is not None:
                self.viewer.notice(item.text)
            case Ready() if self.viewer is not None:
                self.viewer.ready(item.text)
            case _:
                pass

    def _open(self, item: Opened) -> None:
        began = item.began or (now() if self._began == "now" else self._began)
        started = self._rules.started(source=item.source, began=began, timed=item.timed, speech=item.speech)
        call = Call(self._name(item.call), started, self._rules)
        live = self._calls[item.call] = _Live(call, self._clock())
        self._keep(live, [call.begin()])
        if item.agent or item.customer or item.team:
            self._happen(item.call, Introduced(agent=item.agent, customer=item.customer, team=item.team), call.at)
        if self._sound_kept(item.call, call.name):
            self._happen(item.call, SoundKept(), call.at)

    def _go_on(self, item: Opened, records: Sequence[Record]) -> bool:
        """Whether a call that another gateway began goes on here; what was not heard meanwhile is a gap."""
        if not records or records[0].call in self._taken:
            return False
        try:
            call, rest = resume(records, self._rules)
        except ReplayError as error:
            if self.viewer is not None:
                self.viewer.notice(f"call {item.call}: cannot go on with it: {error}; it begins anew")
            return False
        gap = max(0.0, _since(call.began) - call.at / 1000)
        gap = gap if gap < _LONGEST_GAP else 0.0  # a recording begins on a day of its own
        live = self._calls[item.call] = _Live(call, self._clock() - call.at / 1000 - gap, shift=round(call.at / 1000 + gap, 3))
        self._taken.add(call.name)
        self._keep(live, [*records, *rest])
        # Lost when it was last heard of: what would have fallen due meanwhile cannot be known.
        self._keep(live, call.receive(SourceLost(reason="the gateway failed, and another took over"), call.at))
        self._keep(live, call.receive(SourceBack(gap=round(gap, 3)), self._arrival(live)))
        if self._sound_kept(item.call, call.name):
            self._happen(item.call, SoundKept(), self._arrival(live))
        return True

    def _key(self, name: str) -> str:
        """What its source calls the live call of that name."""
        return next(key for key, live in self._calls.items() if live.call.name == name)

    def _name(self, given: str) -> str:
        """The call's own name: two calls of one name could never be told apart again."""
        if _UNNAMED.fullmatch(given):
            given = self._prefix + given
        name, number = given, 1
        while name in self._taken:
            number += 1
            name = f"{given}-{number}"
        if number == 2 and self.viewer is not None:  # said once: some softphones name every call alike
            self.viewer.notice(f"call {given}: that name is taken; this one is called {name}")
        self._taken.add(name)
        return name

    def _happen(self, name: str, event: AnyEvent, at: int) -> None:
        live = self._calls[name]
        if live.shift:
            event = shifted(event, live.shift)
        if isinstance(event, Utterance) and self._mask is not None:
            event = self._mask(event)
        if isinstance(event, Introduced) and event.customer is not None and self._mask_text is not None:
            event = msgspec.structs.replace(event, customer=self._mask_text(event.customer))  # often a number to call back
        if isinstance(event, Nudged) and self._mask_text is not None:
            event = msgspec.structs.replace(event, text=self._mask_text(event.text))
        self._keep(live, live.call.receive(event, at))

    def _glimpse(self, item: Glimpsed) -> None:
        live = self._calls[item.call]
        if self.viewer is None or not self.viewer.wants_partials(live.call.name):
            return
        partial = shifted(item.partial, live.shift) if live.shift else item.partial
        if self._mask_text is not None:
            partial = msgspec.structs.replace(partial, text=self._mask_text(partial.text))
        self.viewer.glimpse(live.call.name, partial, live.call.preview(partial))

    def _pass(self, live: _Live, at: int) -> None:
        self._keep(live, live.call.advance(at))
        if self.viewer is not None:
            self.viewer.clock(live.call.name, at)

    def _close(self, name: str, reason: str, at: int | None) -> None:
        stamp = self._stamp(name, at) if at is not None else self._present(self._calls[name])
        live = self._calls.pop(name)
        self._keep(live, live.call.receive(CallEnded(reason=reason), stamp))

    def _stamp(self, name: str, at: int | None) -> int:
        """When something arrived: as the source says, or now; never before what came before."""
        live = self._calls[name]
        if at is None:
            return self._arrival(live)
        live.by_arrival = False
        return max(at + round(live.shift * 1000), live.call.at)

    def _present(self, live: _Live) -> int:
        """The time in this call: now, or, where the source gives the times, as far as it was heard."""
        return self._arrival(live) if live.by_arrival else live.call.at

    # ── where it goes ──

    def _keep(self, live: _Live, records: Iterable[Record]) -> None:
        failures: list[tuple[Sink, SinkError]] = []
        for record in records:
            for sink in self._sinks:
                try:
                    sink.write(record)
                except ReaderGone as gone:
                    self._deserted = gone
                except SinkError as error:
                    failures.append((sink, error))
            if self.viewer is not None:
                self.viewer.record(record)
        for sink, failure in failures:
            self.failed = self.failed or failure
            if self.viewer is not None:
                self.viewer.notice(str(failure))
            if not live.call.ended:
                self._keep(live, live.call.receive(SinkFailed(sink=sink.name, reason=str(failure)), live.call.at))


def _since(began: str | None) -> float:
    """Seconds from a call's beginning until now; 0 where nobody knows when that was."""
    if began is None:
        return 0.0
    return (datetime.datetime.now().astimezone() - datetime.datetime.fromisoformat(began)).total_seconds()


def now() -> str:
    """The time of day, ISO 8601 with the offset of this place, to the second."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


async def act(runs: Iterable[Run], call: str, event: AnyEvent) -> str:
    """A person does something to a live call of one of these runs; why not, or an empty text."""
    for run in runs:
        if call in run.calls:
            await run.act(call, event)
            return ""
    return f"call {call} is not live here"
