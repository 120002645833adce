"""A stand-in for the SoundCard library, shaped after its documentation and the source of 0.4.6: what only Windows and macOS do.

What there is stands in the file that SOUNDCARD_DOUBLE names, as JSON, and is read again at each question:

    cards                   id, name, loopback; "plays": its samples, or null while nothing plays, when a read blocks, as
                            WASAPI's own does; "denied": why it cannot be opened
    speaker, microphone     the ids of the defaults; null where there is none
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np


def _told() -> dict[str, Any]:
    while True:
        try:
            told: dict[str, Any] = json.loads(Path(os.environ["SOUNDCARD_DOUBLE"]).read_text())
            return told
        except ValueError:  # it is being written
            time.sleep(0.01)


class _Card:
    def __init__(self, one: dict[str, Any]) -> None:
        self.id = one["id"]  # on macOS a number
        self.name = one["name"]
        self.isloopback = one.get("loopback", False)

    def recorder(self, samplerate: int, channels: int | None = None, blocksize: int | None = None) -> "_Recorder":
        if denied := _now(self.id).get("denied"):
            raise RuntimeError(denied)
        print("error during recording: -10863")  # as the library does on macOS
        return _Recorder(self, samplerate)


def _now(number: Any) -> dict[str, Any]:
    """What is said of a card.

    Raises:
        RuntimeError: it is gone; AUDCLNT_E_DEVICE_INVALIDATED on Windows.
    """
    found: list[dict[str, Any]] = [one for one in _told()["cards"] if one["id"] == number]
    if not found:
        raise RuntimeError("Error 0x88890004")
    return found[0]


class _Recorder:
    def __init__(self, card: _Card, rate: int) -> None:
        self._card = card
        self._rate = rate
        self._until = time.monotonic()

    def __enter__(self) -> "_Recorder":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def record(self, numframes: int | None = None) -> Any:
        assert numframes is None
        time.sleep(0.01)
        while not (plays := _now(self._card.id).get("plays")):
            self._until = time.monotonic()
            time.sleep(0.01)
        now = time.monotonic()
        frames = round((now - self._until) * self._rate)
        self._until = now
        return np.tile(np.array(plays, np.float32), (frames, 1))  # now and then none at all


def all_microphones(include_loopback: bool = False) -> list[_Card]:
    """All, and with `include_loopback` the outputs too."""
    return [_Card(one) for one in _told()["cards"] if include_loopback or not one.get("loopback")]


def default_speaker() -> _Card:
    """The default output."""
    return _default("speaker")


def default_microphone() -> _Card:
    """The default microphone."""
    return _default("microphone")


def _default(which: str) -> _Card:
    number = _told()[which]
    if number is None:
        raise RuntimeError("Error 0x80070490")  # Windows: there is none
    return _Card({"id": number, "name": which})
