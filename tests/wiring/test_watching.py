"""The wall where there is nothing to look on at: one line, and no traceback."""

import asyncio
import os
import pty
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from companion.errors import SourceError
from companion.wiring.lookouts import lookout
from companion.wiring.watching import _write
from tests.faults.processes import PATIENCE, gateway, transcript


def test_a_hub_that_is_not_there_is_one_line() -> None:
    with pytest.raises(SourceError, match=r"refuses the connection"):
        asyncio.run(_write(lookout({"hub": "ws://127.0.0.1:9"}, "reader", "")))


@pytest.mark.parametrize("command", [["watch", "ws://127.0.0.1:9"], ["attach", "c", "--hub", "ws://127.0.0.1:9"]])
def test_a_screen_that_finds_no_hub_goes_and_says_so(command: list[str]) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen([sys.executable, "-m", "companion", *command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown, end = b"", time.monotonic() + 60
    with suppress(OSError):  # the terminal is gone with its last process
        while time.monotonic() < end and (piece := os.read(ours, 65536)):
            shown += piece
    os.close(ours)
    assert process.wait(20) == 3
    assert b"refuses the connection" in shown
    assert b"Traceback" not in shown


def test_a_page_that_finds_no_hub_stays_and_says_so() -> None:
    environment = {**os.environ, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "COLUMNS": "80", "ROWS": "24"}
    command = [sys.executable, "-m", "companion", "watch", "ws://127.0.0.1:9"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        shown, end = b"", time.monotonic() + 60
        while b"refuses the connection" not in shown and time.monotonic() < end and (piece := os.read(process.stdout.fileno(), 65536)):
            shown += piece
        assert b"refuses the connection" in shown
        assert process.poll() is None
        process.terminate()


def test_a_reader_that_goes_is_left_without_a_word(tmp_path: Path) -> None:
    with gateway("--listen", transcript(tmp_path / "7.jsonl", "7", 4000, 0.05)) as (_, hub):
        command = [sys.executable, "-m", "companion", "watch", hub, "--headless"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watching:
            assert watching.stdout is not None
            assert watching.stderr is not None
            assert watching.stdout.readline().startswith(b'{"call":"7","seq":0,')
            watching.stdout.close()
            said = watching.stderr.read()
            assert watching.wait(PATIENCE) == 141
    assert said == b"companion: here, as reader\n"
