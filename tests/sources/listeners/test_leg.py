"""One connection's sound: gaps, pauses, and a recogniser that is too slow."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from companion.core.events import Channel, SourceBack, SourceLost, Utterance
from companion.core.feed import Happened, Item, Opened
from companion.errors import PeerError
from companion.sources.listeners.exchange import Exchange
from companion.sources.listeners.leg import KEPT, MOST, Leg
from companion.sources.protocols.dialect import Begun, Paused, Sound
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted

Script = Callable[..., Callable[[str], Recogniser]]
BOTH: tuple[Channel, ...] = ("customer", "agent")


class Ear(Scripted):
    """Remembers what it was fed, and waits where it is told to."""

    def __init__(self) -> None:
        super().__init__([])
        self.chunks: list[AudioChunk] = []
        self.go = asyncio.Event()
        self.go.set()

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        await self.go.wait()
        self.chunks.append(chunk)
        return []

    def seconds(self, channel: Channel) -> float:
        return sum(len(chunk.pcm) for chunk in self.chunks if chunk.channel == channel) / 2 / self.rate


class Room:
    """An exchange whose items are at hand, and a leg in it."""

    def __init__(self, recogniser: Callable[[str], Recogniser], begun: Begun) -> None:
        self.items: list[Item | Exception] = []
        self.exchange = Exchange("twilio://here", recogniser)
        self.exchange.give = self.items.append  # type: ignore[method-assign]
        self.exchange.board._give = self.items.append
        self.leg = Leg(self.exchange, begun)

    async def end(self) -> None:
        self.leg.end()
        async with asyncio.timeout(5):
            await self.leg.work()

    def events(self, kind: type) -> list[object]:
        return [item.event for item in self.items if isinstance(item, Happened) and isinstance(item.event, kind)]


def sound(at: float, seconds: float = 0.2, columns: tuple[Channel, ...] = ("customer",)) -> Sound:
    return Sound(columns=columns, data=bytes(round(seconds * 8000) * 2 * len(columns)), at=at)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def room(ear: Ear) -> Room:
    return Room(lambda call: ear, Begun(call="42", about="Twilio", rate=8000))


async def test_both_channels_of_interleaved_sound(room: Room, ear: Ear) -> None:
    room.leg.put(sound(0.0, 1.0, BOTH))
    await room.end()
    assert ear.seconds("agent") == ear.seconds("customer") == pytest.approx(1.0)
    assert [item for item in room.items if isinstance(item, Opened)] == [
        Opened(call="42", source="twilio://here (Twilio)", speech="scripted")
    ]


async def test_what_is_left_is_heard_at_the_end(script: Script) -> None:
    last = Utterance(speaker="customer", text="bye", start=0.0, end=0.9)
    room = Room(script(last), Begun(call=None, about="", rate=8000))
    room.leg.put(sound(0.0))
    await room.end()
    assert room.events(Utterance) == [last]
    assert room.leg.call == "call-1"


async def test_a_short_gap_is_silence(room: Room, ear: Ear) -> None:
    room.leg.put(sound(0.0))
    room.leg.put(sound(0.5))
    await room.end()
    assert ear.seconds("customer") == pytest.approx(0.7, abs=0.01)
    assert room.events(SourceLost) == []


async def test_a_long_gap_is_said_and_time_goes_on_behind_it(room: Room, ear: Ear) -> None:
    room.leg.put(sound(0.0))
    room.leg.put(sound(3.0))
    await room.end()
    assert room.events(SourceLost) == [SourceLost(reason="the customer's sound went missing")]
    assert room.events(SourceBack) == [SourceBack(gap=2.8)]
    assert ear.seconds("customer") == pytest.approx(0.4, abs=0.01)
    assert ear.chunks[-1].start == pytest.approx(3.0, abs=0.01)


async def test_a_pause_is_said_once_until_sound_is_back(room: Room) -> None:
    room.leg.put(sound(0.0, columns=BOTH))
    room.leg.put(Paused("paused by the agent"))
    room.leg.put(Paused("paused by the agent"))
    room.leg.put(sound(5.0, columns=BOTH))
    await room.end()
    assert room.events(SourceLost) == [SourceLost(reason="paused by the agent")]
    assert room.events(SourceBack) == [SourceBack(gap=4.8)]


async def test_a_pause_in_which_the_streams_clock_stood_still(room: Room, ear: Ear) -> None:
    room.leg.put(sound(0.0))
    room.leg.put(Paused("paused by the agent"))
    await asyncio.sleep(0.05)
    room.leg.put(sound(0.2))
    await room.end()
    (back,) = room.events(SourceBack)
    assert isinstance(back, SourceBack)
    assert 0.05 <= back.gap < 1.0
    assert ear.chunks[-1].start == pytest.approx(0.2 + back.gap, abs=0.01)


class Clock:
    """The loop's clock, set by hand."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        patch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


