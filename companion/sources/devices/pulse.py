"""Devices of a PulseAudio server, or of PipeWire in its place, through the server's own small programs: pactl and parec.

`pactl list` is read as plain text: its JSON leaves out descriptions that are not ASCII (16.1: "Invalid non-ASCII character"), and older
ones have none.
"""

import asyncio
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence

from companion.errors import DeviceError
from companion.sources.devices.device import Device
from companion.sources.devices.program import BLOCK, PATIENCE, running
from companion.speech.redact import clean

LATENCY = 50
"""Milliseconds of sound in a block, at most."""

_SETTLED = 0.5  # seconds after which pactl subscribe watches for certain; it does not say so itself
_NEWS = re.compile(rb"'(?:new|remove)' on (?:source|sink) |'change' on server")
_INSTALL = "install pulseaudio-utils (Debian, Ubuntu, Fedora) or libpulse (Arch); or: pip install 'companion[devices]'"


class Pulse:
    """The sound server of this session, or the one that PULSE_SERVER names."""

    async def devices(self) -> Sequence[Device]:
        """All that can be listened to, microphones first.

        Raises:
            DeviceError: no server answers, or pactl is not installed.
        """
        return listed(await _said("list", "sources"), await _said("info"))

    async def changes(self) -> AsyncIterator[None]:
        """Yield once it watches, and then after each change of devices or defaults, until the server goes."""
        async with running("pactl", "subscribe", todo=_INSTALL) as watching:
            assert watching.stdout is not None
            news = asyncio.ensure_future(watching.stdout.readline())
            try:
                await asyncio.wait({news}, timeout=_SETTLED)
                yield None
                while line := await news:
                    if _NEWS.search(line):
                        yield None
                    news = asyncio.ensure_future(watching.stdout.readline())
            finally:
                news.cancel()
                await asyncio.gather(news, return_exceptions=True)

    async def record(self, device: Device) -> AsyncIterator[bytes]:
        """Sound as it comes, `s16le`, one channel, at the device's rate; ends when the device or the server goes.

        Raises:
            DeviceError: parec is not installed.
        """
        form = ("--raw", "--format=s16le", f"--rate={device.rate}", "--channels=1", f"--latency-msec={LATENCY}")
        async with running("parec", "--client-name=companion", f"--device={device.name}", *form, todo=_INSTALL) as recording:
            assert recording.stdout is not None
            while block := await recording.stdout.read(BLOCK):
                yield block


def listed(sources: str, info: str) -> list[Device]:
    """The devices in what `pactl list sources` and `pactl info` print, microphones first."""
    defaults: dict[str, str] = dict(re.findall(r"^Default (Source|Sink): (.*)$", info, re.MULTILINE))
    found = []
    for part in re.split(r"^Source #.*$", sources, flags=re.MULTILINE)[1:]:
        told: dict[str, str] = dict(re.findall(r"^\t(Name|Description|Sample Specification|Monitor of Sink): (.*)$", part, re.MULTILINE))
        rate = re.search(r"(?<!\d)(\d+)Hz", told.get("Sample Specification", ""))
        if "Name" not in told or rate is None:
            continue
        name, plays = told["Name"], told.get("Monitor of Sink", "n/a")
        plays = "" if plays == "n/a" else plays
        default = plays == defaults.get("Sink") if plays else name == defaults.get("Source")
        description = clean(told.get("Description", name))
        found.append(Device(name=name, description=description, rate=int(rate[1]), plays=plays, default=default))
    return sorted(found, key=lambda device: bool(device.plays))


async def _said(*command: str) -> str:
    """What pactl prints.

    Raises:
        DeviceError: it is not installed, fails, or does not answer.
    """
    async with running("pactl", *command, todo=_INSTALL, stderr=PIPE) as asking:
        try:
            async with asyncio.timeout(PATIENCE):
                out, wrong = await asking.communicate()
        except TimeoutError:
            raise DeviceError("sound server: does not answer; start PipeWire or PulseAudio again") from None
    if asking.returncode:
        why = clean(wrong.decode(errors="replace")).strip().rpartition(": ")[2].lower() or f"pactl ended with {asking.returncode}"
        raise DeviceError(f"sound server: no PipeWire or PulseAudio answers ({why}); start one in this session")
    return out.decode(errors="replace")
