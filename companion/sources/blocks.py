"""Bytes from a file descriptor, read in a thread so that a pipe that says nothing stops nobody."""

import asyncio
import os
import select
import threading
from collections.abc import AsyncIterator

from companion.errors import SourceError

SIZE = 65536
"""Bytes read at once, at most; a pipe gives what it has."""

AHEAD = 4
"""Blocks read before they are wanted."""


class Blocks:
    """An asynchronous iterator of blocks as they come, until the end of input.

    The reading thread is a daemon: nothing can interrupt a read of a terminal or pipe, and the program must not wait for one.

    Args:
        descriptor: open for reading; closed after the end only where `owned`.
        name: how it is called in errors.
    """

    def __init__(self, descriptor: int, name: str, *, owned: bool = False) -> None:
        self._descriptor = descriptor
        self._name = name
        self._owned = owned
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
        block: bytes | OSError = b" "
        while block and not isinstance(block, OSError):
            self._room.acquire()
            if self._stopped:
                break
            try:
                block = os.read(self._descriptor, SIZE)
            except BlockingIOError:  # some parents hand over a pipe that does not block
                select.select([self._descriptor], [], [])
                self._room.release()
                continue
            except OSError as error:
                block = error
            try:
                loop.call_soon_threadsafe(self._queue.put_nowait, block)
            except RuntimeError:  # the loop is gone, and with it whoever wanted this
                break
        if self._owned:
            os.close(self._descriptor)
