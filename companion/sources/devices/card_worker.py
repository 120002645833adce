"""The child process in which SoundCard works: one to tell of devices, and one for each device that is listened to.

It is started by its path, so that it loads nothing of ours:

    list              a line of JSON with all devices
    watch             the same at once, and again whenever it has become another
    record ID RATE    sound, `s16le`, one channel

A process and not a thread, since a read that hangs can only be ended with it, and since the library goes down with the sound server: asked
anything when that is gone, libpulse aborts its process. Nor does what the library prints fall on a screen, and COM, on Windows, is
initialised where it is used. The end of its input, which is also what the parent's death looks like, ends this process at once. Where it
fails, its last words on standard error are the reason.
"""

import json
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

BLOCK = 0.05
"""Seconds of sound in a block, at least."""

_HELD = {"linux": 0.05, "win32": 0.2}.get(sys.platform)
"""Seconds of sound in SoundCard's `blocksize`. With PulseAudio that is the delay. WASAPI gives its packets every 10 ms whatever it is, and
loses sound where nobody comes for it in this time. CoreAudio takes up to 512 frames, which it has by itself."""

_LOOK = 0.5  # seconds between two looks at the devices: the library tells nobody of changes
_LOOPBACKS = ("BlackHole",)  # on macOS, outputs that give back what is played to them as a microphone of the same name


def devices(cards: Any) -> list[dict[str, Any]]:
    """All that can be listened to, microphones first, by SoundCard's own ids.

    Args:
        cards: the library.
    """
    output, microphone = _default(cards.default_speaker), _default(cards.default_microphone)
    found = []
    for card in cards.all_microphones(include_loopback=True):
        try:
            name, description = str(card.id), card.name
            loopback = card.isloopback or description.startswith(_LOOPBACKS)
        except Exception:  # noqa: S112 – it was unplugged meanwhile, for which each system has errors of its own
            continue
        plays = name.removesuffix(".monitor") if loopback else ""
        default = plays == output if loopback else name == microphone
        found.append({"name": name, "description": description, "plays": plays, "default": default})
    played = [device for device in found if device["plays"]]
    if len(played) == 1:  # on macOS the default is an output that plays to it and to the headset
        played[0]["default"] = True
    return sorted(found, key=lambda device: bool(device["plays"]))


def _default(ask: Callable[[], Any]) -> str:
    try:
        return str(ask().id)
    except Exception:  # there is none, for which each system has an error of its own
        return ""


def mono(block: Any) -> bytes:
    """One channel, `s16le`, of floats of shape (frames, channels).

    The mean of the first two, where speech is; those of more would only make it quieter. A device is recorded with as many as it has:
    SoundCard's README knows of garbage where WASAPI is asked for one of several.
    """
    return bytes((block[:, :2].mean(axis=1).clip(-1.0, 1.0) * 32767.0).astype("<i2").tobytes())


def _record(cards: Any, pipe: Any, name: str, rate: int) -> None:
    there = [card for card in cards.all_microphones(include_loopback=True) if str(card.id) == name]
    if not there:
        raise LookupError("it is gone")
    with there[0].recorder(samplerate=rate, blocksize=_HELD and round(_HELD * rate)) as recorder:
        pipe.write(b"\0\0")  # it is open, though nothing may play
        pipe.flush()
        waiting = b""
        while True:
            waiting += mono(recorder.record())  # asked for a number, SoundCard fills empty packets of WASAPI's up with silence
            if len(waiting) >= BLOCK * rate * 2:
                pipe.write(waiting)
                pipe.flush()
                waiting = b""


def _watch(cards: Any, pipe: Any, again: bool) -> None:
    before = b""
    while True:
        if (line := json.dumps(devices(cards)).encode() + b"\n") != before:
            pipe.write(line)
            pipe.flush()
            before = line
        if not again:
            return
        time.sleep(_LOOK)


def _library() -> Any:
    sys.argv[0] = "companion"  # which is then our name among the sound server's clients
    try:
        import soundcard
    except AssertionError:
        raise ConnectionError("no sound server answers") from None  # on Linux; the library says no more
    return soundcard


def _until_alone() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


def main(what: str, name: str = "", rate: str = "0") -> None:
    """Do one thing until it is over, nobody listens any more, or the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    pipe, last_words = os.fdopen(os.dup(1), "wb"), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):  # whatever the library may print: on macOS it does so for each piece of sound that fails
        os.dup2(nowhere, output)
    threading.Thread(target=_until_alone, daemon=True).start()
    try:
        soundcard = _library()
        warnings.simplefilter("ignore")
        if what == "record":
            _record(soundcard, pipe, name, int(rate))
        else:
            _watch(soundcard, pipe, again=what == "watch")
    except BrokenPipeError:
        pass
    except Exception as error:  # the process's outer edge: whatever a sound system may raise
        os.write(last_words, (str(error) or type(error).__name__).encode())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
