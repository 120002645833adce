"""Files with secrets that may be replaced while we run: whether one has changed."""

import os
from pathlib import Path


def stamp(path: str | Path) -> tuple[int, int, int] | None:
    """What is another after each change of a file; None where it cannot be looked at."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
