"""Real databases of the tests' own, and calls to store in them."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from companion.core.call import Call, Rules
from companion.core.events import CallEnded, Introduced, PromptDismissed, Utterance
from companion.core.record import Record
from companion.rules.load import find, load
from tests.ports import free_port

PATIENCE = 60.0
"""Seconds until what a test waits for must have come."""

PASSWORD = "quite a secret"


def programs() -> Path | None:
    """Where PostgreSQL's programs are; Debian does not put them on the PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class PostgreSQL:
    """A PostgreSQL server that asks for a password, on a port of its own that is kept when it is started again.

    It refuses to run as root, and so gets another user.
    """

    def __init__(self, folder: Path, bin: Path) -> None:
        self._folder = folder
        self._bin = bin
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:
            user = next(user for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody"))
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.port = free_port()
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        made = ["-D", folder / "data", "-U", "companion", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
        subprocess.run([bin / "initdb", *made, "--locale=C", "--no-sync"], check=True, capture_output=True, cwd=folder, **self._as)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is, without the password."""
        return f"postgresql://companion@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it lets us in."""
        options = ["-D", self._folder / "data", "-p", str(self.port), "-k", "", "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([self._bin / "postgres", *options], stdout=log, stderr=log, cwd=self._folder, **self._as)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self._process.poll() is None, (self._folder / "log").read_text()
            with contextlib.suppress(psycopg.OperationalError):
                self.ask("SELECT 1")
                return
            time.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text())

    def kill(self) -> None:
        """`kill -9` for the server and all its processes."""
        if self._process is not None:
            self._send(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def freeze(self, on: bool) -> None:
        """Let it hang, or go on."""
        self._send(signal.SIGSTOP if on else signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        """Each connection has a process, and that a group of its own."""
        assert self._process is not None
        pid = self._process.pid
        for each in (pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query of our own finds; nothing for a statement without rows."""
        with psycopg.connect(self.url, password=PASSWORD, connect_timeout=5, autocommit=True) as connection:
            found = connection.execute(sql.encode())
            return found.fetchall() if found.description else []


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQL]:
    """A running PostgreSQL for all tests of a file."""
    if (bin := programs()) is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    folder.chmod(0o755)
    postgresql = PostgreSQL(folder, bin)
    try:
        postgresql.start()
        yield postgresql
    finally:
        postgresql.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(server: PostgreSQL) -> PostgreSQL:
    """A running PostgreSQL with nothing in it."""
    server.ask("DROP SCHEMA public CASCADE")
    server.ask("CREATE SCHEMA public")
    return server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/calls.db"
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return postgresql.url


@cache
def complaint() -> Rules:
    """The shipped checklist."""
    return Rules.of(load(find("complaint")))


def call(name: str = "7", *, began: str | None = "2026-11-20T10:00:00+01:00", turns: int = 1, agent: str = "Anna") -> list[Record]:
    """A call from its first record to its last: an upset customer, an apology, a promise; `turns` times."""
    rules = complaint()
    going = Call(name, rules.started(source="test", began=began, timed=True, speech=None), rules)
    records = [going.begin(), *going.receive(Introduced(agent=agent, team="billing"), 0)]
    at = 0.0
    for _ in range(turns):
        for speaker, text in (
            ("customer", "This is the third time I call, it is ridiculous. I want your manager!"),
            ("agent", "I am so sorry we let you down three times."),
            ("agent", "I will call you back tomorrow by noon."),
        ):
            at += 4.0
            said = Utterance(speaker=speaker, text=text, start=at - 3.0, end=at)  # type: ignore[arg-type]
            records += going.receive(said, round(at * 1000))
    records += going.receive(PromptDismissed(id=0, by="agent"), round(at * 1000))
    return [*records, *going.receive(CallEnded(reason="hung up"), round(at * 1000) + 500)]


def until(done: Callable[[], bool]) -> None:
    """Wait for another program."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)
