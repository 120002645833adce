"""What people are shown of sound devices."""

import json
from typing import Any

import pytest

from companion.errors import ConfigError, DeviceError
from companion.sources.devices.device import Device
from companion.wiring.devices import devices, lines, which

MIC = Device(name="jabra", description="Jabra Evolve 20 Mono", rate=16000, default=True)
HEARD = Device(name="speakers.monitor", description="Monitor of Speakers", rate=48000, plays="speakers", default=True)
OTHER = Device(name="hdmi.monitor", description="Monitor of HDMI", rate=48000, plays="hdmi")


def test_a_line_each_and_what_is_listened_to() -> None:
    assert list(lines([MIC, HEARD, OTHER])) == [
        "microphones (mic:NAME)",
        "● Jabra Evolve 20 Mono  jabra",
        "what is played (loopback:NAME)",
        "● Monitor of Speakers   speakers.monitor",
        "○ Monitor of HDMI       hdmi.monitor",
        "● companion live listens to: agent Jabra Evolve 20 Mono, customer Monitor of Speakers",
    ]


def test_meters_and_the_last_sound() -> None:
    drawn = list(lines([MIC, HEARD, OTHER], {"jabra": 0.42, "speakers.monitor": 0.0}, {"jabra": 0.1, "speakers.monitor": 12.3}))
    assert drawn[1] == "● ▮▮▮▮▯▯▯▯▯▯           Jabra Evolve 20 Mono  jabra"
    assert drawn[3] == "● ▯▯▯▯▯▯▯▯▯▯ 12 s ago  Monitor of Speakers   speakers.monitor"
    assert drawn[4] == "○ ▯▯▯▯▯▯▯▯▯▯ no sound  Monitor of HDMI       hdmi.monitor"


def test_a_strip_of_44_columns_shows_meters_and_names() -> None:
    drawn = list(lines([MIC, HEARD, OTHER], {"jabra": 0.42}, {}, 44))
    assert drawn[1] == "● ▮▮▯▯▯ no sound  Jabra Evolve 20 Mono"
    assert drawn[-3:] == ["● companion live listens to: agent Jabra", "  Evolve 20 Mono, customer Monitor of", "  Speakers"]
    assert max(map(len, drawn)) <= 44


def test_what_is_missing_is_said() -> None:
    assert list(lines([HEARD]))[-1] == "companion live cannot listen yet: mic: there is no default microphone; plug one in"


def test_a_list_for_programs(sound_server: Any, capsys: pytest.CaptureFixture[str]) -> None:
    devices(as_json=True, watch=False)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(device["kind"], device["name"], device["default"]) for device in found] == [
        ("mic", "mic", True),
        ("loopback", "headset.monitor", True),
        ("loopback", "mouth.monitor", False),
    ]


def test_which_ones_a_call_is_heard_on(sound_server: Any) -> None:
    assert which() == "agent: Capsule; customer: Monitor of Head set Größe 4"
    sound_server.kill()
    with pytest.raises(DeviceError, match="no PipeWire or PulseAudio answers"):
        which()


def test_meters_need_a_terminal() -> None:
    with pytest.raises(ConfigError, match="--watch draws meters on a terminal"):
        devices(as_json=False, watch=True)
