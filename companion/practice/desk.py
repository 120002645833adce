"""The desk one rehearses at: a source whose customer is scripted and speaks with a person's pauses, and whose agent types or speaks.

The customer hears what the call's own rules made of the agent's words: `Desk.hearing` is given the call's records, like a journal.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from companion.core.checklist import Checklist
from companion.core.events import Channel, Partial, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Closed, Glimpsed, Happened, Item, Opened, Source
from companion.core.floor import Floor
from companion.core.language.packs import pack_of
from companion.core.record import Record
from companion.core.roleplay import EndingKind, Script
from companion.core.updates import FlagRaised, StepHeard
from companion.practice.customer import Customer, Reply
from companion.practice.rehearsal import source

PER_WORD = 0.24
"""Seconds in which the customer says a word: it is read while it grows."""

_GATHER_TYPED, _GATHER_SPOKEN = 0.6, 1.5
"""Seconds after an agent's words in which more of them belong to the same turn; who speaks pauses between sentences."""
_NOTICED = 2
"""Words that the customer must have said to be cut off."""
_CUTS_IN = 3
"""Words of the agent's that are no mere "mhm"."""


class Hearing:
    """The customer's ear: takes a call's records as a sink does.

    Args:
        customer: who hears.
        is_turn: whether words are meant as a turn, and do not only say "I am listening".
    """

    name = "the customer"

    def __init__(self, customer: Customer, is_turn: Callable[[str], bool]) -> None:
        self.said: asyncio.Queue[str] = asyncio.Queue()
        """The agent's words, each once it was judged."""
        self._customer = customer
        self._is_turn = is_turn

    def write(self, record: Record) -> None:
        """Take in the agent's words, and what the rules made of them."""
        said = record.event
        if isinstance(said, Utterance) and said.speaker == "agent" and self._is_turn(said.text):
            self.said.put_nowait(said.text)
        if isinstance(record.update, StepHeard | FlagRaised):
            self._customer.notice(record.update)

    def close(self) -> None:
        """Nothing is held."""


