"""Any rate, encoding and packet size gives the same chunks."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.errors import AudioFormatError
from companion.speech.audio import Rechunker, Wire, checked_rate, level


def tone(rate: int, seconds: float, pitch: float = 440.0) -> np.ndarray:
    return (np.sin(2 * np.pi * pitch * np.arange(round(rate * seconds)) / rate) * 12000).astype(np.int16)


@pytest.mark.parametrize("rate", [0, 3999, 192001, -8000, math.inf, math.nan])
def test_absurd_rates_are_refused(rate: float) -> None:
    with pytest.raises(AudioFormatError, match="cannot be used; give 4000 to 192000 Hz"):
        Rechunker("agent", rate, 16000)


def test_a_rate_is_named_where_it_was_found() -> None:
    with pytest.raises(AudioFormatError, match=r"^call\.wav: a rate of 300 Hz"):
        checked_rate(300, "call.wav")


RATES = st.sampled_from([4000, 8000, 11025, 16000, 44100, 48000, 192000])
ENCODINGS = st.sampled_from(["s16le", "mulaw", "alaw"])


@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=30), rate=RATES)
@settings(max_examples=40)
def test_packet_size_makes_no_difference(sizes: list[int], rate: int) -> None:
    rng = np.random.default_rng(7)
    sound = (rng.standard_normal(rate) * 6000).astype(np.int16)
    whole = Rechunker("agent", rate, 16000)
    expected = [*whole.feed(sound), *whole.flush()]
    pieces = Rechunker("agent", rate, 16000)
    got, at, turn = [], 0, 0
    while at < len(sound):
        size = sizes[turn % len(sizes)]
        got += pieces.feed(sound[at : at + size])
        at, turn = at + size, turn + 1
    got += pieces.flush()
    assert got == expected
    assert [len(chunk.pcm) for chunk in got[:-1]] == [6400] * (len(got) - 1)


@pytest.mark.parametrize("rate", [4000, 8000, 22050, 44100, 48000, 96000])
def test_resampling_keeps_length_time_and_pitch(rate: int) -> None:
    rechunker = Rechunker("customer", rate, 16000, start=3.0)
    chunks = [*rechunker.feed(tone(rate, 2.0)), *rechunker.flush()]
    sound = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), "<i2").astype(float)
    assert abs(len(sound) - 32000) <= 2
    assert chunks[0].start == 3.0
    assert chunks[1].start == 3.2
    spectrum = np.abs(np.fft.rfft(sound[4000:20000]))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert abs(np.abs(sound[4000:20000]).max() - 12000) < 250


def test_floats_bytes_and_whole_numbers_are_the_same_sound() -> None:
    sound = tone(16000, 0.4)
    ways = [sound, sound.tobytes(), sound.astype(np.float32) / 32768, sound.astype(np.float64) / 32768, sound.reshape(-1, 1)]
    first, *others = [Rechunker("agent", 16000, 16000).feed(way) for way in ways]
    assert len(first) == 2
    assert all(other == first for other in others)


def test_floats_out_of_range_are_cut_and_nonsense_is_silence() -> None:
    odd = np.zeros(3200, np.float32)
    odd[:5] = [2.0, -2.0, np.nan, np.inf, -np.inf]
    pcm = Rechunker("agent", 16000, 16000).feed(odd)[0].pcm
    assert np.frombuffer(pcm, "<i2")[:5].tolist() == [32767, -32768, 0, 32767, -32768]


def test_the_last_chunk_is_as_short_as_it_is() -> None:
    rechunker = Rechunker("agent", 16000, 16000)
    assert len(rechunker.feed(np.zeros(3200 + 5, np.int16))) == 1
    (last,) = rechunker.flush()
    assert (last.start, len(last.pcm)) == (0.2, 10)
    assert rechunker.flush() == []


@pytest.mark.parametrize(("encoding", "subtype"), [("mulaw", "ULAW"), ("alaw", "ALAW")])
def test_all_codes_of_g711_as_libsndfile_has_them(encoding: str, subtype: str, tmp_path: Path) -> None:
    codes = bytes(range(256))
    path = tmp_path / "codes"
    path.write_bytes(codes)
    expected, _ = soundfile.read(path, dtype="int16", samplerate=8000, channels=1, format="RAW", subtype=subtype)
    assert Wire(encoding).decode(codes)[:, 0].tolist() == expected.tolist()


@given(cuts=st.lists(st.integers(0, 40), max_size=20), encoding=ENCODINGS, channels=st.sampled_from([1, 2]))
def test_a_frame_cut_in_two_waits_for_its_rest(cuts: list[int], encoding: str, channels: int) -> None:
    data = bytes(range(40))
    whole = Wire(encoding, channels).decode(data)
    wire = Wire(encoding, channels)
    edges = [0, *sorted(cuts), 40]
    pieces = [wire.decode(data[a:b]) for a, b in itertools.pairwise(edges)]
    assert np.concatenate(pieces).tolist() == whole.tolist()
    assert whole.shape[1] == channels


@pytest.mark.parametrize(("encoding", "channels", "message"), [("opus", 1, "unknown encoding 'opus'"), ("s16le", 3, "3 channels")])
def test_what_a_wire_cannot_carry(encoding: str, channels: int, message: str) -> None:
    with pytest.raises(AudioFormatError, match=message):
        Wire(encoding, channels)


def test_level_runs_from_silence_to_full_scale() -> None:
    assert level(b"") == level(bytes(640)) == 0.0
    assert level(np.full(320, 32767, np.int16).tobytes()) == pytest.approx(1.0, abs=0.001)
    assert level(np.full(320, 1036, np.int16).tobytes()) == pytest.approx(0.5, abs=0.001)  # −30 dB
    assert level(np.full(320, 1, np.int16).tobytes()) == 0.0
