"""Sound files: WAV, FLAC, OGG, MP3 and whatever else libsndfile reads, played as a call."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import soundfile
from numpy.typing import NDArray

from companion.core.events import Channel
from companion.core.feed import Closed, Complaint, Item, Opened, Progress
from companion.errors import AudioFormatError, ConfigError, SourceError
from companion.sources.listening import Listening, Round
from companion.sources.pace import Pace
from companion.sources.pairs.side import Heard, Sound
from companion.speech.audio import CHUNK, checked_rate
from companion.speech.recogniser import Hearing, Recogniser, ahead

_FLOATS = frozenset({"FLOAT", "DOUBLE", "VORBIS", "OPUS", "MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III"})
_MP3_SLACK = 0.1  # seconds

_AHEAD = 8  # rounds that the recogniser is given before it has answered the first of them
_UNKNOWN = 0x7FFF0000
"""Bytes from which a WAV's length is a placeholder of a program that could not know it."""

_ENDLESS = 1 << 48
"""Frames from which a length is libsndfile's way to say that the header, written into a pipe, does not know it."""

_OGG_TAIL = 128 * 1024
"""Two of the largest Ogg pages (RFC 3533), in bytes: the last whole page begins in them."""


class SoundFile:
    """A call in a sound file. Its clock is audio time, so that the same file always gives the same journal.

    Args:
        path: the file.
        columns: whose sound each channel of the file is; one name for a mono file.
        call: the call's id.
        recogniser: makes a call's recogniser.
        speed: seconds of sound played in a second; None plays as fast as it can be heard.

    Raises:
        SourceError: there is no such file.
        AudioFormatError: it is no sound, or holds none.
    """

    def __init__(
        self,
        path: Path,
        *,
        columns: Callable[[int], Sequence[Channel]],
        call: str,
        recogniser: Callable[[str], Recogniser],
        speed: float | None = None,
    ) -> None:
        self._path = path
        self._call = call
        self._make = recogniser
        self._speed = speed
        self._stop = asyncio.Event()
        with _opened(path) as file:
            self._rate = checked_rate(file.samplerate, str(path))
            self._columns = columns(file.channels)
            self._lost = _lost(file, path)

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Play the file once.

        Raises:
            SourceError: it can no longer be read.
            SpeechError: the recogniser keeps failing.
        """
        recogniser = self._make(self._call)
        try:
            yield Opened(call=self._call, source=self._path.name, speech=recogniser.model)
            if self._lost:
                yield Complaint(text=f"{self._path}: is cut off: {self._lost}; what is there is judged")
            listening = Listening(self._call, recogniser, self._columns, self._rate)
            async for item in self._play(listening):
                yield item
            async for item in listening.finish():
                yield item
            reason = "stopped" if self._stop.is_set() else "end of file"
            yield Closed(call=self._call, reason=reason, at=round(listening.now * 1000))
        finally:
            await recogniser.close()

    async def close(self) -> None:
        """Stop playing; the last final texts of what was heard still come."""
        self._stop.set()

    async def _play(self, listening: Listening) -> AsyncIterator[Item]:
        with _opened(self._path) as file:
            reading = _Reading(file)
            played = self._in_time(listening, reading) if self._speed else self._at_once(listening, reading)
            async for item in played:
                yield item
            yield Progress(call=self._call, share=1.0)
        if not self._stop.is_set() and not self._lost and (lost := reading.unread()):
            yield Complaint(text=f"{self._path}: is cut off: {lost}; what is there is judged")

    async def _in_time(self, listening: Listening, reading: "_Reading") -> AsyncIterator[Item]:
        """As it was when it was recorded, or so many times faster."""
        assert self._speed
        pace = Pace(self._speed, self._stop)
        for round_, share in self._rounds(listening, reading):
            await pace.wait(listening.end(round_))
            if self._stop.is_set():
                return
            for item in await listening.hear(round_):
                yield item
            yield Progress(call=self._call, share=share)

    async def _at_once(self, listening: Listening, reading: "_Reading") -> AsyncIterator[Item]:
        """As fast as it can be heard. Some rounds are always under way, so that the recogniser need not sleep and wake between them."""

        def listen(one: tuple[Round, float]) -> Awaitable[list[Sequence[Hearing]]]:
            return listening.listen(one[0])

        async with aclosing(ahead(listen, self._rounds(listening, reading), _AHEAD)) as rounds:
            async for (round_, share), heard in rounds:
                for item in listening.items(round_, heard):
                    yield item
                yield Progress(call=self._call, share=share)

    def _rounds(self, listening: Listening, reading: "_Reading") -> Iterator[tuple[Round, float]]:
        """The file's rounds, each with how far the file has been read, 0–1."""
        for samples in reading:
            for round_ in listening.feed(samples):
                if self._stop.is_set():
                    return
                yield round_, reading.share
        for round_ in listening.flush():
            yield round_, 1.0


