"""Tokens: who may come to a hub, as what. The file holds one JSON object a line, and no token, only what proves one.

`{"name": "maria", "role": "agent", "sha256": "…", "since": "2026-11-21"}`. A token is 32 random bytes in URL-safe base64; `sha256` is
that of its characters. Nothing slower is needed to keep 256 random bits. Lines are appended and taken out; the hub reads the file anew
when it changes.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from companion.broadcast.messages import Role
from companion.errors import ConfigError
from companion.net.keyfile import stamp
from companion.speech.redact import clean

_LONGEST_NAME = 100


class Holder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who was given a token."""

    name: str
    """For an agent, the name that calls are introduced with."""
    role: Role
    sha256: str
    since: str = ""
    """The day it was made, ISO 8601."""


def read(path: Path) -> list[Holder]:
    """All holders in a file.

    Raises:
        ConfigError: it cannot be read, or a line in it is none.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: tokens cannot be read: {_why(error)}; make one with 'companion token new'") from error
    holders = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            holder = msgspec.json.decode(line, type=Holder)
            holder = msgspec.structs.replace(holder, name=clean(holder.name))
            if not holder.name:
                raise ValueError("it has no name")
            holders.append(holder)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ConfigError(f"{path}:{number}: no token's line: {error}; take it out, and make the token anew") from error
    return holders


def find(holders: Sequence[Holder], token: str) -> Holder | None:
    """Who holds that token. It takes as long for a wrong one as for a right one."""
    given = _proof(token)
    found = None
    for holder in holders:
        if hmac.compare_digest(holder.sha256.encode("utf-8", "replace"), given.encode()):
            found = holder
    return found


def new(path: Path, name: str, role: Role, since: str) -> str:
    """Make a token for somebody, and add them to the file; only this answer ever holds the token.

    Raises:
        ConfigError: the name cannot be used or is taken, or the file cannot be written.
    """
    if not name.strip() or clean(name) != name or len(name) > _LONGEST_NAME:
        raise ConfigError(f"a token's name has 1 to {_LONGEST_NAME} plain characters")
    holders = read(path) if path.exists() else []
    if any(holder.name.casefold() == name.casefold() for holder in holders):
        raise ConfigError(f"{path}: {name} has a token already; revoke it first with 'companion token revoke'")
    token = secrets.token_urlsafe(32)
    _write(path, [*holders, Holder(name=name, role=role, sha256=_proof(token), since=since)])
    return token


def revoke(path: Path, name: str) -> None:
    """Take somebody's token away.

    Raises:
        ConfigError: there is none of that name, or the file cannot be written.
    """
    holders = read(path)
    left = [holder for holder in holders if holder.name.casefold() != name.casefold()]
    if len(left) == len(holders):
        raise ConfigError(f"{path}: nobody called {name} has a token; see 'companion token list'")
    _write(path, left)


class Roll:
    """The holders in a file, read anew when it changes.

    Args:
        path: the file.
        tell: takes one line for a person: a file that can no longer be used. What it said before still counts then.

    Raises:
        ConfigError: it cannot be used to begin with.
    """

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        self._stamp = stamp(path)
        self.holders = read(path)

    def refresh(self) -> bool:
        """Look at the file again; whether it has changed."""
        now = stamp(self._path)
        if now == self._stamp:
            return False
        self._stamp = now
        try:
            self.holders = read(self._path)
        except ConfigError as error:
            self._tell(f"{error}; until then the tokens stay as they were")
            return False
        return True


def _proof(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _write(path: Path, holders: Sequence[Holder]) -> None:
    """Write the file beside its place and move it there: a hub never reads half of it."""
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as out:
            out.writelines(msgspec.json.encode(holder) + b"\n" for holder in holders)
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: tokens cannot be written: {_why(error)}; choose another place") from error


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
