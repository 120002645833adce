"""Sound files: what simply works, what gets one clear line, and that the same file always gives the same items."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from companion.core.events import Channel, Partial, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Closed, Complaint, Glimpsed, Happened, Item, Level, Opened, Passed, Progress
from companion.errors import AudioFormatError, ConfigError, SourceError
from companion.sources.files import SoundFile, columns
from companion.speech.recogniser import Recogniser

Script = Callable[..., Callable[[str], Recogniser]]
Tone = Callable[..., NDArray[np.float32]]
Texts = Callable[[list[Item]], list[str]]

GREETING = "agent: thank you for calling north phone my name is anna how can i help you"


def opened(path: Path, recogniser: Callable[[str], Recogniser], **keys: Any) -> SoundFile:
    speed = keys.pop("speed", None)
    return SoundFile(path, columns=columns(str(path), **keys), call="7", recogniser=recogniser, speed=speed)


async def played(source: SoundFile) -> list[Item]:
    return [item async for item in source]


def speakers(items: list[Item]) -> list[Channel]:
    return [item.event.speaker for item in items if isinstance(item, Happened) and isinstance(item.event, Utterance)]


@pytest.fixture
def wav(tmp_path: Path, tone: Tone) -> Path:
    path = tmp_path / "call.wav"
    soundfile.write(path, tone(1.0), 16000)
    return path


class TestPlaying:
    async def test_a_call_from_beginning_to_end(self, wav: Path, script: Script) -> None:
        said = Utterance(speaker="agent", text="hello there", start=0.1, end=0.5)
        glimpse = Partial(channel="agent", text="hello", start=0.15, end=0.3)
        items = await played(opened(wav, script(glimpse, said)))
        assert [item for item in items if not isinstance(item, Level | Progress | Passed)] == [
            Opened(call="7", source="call.wav", speech="scripted"),
            Happened(call="7", event=SpeechBegan(channel="agent", start=0.15), at=400),
            Glimpsed(call="7", partial=glimpse, at=400),
            Happened(call="7", event=SpeechEnded(channel="agent", end=0.5), at=600),
            Happened(call="7", event=said, at=600),
            Closed(call="7", reason="end of file", at=1000),
        ]
        assert [item.at for item in items if isinstance(item, Passed)] == [200, 400, 600, 800, 1000]
        assert [item.share for item in items if isinstance(item, Progress)][-1] == 1.0

    async def test_the_same_file_gives_the_same_items(
        self, tmp_path: Path, greeting: tuple[Any, int], starter: Callable[[str], Recogniser], texts: Texts
    ) -> None:
        path = tmp_path / "greeting.flac"
        soundfile.write(path, *greeting)
        first = await played(opened(path, starter))
        assert texts(first)[0] == GREETING
        assert await played(opened(path, starter)) == first

    @pytest.mark.parametrize(
        ("ending", "format", "subtype", "rate"),
        [
            ("wav", "WAV", "PCM_U8", 16000),
            ("wav", "WAV", "PCM_24", 16000),
            ("wav", "WAV", "FLOAT", 44100),
            ("wav", "WAV", "ULAW", 8000),
            ("wav", "WAV", "ALAW", 8000),
            ("flac", "FLAC", "PCM_16", 48000),
            ("ogg", "OGG", "VORBIS", 16000),
            ("opus", "OGG", "OPUS", 48000),
            ("mp3", "MP3", "MPEG_LAYER_III", 44100),
        ],
    )
    async def test_whatever_libsndfile_reads(
        self,
        tmp_path: Path,
        greeting: tuple[NDArray[np.int16], int],
        starter: Callable[[str], Recogniser],
        texts: Texts,
        ending: str,
        format: str,
        subtype: str,
        rate: int,
    ) -> None:
        import soxr

        path = tmp_path / f"greeting.{ending}"
        sound = soxr.resample(greeting[0] / np.float32(32768), greeting[1], rate)
        soundfile.write(path, sound, rate, format=format, subtype=subtype)
        items = await played(opened(path, starter))
        assert not [item for item in items if isinstance(item, Complaint)]
        heard = texts(items)[0].split()
        assert len(set(heard) & set(GREETING.split())) >= 11, heard

    async def test_the_agent_may_be_right(self, wav: Path, tone: Tone, script: Script) -> None:
        sound = tone(1.0)
        sound[:, 1] = 0
        soundfile.write(wav, sound, 16000)
        items = await played(opened(wav, script(), agent_channel="right"))
        assert {item.channel for item in items if isinstance(item, Level) and item.level > 0} == {"customer"}

    async def test_mono(self, wav: Path, tone: Tone, script: Script) -> None:
        soundfile.write(wav, tone(1.0, 1), 16000)
        said = Utterance(speaker="customer", text="hello", start=0.1, end=0.5)
        items = await played(opened(wav, script(said), mono_as="customer"))
        assert speakers(items) == ["customer"]

    async def test_flac_of_unknown_length(self, tmp_path: Path, tone: Tone, script: Script) -> None:
        """As programs write it into a pipe: the total number of samples in STREAMINFO (36 bits from byte 21) is 0."""
        path = tmp_path / "piped.flac"
        soundfile.write(path, tone(2.5), 16000)
        content = bytearray(path.read_bytes())
        content[21] &= 0xF0
        content[22:26] = bytes(4)
        path.write_bytes(content)
        items = await played(opened(path, script()))
        assert not [item for item in items if isinstance(item, Complaint)]
        assert items[-1].at == 2500
        path.write_bytes(content[: len(content) // 2])
        items = await played(opened(path, script()))
        assert [item.text for item in items if isinstance(item, Complaint)] == [
            f"{path}: is cut off: the rest cannot be read; what is there is judged"
        ]

    async def test_the_recogniser_is_closed(self, wav: Path, script: Script) -> None:
        closed = []

        def factory(call: str) -> Recogniser:
            made = script()(call)
            made.close = lambda: asyncio.sleep(0, closed.append(call))  # type: ignore[method-assign]
            return made

        await played(opened(wav, factory))
        assert closed == ["7"]


class TestPace:
    async def test_real_time_times_speed(self, wav: Path, script: Script) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        arrivals = [(item.at / 1000, loop.time() - began) async for item in opened(wav, script(), speed=4) if isinstance(item, Passed)]
        assert len(arrivals) == 5
        assert all(passed >= at / 4 for at, passed in arrivals)

    async def test_stopped_it_ends_with_what_was_heard(self, tmp_path: Path, tone: Tone, script: Script) -> None:
        path = tmp_path / "long.wav"
        soundfile.write(path, tone(30.0), 16000)
        late = Utterance(speaker="agent", text="so far", start=0.1, end=29.0)
        source = opened(path, script(late), speed=1)
        items = []
        async for item in source:
            items.append(item)
            if isinstance(item, Passed):
                await source.close()
        assert speakers(items) == ["agent"]
        assert items[-1] == Closed(call="7", reason="stopped", at=200)


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "is empty; name a sound file"),
            (b"this is not sound\n" * 100, "is not sound that can be read; give WAV, FLAC, OGG or MP3"),
            (b"RIFF\0\0\0\0WAVE", "is not sound that can be read; give WAV, FLAC, OGG or MP3"),
        ],
    )
    def test_no_sound(self, tmp_path: Path, script: Script, content: bytes, said: str) -> None:
        path = tmp_path / "call.wav"
        path.write_bytes(content)
        with pytest.raises(AudioFormatError) as caught:
            opened(path, script())
        assert str(caught.value) == f"{path}: {said}"
        assert caught.value.exit_code == 3

    def test_no_samples(self, wav: Path, script: Script) -> None:
        soundfile.write(wav, np.zeros((0, 2)), 16000)
        with pytest.raises(AudioFormatError, match=r"holds no sound \(0 samples\)"):
            opened(wav, script())

    def test_three_channels(self, wav: Path, tone: Tone, script: Script) -> None:
        soundfile.write(wav, tone(0.5, 3), 16000)
        with pytest.raises(AudioFormatError, match="has 3 channels; a call has two, or one with --mono-as"):
            opened(wav, script())

    def test_mono_that_nobody_claimed(self, wav: Path, tone: Tone, script: Script) -> None:
        soundfile.write(wav, tone(0.5, 1), 16000)
        with pytest.raises(ConfigError, match="has one channel; say whose it is with --mono-as"):
            opened(wav, script())

    def test_an_absurd_rate(self, wav: Path, tone: Tone, script: Script) -> None:
        soundfile.write(wav, tone(0.5), 1000)
        with pytest.raises(AudioFormatError, match="1000 Hz cannot be used"):
            opened(wav, script())

    def test_nothing_there(self, tmp_path: Path, script: Script) -> None:
        with pytest.raises(SourceError, match="no such file"):
            opened(tmp_path / "nothing.wav", script())
        with pytest.raises(SourceError, match="is a folder"):
            opened(tmp_path, script())
        os.mkfifo(tmp_path / "pipe.wav")
        with pytest.raises(SourceError, match="is a pipe or device; raw sound is read from it by pcm:"):
            opened(tmp_path / "pipe.wav", script())

    @pytest.mark.parametrize(("ending", "format"), [("wav", "WAV"), ("flac", "FLAC"), ("ogg", "OGG"), ("mp3", "MP3")])
    async def test_what_is_there_of_a_cut_file_is_judged_and_the_loss_said(
        self, tmp_path: Path, tone: Tone, script: Script, ending: str, format: str
    ) -> None:
        path = tmp_path / f"cut.{ending}"
        sound = tone(4.0) + np.random.default_rng(1).normal(0, 0.02, (64000, 2)).astype(np.float32)
        soundfile.write(path, sound, 16000, format=format)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        items = await played(opened(path, script()))
        (complaint,) = [item.text for item in items if isinstance(item, Complaint)]
        assert complaint.startswith(f"{path}: is cut off: ")
        assert complaint.endswith("; what is there is judged")
        assert 500 < items[-1].at < 3500