class FileSide:
    """One channel of a call in a sound file of its own.

    Args:
        path: the file.

    Raises:
        SourceError: there is no such file.
        AudioFormatError: it is no sound, holds none, or has more than one channel.
    """

    recorded = True

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._stopped = False
        with _opened(path) as file:
            checked_rate(file.samplerate, str(path))
            if file.channels != 1:
                raise AudioFormatError(f"{path}: has {file.channels} channels; give one with --agent or --customer, or it alone as SOURCE")
            self._lost = _lost(file, path)

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Read it once.

        Raises:
            SourceError: it can no longer be read.
        """
        with _opened(self._path) as file:
            if self._lost:
                yield Complaint(text=f"{self._path}: is cut off: {self._lost}; what is there is judged")
            reading = _Reading(file)
            for samples in reading:
                if self._stopped:
                    return
                yield Sound(samples[:, 0], file.samplerate)
            if not self._lost and (lost := reading.unread()):
                yield Complaint(text=f"{self._path}: is cut off: {lost}; what is there is judged")

    async def close(self) -> None:
        """Stop reading."""
        self._stopped = True


class _Straight(soundfile.SoundFile):  # type: ignore[misc]
    """A file read from beginning to end. The library would seek after each block, which FLAC of unknown length refuses at its end."""

    def seekable(self) -> bool:
        """No."""
        return False


class _Reading:
    """Blocks of samples, shape (frames, channels), until the end or the first damage."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self._length: int | None = file.frames if file.frames < _ENDLESS else None
        self.frames = 0
        self.damaged = False

    def __iter__(self) -> Iterator[NDArray[Any]]:
        size = round(self._file.samplerate * CHUNK)
        dtype = "float32" if self._file.subtype in _FLOATS else "int16"
        while True:
            try:
                samples = self._file.read(size, dtype=dtype, always_2d=True)
            except soundfile.LibsndfileError:  # damage in the middle, most often the end of a file that was cut
                self.damaged = True
                return
            if not len(samples):
                return
            self.frames += len(samples)
            yield samples

    @property
    def share(self) -> float:
        """How far the file has been read, 0–1; 0 where its length is not known."""
        return min(1.0, self.frames / self._length) if self._length else 0.0

    def unread(self) -> str:
        """What could not be read, in words, once all was tried. An MP3's length is an estimate where no header tells it."""
        if self._length is None:
            return "the rest cannot be read" if self.damaged else ""
        lost = (self._length - self.frames) / self._file.samplerate
        if lost <= (_MP3_SLACK if self._file.subtype.startswith("MPEG") else 0):
            return ""
        return f"{lost:.1f} s of {self._length / self._file.samplerate:.1f} s cannot be read"


def columns(path: str, *, agent_channel: str = "left", mono_as: Channel | None = None) -> Callable[[int], Sequence[Channel]]:
    """A rule from a number of channels to whose they are: two are agent and customer, one is as `mono_as` says.

    Raises (when the rule is used):
        ConfigError: one channel, and nobody said whose.
        AudioFormatError: more than two.
    """

    def rule(count: int) -> Sequence[Channel]:
        if count == 1:
            if mono_as is None:
                raise ConfigError(f"{path}: has one channel; say whose it is with --mono-as agent or --mono-as customer")
            return (mono_as,)
        if count != 2:
            raise AudioFormatError(f"{path}: has {count} channels; a call has two, or one with --mono-as")
        return ("agent", "customer") if agent_channel == "left" else ("customer", "agent")

    return rule


def _opened(path: Path) -> soundfile.SoundFile:
    if path.is_dir():
        raise SourceError(f"{path}: is a folder; name a file")
    if not path.exists():
        raise SourceError(f"{path}: no such file; check the path")
    if not path.is_file():
        raise SourceError(f"{path}: is a pipe or device; raw sound is read from it by pcm:{path}?rate=…")
    try:
        if path.stat().st_size == 0:
            raise AudioFormatError(f"{path}: is empty; name a sound file")
        with path.open("rb"):
            file = _Straight(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}; check its permissions") from error
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: a name that ends in .raw
        raise AudioFormatError(f"{path}: is not sound that can be read; give WAV, FLAC, OGG or MP3") from error
    if file.frames == 0:
        file.close()
        raise AudioFormatError(f"{path}: holds no sound (0 samples); name another file")
    return file


def _lost(file: soundfile.SoundFile, path: Path) -> str:
    """What a header promises and the file does not hold, in words, where that shows before reading."""
    if said := re.search(r"^data : (\d+) \(should be (\d+)\)", file.extra_info, re.MULTILINE):
        promised, there = map(int, said.groups())
        if there < promised < _UNKNOWN:
            total = file.frames / there * promised / file.samplerate
            return f"{total - file.frames / file.samplerate:.1f} s of {total:.1f} s are missing"
    if file.format == "OGG" and not _whole_ogg(path):
        return "its last page is missing"
    return ""


def _whole_ogg(path: Path) -> bool:
    """Whether the file's last page is there and says that it is the last (RFC 3533, section 6)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _OGG_TAIL))
        tail = file.read()
    page = tail[max(0, tail.rfind(b"OggS")) :]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return False
    return bool(page[5] & 4) and len(page) >= 27 + page[26] + sum(page[27 : 27 + page[26]])
