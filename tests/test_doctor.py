"""The doctor looks at everything, says what to do, and never falls over."""

import io
import shutil
import socket
from collections.abc import Callable
from os import terminal_size
from pathlib import Path
from typing import Any

import pytest

from companion import doctor
from companion.doctor import Finding
from companion.errors import ChecklistError, DeviceError, ModelMissing
from companion.speech import models

DEMO = models.STARTER.parent / "demo" / "call4_everything.flac"


class Screen(io.StringIO):
    """An output that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Latin(Screen):
    encoding = "iso-8859-1"


def no_model() -> models.Model:
    raise ModelMissing("no model; get one")


def no_devices() -> str:
    raise DeviceError("sound server: no PipeWire or PulseAudio answers (connection refused); start one in this session")


def no_rules() -> str:
    raise ChecklistError("unknown key 'promt'", file="mine.yaml", line=3)


@pytest.fixture
def examine(tmp_path: Path) -> Callable[..., dict[str, Finding]]:
    """Examines with nothing to complain of but what a test changes; recognition left out unless asked for."""

    def look(**changes: Any) -> dict[str, Finding]:
        usual = {
            "model": no_model,
            "demo": DEMO,
            "checklist": lambda: "complaint: 11 steps",
            "folders": {"models": tmp_path / "data" / "models"},
            "devices": lambda: "agent: Jabra; customer: Monitor of Jabra",
            "port": 0,
            "output": Screen(),
            "environ": {"TERM": "xterm-256color"},
        }
        findings = doctor.examine(**{**usual, **changes})
        return {finding.subject: finding for finding in findings}

    return look


Examine = Callable[..., dict[str, Finding]]


def test_the_starter_model_works_and_its_limits_are_said(examine: Examine) -> None:
    found = examine(model=lambda: models.inspect(models.STARTER, found="comes with the companion"))
    model, recognition = found["speech model"], found["recognition"]
    assert model.ok is None
    assert "clear synthetic speech only" in model.detail
    assert model.todo == "for real calls: companion model get vosk-model-small-en-us-0.15"
    assert recognition.detail.startswith("“thank you for calling")
    assert recognition.ok is not False


STARTER = models.inspect(models.STARTER)
OTHER = models.Model(name="vosk-model-en-us-0.22", path=Path("/m"), rate=16000, language="en")


@pytest.mark.parametrize(
    ("model", "heard", "seconds", "ok"),
    [
        (STARTER, "tank you", 0.1, False),
        (OTHER, "", 0.1, False),
        (OTHER, "thank you for calling", 0.1, True),
        (OTHER, "thank you for calling", 9.0, None),
    ],
)
def test_a_model_that_does_not_understand_is_found_out(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, model: models.Model, heard: str, seconds: float, ok: bool | None
) -> None:
    async def recognised(model: models.Model, demo: Path) -> tuple[str, float]:
        return heard, seconds

    monkeypatch.setattr(doctor, "_recognised", recognised)
    finding = examine(model=lambda: model)["recognition"]
    assert finding.ok is ok
    assert bool(finding.todo) is (ok is not True)


def test_what_is_wrong_is_told_in_the_errors_own_words(examine: Examine) -> None:
    found = examine(checklist=no_rules)
    assert found["speech model"] == Finding(subject="speech model", ok=False, detail="no model; get one")
    assert found["checklist"] == Finding(subject="checklist", ok=False, detail="mine.yaml:3: unknown key 'promt'")


def test_a_look_that_breaks_does_not_stop_the_others(examine: Examine) -> None:
    found = examine(checklist=lambda: 1 / 0)
    assert found["checklist"] == Finding(
        subject="checklist", ok=False, detail="ZeroDivisionError: division by zero", todo="please report this"
    )
    assert found["models"].ok is True


def test_a_broken_model_is_a_finding(examine: Examine, tmp_path: Path) -> None:
    found = examine(model=lambda: models.Model(name="broken", path=tmp_path, rate=16000))
    assert found["speech model"].ok is False
    assert "failed to create a model" in found["speech model"].detail


@pytest.mark.parametrize(
    ("changes", "size", "ok", "words"),
    [
        ({}, (120, 40), True, "120×40, 256 colours, utf-8"),
        ({"environ": {"TERM": "xterm", "COLORTERM": "truecolor"}}, (44, 20), True, "16 million colours"),
        ({"environ": {"TERM": "xterm", "NO_COLOR": "1"}}, (80, 24), True, "no colour"),
        ({"environ": {"TERM": "vt100"}}, (80, 24), True, "16 colours"),
        ({"environ": {"TERM": "dumb"}}, (80, 24), False, "TERM=dumb"),
        ({"output": Latin()}, (80, 24), False, "iso-8859-1"),
        ({}, (43, 24), False, "43×24"),
        ({"output": io.StringIO()}, (80, 24), None, "a file or pipe"),
    ],
)
def test_the_terminal(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], size: tuple[int, int], ok: bool | None, words: str
) -> None:
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: terminal_size(size))
    finding = examine(**changes)["terminal"]
    assert finding.ok is ok
    assert words in finding.detail
    assert bool(finding.todo) is (ok is not True)


def test_a_port_in_use_is_found(examine: Examine) -> None:
    assert examine(port=0)["port 0"].ok is True
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finding = examine(port=port)[f"port {port}"]
    assert finding.ok is False
    assert f"vosk://:{port + 1}" in finding.todo


def test_folders_are_tried(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    found = examine(folders={"settings": tmp_path, "models": tmp_path / "not" / "yet", "journals": tmp_path / "file" / "in"})
    assert found["settings"].ok is True
    assert "made when it is needed" in found["models"].detail
    assert found["journals"].ok is False
    assert not (tmp_path / "not").exists()


def test_a_full_disk_is_a_warning(examine: Examine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    finding = examine()["models"]
    assert finding.ok is None
    assert "5 MB free" in finding.detail


def test_sound_files_are_read_by_libsndfile(examine: Examine) -> None:
    finding = examine()["sound files"]
    assert finding.ok is True
    assert finding.detail.startswith("WAV, FLAC, OGG, MP3, and others (libsndfile ")


def test_a_library_without_mp3_is_said(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    import soundfile

    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "", "FLAC": "", "OGG": ""})
    finding = examine()["sound files"]
    assert finding.ok is None
    assert finding.detail.startswith("no MP3 with libsndfile")


def test_sound_devices_are_a_limit_and_no_fault(examine: Callable[..., dict[str, Finding]]) -> None:
    assert examine()["sound devices"] == Finding(subject="sound devices", ok=True, detail="agent: Jabra; customer: Monitor of Jabra")
    missing = examine(devices=no_devices)["sound devices"]
    assert missing.ok is None
    assert missing.detail == "sound server: no PipeWire or PulseAudio answers (connection refused)"
    assert missing.todo == "to listen beside a softphone: start one in this session"
