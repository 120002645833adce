"""A program in a terminal of its own, and what it drew when. The terminal answers as a modern one does when it is asked what it can do."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

LINES, COLUMNS = 40, 120

_ESCAPE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_].*?\x1b\\|\x1b[@-Z\\-_()][0-9A-B]?", re.DOTALL)


class Terminal:
    """Runs a command until it ends or the block is left.

    Args:
        command: the program.
        stdin: a descriptor that takes the keyboard's place; the terminal stays the one that controls the program.
        lines: its height.
    """

    def __init__(self, command: Sequence[str], *, stdin: int | None = None, lines: int = LINES) -> None:
        self.started = time.monotonic()
        """When it was started, on the clock that all processes share."""
        self._pid, self._file = pty.fork()
        if self._pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, COLUMNS, 0, 0))
            if stdin is not None:
                os.dup2(stdin, 0)
            names = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": str(COLUMNS), "LINES": str(lines)}
            os.execvpe(command[0], list(command), {**os.environ, **names})

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        os.kill(self._pid, signal.SIGTERM)
        for _ in self.drawn():
            pass
        os.waitpid(self._pid, 0)
        os.close(self._file)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._file, keys.encode())

    def drawn(self, limit: float = 60.0) -> Iterator[tuple[float, bytes]]:
        """What comes, with the moment it came, until the program ends or nothing has come for `limit` seconds."""
        while select.select([self._file], [], [], limit)[0]:
            try:
                came = os.read(self._file, 1 << 16)
            except OSError:  # the program ended
                return
            now = time.monotonic()
            if not came:
                return
            if b"\x1b[?2026$p" in came:  # can it draw a frame all at once?
                os.write(self._file, b"\x1b[?2026;2$y")
            yield now, came

    def until(self, shown: Callable[[str], bool]) -> float:
        """Seconds from the start until what was drawn so far meets a test.

        Raises:
            SystemExit: the program ended before.
        """
        seen = b""
        for now, came in self.drawn():
            seen += came
            if shown(words(seen)):
                return now - self.started
        raise SystemExit(f"it never showed what was waited for; last: {words(seen)[-500:]}")


def words(drawn: bytes) -> str:
    """The letters that were drawn, without where and in what colour."""
    return _ESCAPE.sub(b" ", drawn).decode("utf-8", "replace")
