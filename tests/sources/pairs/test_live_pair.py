"""Two live sides as one call: played by hand, and from a real PulseAudio server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from companion import sources
from companion.core.events import SourceBack, SourceLost, Utterance
from companion.core.feed import Closed, Complaint, Item, Level, Opened
from companion.errors import DeviceError, SourceError
from companion.net.dialling import Back, Lost
from companion.sources.files import FileSide
from companion.sources.pairs.live_pair import LivePair
from companion.sources.pairs.side import Heard, Sound
from companion.sources.uri import BESIDE_A_SOFTPHONE
from companion.sources.websocket import StreamSide
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted
from tests.sources.peers import says, serving


class HandSide:
    """A side that gives what a test puts into it; None ends it, an error is raised."""

    recorded = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.given: asyncio.Queue[Heard | Exception | None] = asyncio.Queue()
        self.sound(0.0)

    def sound(self, seconds: float, value: int = 3000) -> None:
        self.given.put_nowait(Sound(np.full(round(seconds * 16000), value, np.int16), 16000))

    async def __aiter__(self) -> AsyncIterator[Heard]:
        while (heard := await self.given.get()) is not None:
            if isinstance(heard, Exception):
                raise heard
            yield heard

    async def close(self) -> None:
        self.given.put_nowait(None)


class Running:
    """A call that runs."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.items: list[Item] = []
        self.task = asyncio.create_task(self.run())

    async def run(self) -> None:
        async for item in self.source:
            self.items.append(item)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(25):
            while not done():
                assert not self.task.done() or self.task.exception() is None, self.task.exception()
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        await self.source.close()
        async with asyncio.timeout(10):
            await self.task

    def of(self, kind: type) -> list[Any]:
        return [event for item in self.items if isinstance(event := getattr(item, "event", item), kind)]


@pytest.fixture
def sides() -> tuple[HandSide, HandSide]:
    return HandSide("agent's"), HandSide("customer's")


async def test_a_side_that_sends_nothing_is_silent_by_the_clock(sides: tuple[HandSide, HandSide], script: Any) -> None:
    call = Running(LivePair(*sides, call="7", recogniser=script()))
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < 1.2:
        sides[0].sound(0.1)
        await asyncio.sleep(0.1)
    await call.end()
    assert call.items[0] == Opened(call="7", source="agent agent's, customer customer's", speech="scripted")
    levels = call.of(Level)
    assert {level.level > 0.5 for level in levels if level.channel == "agent"} >= {True}
    assert {level.level for level in levels if level.channel == "customer"} == {0.0}
    rounds = len(levels) / 2
    assert 3 <= rounds <= 7  # of 0.2 s
    assert call.items[-1] == Closed(call="7", reason="stopped")


async def test_the_call_ends_with_the_first_side_that_does(sides: tuple[HandSide, HandSide], script: Any) -> None:
    call = Running(LivePair(*sides, call="7", recogniser=script()))
    await call.until(lambda: bool(call.items))
    sides[1].sound(0.3)
    sides[1].given.put_nowait(None)
    async with asyncio.timeout(10):
        await call.task
    assert call.items[-1] == Closed(call="7", reason="one side ended")


async def test_two_sides_that_are_lost_are_one_gap(sides: tuple[HandSide, HandSide], script: Any) -> None:
    call = Running(LivePair(*sides, call="7", recogniser=script()))
    await call.until(lambda: bool(call.items))
    for side in sides:
        side.given.put_nowait(Lost(f"{side.name} is gone", 1.0))
    await call.until(lambda: len(call.of(Complaint)) == 2)
    sides[0].given.put_nowait(Back(0.1))
    await call.until(lambda: len(call.of(Complaint)) == 3)
    assert call.of(SourceBack) == []
    sides[1].given.put_nowait(Back(0.2))
    await call.until(lambda: len(call.of(SourceBack)) == 1)
    await call.end()
    assert [lost.reason for lost in call.of(SourceLost)] == ["agent's is gone"]
    assert 0 < call.of(SourceBack)[0].gap < 5
    assert [complaint.text for complaint in call.of(Complaint)] == [
        "agent's is gone; the call goes on, and it is taken up again when it is back",
        "customer's is gone; the call goes on, and it is taken up again when it is back",
        "agent's: is back after 0.1 s",
        "customer's: is back after 0.2 s",
    ]


async def test_a_recording_beside_a_live_side_waits_for_it(
    sides: tuple[HandSide, HandSide], script: Any, tone: Any, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "mono.wav", tone(0.8, 1), 16000)
    there = sides[0].given.get_nowait()
    call = Running(LivePair(sides[0], FileSide(tmp_path / "mono.wav"), call="7", recogniser=script()))
    await asyncio.sleep(0.3)
    assert call.items == []
    sides[0].given.put_nowait(there)
    async with asyncio.timeout(10):
        await call.task
    assert call.items[-1] == Closed(call="7", reason="one side ended")
    assert sum(level.level > 0.5 for level in call.of(Level) if level.channel == "customer") in (4, 5)  # 0.8 s of rounds of 0.2 s


