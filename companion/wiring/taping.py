"""Recognisers that keep the sound they hear, where the settings name a folder for it."""

from collections.abc import Callable
from pathlib import Path

from companion.sinks.tape import Tapes
from companion.wiring.parts import Options, Recognisers


def taped(recogniser: Recognisers, options: Options, tell: Callable[[str], None]) -> tuple[Recognisers, Callable[[str, str], bool]]:
    """The recogniser of one source, keeping what it hears if `privacy_keep_audio` is set; and how a run says what a call is called.

    Raises:
        SinkError: the folder cannot be made.
    """
    if recogniser is None or not options.get("privacy_keep_audio"):
        return recogniser, lambda source, call: False
    tapes = Tapes(Path(options["privacy_keep_audio"]), tell)
    return tapes.taped(recogniser), tapes.label
