"""Real recognition, in a real process that is killed, stopped, and given the wrong model."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from companion.core.events import Partial, SourceBack, SourceLost, Utterance
from companion.errors import SpeechError
from companion.speech import models
from companion.speech.call import Call
from companion.speech.recogniser import AudioChunk, Hearing, ahead
from companion.speech.vosk import Vosk

pytestmark = pytest.mark.usefixtures("no_process_left")

Chunks = Callable[..., list[AudioChunk]]

GREETING = "thank you for calling north phone my name is anna how can i help you"


@pytest.fixture
async def vosk() -> AsyncIterator[Vosk]:
    async with Vosk(models.STARTER, name="starter", patience=4.0) as opened:
        yield opened


async def heard_ahead(call: Call, chunks: Sequence[AudioChunk]) -> list[Hearing]:
    heard = [said async for _, hearings in ahead(call.hear, chunks) for said in hearings]
    return [*heard, *await call.finish("agent"), *await call.finish("customer")]


def texts(heard: Sequence[Hearing]) -> list[str]:
    return [f"{said.speaker}: {said.text}" for said in heard if isinstance(said, Utterance)]


def signalled(vosk: Vosk, number: int) -> None:
    os.kill(vosk.pids[0], number)


async def test_words_with_their_times(vosk: Vosk, chunks: Chunks) -> None:
    call = vosk.call("42")
    assert (call.model, call.rate) == ("starter", 16000)
    heard = await heard_ahead(call, chunks(0, 6, "agent", start=100.0))
    (said,) = [said for said in heard if isinstance(said, Utterance)]
    assert said.text == GREETING
    assert said.words is not None
    assert [word for word, *_ in said.words] == GREETING.split()
    assert (said.start, said.end) == (said.words[0][1], said.words[-1][2])
    assert 101.2 < said.start < 101.5
    assert 104.6 < said.end < 105.0
    partials = [said for said in heard if isinstance(said, Partial)]
    assert len({partial.text for partial in partials}) == len(partials) > 8
    assert {partial.start for partial in partials} == {partials[0].start}
    assert abs(partials[0].start - said.start) < 0.5


async def test_ahead_or_in_turn_together_or_apart_the_same_is_heard(vosk: Vosk, chunks: Chunks) -> None:
    both = chunks(14, 26)
    together = await heard_ahead(vosk.call(), both)
    call = vosk.call()
    in_turn = [said for chunk in both for said in await call.hear(chunk)]
    in_turn += [*await call.finish("agent"), *await call.finish("customer")]
    assert in_turn == together
    assert len(texts(together)) >= 3


async def test_one_process_serves_several_calls(vosk: Vosk, chunks: Chunks) -> None:
    greeting = chunks(0, 5.6)
    first, second = await asyncio.gather(heard_ahead(vosk.call(), greeting), heard_ahead(vosk.call(), greeting))
    assert texts(first) == texts(second) == [f"agent: {GREETING}"]


async def test_a_channel_may_begin_anew(vosk: Vosk, chunks: Chunks) -> None:
    call = vosk.call()
    before = await heard_ahead(call, chunks(0, 6, "agent"))
    after = await heard_ahead(call, chunks(0, 6, "agent", start=50.0))
    assert texts(before) == texts(after)
    last = after[-1]
    assert isinstance(last, Utterance)
    assert last.start > 51


async def test_a_channel_never_heard_has_no_last_words(vosk: Vosk) -> None:
    assert list(await vosk.call().finish("customer")) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSTOP])
async def test_an_accident_in_the_middle_costs_no_words(vosk: Vosk, chunks: Chunks, number: int) -> None:
    both = chunks(0, 10)
    undisturbed = await heard_ahead(vosk.call(), both)
    call = vosk.call()
    heard: list[Hearing] = []
    async for chunk, hearings in ahead(call.hear, both):
        heard += hearings
        if chunk.channel == "agent" and abs(chunk.start - 3.0) < 0.05:
            signalled(vosk, number)
    heard += [*await call.finish("agent"), *await call.finish("customer")]
    assert texts(heard) == texts(undisturbed)
    accidents = [said for said in heard if isinstance(said, SourceLost | SourceBack)]
    why = "gave no answer for 4 s" if number == signal.SIGSTOP else f"was ended by signal {int(number)}"
    assert accidents == [SourceLost(reason=f"the recogniser {why}"), SourceBack(gap=0.0)]
    for said, clean in zip(
        [said for said in heard if isinstance(said, Utterance)],
        [said for said in undisturbed if isinstance(said, Utterance)],
        strict=True,
    ):
        assert abs(said.start - clean.start) < 0.05
        assert abs(said.end - clean.end) < 0.05


async def test_an_accident_between_two_chunks_is_told_with_the_next(vosk: Vosk, chunks: Chunks) -> None:
    call = vosk.call()
    first, second, *_ = chunks(0, 1, "agent")
    await call.hear(first)
    signalled(vosk, signal.SIGKILL)
    accident = [said for said in await call.hear(second) if not isinstance(said, Partial)]
    assert [type(said) for said in accident] == [SourceLost, SourceBack]


async def test_the_words_on_the_way_when_a_caller_stops_waiting_are_not_lost(vosk: Vosk, chunks: Chunks) -> None:
    call = vosk.call()
    hearing = [asyncio.ensure_future(call.hear(chunk)) for chunk in chunks(0, 6, "agent")]
    await asyncio.wait(hearing[:5])
    for task in hearing[5:]:
        task.cancel()
    assert texts([said for task in hearing[:5] for said in task.result()]) == []
    assert texts(await call.finish("agent")) == [f"agent: {GREETING}"]


async def test_closing_in_the_middle_is_quick_and_clean(chunks: Chunks) -> None:
    vosk = Vosk(models.STARTER)
    call = vosk.call()
    hearing = [asyncio.ensure_future(call.hear(chunk)) for chunk in chunks(0, 6)]
    await asyncio.wait(hearing, return_when=asyncio.FIRST_COMPLETED)
    await call.close()
    await vosk.close()
    await asyncio.wait_for(asyncio.wait(hearing), 5)
    with pytest.raises(SpeechError, match="is closed"):
        await vosk.call().hear(chunks(0, 1)[0])


async def test_a_folder_that_is_no_model_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"^speech model .*: .*failed to create a model.*choose another with --speech-model"):
        async with Vosk(tmp_path):
            pass


async def test_a_model_that_fails_at_every_chunk_is_given_up(
    spoiled: Callable[[str, Callable[[bytes], bytes]], Path], chunks: Chunks
) -> None:
    path = spoiled("conf/mfcc.conf", lambda conf: conf.replace(b"--num-ceps=40", b"--num-ceps=13"))
    async with Vosk(path) as vosk:
        with pytest.raises(SpeechError, match=r"dimension mismatch.*4 times in a row; try another model"):
            await heard_ahead(vosk.call(), chunks(0, 2, "agent"))


async def test_a_further_process_is_started_for_calls_that_find_none_idle(chunks: Chunks) -> None:
    greeting = chunks(0, 6, "agent")
    async with Vosk(models.STARTER, workers=2) as vosk:
        calls = [vosk.call() for _ in range(3)]
        for call in calls:
            await call.hear(greeting[0])  # the second call goes to the process that is there, and has another started
            while call is calls[1] and len(vosk.pids) < 2:
                await asyncio.sleep(0.01)
        first, second = vosk.pids
        os.kill(second, signal.SIGKILL)
        one, two, three = [await heard_ahead(call, greeting[1:]) for call in calls]
        assert texts(one) == texts(two) == texts(three) == [f"agent: {GREETING}"]
        accidents = [[said for said in heard if isinstance(said, SourceLost)] for heard in (one, two, three)]
        assert [len(lost) for lost in accidents] == [0, 0, 1]  # only the third call was with the second process
        assert vosk.pids[0] == first


async def test_one_process_stays_alone_while_calls_come_one_after_the_other(chunks: Chunks) -> None:
    async with Vosk(models.STARTER, workers=2) as vosk:
        for _ in range(3):
            await heard_ahead(vosk.call(), chunks(0, 1))
        assert len(vosk.pids) == 1


async def test_closing_while_a_further_process_starts_leaves_none_behind(chunks: Chunks) -> None:
    async with Vosk(models.STARTER, workers=2) as vosk:
        for _ in range(2):
            await vosk.call().hear(chunks(0, 0.2, "agent")[0])
