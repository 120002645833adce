"""What is written is its owner's alone, whatever the shell that started us allows to others."""

import os
import stat
from pathlib import Path

import numpy
import pytest
import soundfile

from tests.faults.inside import run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")

SAID = (
    '{"call": "7", "event": "start", "agent": "Anna", "ts": "2026-11-20T10:00:00Z"}\n'
    '{"call": "7", "speaker": "customer", "text": "I want your manager", "ts": "2026-11-20T10:00:01Z"}\n'
    '{"call": "7", "speaker": "agent", "text": "I will call you back tomorrow.", "ts": "2026-11-20T10:00:05Z"}\n'
    '{"call": "7", "event": "end", "ts": "2026-11-20T10:00:09Z"}\n'
)


def test_files_and_folders_are_their_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chat.jsonl").write_text(SAID)
    soundfile.write("call.wav", numpy.zeros((16000, 2), "int16"), 16000)
    for words in (
        "log chat.jsonl --journal deep/journals --database sqlite:///data/calls.db",
        "log call.wav --speech-model starter --journal journals --keep-audio sound",
        "report deep/journals --html report.html",
        "followups deep/journals --all --ics due.ics --csv due.csv",
        "database export --database sqlite:///data/calls.db --table utterances --out said.csv",
        "token new sue --role reader --file tokens",
    ):
        assert run(monkeypatch, *words.split()) in (0, 1)  # 1: a promise is overdue
    Path("chat.jsonl").unlink()
    Path("call.wav").unlink()
    found = {path.relative_to(tmp_path).as_posix(): path.lstat().st_mode for path in tmp_path.rglob("*")}
    made = {"deep/journals/7.jsonl", "journals/call.jsonl", "data/calls.db", "sound/call.wav", "tokens"}
    assert made | {"report.html", "due.ics", "due.csv", "said.csv"} <= set(found)
    assert {name: oct(mode) for name, mode in found.items() if stat.S_IMODE(mode) & 0o077} == {}