class Desk:
    """One rehearsal, as a source with one call.

    Args:
        script: the scenario.
        seed: picks the customer's wordings.
        checklist: says what is a back-channel, and in which language all is said.
        call: the call's name.
        agent: hears the agent, where they speak; else they type, by `say`.
        haste: divides all pauses, and the time that words take.
    """

    def __init__(
        self, script: Script, seed: int, checklist: Checklist, *, call: str = "practice", agent: Source | None = None, haste: float = 1.0
    ) -> None:
        language = pack_of(checklist.language)
        self.customer = Customer(script, seed, language)
        self.hearing = Hearing(self.customer, lambda text: not (self._speaking and self._is_back_channel(text)))
        self.ending: EndingKind | None = None
        """How the customer ended it; None so far."""
        self._script = script
        self._source = source(script, seed)
        self._floor = Floor(checklist.watch, timed=False, language=language)
        self._call = call
        self._agent = agent
        self._haste = haste
        self._gather = _GATHER_TYPED if agent is None else _GATHER_SPOKEN
        self._typed: list[str] = []
        self._busy = False
        self._cut_in = asyncio.Event()
        self._speaking = False
        self._untold: list[str] = []
        self._items: asyncio.Queue[Item | BaseException | None] = asyncio.Queue()
        self._picked_up = asyncio.Event()
        self._began = 0.0

    def pick_up(self) -> None:
        """The agent takes the call: it begins, and the customer speaks."""
        self._picked_up.set()

    def say(self, text: str) -> None:
        """The agent has typed a turn. While the customer speaks it cuts them off, unless it only says "I am listening"."""
        if self._speaking and not self._is_back_channel(text):
            self._typed.append(text)
            self._cut_in.set()
        else:
            self._utter("agent", text, self._now())

    def typing(self, on: bool) -> None:
        """Whether the agent is at it: the customer waits then."""
        self._busy = on

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield the rehearsal until the customer is done, or it is closed.

        Raises:
            SourceError: as the agent's source does.
            SpeechError: likewise.
        """
        task = self._task(self._call_taken())
        try:
            while (item := await self._items.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """End it where it is."""
        if self._agent is not None:
            await self._agent.close()
        if self._agent is None or not self._picked_up.is_set():
            self._items.put_nowait(Closed(call=self._call, reason="stopped"))
            self._items.put_nowait(None)

    async def _call_taken(self) -> None:
        """The call, from when it is picked up: until then its clock stands, and no microphone is open."""
        await self._picked_up.wait()
        await (self._rehearse(None) if self._agent is None else self._listen(self._agent))

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task whose error is raised by the iteration."""

        def tell(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                self._items.put_nowait(error)

        task = asyncio.create_task(work)
        task.add_done_callback(tell)
        return task

    # ── the agent speaks ──

    async def _listen(self, agent: Source) -> None:
        """Pass on what the agent's microphone brings, and rehearse beside it."""
        beside: asyncio.Task[None] | None = None
        try:
            async for item in agent:
                match item:
                    case Opened():
                        beside = self._task(self._rehearse(item.speech))
                    case Closed():
                        break
                    case _:
                        self._attend(item)
                        self._items.put_nowait(item)
            if not (beside is not None and beside.done()):
                self._items.put_nowait(Closed(call=self._call, reason="stopped"))
            self._items.put_nowait(None)
        finally:
            if beside is not None:
                beside.cancel()
                await asyncio.gather(beside, return_exceptions=True)

    def _attend(self, item: Item) -> None:
        """Notice that the agent speaks, and when that is more than a back-channel."""
        match item:
            case Glimpsed(partial=Partial(text=text)):
                self._busy = bool(text)
                if len(text.split()) >= _CUTS_IN and not self._is_back_channel(text):
                    self._cut_in.set()
            case Happened(event=Utterance()):
                self._busy = False
            case _:
                pass

    # ── the customer ──

    async def _rehearse(self, speech: str | None) -> None:
        self._began = asyncio.get_running_loop().time()
        opened = Opened(call=self._call, source=self._source, timed=self._agent is not None, speech=speech, customer=self._script.caller)
        self._items.put_nowait(opened)
        self._untold = self.customer.opening()
        reply = Reply()
        while True:
            await self._speak(reply)
            if reply.ending is not None:
                break
            heard = await self._turn()
            reply = self.customer.wait() if heard is None else self.customer.answer(heard)
        self.ending = reply.ending
        self._items.put_nowait(Closed(call=self._call, reason=_ENDED[reply.ending]))
        if self._agent is not None:
            await self._agent.close()
        else:
            self._items.put_nowait(None)

    async def _turn(self) -> str | None:
        """What the agent says next, to the end; None where nothing comes."""
        said: list[str] = []
        while True:
            try:
                # not wait_for, which before Python 3.12 may swallow that the rehearsal is over
                async with asyncio.timeout((self._gather if said else self._script.patience) / self._haste):
                    said.append(await self.hearing.said.get())
            except TimeoutError:
                if not self._busy:
                    return " ".join(said) or None

    async def _speak(self, reply: Reply) -> None:
        """Answer, and tell what was not told before, until the agent cuts in; a last word is said to its end."""
        last = reply.ending is not None
        self._cut_in.clear()
        self._speaking = True
        try:
            if last:
                await asyncio.sleep(self.customer.pause() / self._haste)
                await self._grow(reply.says, to_the_end=True)
                return
            if reply.says and not (await self._began_to_speak() and await self._grow(reply.says)):
                return
            while self._untold and await self._began_to_speak() and await self._grow(self._untold.pop(0)):
                pass
        finally:
            self._speaking = False
            typed, self._typed = self._typed, []
            for text in typed:
                self._utter("agent", text, self._now())

    async def _began_to_speak(self) -> bool:
        """Take a breath; False where the agent speaks meanwhile, who cuts nobody off then."""
        await self._pause(self.customer.pause() / self._haste)
        return not self._cut_in.is_set()

    async def _grow(self, text: str, *, to_the_end: bool = False) -> bool:
        """Say one piece, word by word; False where the agent cut in, which a last word does not let happen."""
        words = text.split()
        start = self._now()
        self._happen(SpeechBegan(channel="customer", start=start))
        for count in range(1, len(words) + 1):
            said = " ".join(words[:count])
            self._items.put_nowait(Glimpsed(call=self._call, partial=Partial(channel="customer", text=said, start=start, end=self._now())))
            if to_the_end:
                await asyncio.sleep(PER_WORD / self._haste)
                continue
            await self._pause(PER_WORD / self._haste)
            if self._cut_in.is_set() and _NOTICED <= count < len(words):
                self.customer.cut_off(" ".join(self._typed))
                self._utter("customer", f"{said} –", start)
                return False
        self._utter("customer", text, start)
        return True

    async def _pause(self, seconds: float) -> None:
        """Wait, but not once the agent has cut in."""
        if not self._cut_in.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._cut_in.wait()

    def _utter(self, speaker: Channel, text: str, start: float) -> None:
        end = max(self._now(), start)
        if speaker == "customer":
            self._happen(SpeechEnded(channel="customer", end=end))
        self._happen(Utterance(speaker=speaker, text=text, start=start, end=end))

    def _happen(self, event: SpeechBegan | SpeechEnded | Utterance) -> None:
        self._items.put_nowait(Happened(call=self._call, event=event))

    def _is_back_channel(self, text: str) -> bool:
        return self._floor.is_back_channel(text)

    def _now(self) -> float:
        return round(asyncio.get_running_loop().time() - self._began, 3)


_ENDED = {"settled": "the customer is content", "manager": "the customer wants a manager", "hung_up": "the customer hung up"}
