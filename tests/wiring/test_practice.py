"""Rehearsals put together: scenarios for people, and the screen in a real terminal."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from companion.errors import ChecklistError
from companion.rules import practice as scenes
from companion.wiring.practice import check_scenarios, scenarios


def test_each_shipped_scenario_is_listed() -> None:
    assert {line.split()[0] for line in scenarios()} == set(scenes.shipped())


def test_a_dialogue_that_ends_otherwise_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = scenes.find("defective_product").read_text(encoding="utf-8")
    path.write_text(
        text.replace("  - title: handled badly\n    ends: hung_up", "  - title: handled badly\n    ends: manager"), encoding="utf-8"
    )
    lines, good = check_scenarios([str(path)])
    assert not good
    number = text.splitlines().index("  - title: handled badly") + 1
    assert lines[0].startswith(f"{path}:{number}: dialogue 'handled badly', seed 0: ends hung_up after ")
    assert lines[-1] == f"{path}: 2 dialogues: 1 fault"


def test_one_that_cannot_be_read_is_raised_alone_and_told_among_others(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("id: a\n")
    with pytest.raises(ChecklistError, match="'title' is missing"):
        check_scenarios([str(path)])
    lines, good = check_scenarios([str(path), "defective_product"])
    assert (good, len(lines)) == (False, 2)


def test_a_rehearsal_in_a_terminal_is_journaled_and_debriefed(tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "companion", "practice", "--seed", "3", "--journal", str(tmp_path)]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    running = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, start_new_session=True)
    os.close(terminal)
    os.set_blocking(screen, False)
    shown = b""
    journal = tmp_path / "practice-defective_product.jsonl"

    def until(what: bytes, where: Path | None = None) -> None:
        nonlocal shown
        end = time.monotonic() + 60
        while what not in (shown if where is None else where.read_bytes() if where.exists() else b""):
            assert time.monotonic() < end, shown[-3000:]
            try:
                shown += os.read(screen, 65536)
            except BlockingIOError:
                time.sleep(0.05)
            except OSError:
                assert where is not None or what in shown, shown[-3000:]
                return

    until(b"pick up")
    os.write(screen, b"x")
    until(b"say something")
    os.write(screen, b"so sorry that our machine ruined your floor\r")
    until(b'"speaker":"agent"', journal)
    os.write(screen, b"\x03")
    until(b"any other key: the call")
    os.write(screen, b"\x03")
    until(b"again, the same: companion practice defective_product --seed 3")
    assert running.wait(20) == 0
    assert b"practice:defective_product?seed=3" in journal.read_bytes()
    assert b"call_closed" in journal.read_bytes()
    os.close(screen)
