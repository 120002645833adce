"""One channel alone: by hand, and from a real PulseAudio server's microphone."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from companion.core.events import Utterance
from companion.core.feed import Closed, Complaint, Level, Opened
from companion.sources.pairs.alone import Alone, Silence
from companion.sources.pairs.pairing import alone
from companion.sources.pairs.side import Sound
from companion.speech.recogniser import Recogniser
from tests.sources.pairs.test_live_pair import HandSide, Running


async def test_silence_is_there_until_it_is_closed() -> None:
    side = Silence()
    heard = []

    async def listen() -> None:
        async for each in side:
            heard.append(each)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    await side.close()
    await asyncio.wait_for(listening, 5)
    assert [len(each.samples) for each in heard if isinstance(each, Sound)] == [0]


async def test_the_silent_side_is_no_complaint(script: Any) -> None:
    side = HandSide("mic:")
    call = Running(Alone(side, call="7", recogniser=script()))
    side.given.put_nowait(Complaint(text="mic: crackles"))
    await call.until(lambda: bool(call.of(Complaint)))
    side.sound(1.0)
    await call.until(lambda: len(call.of(Level)) > 4)
    await call.end()
    assert isinstance(call.items[0], Opened)
    assert call.of(Complaint) == [Complaint(text="mic: crackles")]
    assert call.items[-1] == Closed(call="7", reason="stopped")


async def test_a_real_microphone_is_the_agents(
    sound_server: Any, greeting: tuple[NDArray[np.int16], int], starter: Callable[[str], Recogniser], tmp_path: Path
) -> None:
    sound, rate = greeting
    soundfile.write(tmp_path / "agent.wav", sound[: 5 * rate, 0], rate)
    call = Running(alone("mic:", starter, call="practice"))
    await call.until(lambda: bool(call.of(Level)))
    sound_server.play("mouth", tmp_path / "agent.wav")
    await call.until(lambda: bool(call.of(Utterance)))
    await call.end()
    said = call.of(Utterance)
    assert {one.speaker for one in said} == {"agent"}
    assert "my name is anna" in said[0].text
