"""How loud devices of a real PulseAudio server are."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import soundfile

from companion.sources.devices.meters import AUDIBLE, Meters
from companion.sources.devices.pulse import Pulse


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.02)


async def test_the_one_that_plays_moves(sound_server: Any, tone: Any, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "hum.wav", tone(20, 1), 16000)
    pulse = Pulse()
    meters = Meters(pulse, await pulse.devices())
    metering = asyncio.create_task(meters.run())
    sound_server.play("headset", tmp_path / "hum.wav")
    await until(lambda: meters.levels.get("headset.monitor", 0.0) > 0.5 and len(meters.levels) == 3)
    assert meters.levels["mic"] < AUDIBLE
    assert set(meters.sounded) == {"headset.monitor"}
    sound_server.load(sound_server.output("dock", "Dock"))
    await until(metering.done)  # there is another device: time to ask again
    metering.result()
