"""Devices of a real PulseAudio server, and of a text that its pactl printed."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from companion.errors import DeviceError
from companion.sources.devices.device import Device
from companion.sources.devices.pulse import Pulse, listed

SOURCES = """Source #0
\tState: SUSPENDED
\tName: alsa_output.usb-Jabra.analog-stereo.monitor
\tDescription: Monitor of Jabra Evolve 20 Stéréo
\tDriver: module-alsa-card.c
\tSample Specification: s16le 2ch 48000Hz
\tMonitor of Sink: alsa_output.usb-Jabra.analog-stereo
\tProperties:
\t\tdevice.description = "Monitor of Jabra Evolve 20 Stéréo"

Source #1
\tState: RUNNING
\tName: alsa_input.usb-Jabra.mono
\tDescription: Jabra Evolve 20 \x1b[31mMono
\tSample Specification: s16le 1ch 16000Hz
\tMonitor of Sink: n/a
"""
INFO = """Server Name: PulseAudio (on PipeWire 1.0.5)
Default Sink: alsa_output.usb-Jabra.analog-stereo
Default Source: alsa_input.usb-Jabra.mono
"""


def test_a_list_is_read_microphones_first() -> None:
    sink = "alsa_output.usb-Jabra.analog-stereo"
    assert listed(SOURCES, INFO) == [
        Device(name="alsa_input.usb-Jabra.mono", description="Jabra Evolve 20 Mono", rate=16000, default=True),
        Device(name=f"{sink}.monitor", description="Monitor of Jabra Evolve 20 Stéréo", rate=48000, plays=sink, default=True),
    ]


def test_a_monitor_is_no_default_microphone() -> None:
    info = INFO.replace("alsa_input.usb-Jabra.mono", "alsa_output.usb-Jabra.analog-stereo.monitor")
    assert [device.default for device in listed(SOURCES, info)] == [False, True]


@pytest.mark.parametrize("text", ["", "Source #0\n", "Source #0\n\tName: x\n\tSample Specification: broken\n"])
def test_what_is_no_device_is_left_out(text: str) -> None:
    assert listed(text, "") == []


async def test_devices_of_a_real_server(sound_server: Any) -> None:
    devices = {device.name: device for device in await Pulse().devices()}
    assert set(devices) == {"mic", "headset.monitor", "mouth.monitor"}
    assert [name for name, device in devices.items() if device.default] == ["mic", "headset.monitor"]
    assert devices["headset.monitor"].description == "Monitor of Head set Größe 4"
    assert devices["headset.monitor"].plays == "headset"


async def test_recording_gives_what_is_played(sound_server: Any, tmp_path: Path) -> None:
    pulse = Pulse()
    device = next(device for device in await pulse.devices() if device.name == "headset.monitor")
    heard = bytearray()
    async with asyncio.timeout(20), aclosing(pulse.record(device)) as blocks:
        async for block in blocks:
            heard += block
            if len(heard) > device.rate:  # half a second
                break
    assert len(heard) % 2 == 0
    assert not any(heard)  # nothing plays


async def test_changes_are_told_and_end_with_the_server(sound_server: Any) -> None:
    async with asyncio.timeout(20), aclosing(Pulse().changes()) as changes:
        await anext(changes)
        sound_server.pactl("set-default-sink", "mouth")
        await anext(changes)
        sound_server.kill()
        assert [change async for change in changes] == []


async def test_nobody_answers(sound_server: Any) -> None:
    sound_server.kill()
    with pytest.raises(DeviceError, match=r"^sound server: no PipeWire or PulseAudio answers \(connection refused\); start one"):
        await Pulse().devices()
    assert [change async for change in Pulse().changes()] == [None]


async def test_programs_that_are_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match=r"^pactl: cannot be run \(no such file or directory\); install pulseaudio-utils"):
        await Pulse().devices()
