"""Samples: wire encodings to 16-bit, any rate to the model's, any packet size to chunks of a fixed one, and how loud they are.

Everything here is sums over arrays: no clock, no file, no socket. The same sound gives the same chunks whatever pieces it comes in.
"""

import math
from typing import Any, Literal, TypeAlias

import numpy as np
import soxr
from numpy.typing import NDArray

from companion.core.events import Channel
from companion.errors import AudioFormatError
from companion.speech.recogniser import AudioChunk

Samples: TypeAlias = NDArray[np.int16]
Encoding: TypeAlias = Literal["s16le", "mulaw", "alaw"]

CHUNK = 0.2
"""Seconds of sound in a chunk: what vosk-server's own clients send, and a quarter of the time Vosk needs to settle an utterance."""

SLOWEST, FASTEST = 4_000, 192_000
"""Samples a second that are taken: a recorder for dictation at one end, a studio's at the other."""

_QUIETEST = -60.0  # dB below full scale that a meter shows as nothing: the noise floor of a telephone line


def checked_rate(rate: float, where: str = "audio") -> int:
    """The rate as a whole number of samples a second.

    Raises:
        AudioFormatError: it is outside `SLOWEST` to `FASTEST`; libvosk would hang or abort on it.
    """
    if not (math.isfinite(rate) and SLOWEST <= rate <= FASTEST):
        raise AudioFormatError(f"{where}: a rate of {rate:g} Hz cannot be used; give {SLOWEST} to {FASTEST} Hz")
    return round(rate)