async def fed(room: Room, stop: float, catches_up: bool) -> None:
    """Eight seconds of sound in fifths, as an unclocked stream brings them that stops for so long after the second."""
    working = asyncio.create_task(room.leg.work())
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)
        late = 0.0
        for n in range(40):
            late += stop if n == 11 else 0.0
            clock.now += stop if n == 11 else 0.0
            room.leg.put(sound(n * 0.2))
            for _ in range(10):
                await asyncio.sleep(0)  # the recogniser keeps up
            gained = min(late, 0.2) if catches_up else 0.0
            late -= gained
            clock.now += 0.2 - gained
    room.leg.end()
    await working


async def test_silence_that_was_not_sent_is_noticed_where_the_stream_tells_no_time(ear: Ear) -> None:
    room = Room(lambda call: ear, Begun(call="42", about="Asterisk", rate=8000, clocked=False))
    await fed(room, 5.0, catches_up=False)
    (back,) = room.events(SourceBack)
    assert isinstance(back, SourceBack)
    assert back.gap == pytest.approx(5.0, abs=0.3)
    last = ear.chunks[-1]
    assert last.start + len(last.pcm) / 32000 == pytest.approx(13.0, abs=0.3)


async def test_a_telephone_that_sends_no_silence_is_laid_on_the_clock_again_and_again(ear: Ear) -> None:
    room = Room(lambda call: ear, Begun(call="42", about="Asterisk", rate=8000, clocked=False))
    working = asyncio.create_task(room.leg.work())
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)
        for n in range(30):  # six words of a second each, with three seconds between them
            clock.now += 0.2 if n % 5 else 3.2
            room.leg.put(sound(n * 0.2))
            for _ in range(10):
                await asyncio.sleep(0)
    room.leg.end()
    await working
    assert len(room.events(SourceBack)) == 4
    assert ear.chunks[-1].start >= 17.0  # the last word is said at 20 s; the pause before it is known only after it


@pytest.mark.parametrize("stop", [1.8, 2.0, 5.0])
async def test_a_network_that_stalled_is_no_gap(stop: float, ear: Ear) -> None:
    room = Room(lambda call: ear, Begun(call="42", about="Asterisk", rate=8000, clocked=False))
    await fed(room, stop, catches_up=True)
    assert room.events(SourceLost) == []
    last = ear.chunks[-1]
    assert last.start + len(last.pcm) / 32000 == pytest.approx(8.0, abs=0.01)


async def test_a_machine_that_is_too_busy_to_read_in_time_takes_nothing_for_left_out(ear: Ear) -> None:
    room = Room(lambda call: ear, Begun(call="42", about="Asterisk", rate=8000, clocked=False))
    working = asyncio.create_task(room.leg.work())
    with pytest.MonkeyPatch.context() as patch:
        clock = Clock(patch)
        room.leg.put(sound(0.0))
        for batch in range(6):
            clock.now += 1.2  # what came meanwhile is read at once, and one such while after it came
            for n in range(6):
                if (at := 1.2 * (batch - 1) + 0.2 * n) > 0.1:
                    room.leg.put(sound(at))
            for _ in range(20):
                await asyncio.sleep(0)
    room.leg.end()
    await working
    assert room.events(SourceLost) == []
    last = ear.chunks[-1]
    assert last.start + len(last.pcm) / 32000 == pytest.approx(6.0, abs=0.01)


async def test_a_pause_before_any_sound_is_nothing(room: Room) -> None:
    room.leg.put(Paused("paused by the agent"))
    await room.end()
    assert room.items == []
    assert room.leg.call == ""


async def test_a_slow_recogniser_loses_the_oldest_sound_and_nobody_waits(room: Room, ear: Ear) -> None:
    ear.go.clear()
    working = asyncio.create_task(room.leg.work())
    room.leg.put(sound(0.0, 0.4))
    await asyncio.sleep(0)  # the recogniser has taken the first piece, and is busy with it
    pieces = round((MOST + 1.0) / 0.1)
    for n in range(pieces):
        room.leg.put(sound(0.4 + n * 0.1, 0.1))
    ear.go.set()
    room.leg.end()
    async with asyncio.timeout(5):
        await working
    assert room.events(SourceLost) == [SourceLost(reason="the customer's sound was too much for the recogniser")]
    (back,) = room.events(SourceBack)
    assert isinstance(back, SourceBack)
    assert MOST - KEPT - 0.5 < back.gap < MOST - KEPT + 1.0
    # what came last was heard, where it belongs
    last = ear.chunks[-1]
    assert last.start + len(last.pcm) / 32000 == pytest.approx(0.4 + pieces * 0.1, abs=0.01)


async def test_sound_that_could_never_wait_is_heard_all_the_same(room: Room, ear: Ear) -> None:
    room.leg.put(sound(0.0, MOST + 2.0))
    await room.end()
    assert ear.seconds("customer") == pytest.approx(MOST + 2.0)


async def test_a_channel_can_come_but_once(room: Room) -> None:
    room.leg.put(sound(0.0))
    other = Leg(room.exchange, Begun(call="42", about="", rate=8000))
    other.put(sound(0.0, columns=("agent",)))
    with pytest.raises(PeerError, match="already connected"):
        Leg(room.exchange, Begun(call="42", about="", rate=8000)).put(sound(0.0, columns=("agent",)))
    assert len([item for item in room.items if isinstance(item, Opened)]) == 1
