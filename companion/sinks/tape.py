"""The sound of calls, where somebody asked for it to be kept: a WAV file with two channels, agent on the left, for each call.

Every chunk that a recogniser hears passes here first. A file is whole after each chunk, also if the process is killed; what neither
channel brought is silence. Its header says that it is ours, and of which call.
"""

import os
import struct
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

from companion.core.events import Channel
from companion.errors import SinkError
from companion.sinks.journal import file_name
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser

_NAME = 128  # bytes for the call's name, as its file is called
_LIST = struct.Struct(f"<4sI4s4sI10s4sI{_NAME}s")
_HEAD = struct.Struct(f"<4sI4s4sIHHIIHH{_LIST.size}s4sI")
_SIZE, _DATA = 4, _HEAD.size - 4
_MOST = 0xFFFFFFFF - _HEAD.size  # bytes of sound; sixteen hours at 16 kHz
_OURS = b"companion\0"
_FRAME = 4  # bytes: a sample of each channel


class Tapes:
    """A folder for the sound of calls.

    Args:
        folder: where the files go; made if it is missing, for nobody else to read.
        tell: takes one line for a person.

    Raises:
        SinkError: the folder cannot be made.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._turning: dict[str, _Tape] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"{folder}: cannot be made: {error.strerror or error}; name another folder for the sound") from error

    def taped(self, recogniser: Callable[[str], Recogniser]) -> Callable[[str], Recogniser]:
        """Makes recognisers that keep what they hear."""

        def make(call: str) -> Recogniser:
            inner = recogniser(call)
            try:
                tape = self._turning[call] = _Tape(self._folder, inner.rate)
            except OSError as error:
                self._tell(f"{self._folder}: the sound of call {call} is not kept: {error.strerror or error}")
                return inner
            return _Taped(inner, tape, lambda text: self._tell(f"call {call}: {text}"))

        return make

    def label(self, source: str, call: str) -> bool:
        """Give a call's sound the name that the call has in its journal; whether there is any.

        Args:
            source: what its source calls it.
            call: what its journal calls it.
        """
        tape = self._turning.pop(source, None)
        if tape is None or tape.closed:
            return False
        try:
            tape.label(self._folder, call)
        except OSError as error:
            self._tell(f"{self._folder}: the sound of call {call} is not kept: {error.strerror or error}")
            return False
        return True


class _Tape:
    """A call's file. Raises OSError from everything."""

    def __init__(self, folder: Path, rate: int) -> None:
        self._path = folder / f".{os.urandom(8).hex()}.wav"
        self._file = self._path.open("x+b", buffering=0)
        self._path.chmod(0o600)
        self._rate = rate
        self._bytes = 0
        self._labelled = False
        self._put(0, _head(rate, "", 0))

    @property
    def closed(self) -> bool:
        return self._file.closed

    def label(self, folder: Path, call: str) -> None:
        first = path = folder / f"{file_name(call)}.wav"
        number = 1
        while True:
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
                break
            except FileExistsError:
                number += 1
                path = first.with_name(f"{file_name(call)}.{number}.wav")
        os.replace(self._path, path)
        self._path, self._labelled = path, True
        self._put(0, _head(self._rate, file_name(call), self._bytes))

    def write(self, chunk: AudioChunk) -> None:
        place = round(chunk.start * self._rate) * _FRAME
        size = len(chunk.pcm) // 2 * _FRAME
        if place + size > _MOST:
            return
        self._file.seek(_HEAD.size + place)
        frames = array("h", (self._file.read(size) or b"").ljust(size, b"\0"))
        frames[_column(chunk.channel) :: 2] = array("h", chunk.pcm)
        self._put(_HEAD.size + place, frames.tobytes())
        if place + size > self._bytes:
            self._bytes = place + size
            self._put(_SIZE, struct.pack("<I", _HEAD.size - 8 + self._bytes))
            self._put(_DATA, struct.pack("<I", self._bytes))

    def close(self) -> None:
        self._file.close()
        if not (self._labelled and self._bytes):
            self._path.unlink(missing_ok=True)

    def _put(self, place: int, content: bytes) -> None:
        self._file.seek(place)
        self._file.write(content)


class _Taped:
    """A recogniser that keeps what it hears."""

    def __init__(self, inner: Recogniser, tape: _Tape, tell: Callable[[str], None]) -> None:
        self._inner = inner
        self._tape: _Tape | None = tape
        self._tell = tell

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def rate(self) -> int:
        return self._inner.rate

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        if self._tape is not None:
            try:
                self._tape.write(chunk)
            except OSError as error:  # the call matters more
                self._tape = None
                self._tell(f"its sound is not kept any further: {error.strerror or error}")
        return await self._inner.hear(chunk)

    async def finish(self, channel: Channel) -> Sequence[Hearing]:
        return await self._inner.finish(channel)

    async def close(self) -> None:
        await self._inner.close()
        if self._tape is not None:
            self._tape.close()
            self._tape = None


def whose(path: Path) -> str | None:
    """The name of the file's call, as its journal's file is called; None if it is no sound of ours."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
    except OSError:
        return None
    if len(head) < _HEAD.size or head[:4] != b"RIFF":
        return None
    info = _LIST.unpack(_HEAD.unpack(head)[11])
    return info[8].rstrip(b"\0").decode("utf-8", "replace") if info[5] == _OURS else None


def _head(rate: int, name: str, size: int) -> bytes:
    info = _LIST.pack(b"LIST", _LIST.size - 8, b"INFO", b"ISFT", len(_OURS), _OURS, b"INAM", _NAME, name.encode())
    return _HEAD.pack(b"RIFF", _HEAD.size - 8 + size, b"WAVE", b"fmt ", 16, 1, 2, rate, rate * _FRAME, _FRAME, 16, info, b"data", size)


def _column(channel: Channel) -> int:
    return 0 if channel == "agent" else 1