async def test_stopped_before_it_began_is_no_call(sides: tuple[HandSide, HandSide], script: Any) -> None:
    sides[0].given.get_nowait()
    call = Running(LivePair(*sides, call="7", recogniser=script()))
    await asyncio.sleep(0.1)
    await call.end()
    assert call.items == []


async def test_a_dead_channel_is_said(sides: tuple[HandSide, HandSide], script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.sources.pairs.soundcheck.DEAD", 0.5)
    call = Running(LivePair(*sides, call="7", recogniser=script()))
    await call.until(lambda: bool(call.items))
    while not call.of(Complaint):
        sides[0].sound(0.1, 0)
        sides[1].sound(0.1)
        await asyncio.sleep(0.1)
    await call.end()
    (complaint,) = call.of(Complaint)
    assert complaint.text.startswith("agent's: no sound of the agent for 0 s of the customer's talk; is it muted, ")


async def test_a_side_that_is_not_there_is_no_call(sides: tuple[HandSide, HandSide], script: Any) -> None:
    sides[1].given.put_nowait(DeviceError("loopback: there is none"))
    call = LivePair(sides[0], sides[1], call="7", recogniser=script())
    sides[1].given.get_nowait()  # it never says that it is there
    with pytest.raises(DeviceError, match="loopback: there is none"):
        assert [item async for item in call] == []


async def test_an_error_on_the_way_ends_the_call(sides: tuple[HandSide, HandSide], script: Any) -> None:
    call = Running(LivePair(*sides, call="7", recogniser=script()))
    await call.until(lambda: bool(call.items))
    sides[0].given.put_nowait(SourceError("mic: is broken"))
    with pytest.raises(SourceError, match="mic: is broken"):
        await call.task


async def test_a_stream_that_is_lost_for_good_is_an_error(sides: tuple[HandSide, HandSide], script: Any) -> None:
    async with serving(says(bytes(6400), then="break"), says(then="break")) as uri:
        stream = StreamSide(uri, name="ws://agent", rate=16000, encoding="s16le", waits=(0.01, 0.01))
        call = Running(LivePair(stream, sides[1], call="7", recogniser=script()))
        async with asyncio.timeout(10):
            with pytest.raises(SourceError, match=r"^ws://agent: was lost, and is not to be had again"):
                await call.task
    assert len(call.of(SourceLost)) == len(call.of(SourceBack)) + 1
    assert call.of(Complaint)[0].text.startswith("ws://agent: broke off; the call goes on")


class _Slow(Scripted):
    """A recogniser that needs too long for one chunk."""

    async def hear(self, chunk: AudioChunk) -> list[Hearing]:
        if chunk.start < 0.1:
            await asyncio.sleep(1.5)
        return []


async def test_sound_that_is_too_much_is_one_long_gap(
    sides: tuple[HandSide, HandSide], script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.sources.listening.AHEAD", 1)
    monkeypatch.setattr("companion.sources.pairs.live_pair.MOST", 1.0)
    monkeypatch.setattr("companion.sources.pairs.live_pair.KEPT", 0.3)
    call = Running(LivePair(*sides, call="7", recogniser=lambda name: _Slow([])))
    await call.until(lambda: bool(call.items))
    for _ in range(25):
        for side in sides:
            side.sound(0.1)
        await asyncio.sleep(0.1)
    await call.end()
    assert [lost.reason for lost in call.of(SourceLost)] == ["sound was too much for the recogniser"]
    assert 0.5 < call.of(SourceBack)[0].gap < 2.5


async def test_beside_a_softphone(
    sound_server: Any, greeting: tuple[NDArray[np.int16], int], starter: Callable[[str], Recogniser], tmp_path: Path
) -> None:
    """The agent speaks into the microphone, the customer is heard in the headset, and the sound server is started anew meanwhile."""
    sound, rate = greeting
    soundfile.write(tmp_path / "agent.wav", sound[: 5 * rate, 0], rate)
    call = Running(sources.open(BESIDE_A_SOFTPHONE, recogniser=starter))
    await call.until(lambda: bool(call.of(Level)))
    sound_server.play("mouth", tmp_path / "agent.wav")
    await call.until(lambda: bool(call.of(Utterance)))
    sound_server.kill()
    await call.until(lambda: bool(call.of(SourceLost)))
    sound_server.start()
    await call.until(lambda: bool(call.of(SourceBack)))
    sound_server.play("headset", tmp_path / "agent.wav")
    await call.until(lambda: len(call.of(Utterance)) == 2)
    await call.end()
    said = call.of(Utterance)
    assert [one.speaker for one in said] == ["agent", "customer"]
    assert ["my name is anna" in one.text for one in said] == [True, True]
    assert len(call.of(SourceLost)) == len(call.of(SourceBack)) == 1
    assert 0.2 < call.of(SourceBack)[0].gap < 10
