"""The terminal as Textual writes to it: one that may go away, and one in which the program may be stopped and taken up again."""

import contextlib
import signal
import sys
from typing import IO, Any


class Lasting:
    """A file whose loss stops nobody.

    Textual hands what it draws to a thread that dies with the first failed write; whoever draws after that waits for it for ever. So a
    terminal that was closed, or a connection that broke, would keep the process from ending. Written to this, words get lost instead.

    Args:
        file: the terminal.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write, as far as there is anybody to read it."""
        with contextlib.suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what was written, likewise."""
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        """All else is the file's own."""
        return getattr(self._file, name)


def outlast() -> None:
    """Let the screens of this process survive their terminal."""
    if sys.__stderr__ is not None and not isinstance(sys.__stderr__, Lasting):
        sys.__stderr__ = Lasting(sys.__stderr__)  # type: ignore[assignment, misc]


def stop_in_turn() -> None:
    """Let being stopped (`kill -TSTP`) and taken up again be answered between two things that the running event loop does.

    Textual answers in the middle of whatever runs. In the middle of its own drawing it holds the lock of what is drawn already, and would
    wait for it for ever.
    """
    import asyncio  # not before a screen runs: `--help` imports this module too

    for name in ("SIGTSTP", "SIGCONT"):  # not on Windows
        number = getattr(signal, name, None)
        answer = signal.getsignal(number) if number is not None else None
        if number is not None and callable(answer):  # nobody's without a terminal
            asyncio.get_running_loop().add_signal_handler(number, answer, number, None)
