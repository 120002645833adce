"""One connection, without any wire."""

import asyncio
from collections.abc import Callable

import pytest

from companion.core.events import Utterance
from companion.core.feed import Closed, Happened, Item
from companion.errors import PeerError, SpeechError
from companion.sources.listeners.exchange import Exchange
from companion.sources.listeners.stream import Stream
from companion.sources.protocols.dialect import Act, Begun, Ended, Reply, Sound
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted

Script = Callable[..., Callable[[str], Recogniser]]
BEGUN = Begun(call="42", about="", rate=8000)
SOUND = Sound(columns=("customer",), data=bytes(3200), at=0.0)


class Told:
    """A dialect that means what it is told to."""

    def __init__(self, *left: Act) -> None:
        self.next: list[Act] = []
        self.left = list(left)

    def receive(self, message: str | bytes) -> list[Act]:
        return self.next

    def finish(self) -> list[Act]:
        return self.left


def take(stream: Stream, told: Told, *acts: Act) -> list[str | bytes]:
    told.next = list(acts)
    return stream.take("")


async def test_replies_come_at_once_and_sound_is_heard(script: Script) -> None:
    said = Utterance(speaker="customer", text="hello", start=0.0, end=0.3)
    items: list[Item | Exception] = []
    exchange, told = Exchange("x", script(said)), Told(Sound(columns=("customer",), data=bytes(3200), at=0.2))
    exchange.give = items.append  # type: ignore[method-assign]
    exchange.board._give = items.append
    stream = Stream(exchange, told)
    assert not stream.begun
    assert take(stream, told, Reply("opened"), BEGUN, SOUND, Reply(b"pong")) == ["opened", b"pong"]
    assert stream.begun
    assert stream.call == "42"
    assert take(stream, told, Ended()) == []
    assert stream.ended
    await stream.part("")
    events = [item.event for item in items if isinstance(item, Happened)]
    assert events[-1] == said  # what was still held back has been heard too
    assert isinstance(items[-1], Closed)


async def test_who_never_began_leaves_nothing_behind(script: Script) -> None:
    exchange = Exchange("x", script())
    stream = Stream(exchange, Told(SOUND))
    await stream.part("gone")
    assert (stream.call, stream.begun, stream.ended) == ("", False, False)


async def test_a_recogniser_that_failed_is_noticed_with_the_next_message() -> None:
    class Broken(Scripted):
        async def hear(self, chunk: AudioChunk) -> list[Hearing]:  # type: ignore[override]
            raise SpeechError("dead")

    told = Told()
    stream = Stream(Exchange("x", lambda call: Broken([])), told)
    take(stream, told, BEGUN, SOUND, SOUND)
    assert stream._work is not None
    await asyncio.wait({stream._work}, timeout=5)
    with pytest.raises(SpeechError, match="dead"):
        take(stream, told, SOUND)
    await stream.part("")


async def test_a_seat_that_is_taken_is_said(script: Script) -> None:
    exchange, told = Exchange("x", script()), Told()
    take(Stream(exchange, told), told, BEGUN, SOUND)
    other = Stream(exchange, told)
    with pytest.raises(PeerError, match="already connected"):
        take(other, told, BEGUN, SOUND)
    await other.part("")
