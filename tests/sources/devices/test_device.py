"""Which device a person means."""

import pytest

from companion.errors import DeviceError
from companion.sources.devices.device import Device, Kind, choose

JABRA = Device(name="alsa_input.usb-Jabra.mono", description="Jabra Evolve 20 Mono", rate=16000, default=True)
CAMERA = Device(name="alsa_input.usb-Cam.stereo", description="Camera Stereo", rate=48000)
CAMERA_2 = Device(name="alsa_input.usb-Cam.stereo.2", description="Camera Stereo 2", rate=48000)
TWIN = Device(name="twin", description="Camera Stereo", rate=48000)
HEARD = Device(name="jabra.monitor", description="Monitor of Jabra Evolve 20", rate=48000, plays="jabra", default=True)
SPEAKERS = Device(name="speakers.monitor", description="Monitor of Built-in Audio", rate=48000, plays="speakers")
ALL = (JABRA, CAMERA, CAMERA_2, HEARD, SPEAKERS)


@pytest.mark.parametrize(
    ("kind", "wanted", "device"),
    [
        ("mic", "", JABRA),
        ("loopback", "", HEARD),
        ("mic", "jabra", JABRA),
        ("loopback", "Jabra", HEARD),
        ("mic", "alsa_input.usb-Cam.stereo", CAMERA),  # exactly, though another one begins with it
        ("mic", "camera stereo", CAMERA),
        ("mic", "stereo 2", CAMERA_2),
        ("loopback", "speakers", SPEAKERS),  # the output's own name
        ("mic", "speakers.monitor", SPEAKERS),  # somebody has wired up something of their own
    ],
)
def test_a_name_or_a_part_of_it(kind: Kind, wanted: str, device: Device) -> None:
    assert choose(ALL, kind, wanted) == device


@pytest.mark.parametrize(
    ("kind", "wanted", "devices", "error"),
    [
        ("mic", "Cam", ALL, "mic:Cam: could be Camera Stereo, Camera Stereo 2; write more of the name"),
        ("mic", "Camra Steroe", ALL, "mic:Camra Steroe: no such device; did you mean Camera Stereo, "),
        ("mic", "xyz", (JABRA,), "mic:xyz: no such device; there is Jabra Evolve 20 Mono"),
        ("loopback", "xyz", (JABRA,), "loopback:xyz: no such device; there is none at all"),
        ("mic", "", (CAMERA, HEARD), "mic: there is no default microphone; there is Camera Stereo: name it"),
        ("mic", "camera stereo", (CAMERA, TWIN), f"mic:camera stereo: could be {CAMERA.description} ({CAMERA.name}), Camera Stereo (twin)"),
        ("mic", "", (HEARD,), "mic: there is no default microphone; plug one in"),
        ("loopback", "", (JABRA,), "loopback: there is no output whose sound could be heard; see: companion devices"),
    ],
)
def test_one_line_says_what_there_is(kind: Kind, wanted: str, devices: tuple[Device, ...], error: str) -> None:
    with pytest.raises(DeviceError) as raised:
        choose(devices, kind, wanted)
    assert str(raised.value).startswith(error)
