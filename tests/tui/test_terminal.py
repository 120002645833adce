"""A terminal that goes away stops nobody who writes to it, and one may be stopped while one writes."""

import asyncio
import os
import pty
import signal
from types import FrameType

import pytest

from companion.tui.terminal import Lasting, outlast, stop_in_turn


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


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGCONT])
async def test_a_signal_is_answered_in_its_turn(number: signal.Signals) -> None:
    told: list[int] = []

    def tell(number: int, frame: FrameType | None) -> None:
        told.append(number)

    before = signal.signal(number, tell)
    try:
        stop_in_turn()
        signal.raise_signal(number)
        assert told == []  # something of ours was going on
        async with asyncio.timeout(20):
            while not told:
                await asyncio.sleep(0)
        assert told == [number]
    finally:
        asyncio.get_running_loop().remove_signal_handler(number)
        signal.signal(number, before)


async def test_who_answers_no_signal_is_left_alone() -> None:
    stop_in_turn()
    assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL
