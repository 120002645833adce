"""The terminal as Textual writes to it: one that may go away."""

import contextlib
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
