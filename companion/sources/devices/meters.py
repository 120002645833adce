"""How loud all devices are at once, to see which is which."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from companion.sources.devices.device import Device, SoundServer
from companion.speech.audio import level

_PIECE = 0.1  # seconds of sound whose loudness is shown
AUDIBLE = 0.02
"""Levels below this are no sound (0–1)."""


class Meters:
    """Listens to devices until it is cancelled or one of them changes.

    Args:
        server: where devices are had from.
        devices: which.
    """

    def __init__(self, server: SoundServer, devices: Sequence[Device]) -> None:
        self._server = server
        self._devices = devices
        self.levels: dict[str, float] = {}
        """How loud each device is, by name, 0–1."""
        self.sounded: dict[str, float] = {}
        """When each last made a sound, by the loop's clock."""

    async def run(self) -> None:
        """Listen until devices or defaults change.

        Raises:
            DeviceError: what is needed to record is not installed.
        """
        listening = [asyncio.create_task(self._listen(device)) for device in self._devices]
        try:
            async with aclosing(self._server.changes()) as changes:  # type: ignore[type-var]
                await anext(changes, None)  # it watches
                await anext(changes, None)
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    async def _listen(self, device: Device) -> None:
        loop = asyncio.get_running_loop()
        size = round(_PIECE * device.rate) * 2
        waiting = bytearray()
        async with aclosing(self._server.record(device)) as blocks:  # type: ignore[type-var]
            async for block in blocks:
                waiting += block
                if len(waiting) >= size:
                    self.levels[device.name] = loud = level(bytes(waiting[-size:]))
                    waiting.clear()
                    if loud >= AUDIBLE:
                        self.sounded[device.name] = loop.time()