def _mulaw_table() -> Samples:
    """All 256 µ-law codes as 16-bit samples (ITU-T G.711, section 2.2): inverted bits, sign, 3 bits of exponent, 4 of mantissa."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code >> 4 & 7).astype(np.int32)
    size = (((code & 15).astype(np.int32) << 3) + 0x84 << exponent) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _alaw_table() -> Samples:
    """All 256 A-law codes as 16-bit samples (ITU-T G.711, section 2.1): even bits inverted, sign, exponent, mantissa."""
    code = np.arange(256, dtype=np.uint8) ^ np.uint8(0x55)
    exponent = (code >> 4 & 7).astype(np.int32)
    size = ((code & 15).astype(np.int32) << 4) + 8
    size = np.where(exponent > 0, size + 0x100 << np.maximum(exponent - 1, 0), size)
    return np.where(code & 0x80, size, -size).astype(np.int16)


_MULAW = _mulaw_table()
_ALAW = _alaw_table()


class Wire:
    """Raw PCM as it comes: bytes in pieces of any size to 16-bit frames. A frame cut in two waits for its rest.

    Args:
        encoding: `s16le` (16-bit signed, little-endian), `mulaw` or `alaw` (G.711, 8 bits).
        channels: interleaved channels.

    Raises:
        AudioFormatError: an encoding or number of channels that is not known.
    """

    def __init__(self, encoding: str = "s16le", channels: int = 1) -> None:
        if encoding not in ("s16le", "mulaw", "alaw"):
            raise AudioFormatError(f"audio: unknown encoding {encoding!r}; use s16le, mulaw or alaw")
        if channels not in (1, 2):
            raise AudioFormatError(f"audio: {channels} channels; give one, or two (agent and customer)")
        self.encoding = encoding
        self.channels = channels
        self._frame = channels * (2 if encoding == "s16le" else 1)
        self._rest = b""

    def decode(self, data: bytes) -> Samples:
        """The frames completed by `data`: shape (frames, channels), 16-bit."""
        data = self._rest + data if self._rest else bytes(data)
        whole = len(data) - len(data) % self._frame
        self._rest = data[whole:]
        return self._samples(data[:whole]).reshape(-1, self.channels)

    def _samples(self, data: bytes) -> Samples:
        if self.encoding == "s16le":
            return np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)
        table = _MULAW if self.encoding == "mulaw" else _ALAW
        samples: Samples = table[np.frombuffer(data, dtype=np.uint8)]
        return samples


class Rechunker:
    """One channel's samples, any rate and piece size, to chunks of a fixed size at the model's rate.

    Args:
        channel: whose sound it is.
        rate_in: samples a second of what is fed.
        rate_out: samples a second of the chunks.
        chunk: seconds of sound in a chunk.
        start: audio time in the call, in seconds, of the first sample.

    Raises:
        AudioFormatError: a rate that cannot be used.
    """

    def __init__(self, channel: Channel, rate_in: float, rate_out: int, *, chunk: float = CHUNK, start: float = 0.0) -> None:
        self.channel = channel
        self.rate = checked_rate(rate_out, "speech model")
        self.start = start
        self._size = max(1, round(self.rate * chunk)) * 2
        rate_in = checked_rate(rate_in)
        # Single precision and no dither: the whole-number path of soxr dithers, which would make chunks differ from run to run.
        self._resampler = None if rate_in == self.rate else soxr.ResampleStream(rate_in, self.rate, 1, dtype="float32", quality="HQ")
        self._waiting = bytearray()
        self._given = 0  # samples

    def feed(self, samples: "NDArray[Any] | bytes") -> list[AudioChunk]:
        """Take 16-bit or float (−1 to 1) samples, or 16-bit little-endian bytes of whole samples; give the chunks that are full."""
        self._take(_flat(samples), last=False)
        return self._full()

    def flush(self) -> list[AudioChunk]:
        """The end of the sound: what is left, the last chunk as short as it is. Nothing may be fed after it."""
        if self._resampler is not None:
            self._take(np.zeros(0, np.int16), last=True)
        chunks = self._full()
        if self._waiting:
            chunks.append(self._next(len(self._waiting)))
        return chunks

    def _take(self, samples: NDArray[Any], last: bool) -> None:
        if self._resampler is None:
            self._waiting += _to_int16(samples).astype("<i2", copy=False).tobytes()
        else:
            resampled = self._resampler.resample_chunk(_to_float(samples), last=last)
            self._waiting += _to_int16(resampled).astype("<i2", copy=False).tobytes()

    def _full(self) -> list[AudioChunk]:
        return [self._next(self._size) for _ in range(len(self._waiting) // self._size)]

    def _next(self, size: int) -> AudioChunk:
        pcm = bytes(self._waiting[:size])
        del self._waiting[:size]
        chunk = AudioChunk(channel=self.channel, pcm=pcm, start=round(self.start + self._given / self.rate, 6))
        self._given += size // 2
        return chunk


def level(pcm: bytes) -> float:
    """How loud a chunk is, for a meter, linear in decibels of the root mean square: 0 at −60 dB of full scale or less, 1 at full scale."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    if not len(samples):
        return 0.0
    power = float(np.dot(samples, samples)) / len(samples) / 32768.0**2
    if power <= 0.0:
        return 0.0
    return min(1.0, max(0.0, 1.0 - 10.0 * math.log10(power) / _QUIETEST))


def _flat(samples: "NDArray[Any] | bytes") -> NDArray[Any]:
    if isinstance(samples, bytes | bytearray | memoryview):
        return np.frombuffer(samples, dtype="<i2")
    return np.asarray(samples).reshape(-1)


def _to_float(samples: NDArray[Any]) -> NDArray[np.float32]:
    if samples.dtype.kind == "f":
        return np.nan_to_num(samples.astype(np.float32, copy=False), nan=0.0, posinf=1.0, neginf=-1.0)
    return samples.astype(np.float32) / np.float32(32768.0)


def _to_int16(samples: NDArray[Any]) -> Samples:
    if samples.dtype.kind != "f":
        return samples.astype(np.int16, copy=False)
    scaled = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0) * 32768.0
    whole: Samples = np.clip(np.rint(scaled), -32768, 32767).astype(np.int16)
    return whole
