"""Sound on its way to the recogniser: agent first, in rounds, on the clock of the sound."""

import asyncio
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.core.events import SpeechEnded, Utterance
from companion.core.feed import Happened, Item, Level, Passed
from companion.errors import SpeechError
from companion.sources.listening import AHEAD, Listening
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted

SAID = Utterance(speaker="customer", text="hello", start=0.1, end=0.5)

Script = Callable[..., Callable[[str], Recogniser]]
Tone = Callable[..., NDArray[np.float32]]


async def hear(listening: Listening, samples: NDArray[np.float32]) -> list[Item]:
    return [item for round_ in listening.feed(samples) for item in await listening.hear(round_)]


async def test_arrival_is_the_end_of_the_chunk_that_brought_it(script: Script, tone: Tone) -> None:
    items = await hear(Listening("7", script(SAID)("7"), ("agent", "customer"), 16000), tone(1.0))
    assert [item.at for item in items if isinstance(item, Happened)] == [600, 600, 600]
    assert [item.at for item in items if isinstance(item, Passed)] == [200, 400, 600, 800, 1000]


@pytest.mark.parametrize("rate", [4000, 8000, 11025, 44100, 96000])
async def test_any_rate(script: Script, tone: Tone, rate: int) -> None:
    listening = Listening("7", script()("7"), ("agent",), rate)
    await hear(listening, tone(2.0, 1, rate))
    for round_ in listening.flush():
        await listening.hear(round_)
    assert listening.now == pytest.approx(2.0, abs=0.002)


async def test_rounds_hold_the_agent_first_whatever_the_columns(script: Script, tone: Tone) -> None:
    listening = Listening("7", script()("7"), ("customer", "agent"), 16000)
    sound = tone(0.2)
    sound[:, 0] = 0
    (round_,) = listening.feed(sound)
    assert [chunk.channel for chunk in round_] == ["agent", "customer"]
    assert [any(chunk.pcm) for chunk in round_] == [True, False]


async def test_loudness_of_each_channel(script: Script, tone: Tone) -> None:
    sound = tone(0.2)
    sound[:, 1] = 0
    items = await hear(Listening("7", script()("7"), ("agent", "customer"), 16000), sound)
    agent, customer = [item for item in items if isinstance(item, Level)]
    assert agent.level > 0.5
    assert customer.level == 0


async def test_live_sound_leaves_arrival_to_the_taker(script: Script, tone: Tone) -> None:
    listening = Listening("7", script(SAID)("7"), ("customer",), 16000, start=10.0, clocked=False)
    items = await hear(listening, tone(0.5, 1))
    items += [item async for item in listening.last()]
    assert {item.at for item in items if isinstance(item, Happened)} == {None}
    assert not [item for item in items if isinstance(item, Passed)]
    assert listening.now == pytest.approx(10.5)


async def test_finish_brings_the_rest(script: Script, tone: Tone) -> None:
    late = Utterance(speaker="agent", text="good bye", start=0.2, end=9.0)
    listening = Listening("7", script(late)("7"), ("agent", "customer"), 16000)
    await hear(listening, tone(0.4))
    items = [item async for item in listening.finish()]
    assert [item.event for item in items if isinstance(item, Happened)][1:] == [SpeechEnded(channel="agent", end=9.0), late]
    assert {item.at for item in items if isinstance(item, Happened)} == {400}


class FarAway(Scripted):
    """Answers when it is told to, in order."""

    def __init__(self, *script: Utterance) -> None:
        super().__init__(script)
        self.asked: list[asyncio.Future[None]] = []

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        self.asked.append(asyncio.get_running_loop().create_future())
        await self.asked[-1]
        return await super().hear(chunk)

    async def answer(self, count: int) -> None:
        """Answer so many of those that wait."""
        for asked in [asked for asked in self.asked if not asked.done()][:count]:
            asked.set_result(None)
        await asyncio.sleep(0.01)


async def test_sound_does_not_wait_for_a_recogniser_that_is_far_away(tone: Tone) -> None:
    recogniser, woken = FarAway(SAID), []
    listening = Listening("7", recogniser, ("customer",), 16000, wake=lambda: woken.append(True))
    assert await hear(listening, tone(1.0, 1)) == []
    await asyncio.sleep(0.01)
    assert len(recogniser.asked) == 5
    await recogniser.answer(2)
    assert len(woken) == 2
    assert [item.at for item in listening.answered() if isinstance(item, Passed)] == [200, 400]
    await recogniser.answer(1)
    assert [item.at for item in listening.answered() if isinstance(item, Happened)] == [600, 600, 600]
    last = listening.last()
    await recogniser.answer(1)
    assert isinstance(await anext(last), Passed)
    await recogniser.answer(1)
    assert [item.at async for item in last if isinstance(item, Passed)] == [1000]


async def test_so_much_and_no_more_is_with_the_recogniser_at_once(tone: Tone) -> None:
    recogniser = FarAway()
    listening = Listening("7", recogniser, ("customer",), 16000)
    hearing = asyncio.create_task(hear(listening, tone(0.2 * AHEAD + 0.4, 1)))
    async with asyncio.timeout(5):
        while len(recogniser.asked) <= AHEAD:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert len(recogniser.asked) == AHEAD + 1
    await recogniser.answer(1)
    assert len(recogniser.asked) == AHEAD + 2
    await recogniser.answer(1)
    assert [item.at for item in await hearing if isinstance(item, Passed)] == [200, 400]


async def test_a_recogniser_that_fails_far_away_is_told_once(tone: Tone) -> None:
    class Failing(FarAway):
        async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
            await super().hear(chunk)
            raise SpeechError("speech: is broken")

    recogniser = Failing()
    listening = Listening("7", recogniser, ("customer",), 16000)
    await hear(listening, tone(1.0, 1))
    await recogniser.answer(5)
    with pytest.raises(SpeechError, match="is broken"):
        await hear(listening, tone(0.2, 1))


async def test_what_was_said_before_a_recogniser_failed_is_given_first(tone: Tone) -> None:
    class FailingLate(FarAway):
        async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
            heard = await super().hear(chunk)
            if chunk.start > 0.5:
                raise SpeechError("speech: is broken")
            return heard

    recogniser = FailingLate(SAID)
    listening = Listening("7", recogniser, ("customer",), 16000)
    await hear(listening, tone(1.0, 1))
    await asyncio.sleep(0.01)
    await recogniser.answer(5)
    assert [item.event for item in listening.answered() if isinstance(item, Happened)][-1] == SAID
    with pytest.raises(SpeechError, match="is broken"):
        listening.answered()
