"""Two recordings as one call."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from companion import sources
from companion.core.events import Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Level, Opened, Passed
from companion.sources.uri import Two
from companion.speech.recogniser import Recogniser

Script = Callable[..., Callable[[str], Recogniser]]


@pytest.fixture
def two(greeting: tuple[NDArray[np.int16], int], tmp_path: Path) -> Two:
    """The demo's first six seconds as two files; the customer's is two seconds shorter."""
    sound, rate = greeting
    soundfile.write(tmp_path / "agent.wav", sound[:, 0], rate)
    soundfile.write(tmp_path / "customer.wav", sound[: 4 * rate, 1], rate)
    return Two(str(tmp_path / "agent.wav"), str(tmp_path / "customer.wav"))


async def played(two: Two, recogniser: Callable[[str], Recogniser], **keys: Any) -> list[Item]:
    return [item async for item in sources.open(two, recogniser=recogniser, **keys)]


async def test_the_same_as_one_file_with_two_channels(
    greeting: tuple[NDArray[np.int16], int], two: Two, starter: Callable[[str], Recogniser], tmp_path: Path
) -> None:
    sound, rate = greeting
    sound = sound.copy()
    sound[4 * rate :, 1] = 0
    soundfile.write(tmp_path / "both.wav", sound, rate)
    together = [item async for item in sources.open(str(tmp_path / "both.wav"), recogniser=starter, call="7")]
    apart = await played(two, starter, call="7")
    assert apart[0] == Opened(call="7", source="agent agent.wav, customer customer.wav", speech="starter")
    assert apart[-1] == Closed(call="7", reason="end of input", at=6000)

    def told(items: list[Item]) -> list[Item]:
        return [item for item in items if isinstance(item, Happened | Passed | Level)]

    assert told(apart) == told(together)
    assert any(isinstance(item, Happened) and isinstance(item.event, Utterance) for item in apart)


async def test_each_may_have_its_own_rate(script: Script, tone: Any, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", tone(1.0, 1, 44100), 44100)
    soundfile.write(tmp_path / "c.wav", tone(1.4, 1, 8000), 8000)
    items = await played(Two(str(tmp_path / "a.flac"), str(tmp_path / "c.wav")), script())
    assert items[-1] == Closed(call="a+c", reason="end of input", at=1400)
    levels = [(item.channel, item.level > 0.5) for item in items if isinstance(item, Level)]
    assert levels == [*[("agent", True), ("customer", True)] * 5, *[("agent", False), ("customer", True)] * 2]


async def test_raw_samples_beside_a_file(script: Script, two: Two, pipe: Any) -> None:
    pipe.send(np.full(8000, 3000, "<i2").tobytes())
    pipe.end()
    items = await played(Two(two.agent, "pcm:-?rate=8000"), script(), stdin=pipe.read)
    assert items[-1] == Closed(call="agent+stdin", reason="end of input", at=6000)


async def test_a_file_that_was_cut_off_says_so(script: Script, two: Two) -> None:
    os.truncate(two.customer, os.path.getsize(two.customer) // 2)  # noqa: ASYNC240
    items = await played(two, script())
    (complaint,) = [item for item in items if isinstance(item, Complaint)]
    assert complaint.text == f"{two.customer}: is cut off: 2.0 s of 4.0 s are missing; what is there is judged"


async def test_real_time_times_speed(script: Script, two: Two) -> None:
    start = asyncio.get_running_loop().time()
    await played(two, script(), speed=20)
    assert asyncio.get_running_loop().time() - start >= 0.28


async def test_stopping_ends_it_where_it_is(script: Script, two: Two) -> None:
    recogniser = script()
    source = sources.open(two, recogniser=recogniser, speed=1.0)
    items = []
    async for item in source:
        items.append(item)
        if isinstance(item, Passed):
            await source.close()
    assert isinstance(items[-1], Closed)
    assert items[-1].reason == "stopped"
    assert items[-1].at is not None
    assert items[-1].at < 1000
    assert recogniser.made["agent+customer"]._left == []  # type: ignore[attr-defined]
