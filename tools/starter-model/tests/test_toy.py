"""A toy-sized run of the whole recipe: it trains for half a minute, stock Vosk loads what comes of it, and it hears its own sentences."""

import ctypes.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NEEDED = {
    "espeak-ng": ctypes.util.find_library("espeak-ng"),
    "libfst-tools": shutil.which("fstconvert") and ctypes.util.find_library("fstlookahead"),
}
BOUND = 25.0
"""Per cent of the words that may be wrong; it is 0 as a rule. Of a net that has learnt nothing, nearly all are."""


def test_a_toy_hears_its_own_sentences(tmp_path: Path) -> None:
    if missing := [name for name, found in NEEDED.items() if not found]:
        refuse = pytest.fail if os.environ.get("COMPANION_NO_SKIPS") else pytest.skip
        refuse(f"needs {', '.join(missing)}: apt install {' '.join(missing)}")
    command = [sys.executable, "-m", "starter_model", "--toy", "--work", str(tmp_path / "work"), "--out", str(tmp_path / "toy")]
    ran = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    print(ran.stdout)
    errors = dict(re.findall(r"^\| \*\*(\w+)\*\* \| \d+ \| \*\*([\d.]+)\*\* \|$", ran.stdout, re.MULTILINE))
    assert set(errors) == {"toy_16k", "toy_8k"}
    assert float(errors["toy_16k"]) < BOUND
    assert float(errors["toy_8k"]) < 2 * BOUND
