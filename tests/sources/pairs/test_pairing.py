"""What two sides may be, and what is said where they cannot be a call."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import soundfile

from companion import sources
from companion.errors import CompanionError
from companion.sources.pairs.live_pair import LivePair
from companion.sources.pairs.pair import Pair
from companion.sources.pairs.pairing import pair
from companion.sources.uri import BESIDE_A_SOFTPHONE, Two, is_recorded


@pytest.fixture
def mono(tmp_path: Path, tone: Any) -> str:
    soundfile.write(tmp_path / "mono.wav", tone(0.2, 1), 16000)
    return str(tmp_path / "mono.wav")


@pytest.mark.parametrize(
    ("agent", "customer", "recorded"),
    [
        ("a.wav", "pcm:-?rate=8000", True),
        ("mic:", "loopback:", False),
        ("mic:", "c.wav", False),
        ("ws://host/a?rate=8000", "ws://host/b?rate=8000", False),
    ],
)
def test_whose_clock_it_is(agent: str, customer: str, recorded: bool) -> None:
    assert is_recorded(Two(agent, customer)) is recorded
    assert sources.is_live(Two(agent, customer)) is not recorded
    assert not sources.is_endless(Two(agent, customer))
    assert sources.needs_speech(Two(agent, customer))


def test_any_two_of_one_channel(mono: str, script: Any, tmp_path: Path) -> None:
    other = str(shutil.copy(mono, tmp_path / "other.wav"))
    every = {"call": None, "speed": None, "stdin": 0}
    assert isinstance(pair(Two(mono, other), script(), **every), Pair)
    for two in (BESIDE_A_SOFTPHONE, Two(mono, "loopback:USB"), Two("ws://host/a?rate=8000", "pcm:-?rate=16000")):
        assert isinstance(pair(two, script(), **every), LivePair)


@pytest.mark.parametrize(
    ("agent", "customer", "error"),
    [
        ("pcm:-?rate=8000", "pcm:-?rate=8000", "--agent and --customer: both are standard input; give another source to one of them"),
        ("mic:", "mic:", "--agent and --customer: both are mic:; give another source to one of them"),
        ("gone.wav", "gone.wav", "--agent and --customer: both are gone.wav; give another source to one of them"),
        ("mic:", "chat.jsonl", "chat.jsonl: cannot be one channel of a call; give mic:, loopback:, mic:NAME, "),
        ("mic:", "vosk://:2700", "vosk://:2700: cannot be one channel of a call; give mic:"),
        ("mic:", "pcm:-?rate=8000&channels=2", "stdin: has 2 channels; give one with --agent or --customer, or it alone as SOURCE"),
        ("mic:", "stereo.wav", "stereo.wav: has 2 channels; give one with --agent or --customer, or it alone as SOURCE"),
        ("mic:", "gone.wav", "gone.wav: no such file; check the path"),
        ("mic:", "pcm:gone?rate=8000", "gone: no such file; check the path"),
    ],
)
def test_what_cannot_be_a_side(
    agent: str, customer: str, error: str, script: Any, tone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write("stereo.wav", tone(0.2, 2), 16000)
    with pytest.raises(CompanionError) as raised:
        pair(Two(agent, customer), script(), call=None, speed=None, stdin=0)
    assert str(raised.value).startswith(error)


def test_a_device_alone_is_no_call(script: Any) -> None:
    with pytest.raises(CompanionError, match=r"^mic: is one channel of a call; give both: --agent mic: --customer loopback:$"):
        sources.open("mic:", recogniser=script())
