"""What is written is its owner's alone, whatever the shell that started us allows to others."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import soundfile

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")

SAID = (
    '{"call": "7", "event": "start", "agent": "Anna", "ts": "2026-11-20T10:00:00Z"}\n'
    '{"call": "7", "speaker": "customer", "text": "I want your manager", "ts": "2026-11-20T10:00:01Z"}\n'
    '{"call": "7", "speaker": "agent", "text": "I will call you back tomorrow.", "ts": "2026-11-20T10:00:05Z"}\n'
    '{"call": "7", "event": "end", "ts": "2026-11-20T10:00:09Z"}\n'
)


def companion(folder: Path, *words: str, said: str = "", out: Path | None = None) -> None:
    """Run a command where everybody may read everything, as a shell redirects its output."""
    stdout = None if out is None else os.open(out, os.O_WRONLY | os.O_CREAT, 0o666)
    done = subprocess.run(
        [sys.executable, "-m", "companion", *words],
        input=said,
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        umask=0,
        timeout=120,
    )
    if stdout is not None:
        os.close(stdout)
    assert done.returncode in (0, 1), done.stderr  # 1: a promise is overdue


def test_files_and_folders_are_their_owners(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        sound = tmp_path / "call.wav"
        soundfile.write(sound, numpy.zeros((16000, 2), "int16"), 16000)
        companion(tmp_path, "log", "-", "--journal", "deep/journals", "--database", "sqlite:///data/calls.db", said=SAID)
        companion(tmp_path, "log", str(sound), "--speech-model", "starter", "--journal", "journals", "--keep-audio", "sound")
        companion(tmp_path, "report", "deep/journals", "--html", "report.html")
        companion(tmp_path, "followups", "deep/journals", "--all", "--ics", "due.ics", "--csv", "due.csv")
        companion(tmp_path, "database", "export", "--database", "sqlite:///data/calls.db", "--table", "utterances", "--out", "said.csv")
        companion(tmp_path, "token", "new", "sue", "--role", "reader", "--file", "tokens", out=tmp_path / "sue.token")
    finally:
        os.umask(old)
    sound.unlink()
    found = {path.relative_to(tmp_path).as_posix(): path.lstat().st_mode for path in tmp_path.rglob("*")}
    made = {"deep/journals/7.jsonl", "journals/call.jsonl", "data/calls.db", "sound/call.wav", "sue.token", "tokens"}
    assert made | {"report.html", "due.ics", "due.csv", "said.csv"} <= set(found)
    assert {name: oct(mode) for name, mode in found.items() if stat.S_IMODE(mode) & 0o077} == {}
