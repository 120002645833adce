"""Rehearsals put together: scenarios for people, and the screen in a real terminal."""

import contextlib
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from companion.errors import ChecklistError
from companion.rules import practice as scenes
from companion.wiring.parts import DATA
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


class Terminal:
    """A rehearsal in a terminal of its own, and what it has shown and journaled so far."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.journal = folder / "practice-defective_product.jsonl"
        self.shown = b""
        self._screen, terminal = pty.openpty()
        command = [sys.executable, "-m", "companion", "practice", "--seed", "3", "--journal", str(folder), *arguments]
        environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        self.running = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, start_new_session=True)
        os.close(terminal)
        os.set_blocking(self._screen, False)

    def press(self, keys: bytes) -> None:
        os.write(self._screen, keys)

    def until(self, what: bytes, *, journaled: bool = False) -> None:
        """Wait for something to be shown, or journaled."""
        end = time.monotonic() + 60
        while what not in self._seen(journaled=journaled):
            assert time.monotonic() < end, (self.running.poll(), self.shown[-3000:])
            time.sleep(0.02)

    def close(self) -> None:
        self.running.kill()
        self.running.wait()
        os.close(self._screen)

    def _seen(self, *, journaled: bool) -> bytes:
        with contextlib.suppress(BlockingIOError, OSError):  # nothing new, or the terminal has gone with the program
            self.shown += os.read(self._screen, 65536)
        if not journaled:
            return self.shown
        return self.journal.read_bytes() if self.journal.exists() else b""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(*arguments: str) -> Terminal:
        opened.append(Terminal(tmp_path, *arguments))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def test_a_rehearsal_in_a_terminal_is_journaled_and_debriefed(terminal: Callable[..., Terminal]) -> None:
    desk = terminal()
    desk.until(b"pick up")
    desk.press(b"\r")
    desk.until(b"say something")
    desk.press(b"so sorry that our machine ruined your floor\r")
    desk.until(b'"speaker":"agent"', journaled=True)
    desk.press(b"\x03")
    desk.until(b"Enter: the call")
    desk.press(b"\x03")
    desk.until(b"again, the same: companion practice defective_product --seed 3")
    assert desk.running.wait(20) == 0
    assert b"practice:defective_product?seed=3" in desk.journal.read_bytes()
    assert b"call_closed" in desk.journal.read_bytes()


def test_a_spoken_rehearsal_hears_the_microphone(terminal: Callable[..., Terminal], sound_server: Any, tmp_path: Path) -> None:
    sound, rate = soundfile.read(DATA / "demo" / "call4_everything.flac", dtype="int16")
    soundfile.write(tmp_path / "agent.wav", sound[: 5 * rate, 0], rate)
    desk = terminal("--voice", "--speech-model", str(DATA / "starter"))
    desk.until(b"pick up")
    desk.press(b"\r")
    desk.until(b'"speaker":"customer"', journaled=True)
    sound_server.play("mouth", tmp_path / "agent.wav")
    desk.until(b"my name is anna", journaled=True)
    desk.press(b"\x03")
    desk.until(b"Enter: the call")
    desk.press(b"\x03")
    desk.until(b"again, the same:")  # and so reads, without which nobody can write
    assert desk.running.wait(20) == 0
