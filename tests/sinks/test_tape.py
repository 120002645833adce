"""The sound of calls in files: both channels in their place, whole at every moment, and known as ours."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from companion.core.events import Channel, Utterance
from companion.errors import SinkError
from companion.sinks.tape import Tapes, whose
from companion.speech.recogniser import AudioChunk, Scripted

RATE = 8000


def chunk(channel: Channel, start: float, value: int, samples: int = 800) -> AudioChunk:
    return AudioChunk(channel=channel, pcm=np.full(samples, value, "<i2").tobytes(), start=start)


def scripted(call: str) -> Scripted:
    return Scripted([Utterance(speaker="agent", text="hello", start=0.0, end=0.1)], RATE)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_both_channels_stand_where_they_were_said(tmp_path: Path) -> None:
    tapes = Tapes(tmp_path / "sound", print)
    recogniser = tapes.taped(scripted)("call-1")
    assert (recogniser.model, recogniser.rate) == ("scripted", RATE)
    assert [heard.text for heard in await recogniser.hear(chunk("agent", 0.0, 100)) if isinstance(heard, Utterance)] == ["hello"]
    assert tapes.label("call-1", "desk/call-1")
    assert not tapes.label("call-1", "again")
    await recogniser.hear(chunk("customer", 0.05, 200))
    path = tmp_path / "sound" / names(tmp_path / "sound")[0]
    sound, rate = soundfile.read(path, dtype="int16")  # whole before it is closed
    assert (rate, sound.shape) == (RATE, (1200, 2))
    await recogniser.hear(chunk("agent", 1.0, 300))
    assert await recogniser.finish("agent") == []
    await recogniser.close()
    sound, rate = soundfile.read(path, dtype="int16")
    assert sound.shape == (8800, 2)
    assert (sound[:800, 0] == 100).all()
    assert (sound[:400, 1] == 0).all()
    assert (sound[400:1200, 1] == 200).all()
    assert (sound[1200:8000] == 0).all()
    assert (sound[8000:, 0] == 300).all()
    assert path.name == "desk%2Fcall-1.wav"
    assert whose(path) == "desk%2Fcall-1"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_nothing_is_overwritten(tmp_path: Path) -> None:
    for value in (1, 2):
        tapes = Tapes(tmp_path, print)
        recogniser = tapes.taped(scripted)("7")
        await recogniser.hear(chunk("agent", 0.0, value))
        assert tapes.label("7", "7")
        await recogniser.close()
    assert names(tmp_path) == ["7.2.wav", "7.wav"]
    assert [int(soundfile.read(tmp_path / name, dtype="int16")[0][0, 0]) for name in ("7.wav", "7.2.wav")] == [1, 2]
    assert {whose(tmp_path / name) for name in names(tmp_path)} == {"7"}


async def test_a_call_that_never_was_leaves_nothing(tmp_path: Path) -> None:
    tapes = Tapes(tmp_path, print)
    recogniser = tapes.taped(scripted)("7")
    await recogniser.hear(chunk("agent", 0.0, 1))
    await recogniser.close()
    assert not tapes.label("7", "7")
    silent = tapes.taped(scripted)("8")
    assert tapes.label("8", "8")
    await silent.close()
    assert names(tmp_path) == []


async def test_a_disk_that_refuses_does_not_end_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    tapes = Tapes(tmp_path / "sound", told.append)
    recogniser = tapes.taped(scripted)("7")
    too_late = tapes.taped(scripted)("8")

    def refuse(*what: object, **how: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("companion.sinks.tape._Tape._put", refuse)
    for _ in range(2):
        await recogniser.hear(chunk("agent", 0.0, 1))
    assert told == ["call 7: its sound is not kept any further: No space left on device"]
    assert not tapes.label("8", "8")
    assert told[1:] == [f"{tmp_path}/sound: the sound of call 8 is not kept: No space left on device"]
    monkeypatch.undo()
    await recogniser.close()
    await too_late.close()
    (tmp_path / "sound").rename(tmp_path / "gone")
    assert isinstance(tapes.taped(scripted)("9"), Scripted)
    assert told[2:] == [f"{tmp_path}/sound: the sound of call 9 is not kept: No such file or directory"]


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match=r"file/sound: cannot be made: Not a directory; name another folder for the sound"):
        Tapes(tmp_path / "file" / "sound", print)


def test_other_sounds_are_not_ours(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "other.wav", np.zeros((4000, 2), "int16"), RATE)
    (tmp_path / "short.wav").write_bytes(b"RIFF")
    (tmp_path / "text.wav").write_bytes(os.urandom(4000))
    assert [whose(tmp_path / name) for name in ("other.wav", "short.wav", "text.wav", "none.wav")] == [None] * 4
