"""Raw samples through a real pipe."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.core.events import Utterance
from companion.core.feed import Closed, Happened, Item, Opened, Passed
from companion.sources.blocks import Blocks
from companion.sources.pcm import PcmStream
from companion.speech.recogniser import Recogniser

Script = Callable[..., Callable[[str], Recogniser]]


def stream(read: int, recogniser: Callable[[str], Recogniser], **keys: Any) -> PcmStream:
    settings = {"columns": ("agent", "customer"), "rate": 16000, "encoding": "s16le", "call": "7", **keys}
    return PcmStream(Blocks(read, "stdin"), name="stdin", recogniser=recogniser, **settings)


async def sent(data: bytes, recogniser: Callable[[str], Recogniser], **keys: Any) -> list[Item]:
    read, write = os.pipe()

    def write_all() -> None:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(data)

    writing = asyncio.get_running_loop().run_in_executor(None, write_all)
    items = [item async for item in stream(read, recogniser, **keys)]
    await writing
    os.close(read)
    return items


async def test_words_on_two_channels(
    greeting: tuple[NDArray[np.int16], int], starter: Callable[[str], Recogniser], texts: Callable[[list[Item]], list[str]]
) -> None:
    items = await sent(greeting[0].tobytes(), starter)
    assert items[0] == Opened(call="7", source="stdin", speech="starter")
    assert texts(items)[0] == "agent: thank you for calling north phone my name is anna how can i help you"
    assert items[-1] == Closed(call="7", reason="end of input", at=6000)


@pytest.mark.parametrize(("encoding", "size"), [("s16le", 2), ("mulaw", 1), ("alaw", 1)])
async def test_encodings_and_half_frames(script: Script, encoding: str, size: int) -> None:
    said = Utterance(speaker="customer", text="hello", start=0.1, end=0.9)
    data = bytes(8000 * size) + b"\0"
    items = await sent(data, script(said), columns=("customer",), rate=8000, encoding=encoding)
    assert [item.event for item in items if isinstance(item, Happened)][-1] == said
    assert items[-1].at == 1000


async def test_no_sound_at_all(script: Script) -> None:
    items = await sent(b"", script())
    assert items == [Opened(call="7", source="stdin", speech="scripted"), Closed(call="7", reason="end of input", at=0)]


async def test_played_no_faster_than_life(script: Script) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    items = await sent(bytes(3 * 16000 * 4), script(), speed=10)
    assert items[-1].at == 3000
    assert loop.time() - began >= (3 - 65536 / 64000) / 10 - 0.001  # the first block counts as the past


async def test_stopped_while_nothing_comes(script: Script, pipe: Any) -> None:
    said = Utterance(speaker="agent", text="so far", start=0.1, end=100.0)
    source = stream(pipe.read, script(said))
    pipe.send(bytes(16000))
    items = []
    async for item in source:
        items.append(item)
        if isinstance(item, Passed):
            await source.close()
    assert [item.event for item in items if isinstance(item, Happened)][-1] == said
    assert items[-1] == Closed(call="7", reason="stopped", at=250)
