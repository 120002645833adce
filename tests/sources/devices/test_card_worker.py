"""What is made of SoundCard's answers, and how the process around it ends."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from companion.sources.devices import card_worker
from companion.sources.devices.card_worker import devices, mono

DOUBLE = Path(__file__).parent / "double"


def card(number: Any, name: str, loopback: bool = False) -> SimpleNamespace:
    return SimpleNamespace(id=number, name=name, isloopback=loopback)


def cards(*there: Any, speaker: Any = None, microphone: Any = None) -> SimpleNamespace:
    """A library with these."""

    def default(number: Any) -> SimpleNamespace:
        if number is None:
            raise RuntimeError("Error 0x80070490")
        return SimpleNamespace(id=number)

    return SimpleNamespace(
        all_microphones=lambda include_loopback: list(there),
        default_speaker=lambda: default(speaker),
        default_microphone=lambda: default(microphone),
    )


def told(*arguments: Any, **named: Any) -> list[tuple[str, str, bool]]:
    return [(one["description"], one["plays"], one["default"]) for one in devices(cards(*arguments, **named))]


def test_windows_outputs_have_their_own_ids() -> None:
    speakers, jabra = "{0.0.0.00000000}.{a}", "{0.0.1.00000000}.{b}"
    found = told(card(speakers, "Speakers (Jabra)", True), card(jabra, "Microphone (Jabra)"), speaker=speakers, microphone=jabra)
    assert found == [("Microphone (Jabra)", "", True), ("Speakers (Jabra)", speakers, True)]


def test_on_macos_a_loopback_device_is_what_is_played() -> None:
    """It is a microphone to the system, and the default output is one that plays to it and to the headset."""
    found = told(card(73, "MacBook Pro Microphone"), card(91, "BlackHole 2ch"), speaker=112, microphone=73)
    assert found == [("MacBook Pro Microphone", "", True), ("BlackHole 2ch", "91", True)]


def test_of_two_loopback_devices_none_is_guessed() -> None:
    assert [one[2] for one in told(card(1, "BlackHole 2ch"), card(2, "BlackHole 16ch"), speaker=112)] == [False, False]
    assert [one[2] for one in told(card(1, "BlackHole 2ch"), card(2, "BlackHole 16ch"), speaker=2)] == [False, True]


def test_a_loopback_is_no_default_microphone() -> None:
    assert told(card("x.monitor", "Monitor of X", True), speaker="y", microphone="x.monitor") == [("Monitor of X", "x", True)]


def test_without_devices_there_is_a_list_all_the_same() -> None:
    assert told() == []


def test_a_device_that_goes_while_it_is_asked_is_left_out() -> None:
    class Gone:
        id = "x"

        @property
        def name(self) -> str:
            raise RuntimeError("Error 0x80070490")

    assert told(Gone(), card("y", "Microphone")) == [("Microphone", "", False)]


@pytest.mark.parametrize(
    ("frame", "sample"),
    [
        ([0.5], 16383),
        ([0.5, 0.0], 8191),
        ([0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 16383),  # 7.1: the front pair
        ([2.0, 1.5], 32767),
        ([-2.0, -1.5], -32767),
    ],
)
def test_any_number_of_channels_becomes_one(frame: list[float], sample: int) -> None:
    assert np.frombuffer(mono(np.array([frame, frame], np.float32)), "<i2").tolist() == [sample, sample]


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(DOUBLE))
    monkeypatch.setenv("SOUNDCARD_DOUBLE", str(tmp_path / "cards"))
    there = {"cards": [{"id": 7, "name": "Silent", "loopback": True}], "speaker": 7, "microphone": None}
    (tmp_path / "cards").write_text(json.dumps(there))
    return tmp_path / "cards"


def worker(*arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", card_worker.__file__, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_it_ends_with_its_input_though_a_read_hangs(double: Path) -> None:
    with worker("record", "7", "48000") as recording:
        assert recording.stdout is not None
        assert recording.stdout.read(2) == b"\0\0"  # it is open, and nothing of what the library prints is in front of it
        assert recording.communicate(timeout=30) == (b"", b"")
        assert recording.returncode == 0


def test_it_ends_when_nobody_listens(double: Path) -> None:
    double.write_text(double.read_text().replace('"loopback"', '"plays": [0.1], "loopback"'))
    with worker("record", "7", "48000") as recording:
        assert recording.stdout is not None
        recording.stdout.close()
        assert recording.wait(30) == 0


def test_its_last_words_are_the_reason(double: Path) -> None:
    with worker("record", "8", "48000") as recording:
        assert recording.stderr is not None
        assert recording.stderr.read() == b"it is gone"
        assert recording.wait(30) == 1
