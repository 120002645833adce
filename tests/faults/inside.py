"""The program, run inside the test's own process: its start costs nothing there."""

import gc
import os
import sys

import pytest

from companion import cli


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    """Run a command as a person types it; its exit status."""
    monkeypatch.setattr(sys, "argv", ["companion", *words])
    monkeypatch.setattr(sys, "stderr", sys.stderr)  # what the program sets for its process is taken back
    monkeypatch.setattr(gc, "set_threshold", lambda *numbers: None)
    before = os.umask(0)  # as permissive as a shell can be
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        os.umask(before)
    return ended.value.code
