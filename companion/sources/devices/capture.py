"""Listening to a microphone, or to what is played, all through a call: it follows the default, and waits for a device that is gone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import aclosing

from companion.errors import DeviceError
from companion.net.dialling import Back, Lost
from companion.sources.devices.device import Device, Kind, SoundServer, choose
from companion.sources.pairs.side import Heard, Sound
from companion.speech.audio import Wire

WAITS = (0.25, 0.5, 1.0)
"""Seconds before each look for a device that is gone; the last one again and again."""

_SETTLE = 0.3  # seconds in which a sound server may sort out its defaults after a change


class Capture:
    """One channel's sound from a device.

    Args:
        server: where devices are had from.
        kind: a microphone, or what an output plays.
        wanted: which; empty means the default, whichever that is at any time.
        name: how it is called in journals and complaints.
    """

    recorded = False

    def __init__(self, server: SoundServer, kind: Kind, wanted: str, *, name: str) -> None:
        self._server = server
        self._kind: Kind = kind
        self._wanted = wanted
        self.name = name
        self._stop = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Yield sound until it is stopped. A device that goes is `Lost`, and `Back` once it, or another default, is there.

        Raises:
            DeviceError: it is not there to begin with, cannot be listened to, or what is needed to record is not installed.
        """
        loop = asyncio.get_running_loop()
        there, gone, tries, heard_at = False, False, 0, 0.0
        while not self._stop.is_set():
            began = loop.time()
            try:
                async for sound in self._record(await self._chosen()):
                    if gone:
                        yield Back(round(loop.time() - heard_at, 3))
                    there, gone, tries = True, False, 0
                    yield sound
                    heard_at = loop.time()
                if loop.time() - began < WAITS[0]:
                    await self._rest(WAITS[0])
            except DeviceError as error:
                if not there:
                    raise
                if tries and not gone:
                    gone = True
                    yield Lost(str(error).partition(";")[0], WAITS[-1])
                await self._rest(WAITS[min(tries, len(WAITS) - 1)] if tries else _SETTLE)
                tries += 1

    async def close(self) -> None:
        """Stop listening."""
        self._stop.set()

    async def _chosen(self) -> Device:
        return choose(await self._server.devices(), self._kind, self._wanted)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()

    async def _record(self, device: Device) -> AsyncIterator[Sound]:
        """Sound of this device until it goes, or is no longer the one that is meant; first, as soon as it is open, an empty one.

        Raises:
            DeviceError: it cannot be opened.
        """
        wire = Wire()
        opened = False
        over = asyncio.create_task(self._over(device))
        async with aclosing(self._server.record(device)) as blocks:  # type: ignore[type-var]
            coming = asyncio.ensure_future(anext(blocks, None))
            try:
                while True:
                    await asyncio.wait({coming, over}, return_when=asyncio.FIRST_COMPLETED)
                    if over.done():
                        return
                    if (block := coming.result()) is None:
                        if opened:
                            return
                        raise DeviceError(f"{device.description}: cannot be listened to")
                    if not opened:
                        opened = True
                        yield Sound(wire.decode(b"")[:, 0], device.rate)
                    yield Sound(wire.decode(block)[:, 0], device.rate)
                    coming = asyncio.ensure_future(anext(blocks, None))
            finally:
                for task in (coming, over):
                    task.cancel()
                await asyncio.gather(coming, over, return_exceptions=True)

    async def _over(self, device: Device) -> None:
        """Wait until another device is meant, this one is gone, or we are stopped."""
        watching = asyncio.create_task(self._changed(device))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (watching, stopping):
                task.cancel()
            await asyncio.gather(watching, stopping, return_exceptions=True)

    async def _changed(self, device: Device) -> None:
        while True:
            async with aclosing(self._server.changes()) as changes:  # type: ignore[type-var]
                async for _ in changes:
                    if not await self._meant(device):
                        return
            # Nobody tells of changes any more, mostly because the sound server is gone.
            if not await self._meant(device):
                return
            await self._rest(WAITS[-1])

    async def _meant(self, device: Device) -> bool:
        try:
            return (await self._chosen()).name == device.name
        except DeviceError:
            return False
