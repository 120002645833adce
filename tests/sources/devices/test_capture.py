"""Listening to a device of a real PulseAudio server, whatever happens to it meanwhile: by its own programs, and by SoundCard."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from companion.errors import DeviceError
from companion.net.dialling import Back, Lost
from companion.sources.devices.capture import Capture
from companion.sources.devices.card import SoundCard
from companion.sources.devices.device import Kind, SoundServer
from companion.sources.devices.pulse import Pulse
from companion.sources.pairs.side import Heard, Sound


class Listener:
    """A capture that runs."""

    def __init__(self, server: SoundServer, kind: Kind, wanted: str = "") -> None:
        self.capture = Capture(server, kind, wanted, name=f"{kind}:{wanted}")
        self.heard: list[Heard] = []

    async def run(self) -> None:
        async for heard in self.capture:
            self.heard.append(heard)

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not done():
                await asyncio.sleep(0.02)

    def of(self, kind: type) -> list[Any]:
        return [heard for heard in self.heard if isinstance(heard, kind)]

    @property
    def begun(self) -> int:
        """How often a device was opened."""
        return sum(not len(sound.samples) for sound in self.of(Sound))

    def sounds(self) -> bool:
        """Whether the last half second was not silent."""
        last = [sound.samples for sound in self.of(Sound)[-10:]]
        return sum(map(len, last)) > 0 and int(np.abs(np.concatenate(last).astype(np.int32)).max()) > 1000


@asynccontextmanager
async def listening(server: SoundServer, kind: Kind, wanted: str = "") -> AsyncIterator[Listener]:
    listener = Listener(server, kind, wanted)
    task = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        await listener.capture.close()
        async with asyncio.timeout(40):
            await task


@pytest.fixture
def hum(tmp_path: Path, tone: Any) -> Path:
    soundfile.write(tmp_path / "hum.wav", tone(30, 1, 16000), 16000)
    return tmp_path / "hum.wav"


BOTH = pytest.mark.parametrize("server", [Pulse(), SoundCard()], ids=["pulse", "soundcard"])


@BOTH
async def test_the_default_output_is_followed(server: SoundServer, sound_server: Any, hum: Path) -> None:
    sound_server.load(sound_server.output("speakers", "Speakers"))
    sound_server.play("headset", hum)
    async with listening(server, "loopback") as listener:
        await listener.until(listener.sounds)
        opened = len(listener.heard)
        sound_server.pactl("set-default-sink", "speakers")  # what plays goes along, as a softphone's sound does
        await listener.until(lambda: listener.begun == 2 and len(listener.heard) > opened + 15 and listener.sounds())
    assert listener.of(Lost) == []


async def test_the_microphone_is_what_is_spoken_into(sound_server: Any, hum: Path) -> None:
    async with listening(Pulse(), "mic") as listener:
        await listener.until(lambda: len(listener.heard) > 5)
        assert not listener.sounds()
        sound_server.play("mouth", hum)
        await listener.until(listener.sounds)


@BOTH
async def test_a_named_device_that_is_gone_is_waited_for(server: SoundServer, sound_server: Any, hum: Path) -> None:
    module = sound_server.load(sound_server.output("dock", "Dock"))
    async with listening(server, "loopback", "dock") as listener:
        await listener.until(lambda: len(listener.heard) > 5)
        sound_server.pactl("unload-module", module)
        await listener.until(lambda: bool(listener.of(Lost)))
        assert listener.of(Lost)[0].reason == "loopback:dock: no such device"
        sound_server.load(sound_server.output("dock", "Dock"))
        sound_server.play("dock", hum)
        await listener.until(listener.sounds)
    (back,) = listener.of(Back)
    assert 0.3 < back.gap < 10


@BOTH
async def test_a_server_that_is_started_again(server: SoundServer, sound_server: Any, hum: Path) -> None:
    async with listening(server, "loopback") as listener:
        await listener.until(lambda: len(listener.heard) > 5)
        sound_server.kill()
        await listener.until(lambda: bool(listener.of(Lost)))
        assert re.match("sound server: no PipeWire or PulseAudio answers|sound devices: cannot be listed", listener.of(Lost)[0].reason)
        sound_server.start()
        sound_server.play("headset", hum)
        await listener.until(listener.sounds)
    assert len(listener.of(Lost)) == len(listener.of(Back)) == 1


async def test_nobody_who_tells_of_changes_is_no_reason_to_stop_listening(sound_server: Any) -> None:
    class Silent(Pulse):
        asked = 0

        async def changes(self) -> AsyncIterator[None]:
            self.asked += 1
            for _ in range(self.asked % 2):
                yield None

    server = Silent()
    async with listening(server, "mic") as listener:
        await listener.until(lambda: server.asked > 2)
    assert listener.begun == 1


async def test_closing_while_nothing_is_there(sound_server: Any) -> None:
    async with listening(Pulse(), "mic") as listener:
        await listener.until(lambda: len(listener.heard) > 1)
        sound_server.kill()
        await listener.until(lambda: bool(listener.of(Lost)))
    assert listener.of(Back) == []


async def test_a_device_that_was_never_there(sound_server: Any) -> None:
    with pytest.raises(DeviceError, match=r"mic:Jabra: no such device; there is Capsule"):
        await Listener(Pulse(), "mic", "Jabra").run()
