"""A terminal that goes away stops nobody who writes to it."""

import os
import pty

import pytest

from companion.tui.terminal import Lasting, outlast


def test_what_is_written_arrives_and_what_cannot_is_lost() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as file:
        terminal = Lasting(file)
        assert terminal.isatty()
        assert terminal.fileno() == theirs
        assert terminal.write("here") == 4
        terminal.flush()
        assert os.read(ours, 100) == b"here"
        os.close(ours)
        for _ in range(100):
            terminal.write("gone" * 1000)
            terminal.flush()


def test_it_is_put_in_place_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull, "w", encoding="utf-8") as file:
        monkeypatch.setattr("sys.__stderr__", file)
        outlast()
        import sys

        first = sys.__stderr__
        assert isinstance(first, Lasting)
        outlast()
        assert sys.__stderr__ is first
