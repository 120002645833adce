"""Summaries: one JSON object for each call at its end, one a line."""

import msgspec

from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.errors import ReaderGone, SinkError
from companion.sinks.journal import append, reader_gone


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
        try:
            append(self._file, msgspec.json.encode(record.update.summary) + b"\n")
        except OSError as error:
            if reader_gone(error):
                raise ReaderGone(self.name) from error
            raise SinkError(f"{self.name}: the summary of call {record.call} is lost: {error.strerror}; see its journal") from error

    def close(self) -> None:
        """Nothing to do: the file is not ours."""
