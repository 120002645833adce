"""Sound devices for people: which there are, which `companion live` listens to, and how loud each is."""

import asyncio
import contextlib
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from companion.errors import ConfigError, DeviceError
from companion.sources.devices.device import Device, choose
from companion.sources.devices.meters import Meters
from companion.sources.devices.system import sound_server
from companion.wiring.parts import together

GLANCE = 5.0
"""Seconds of live meters, unless more are asked for."""

_ROOM = 60  # columns that are not few
_REDRAW = 0.1  # seconds


def devices(*, as_json: bool, watch: bool) -> None:
    """Print the devices; on a terminal, with meters that move for a while.

    Raises:
        DeviceError: there is no sound server.
        ConfigError: there is no terminal for meters that were asked for.
        KeyboardInterrupt: a person has seen enough.
    """
    if watch and (as_json or not sys.stdout.isatty()):
        raise ConfigError("--watch draws meters on a terminal; leave it away for a list")
    together(lambda: _devices(as_json, None if watch else GLANCE))


def which() -> str:
    """What `companion live` would listen to, in words.

    Raises:
        DeviceError: something is missing.
    """
    found = asyncio.run(_found())
    return f"agent: {choose(found, 'mic').description}; customer: {choose(found, 'loopback').description}"


async def _found() -> Sequence[Device]:
    return await sound_server().devices()


async def _devices(as_json: bool, seconds: float | None) -> None:
    found = await _found()
    if as_json:
        for device in found:
            print(msgspec.json.encode({"kind": device.kind, **msgspec.to_builtins(device)}).decode())
    elif not sys.stdout.isatty():
        print("\n".join(lines(found)))
    else:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _draw()


async def _draw() -> None:
    """Draw meters over and over, beginning anew where devices change."""
    server = sound_server()
    loop = asyncio.get_running_loop()
    drawn = 0
    while True:
        found = await server.devices()
        meters = Meters(server, found)
        metering = asyncio.create_task(meters.run())
        try:
            while not metering.done():
                ago = {name: loop.time() - at for name, at in meters.sounded.items()}
                width = shutil.get_terminal_size().columns
                text = [line[:width] for line in lines(found, meters.levels, ago, width)]
                # Lines of wide letters are still too long: the terminal is told not to break them.
                print(f"\x1b[{drawn}F\x1b[J" * bool(drawn) + "\x1b[?7l" + "\n".join(text) + "\x1b[?7h", flush=True)
                drawn = len(text)
                await asyncio.wait({metering}, timeout=_REDRAW)
            metering.result()
        finally:
            metering.cancel()
            await asyncio.gather(metering, return_exceptions=True)


def lines(
    found: Sequence[Device], levels: Mapping[str, float] | None = None, ago: Mapping[str, float] | None = None, width: int = 200
) -> Iterator[str]:
    """The devices, a line each, and which of them are listened to.

    Args:
        found: all there are.
        levels: how loud each is, 0–1, by name; None draws no meters.
        ago: seconds since each last made a sound, by name.
        width: columns. Where there are few, meters are short and the server's own names left out; the last line is broken.
    """
    longest = max((len(device.description) for device in found), default=0)
    roomy = width >= _ROOM
    for kind, title in (("mic", "microphones (mic:NAME)"), ("loopback", "what is played (loopback:NAME)")):
        yield title
        for device in found:
            if device.kind == kind:
                loud = (
                    ""
                    if levels is None
                    else f"{_bar(levels.get(device.name, 0.0), 10 if roomy else 5)} {_silent((ago or {}).get(device.name)):8}  "
                )
                name = f"  {device.name}" if roomy else ""
                yield f"{'●' if device.default else '○'} {loud}{device.description:{longest}}{name}"
    yield from textwrap.wrap(_used(found), width, subsequent_indent="  ")


def _used(found: Sequence[Device]) -> str:
    try:
        agent, customer = choose(found, "mic"), choose(found, "loopback")
    except DeviceError as error:
        return f"companion live cannot listen yet: {error}"
    return f"● companion live listens to: agent {agent.description}, customer {customer.description}"


def _bar(level: float, cells: int) -> str:
    full = round(level * cells)
    return "▮" * full + "▯" * (cells - full)


def _silent(ago: float | None) -> str:
    """How long ago a device made a sound."""
    if ago is None:
        return "no sound"
    return "" if ago < 1 else f"{ago:.0f} s ago"
