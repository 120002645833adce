"""What a sound device is, what asks for them, and which one a person means. No I/O."""

import difflib
from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol, TypeAlias

import msgspec

from companion.errors import DeviceError

Kind: TypeAlias = Literal["mic", "loopback"]
"""What is wanted: sound that comes in, or the sound that is played to the person at the desk."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be listened to."""

    name: str
    """The sound server's own name for it."""
    description: str
    """What people call it."""
    rate: int
    """Samples a second it works with."""
    plays: str = ""
    """The output whose sound this is, by the sound server's name; empty for a microphone or line."""
    default: bool = False
    """Whether `mic:` or `loopback:` without a name means this one."""

    @property
    def kind(self) -> Kind:
        """What it is good for."""
        return "loopback" if self.plays else "mic"


class SoundServer(Protocol):
    """Where devices are had from."""

    async def devices(self) -> Sequence[Device]:
        """All that can be listened to.

        Raises:
            DeviceError: nobody answers, or what is needed to ask is not installed.
        """
        ...

    def changes(self) -> AsyncIterator[None]:
        """Yields once it watches, and then whenever devices or defaults may have changed; ends with the server."""
        ...

    def record(self, device: Device) -> AsyncIterator[bytes]:
        """Sound as it comes, `s16le`, one channel, at the device's rate; ends when the device or the server goes.

        It begins as soon as the device is open, if only with a sample of silence; later a device may send nothing while nothing plays.

        Raises:
            DeviceError: it cannot be opened, or what is needed to record is not installed.
        """
        ...


def choose(devices: Sequence[Device], kind: Kind, wanted: str = "") -> Device:
    """The device that is meant: by its exact name or description, or else by a part of them that only one has, in any case.

    Args:
        devices: all there are.
        kind: what is wanted. A monitor may be named as a microphone too, for who has wired up something of their own.
        wanted: what a person wrote; empty means the default.

    Raises:
        DeviceError: there is none, or several.
    """
    mine = [device for device in devices if device.kind == kind]
    if not wanted:
        return _default(devices, mine, kind)
    among = [device for device in mine if wanted.lower() in [name.lower() for name in _names(device)]]
    among = among or [device for device in mine if any(wanted.lower() in name.lower() for name in _names(device))]
    among = among or [device for device in devices if wanted == device.name and kind == "mic"]
    if len(among) == 1:
        return among[0]
    where = f"{kind}:{wanted}"
    if among:
        raise DeviceError(f"{where}: could be {_listed(among)}; write more of the name")
    names = {name.lower(): device for device in mine for name in _names(device)}
    near = {names[name].name: names[name] for name in difflib.get_close_matches(wanted.lower(), names, 3, 0.5)}
    there = f"did you mean {_listed(list(near.values()))}?" if near else f"there is {_listed(mine)}" if mine else "there is none at all"
    raise DeviceError(f"{where}: no such device; {there}")


def _default(devices: Sequence[Device], mine: Sequence[Device], kind: Kind) -> Device:
    found = next((device for device in mine if device.default), None)
    if found is not None:
        return found
    if kind == "loopback":
        raise DeviceError("loopback: there is no output whose sound could be heard; see: companion devices")
    which = f"; there is {_listed(mine)}: name it with mic:NAME" if mine else "; plug one in"
    raise DeviceError(f"mic: there is no default microphone{which}")


def _names(device: Device) -> tuple[str, ...]:
    return tuple(name for name in (device.name, device.description, device.plays) if name)


def _listed(devices: Sequence[Device]) -> str:
    """What people call them, and the sound server's names only where that is the same: on Windows they are long numbers."""
    called = [device.description for device in devices]
    told = [f"{device.description} ({device.name})" if called.count(device.description) > 1 else device.description for device in devices]
    return ", ".join(told[:4]) + (", …" if len(told) > 4 else "")
