"""The double hears what it is told; a file heard ahead brings the same as one chunk after the other."""

import asyncio
import gc
from collections.abc import Sequence

import pytest

from companion.core.events import Partial, Utterance
from companion.errors import SpeechError
from companion.speech.recogniser import AudioChunk, Hearing, Scripted, ahead

SCRIPT = (
    Partial(channel="agent", text="good", start=0.1, end=0.3),
    Utterance(speaker="agent", text="good morning", start=0.1, end=0.7),
    Utterance(speaker="customer", text="hello", start=0.5, end=0.9),
)
CHUNKS = [AudioChunk(channel=channel, pcm=bytes(6400), start=step / 5) for step in range(4) for channel in ("agent", "customer")]


async def test_lines_come_out_when_their_end_is_reached() -> None:
    scripted = Scripted(SCRIPT)
    heard = [list(await scripted.hear(chunk)) for chunk in CHUNKS]
    assert heard == [[], [], [SCRIPT[0]], [], [], [], [SCRIPT[1]], []]
    assert list(await scripted.finish("agent")) == []
    assert list(await scripted.finish("customer")) == [SCRIPT[2]]


async def test_a_closed_double_says_nothing_more() -> None:
    scripted = Scripted(SCRIPT)
    await scripted.close()
    assert list(await scripted.finish("agent")) == []


class Slow(Scripted):
    """Counts how many chunks it has in hand, and answers only once it has `depth` or nothing more comes."""

    def __init__(self, depth: int) -> None:
        super().__init__(SCRIPT)
        self.most = 0
        self._depth = depth
        self._in_hand = 0
        self._enough = asyncio.Event()

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        heard = await super().hear(chunk)
        self._in_hand += 1
        self.most = max(self.most, self._in_hand)
        if self.most >= self._depth:
            self._enough.set()
        await self._enough.wait()
        self._in_hand -= 1
        return heard


@pytest.mark.parametrize("depth", [1, 3, 7])
async def test_chunks_go_ahead_and_come_back_in_order(depth: int) -> None:
    slow = Slow(depth)
    got = [(chunk, list(heard)) async for chunk, heard in ahead(slow.hear, CHUNKS, depth)]
    scripted = Scripted(SCRIPT)
    assert got == [(chunk, list(await scripted.hear(chunk))) for chunk in CHUNKS]
    assert depth <= slow.most <= depth + 1


async def test_stopping_early_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    hearings = ahead(Slow(4).hear, CHUNKS, 4)
    await anext(hearings)
    await hearings.aclose()  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_of_many_failures_the_first_is_told_and_none_is_left_lying() -> None:
    loop = asyncio.get_running_loop()
    left: list[str] = []
    loop.set_exception_handler(lambda _, what: left.append(what["message"]))
    answers: list[asyncio.Future[Sequence[Hearing]]] = []

    def hear(chunk: AudioChunk) -> "asyncio.Future[list[Sequence[Hearing]]]":
        answers.append(loop.create_future())
        if len(answers) == 4:
            for answer in answers:
                loop.call_soon(answer.set_exception, SpeechError("lost"))
        return asyncio.gather(answers[-1])

    with pytest.raises(SpeechError, match="lost"):
        await anext(ahead(hear, CHUNKS, 3))
    answers.clear()
    await asyncio.sleep(0)  # until then, the loop holds what woke us
    gc.collect()
    assert left == []
