"""Summaries: one JSON object for each call at its end, one a line."""

import os

import msgspec

from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.errors import ReaderGone, SinkError


class Summaries:
    """Prints the summary of each call that ends.

    Args:
        file: a file descriptor; it stays open when we are done.
        name: what it is called in errors.
    """

    def __init__(self, file: int, name: str = "stdout") -> None:
        self.name = f"summaries {name}"
        self._file = file

    def write(self, record: Record) -> None:
        """Print the summary, if this is the record that holds it.

        Raises:
            ReaderGone: whoever read us has gone.
            SinkError: it cannot be written.
        """
        if not isinstance(record.update, CallClosed):
            return
        left = memoryview(msgspec.json.encode(record.update.summary) + b"\n")
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except BrokenPipeError as error:
            raise ReaderGone(self.name) from error
        except OSError as error:
            raise SinkError(f"{self.name}: the summary of call {record.call} is lost: {error.strerror}; see its journal") from error

    def close(self) -> None:
        """Nothing to do: the file is not ours."""
