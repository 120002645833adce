"""Devices of Windows and macOS, and of a PulseAudio server without its own programs: through SoundCard, in processes beside ours.

SoundCard speaks to WASAPI, CoreAudio and libpulse by itself. Why it is not loaded into this process: `card_worker`.
"""

import asyncio
import contextlib
import importlib.util
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec

from companion.errors import DeviceError
from companion.sources.devices import card_worker
from companion.sources.devices.device import Device
from companion.sources.devices.program import BLOCK, PATIENCE, running
from companion.speech.redact import clean

RATE = 48000
"""Samples a second that are asked for: what most devices work with, so that nothing is converted twice."""

_INSTALL = 'pip install "companion[devices]"'
_NOBODY = "start PipeWire or PulseAudio in this session" if sys.platform == "linux" else "see whether the system's sound settings show any"


class SoundCard:
    """What this system's sound is had from, by SoundCard."""

    def __init__(self) -> None:
        self._told: Sequence[Device] | None = None  # by the process that watches, as long as one does

    async def devices(self) -> Sequence[Device]:
        """All that can be listened to, microphones first.

        Raises:
            DeviceError: SoundCard is not installed, or cannot tell.
        """
        if self._told is not None:
            return self._told
        async with _working("list") as asking:
            assert asking.stdout is not None
            try:
                async with asyncio.timeout(PATIENCE):
                    told = await asking.stdout.read()
                    why = "" if told else await _last_words(asking)
            except TimeoutError:
                told, why = b"", "no answer"
        if not told:
            raise DeviceError(f"sound devices: cannot be listed ({why}); {_NOBODY}")
        return _listed(told)

    async def changes(self) -> AsyncIterator[None]:
        """Yield once it watches, and then within a second of each change of devices or defaults, until the sound system goes."""
        async with _working("watch") as watching:
            assert watching.stdout is not None
            try:
                while told := await watching.stdout.readline():
                    self._told = _listed(told)
                    yield None
            finally:
                self._told = None

    async def record(self, device: Device) -> AsyncIterator[bytes]:
        """Sound as it comes, `s16le`, one channel, at the device's rate; ends when the device goes.

        Raises:
            DeviceError: it cannot be opened.
        """
        async with _working("record", device.name, str(device.rate)) as recording:
            assert recording.stdout is not None
            heard = False
            while block := await recording.stdout.read(BLOCK):
                heard = True
                yield block
            if not heard:
                why = f"{device.description}: cannot be listened to ({await _last_words(recording)})"
                raise DeviceError(f"{why}; close what has it for itself, and let this terminal use the microphone")


def _listed(told: bytes) -> Sequence[Device]:
    return [
        Device(name=one["name"], description=clean(one["description"]), rate=RATE, plays=one["plays"], default=one["default"])
        for one in msgspec.json.decode(told)
    ]


def _working(*command: str) -> AbstractAsyncContextManager[Process]:
    """A process with SoundCard in it.

    Raises:
        DeviceError: SoundCard is not installed.
    """
    if importlib.util.find_spec("soundcard") is None:
        raise DeviceError(f"sound devices: SoundCard is not installed; {_INSTALL}")
    # Its input is what tells it that we are still there.
    return running(sys.executable, "-P", card_worker.__file__, *command, todo=_INSTALL, stdin=PIPE, stderr=PIPE)


async def _last_words(worker: Process) -> str:
    assert worker.stderr is not None
    said = await worker.stderr.read()
    with contextlib.suppress(ProcessLookupError):
        await worker.wait()
    return clean(said.decode(errors="replace")).strip() or f"it ended with {worker.returncode}"
