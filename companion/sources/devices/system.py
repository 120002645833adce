"""Which way to its sound devices a system has."""

import importlib.util
import shutil
import sys

from companion.sources.devices.device import SoundServer

_PROGRAMS = ("pactl", "parec")
_WITHOUT = {"win32", "darwin"}  # systems that have no PulseAudio, or not for their devices


def sound_server() -> SoundServer:
    """PulseAudio's own programs where they are, for PipeWire too; SoundCard on Windows, on macOS, and where only that is installed."""
    if sys.platform in _WITHOUT or (None in map(shutil.which, _PROGRAMS) and importlib.util.find_spec("soundcard")):
        from companion.sources.devices.card import SoundCard

        return SoundCard()
    from companion.sources.devices.pulse import Pulse

    return Pulse()
