"""`companion devices` as a person runs it: into a pipe, and on a terminal."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

DEVICES = [sys.executable, "-m", "companion", "devices"]


def test_a_plain_list_for_a_pipe(sound_server: Any) -> None:
    done = subprocess.run(DEVICES, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "microphones (mic:NAME)"
    assert "▯" not in done.stdout
    assert done.stdout.splitlines()[-1].startswith("● companion live listens to: agent Capsule, ")


def test_without_the_sound_servers_programs_the_library_tells(sound_server: Any, tmp_path: Path) -> None:
    listed = subprocess.run(DEVICES, capture_output=True, text=True, timeout=60).stdout
    without = subprocess.run(DEVICES, capture_output=True, text=True, timeout=60, env={**os.environ, "PATH": str(tmp_path)})
    assert (without.stdout, without.stderr) == (listed, "")


def test_meters_move_on_a_terminal_until_ctrl_c(sound_server: Any, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "hum.wav", 0.3 * np.sin(np.arange(16000 * 30) / 8), 16000)
    sound_server.play("headset", tmp_path / "hum.wav")
    screen, terminal = pty.openpty()
    watching = subprocess.Popen([*DEVICES, "--watch"], stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    shown = b""
    end = time.monotonic() + 30
    while "▮▮▮".encode() not in shown and time.monotonic() < end:
        shown += os.read(screen, 65536)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(20) == 130
    os.close(screen)
    assert "▮▮▮".encode() in shown
    assert b"Traceback" not in shown


def test_no_sound_server_is_one_line(sound_server: Any) -> None:
    sound_server.kill()
    done = subprocess.run(DEVICES, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    line = "companion: sound server: no PipeWire or PulseAudio answers (connection refused); start one in this session\n"
    assert (done.stdout, done.stderr) == ("", line)
