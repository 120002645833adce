"""All kinds of sides keep to what one is."""

from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from companion.sources.blocks import Blocks
from companion.sources.devices.capture import Capture
from companion.sources.devices.pulse import Pulse
from companion.sources.files import FileSide
from companion.sources.pairs.side import Side, Sound
from companion.sources.pcm import PcmSide
from companion.sources.websocket import StreamSide


async def test_sound_comes_out_as_it_went_in(tmp_path: Path, pipe: Any) -> None:
    samples = np.arange(-4000, 4000, dtype="<i2")
    soundfile.write(tmp_path / "mono.wav", samples, 8000)
    pipe.send(samples.tobytes())
    pipe.end()
    sides: list[Side] = [
        FileSide(tmp_path / "mono.wav"),
        PcmSide(Blocks(pipe.read, "stdin"), name="stdin", rate=8000, encoding="s16le"),
    ]
    for side in sides:
        heard = [sound async for sound in side]
        assert {sound.rate for sound in heard if isinstance(sound, Sound)} == {8000}
        assert np.concatenate([sound.samples for sound in heard if isinstance(sound, Sound)]).tolist() == samples.tolist()
        await side.close()


def test_what_has_no_clock_of_its_own_goes_by_ours() -> None:
    sides: list[Side] = [
        StreamSide("ws://host", name="ws://host", rate=8000, encoding="mulaw"),
        Capture(Pulse(), "mic", "", name="mic:"),
    ]
    assert [side.recorded for side in sides] == [False, False]
    assert [side.name for side in sides] == ["ws://host", "mic:"]
