"""Which way a system has to its devices."""

from pathlib import Path

import pytest

from companion.sources.devices.card import SoundCard
from companion.sources.devices.pulse import Pulse
from companion.sources.devices.system import sound_server


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_windows_and_macos_need_soundcard_whether_it_is_there_or_not(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert isinstance(sound_server(), SoundCard)


@pytest.mark.parametrize(
    ("programs", "library", "server"),
    [(["pactl", "parec"], True, Pulse), (["pactl", "parec"], False, Pulse), (["pactl"], True, SoundCard), ([], False, Pulse)],
)
def test_elsewhere_the_sound_servers_own_programs_go_first(
    programs: list[str], library: bool, server: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in programs:
        (tmp_path / program).touch(0o755)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object() if library else None)
    assert isinstance(sound_server(), server)
