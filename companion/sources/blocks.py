"""Bytes from a file descriptor, read in a thread so that a pipe that says nothing stops nobody."""

import asyncio
import contextlib
import os
import select
import threading
from collections.abc import AsyncIterator

from companion.errors import SourceError

SIZE = 65536
"""Bytes read at once, at most; a pipe gives what it has."""

AHEAD = 4
"""Blocks read before they are wanted."""


def blocks_of(where: str, stdin: int) -> "Blocks":
    """The bytes of a path, or of standard input where it is `-`.

    Raises:
        SourceError: there is no such file.
    """
    if where == "-":
        return Blocks(stdin, "stdin")
    if os.path.isdir(where):
        raise SourceError(f"{where}: is a folder; name a file")
    if not os.path.exists(where):
        raise SourceError(f"{where}: no such file; check the path")
    return Blocks(where, where)


class Blocks:
    """An asynchronous iterator of blocks as they come, until the end of input.

    The reading thread is a daemon: nothing can interrupt a read of a terminal or pipe, and the program must not wait for one.

    Args:
        place: a descriptor that is open for reading and stays so, or a path; a named pipe waits for its writer.
        name: how it is called in errors.
    """

    def __init__(self, place: int | str, name: str) -> None:
        self._place = place
        self._name = name
        self._queue: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._room = threading.Semaphore(AHEAD)
        self._stopped = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield blocks.

        Raises:
            SourceError: reading fails.
        """
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name=f"read {self._name}", daemon=True).start()
        try:
            while block := await self._queue.get():
                self._room.release()
                if isinstance(block, OSError):
                    raise SourceError(f"{self._name}: cannot be read: {block.strerror}; input ends here")
                yield block
        finally:
            self._stopped = True
            self._room.release()

    def stop(self) -> None:
        """End the iteration after what has been read so far. Call it from the loop."""
        self._stopped = True
        self._queue.put_nowait(b"")

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            if isinstance(self._place, int):
                self._read_all(loop, self._place)
                return
            descriptor = os.open(self._place, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            try:
                self._read_all(loop, descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._queue.put_nowait, error)

    def _read_all(self, loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
        block = b" "
        while block:
            self._room.acquire()
            if self._stopped:
                return
            try:
                block = os.read(descriptor, SIZE)
            except BlockingIOError:  # some parents hand over a pipe that does not block
                select.select([descriptor], [], [])
                self._room.release()
                continue
            try:
                loop.call_soon_threadsafe(self._queue.put_nowait, block)
            except RuntimeError:  # the loop is gone, and with it whoever wanted this
                return
