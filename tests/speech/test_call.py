"""A call's two channels on one engine: told once of a loss, each with its own end."""

import asyncio

from companion.core.events import SourceBack, SourceLost, Utterance
from companion.speech import worker
from companion.speech.call import Call
from companion.speech.engine import EngineLost, Listener
from companion.speech.recogniser import AudioChunk

FINAL = b'{"text": "hello", "result": [{"word": "hello", "start": 0.0, "end": 0.1}]}'


class Echo:
    """An engine that answers each sound with nothing and each end with a word, until it is broken."""

    def __init__(self) -> None:
        self.lost: EngineLost | None = None
        self.dropped: list[int] = []
        self._listeners: list[Listener] = []

    def open(self, listener: Listener) -> int:
        self._listeners.append(listener)
        return len(self._listeners) - 1

    def ask(self, stream: int, kind: bytes, payload: bytes = b"") -> None:
        if kind == worker.DROP:
            self.dropped.append(stream)
        else:
            end = kind == worker.END
            loop = asyncio.get_running_loop()
            loop.call_soon(self._listeners[stream].answered, worker.FINAL if end else worker.NOTHING, FINAL if end else b"")

    def forget(self, stream: int) -> None: ...

    def fail(self, lost: EngineLost) -> None:
        self.lost = lost
        for listener in self._listeners:
            listener.lost(lost)


class House:
    """Gives an engine, and a new one for each that was lost."""

    def __init__(self) -> None:
        self.echo = Echo()

    async def engine(self) -> Echo:
        if self.echo.lost is not None:
            self.echo = Echo()
        return self.echo

    def call(self) -> Call:
        return Call("echo", 16000, self.engine)


def sound(number: int) -> list[AudioChunk]:
    return [AudioChunk(channel=channel, pcm=bytes(6400), start=number / 5) for channel in ("agent", "customer")]


async def test_a_loss_is_told_once_for_both_channels() -> None:
    house = House()
    call = house.call()
    assert (call.model, call.rate) == ("echo", 16000)
    for chunk in sound(0):
        assert await call.hear(chunk) == []
    house.echo.fail(EngineLost("gone", loading=False))
    told = [await call.hear(chunk) for chunk in sound(1)]
    assert told == [[SourceLost(reason="gone"), SourceBack(gap=0.0)], []]


async def test_each_channel_has_its_own_end_and_may_begin_anew() -> None:
    call = House().call()
    agent, customer = sound(0)
    await call.hear(agent)
    assert await call.finish("customer") == []
    (said,) = await call.finish("agent")
    assert isinstance(said, Utterance)
    assert await call.finish("agent") == []
    assert await call.hear(agent) == []
    assert await call.hear(customer) == []


async def test_closing_lets_both_streams_go() -> None:
    house = House()
    call = house.call()
    for chunk in sound(0):
        await call.hear(chunk)
    await call.close()
    assert house.echo.dropped == [0, 1]
