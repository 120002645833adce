"""Tokens for a hub, as the commands make, list and revoke them."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from companion.broadcast import tokens
from companion.broadcast.messages import Role


def new(file: str, name: str, role: Role) -> str:
    """A new token for somebody, from today on.

    Raises:
        ConfigError: the name cannot be used or is taken, or the file cannot be written.
    """
    return tokens.new(Path(file), name, role, date.today().isoformat())


def keep_to_owner(file: int) -> None:
    """Let nobody else read what a token is printed into (a descriptor), where that is a file that a shell opened for us."""
    if sys.platform != "win32" and stat.S_ISREG(os.fstat(file).st_mode):
        with contextlib.suppress(PermissionError):  # it is somebody else's, who decides
            os.fchmod(file, 0o600)


def held(file: str) -> Iterator[str]:
    """A line for each who has a token.

    Raises:
        ConfigError: the file cannot be used.
    """
    for holder in tokens.read(Path(file)):
        yield f"{holder.role:11} {holder.name}{f'  since {holder.since}' if holder.since else ''}"


def revoke(file: str, name: str) -> None:
    """Take somebody's token away.

    Raises:
        ConfigError: nobody of that name has one, or the file cannot be written.
    """
    tokens.revoke(Path(file), name)
