"""One channel's way through a recogniser that answers as it is told, and dies when it is told."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from companion.core.events import Partial, SourceBack, SourceLost, Utterance
from companion.errors import SpeechError
from companion.speech import worker
from companion.speech.ear import Ear
from companion.speech.engine import EngineLost, Listener
from companion.speech.recogniser import AudioChunk, Hearing


def chunk(number: int, start: float | None = None) -> AudioChunk:
    """The chunk that begins after `number` fifths of a second; its sound is its number."""
    return AudioChunk(channel="agent", pcm=bytes([number]) * 6400, start=number / 5 if start is None else start)


def final(*words: tuple[str, float, float]) -> bytes:
    result = [{"word": word, "start": start, "end": end, "conf": 1.0} for word, start, end in words]
    return json.dumps({"text": " ".join(word for word, _, _ in words), "result": result}).encode()


class Process:
    """A child process that is none: it keeps what it is asked, and gives the answers a test wants."""

    def __init__(self) -> None:
        self.lost: EngineLost | None = None
        self.asked: list[tuple[int, bytes, int]] = []
        self.listeners: dict[int, Listener] = {}

    def open(self, listener: Listener) -> int:
        self.listeners[len(self.listeners) + 1] = listener
        return len(self.listeners)

    def ask(self, stream: int, kind: bytes, payload: bytes = b"") -> None:
        self.asked.append((stream, kind, payload[0] if payload else -1))

    def forget(self, stream: int) -> None:
        self.asked.append((stream, b"forgotten", -1))

    def sounds(self) -> list[int]:
        """Which chunks were asked so far."""
        return [number for _, kind, number in self.asked if kind == worker.SOUND]

    def answer(self, kind: bytes = worker.NOTHING, payload: bytes = b"") -> None:
        self.listeners[max(self.listeners)].answered(kind, payload)

    def die(self, why: str = "died") -> None:
        self.lost = EngineLost(why, loading=False)
        for listener in self.listeners.values():
            listener.lost(self.lost)


class House:
    """Starts processes, and remembers them."""

    def __init__(self, broken: int = 0) -> None:
        self.processes: list[Process] = []
        self.broken = broken
        self.mourned: list[object] = []

    async def child(self) -> Process:
        if self.processes and self.processes[-1].lost is None:
            return self.processes[-1]
        if self.broken:
            self.broken -= 1
            raise EngineLost("no such model", loading=True)
        self.processes.append(Process())
        return self.processes[-1]

    def mourn(self, process: object) -> bool:
        self.mourned.append(process)
        return self.mourned.count(process) == 1

    @property
    def process(self) -> Process:
        return self.processes[-1]

    def ear(self) -> Ear:
        return Ear("agent", 16000, self.child, self.mourn)


Heard = asyncio.Task[Sequence[Hearing]]


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def hear(ear: Ear, *numbers: int) -> list[Heard]:
    tasks = [asyncio.ensure_future(ear.hear(chunk(number))) for number in numbers]
    await settle()
    return tasks


async def test_several_chunks_are_asked_at_once_and_answered_in_order() -> None:
    house = House()
    ear = house.ear()
    tasks = await hear(ear, 0, 1, 2)
    assert house.process.sounds() == [0, 1, 2]
    house.process.answer()
    house.process.answer(worker.PARTIAL, b'{"partial": "good"}')
    house.process.answer(worker.FINAL, final(("good", 0.1, 0.3)))
    words = (("good", 0.1, 0.3, 1.0),)
    assert [list(await task) for task in tasks] == [
        [],
        [Partial(channel="agent", text="good", start=0.0, end=0.0)],
        [Utterance(speaker="agent", text="good", start=0.1, end=0.3, words=words)],
    ]


async def test_a_partial_is_told_once_and_placed_by_the_usual_delay() -> None:
    house = House()
    ear = house.ear()
    tasks = await hear(ear, 10, 11, 12)
    for text in ("my", "my", "my name"):
        house.process.answer(worker.PARTIAL, json.dumps({"partial": text}).encode())
    first, same, longer = [list(await task) for task in tasks]
    assert first == [Partial(channel="agent", text="my", start=1.6, end=1.8)]
    assert same == []
    assert longer == [Partial(channel="agent", text="my name", start=1.6, end=2.2)]


@pytest.mark.parametrize("kind", [worker.PARTIAL, worker.FINAL])
async def test_words_that_came_to_nothing_are_taken_back(kind: bytes) -> None:
    house = House()
    ear = house.ear()
    tasks = await hear(ear, 10, 11, 12)
    house.process.answer(worker.PARTIAL, b'{"partial": "the"}')
    house.process.answer(kind, b'{"partial": "", "text": ""}')
    house.process.answer(worker.FINAL, b'{"text": ""}')
    assert [[said.text for said in await task] for task in tasks] == [["the"], [""], []]  # type: ignore[union-attr]


async def test_times_are_those_of_the_call() -> None:
    house = House()
    ear = house.ear()
    (task,) = [asyncio.ensure_future(ear.hear(chunk(0, start=100.0)))]
    await settle()
    house.process.answer(worker.FINAL, final(("late", 0.05, 0.15)))
    (said,) = await task
    assert isinstance(said, Utterance)
    assert (said.start, said.end, said.words) == (100.05, 100.15, (("late", 100.05, 100.15, 1.0),))


async def test_a_gap_in_the_sound_settles_what_was_said_and_moves_the_clock() -> None:
    house = House()
    ear = house.ear()
    before, after = (asyncio.ensure_future(ear.hear(piece)) for piece in (chunk(0), chunk(1, start=60.0)))
    await settle()
    assert [kind for _, kind, _ in house.process.asked] == [worker.SOUND, worker.SETTLE, worker.SOUND]
    house.process.answer()
    house.process.answer(worker.FINAL, final(("one", 0.1, 0.2)))
    house.process.answer(worker.FINAL, final(("two", 0.2, 0.4)))
    assert await before == []
    assert [(said.text, said.start, said.end) for said in await after] == [("one", 0.1, 0.2), ("two", 60.0, 60.2)]  # type: ignore[union-attr]


async def test_the_last_words_end_the_stream() -> None:
    house = House()
    ear = house.ear()
    (task,) = await hear(ear, 0)
    house.process.answer()
    await task
    last = asyncio.ensure_future(ear.finish())
    again = asyncio.ensure_future(ear.finish())
    await settle()
    house.process.answer(worker.FINAL, final(("bye", 0.0, 0.2)))
    assert [said.text for said in await last] == ["bye"]  # type: ignore[union-attr]
    assert await again == await last
    assert house.process.asked[1:] == [(1, worker.END, -1), (1, b"forgotten", -1)]


async def test_after_a_loss_all_that_is_unsettled_is_heard_again() -> None:
    house = House()
    ear = house.ear()
    first, second, third, fourth = await hear(ear, 0, 1, 2, 3)
    house.process.answer(worker.FINAL, final(("one", 0.0, 0.2)))
    house.process.answer(worker.PARTIAL, b'{"partial": "two"}')
    house.process.die("ended by signal 9")
    await settle()
    assert len(house.processes) == 2
    assert house.process.sounds() == [1, 2, 3]  # 0 is settled
    house.process.answer(worker.PARTIAL, b'{"partial": "two"}')
    house.process.answer(worker.FINAL, final(("two", 0.1, 0.4)))
    house.process.answer()
    assert [said.text for said in await first] == ["one"]  # type: ignore[union-attr]
    assert [said.text for said in await second] == ["two"]  # type: ignore[union-attr]
    lost, back, said = await third
    assert (lost, back) == (SourceLost(reason="ended by signal 9"), SourceBack(gap=0.0))
    assert isinstance(said, Utterance)
    assert (said.text, said.start, said.end) == ("two", 0.3, 0.6)  # the new stream began with chunk 1
    assert await fourth == []


async def test_sound_before_a_final_in_which_the_next_word_may_begin_is_heard_again_too() -> None:
    house = House()
    ear = house.ear()
    tasks = await hear(ear, 0, 1, 2, 3)
    for _ in range(3):
        house.process.answer()
    house.process.answer(worker.FINAL, final(("one", 0.0, 0.45)))
    house.process.die()
    await asyncio.gather(*tasks)
    await hear(ear, 4)
    assert house.process.sounds() == [3, 4]  # not 2, in which the settled word ends


async def test_a_loss_is_told_once_for_both_channels() -> None:
    house = House()
    ears = [house.ear(), house.ear()]
    tasks = [task for ear in ears for task in await hear(ear, 0)]
    house.process.die()
    await settle()
    assert house.process.sounds() == [0, 0]
    for listener in house.process.listeners.values():
        listener.answered(worker.NOTHING, b"")
    assert [len(await task) for task in tasks] == [2, 0]


async def test_sound_that_brings_the_process_down_twice_is_left_out() -> None:
    house = House()
    ear = house.ear()
    tasks = await hear(ear, 5, 6, 7)
    house.process.answer(worker.PARTIAL, b'{"partial": "i said"}')
    house.process.die("ended by signal 6")
    await settle()
    house.process.answer(worker.PARTIAL, b'{"partial": "i said"}')
    house.process.die("ended by signal 6")
    await settle()
    assert house.process.sounds() == [7]
    house.process.answer()
    partial, accident, rest = [list(await task) for task in tasks]
    assert [said.text for said in partial] == ["i said"]  # type: ignore[union-attr]
    assert accident == [
        SourceLost(reason="ended by signal 6"),
        SourceBack(gap=0.0),
        Utterance(speaker="agent", text="i said", start=0.6, end=1.0),
        SourceLost(reason="ended by signal 6"),
        SourceBack(gap=0.4),
    ]
    assert rest == []


async def test_a_second_loss_while_hearing_again_leaves_out_all_of_that() -> None:
    house = House()
    ear = house.ear()
    tasks = await hear(ear, 0, 1, 2, 3)
    house.process.answer()
    house.process.answer()
    house.process.die("ended by signal 6")
    await settle()
    house.process.answer()
    house.process.die("ended by signal 6")
    await settle()
    assert house.process.sounds() == [3]
    house.process.answer()
    assert [[type(said) for said in await task] for task in tasks] == [[], [], [SourceLost, SourceBack, SourceLost, SourceBack], []]
    assert tasks[2].result()[-1] == SourceBack(gap=0.6)


async def test_closing_while_the_process_starts_stops_waiting_for_it() -> None:
    class Never(House):
        async def child(self) -> Process:
            await asyncio.Event().wait()
            raise AssertionError

    ear = Never().ear()
    (task,) = await hear(ear, 0)
    await ear.close()
    assert list(await task) == []


async def test_a_call_that_goes_unheard_for_long_is_told_meanwhile_and_loses_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.speech.ear._HUSH", 0.0)
    house = House()
    ready = asyncio.Event()

    async def slowly() -> Process:
        await ready.wait()
        return await house.child()

    ready.set()
    ear = Ear("agent", 16000, slowly, house.mourn)
    first, second, third = await hear(ear, 0, 1, 2)
    ready.clear()
    house.process.die("broke off")
    assert list(await first) == [SourceLost(reason="broke off")]
    await settle()
    assert not second.done()
    ready.set()
    await settle()
    assert house.process.sounds() == [0, 1, 2]
    house.process.answer(worker.FINAL, final(("one", 0.0, 0.2)))
    house.process.answer()
    back, said = await second
    assert (back, said.text) == (SourceBack(gap=0.0), "one")  # type: ignore[union-attr]
    house.process.answer()
    assert list(await third) == []


async def test_a_process_that_never_gets_further_is_given_up() -> None:
    house = House()
    ear = house.ear()
    tasks = await hear(ear, 0, 1, 2, 3, 4)
    for _ in range(4):
        house.process.die("ended by signal 6")
        await settle()
    given_up = [task for task in tasks if task.exception() is not None]
    assert len(given_up) == 3  # two chunks were left out on the way
    with pytest.raises(SpeechError, match=r"^speech: ended by signal 6, 4 times in a row; try another model"):
        await given_up[0]


async def test_a_model_that_no_longer_loads_is_tried_a_few_times() -> None:
    house = House()
    ear = house.ear()
    (task,) = await hear(ear, 0)
    house.broken = 3
    house.process.die()
    await settle()
    with pytest.raises(SpeechError, match="no such model, 4 times in a row"):
        await task
    (task,) = await hear(ear, 1)
    house.process.answer()
    assert [type(heard) for heard in await task] == [SourceLost, SourceBack]


async def test_a_start_that_breaks_in_an_unknown_way_leaves_nobody_waiting() -> None:
    async def broken() -> Process:
        raise ValueError("odd")

    ear = Ear("agent", 16000, broken, lambda _: True)
    with pytest.raises(SpeechError, match="ValueError: odd"):
        await ear.hear(chunk(0))


async def test_what_a_cancelled_asker_missed_comes_with_the_next_answer() -> None:
    house = House()
    ear = house.ear()
    (task,) = await hear(ear, 0)
    task.cancel()
    await settle()
    house.process.answer(worker.FINAL, final(("sorry", 0.0, 0.2)))
    last = asyncio.ensure_future(ear.finish())
    await settle()
    house.process.answer(worker.FINAL, final())
    assert [said.text for said in await last] == ["sorry"]  # type: ignore[union-attr]


async def test_closing_lets_go_of_the_stream_and_of_who_waits() -> None:
    house = House()
    ear = house.ear()
    (task,) = await hear(ear, 0)
    await ear.close()
    assert list(await task) == []
    assert house.process.asked[-1] == (1, worker.DROP, -1)


async def test_a_confidence_that_is_no_number_does_no_harm() -> None:
    house = House()
    ear = house.ear()
    (task,) = await hear(ear, 0)
    house.process.answer(worker.FINAL, b'{"text": "a", "result": [{"conf" : -nan, "start" : 0.0, "end" : 0.1, "word" : "a"}]}')
    (said,) = await task
    assert isinstance(said, Utterance)
    assert said.words == (("a", 0.0, 0.1, 0.0),)
