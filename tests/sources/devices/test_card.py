"""Devices through SoundCard: the real library on a real PulseAudio server, and a stand-in for what only Windows and macOS do."""

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from companion.core.feed import Level
from companion.errors import DeviceError
from companion.net.dialling import Lost
from companion.sources.devices.capture import Capture
from companion.sources.devices.card import RATE, SoundCard
from companion.sources.devices.device import Device
from companion.sources.pairs.live_pair import LivePair
from companion.sources.pairs.side import Heard

DOUBLE = Path(__file__).parent / "double"
SPEAKERS = {"id": "{0.0.0}.{a}", "name": "Speakers (Jabra)", "loopback": True, "plays": [0.5, 0.5]}
MICROPHONE = {"id": "{0.0.1}.{b}", "name": "Microphone (Jabra)", "plays": [0.5]}
SILENT = 25  # rounds of 0.2 s


async def until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.02)


# The real library, on Linux.


async def test_devices_of_a_real_server(sound_server: Any) -> None:
    assert await SoundCard().devices() == [
        Device(name="mic", description="Capsule", rate=RATE, default=True),
        Device(name="headset.monitor", description="Monitor of Head set Größe 4", rate=RATE, plays="headset", default=True),
        Device(name="mouth.monitor", description="Monitor of Mouth", rate=RATE, plays="mouth"),
    ]


async def test_what_is_played_is_heard_as_loud_as_it_is(sound_server: Any, tone: Any, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "hum.wav", tone(30, 1, RATE), RATE)
    sound_server.play("headset", tmp_path / "hum.wav")
    heard = bytearray()
    device = next(device for device in await SoundCard().devices() if device.plays == "headset")
    async with asyncio.timeout(60), aclosing(SoundCard().record(device)) as blocks:
        async for block in blocks:
            heard += block
            if np.abs(np.frombuffer(heard, "<i2")[-RATE // 2 :]).max() > 1000 and len(heard) > 2 * RATE:
                break
    loud = np.abs(np.frombuffer(heard, "<i2")[-RATE // 2 :].astype(int)).max()
    assert loud == pytest.approx(np.abs(soundfile.read(tmp_path / "hum.wav", dtype="int16")[0].astype(int)).max(), rel=0.02)


async def test_changes_are_told_and_end_with_the_server(sound_server: Any) -> None:
    async with asyncio.timeout(60), aclosing(SoundCard().changes()) as changes:
        await anext(changes)
        sound_server.pactl("set-default-sink", "mouth")
        await anext(changes)
        sound_server.kill()  # libpulse aborts: its process, not ours
        assert [change async for change in changes] == []
    with pytest.raises(DeviceError, match=r"^sound devices: cannot be listed \(no sound server answers\); start PipeWire or PulseAudio"):
        await SoundCard().devices()


async def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DeviceError, match=r"^sound devices: SoundCard is not installed; pip install \"companion\[devices\]\"$"):
        await SoundCard().devices()


# The stand-in.


class Cards:
    """What the stand-in tells of."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set(SPEAKERS, MICROPHONE)

    def set(self, *cards: dict[str, Any], speaker: Any = SPEAKERS["id"]) -> None:
        self._path.write_text(json.dumps({"cards": cards, "speaker": speaker, "microphone": MICROPHONE["id"]}))


@pytest.fixture
def cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cards:
    monkeypatch.setenv("PYTHONPATH", str(DOUBLE))
    monkeypatch.setenv("SOUNDCARD_DOUBLE", str(tmp_path / "cards"))
    return Cards(tmp_path / "cards")


async def test_a_loopback_that_sends_nothing_while_nothing_plays_keeps_to_the_clock(cards: Cards, script: Any) -> None:
    """Five seconds without a frame, in the middle of a call whose other channel goes on."""
    agent, customer = (Capture(SoundCard(), kind, "", name=f"{kind}:") for kind in ("mic", "loopback"))
    call = LivePair(agent, customer, call="7", recogniser=script())
    loud: dict[str, list[bool]] = {"agent": [], "customer": []}

    async def listen() -> None:
        async for item in call:
            if isinstance(item, Level):
                loud[item.channel].append(item.level > 0.5)

    listening = asyncio.create_task(listen())
    await until(lambda: loud["customer"][-2:] == [True] * 2)
    cards.set(SPEAKERS | {"plays": None}, MICROPHONE)
    stopped = len(loud["customer"])
    await until(lambda: len(loud["customer"]) > stopped + SILENT)
    assert not any(loud["customer"][-10:])
    assert sum(loud["agent"][-SILENT:]) > SILENT / 2  # of a loaded machine's agent some is silence as well
    cards.set(SPEAKERS, MICROPHONE)
    await until(lambda: all(loud["customer"][-2:]))
    cards.set(SPEAKERS | {"plays": None}, MICROPHONE | {"plays": None})  # both at once, to compare where that is
    await until(lambda: not any(loud["agent"][-2:] + loud["customer"][-2:]))
    await call.close()
    await listening
    agents, customers = (len(channel) - channel[::-1].index(True) for channel in loud.values())
    assert abs(agents - customers) <= 3  # one, where the machine has nothing else to do; 25, if silence were left out


async def test_a_microphone_that_may_not_be_used_is_said_before_the_call(cards: Cards) -> None:
    cards.set(SPEAKERS, MICROPHONE | {"denied": "Error 0x80070005"})
    capture = Capture(SoundCard(), "mic", "", name="mic:")
    line = r"^Microphone \(Jabra\): cannot be listened to \(Error 0x80070005\); close what has it for itself, and let this terminal use the"
    with pytest.raises(DeviceError, match=line):
        await anext(aiter(capture))


async def test_one_that_cannot_be_opened_any_more_is_lost(cards: Cards) -> None:
    """It is there, but something else has it for itself since it was plugged in again."""
    heard: list[Heard] = []
    capture = Capture(SoundCard(), "mic", "", name="mic:")

    async def listen() -> None:
        async for one in capture:
            heard.append(one)

    listening = asyncio.create_task(listen())
    await until(lambda: len(heard) > 5)
    cards.set(SPEAKERS, MICROPHONE | {"id": "{0.0.1}.{c}", "denied": "Error 0x8889000a"})
    await until(lambda: any(isinstance(one, Lost) for one in heard))
    await capture.close()
    await listening
