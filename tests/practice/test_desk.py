"""The desk under a real run, hurried: who speaks when, who cuts in, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from companion.core.call import Rules
from companion.core.events import CallEnded, CallStarted, Introduced, Partial, Utterance
from companion.core.feed import Closed, Glimpsed, Happened, Item, Opened
from companion.core.record import Record
from companion.core.roleplay import Script
from companion.errors import DeviceError
from companion.practice.desk import Desk
from companion.run import Run

HASTE = 40.0


class Rehearsing:
    """A desk in a run, and its journal."""

    name = "shelf"

    def __init__(self, script: Script, rules: Rules, agent: Any = None, haste: float = HASTE) -> None:
        self.records: list[Record] = []
        self.desk = Desk(script, 0, rules.checklist, agent=agent, haste=haste)
        self.run = Run(self.desk, rules, [self, self.desk.hearing])
        self.going = asyncio.create_task(self.run.go())
        self.desk.pick_up()

    def write(self, record: Record) -> None:
        self.records.append(record)

    def close(self) -> None:
        pass

    @property
    def said(self) -> list[str]:
        events = [record.event for record in self.records]
        return [f"{event.speaker}: {event.text}" for event in events if isinstance(event, Utterance)]

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not done():
                await asyncio.sleep(0.005)

    async def hears(self, count: int) -> None:
        await self.until(lambda: len(self.said) >= count)

    @property
    def reason(self) -> str:
        return next(record.event.reason for record in self.records if isinstance(record.event, CallEnded))


async def test_a_typed_rehearsal_to_its_end(script: Script, rules: Rules) -> None:
    room = Rehearsing(script, rules)
    await room.hears(2)
    for turn, line in enumerate(script.dialogues[0].lines):
        await room.until(lambda: not room.desk._speaking)
        room.desk.say(line)
        await room.hears(2 * turn + 4)
    await room.going
    assert room.said[0] == "customer: My kettle broke and I'm angry."
    assert room.said[-1] == "customer: Fine."
    assert (room.desk.ending, room.reason) == ("settled", "the customer is content")
    started, named = room.records[0].event, room.records[1].event
    assert isinstance(started, CallStarted)
    assert (started.source, started.timed) == ("practice:kettle?seed=0", False)
    assert isinstance(named, Introduced)
    assert named.customer == "Ann Lee"


async def test_cutting_in_cuts_off_and_what_was_left_is_told_later(script: Script, rules: Rules) -> None:
    room = Rehearsing(script, rules, haste=5)
    await room.until(lambda: room.desk._speaking)
    await asyncio.sleep(0.35)  # a few words of the first sentence
    room.desk.say("What is your account number, please?")
    await room.hears(4)
    assert room.said[0].startswith("customer: My kettle")
    assert room.said[0].endswith(" –")
    assert room.said[1:3] == ["agent: What is your account number, please?", "customer: Let me finish!"]
    assert room.said[3].removeprefix("customer: ") in script.opening[1].says
    await room.run.stop("enough")
    await room.going
    assert room.reason == "enough"


async def test_a_last_word_is_said_to_its_end(script: Script, rules: Rules) -> None:
    room = Rehearsing(script, rules, haste=5)
    room.desk.customer.temper = 99
    await room.until(lambda: room.desk._speaking)
    await asyncio.sleep(0.35)
    room.desk.say("What is your account number, please?")
    await room.hears(2)
    await room.until(lambda: room.desk._speaking)
    room.desk.say("Wait, please, don't hang up!")
    await room.going
    assert room.said[2:] == ["customer: I have had enough. Goodbye.", "agent: Wait, please, don't hang up!"]
    assert room.reason == "the customer hung up"


async def test_a_back_channel_cuts_nobody_off(script: Script, rules: Rules) -> None:
    room = Rehearsing(script, rules, haste=5)
    await room.until(lambda: room.desk._speaking)
    await asyncio.sleep(0.35)
    room.desk.say("mhm")
    await room.hears(2)
    assert room.said == ["agent: mhm", "customer: My kettle broke and I'm angry."]
    await room.until(lambda: not room.desk._speaking)
    await asyncio.sleep(0.3)
    assert room.desk.customer.turns == 0
    await room.run.stop("enough")
    await room.going


async def test_silence_is_noticed_but_not_while_something_is_typed(script: Script, rules: Rules) -> None:
    room = Rehearsing(script, rules, haste=200)
    await room.hears(2)
    room.desk.typing(True)
    await asyncio.sleep(0.4)
    assert len(room.said) == 2
    room.desk.typing(False)
    await room.hears(3)
    assert room.said[2] == "customer: Hello?"
    await room.run.stop("enough")
    await room.going


class Microphone:
    """The agent's channel, as a source gives it: what a test puts in."""

    def __init__(self) -> None:
        self.given: asyncio.Queue[Item | Exception] = asyncio.Queue()
        self.given.put_nowait(Opened(call="practice", source="agent mic:", speech="starter"))

    def hear(self, text: str, start: float) -> None:
        self.given.put_nowait(Glimpsed(call="practice", partial=Partial(channel="agent", text=text, start=start, end=start + 1)))
        said = Utterance(speaker="agent", text=text, start=start, end=start + 1)
        self.given.put_nowait(Happened(call="practice", event=said))

    async def __aiter__(self) -> AsyncIterator[Item]:
        while True:
            item = await self.given.get()
            if isinstance(item, Exception):
                raise item
            yield item
            if isinstance(item, Closed):
                return

    async def close(self) -> None:
        self.given.put_nowait(Closed(call="practice", reason="stopped"))


async def test_spoken_turns_are_answered(script: Script, rules: Rules) -> None:
    microphone = Microphone()
    room = Rehearsing(script, rules, microphone)
    await room.hears(2)
    await room.until(lambda: not room.desk._speaking)
    microphone.hear("i am so sorry your kettle broke", 1.0)
    await room.hears(4)
    assert room.said[3] == "customer: Thank you."
    started = room.records[0].event
    assert isinstance(started, CallStarted)
    assert (started.source, started.timed, started.speech) == ("practice:kettle?seed=0", True, "starter")
    for words in ("that is your own fault", "you must have dropped it", "it is your own fault"):
        await room.until(lambda: not room.desk._speaking)
        count = len(room.said)
        microphone.hear(words, room.desk._now())
        await room.hears(count + 2)
    await room.until(lambda: not room.desk._speaking)
    await room.run.stop("enough")
    await room.going


async def test_a_microphone_that_fails_is_told(script: Script, rules: Rules) -> None:
    microphone = Microphone()
    room = Rehearsing(script, rules, microphone)
    await room.hears(1)
    microphone.given.put_nowait(DeviceError("mic: gone; plug it in"))
    with pytest.raises(DeviceError, match="gone"):
        await room.going
