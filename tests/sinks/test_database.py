"""The thread that stores: nothing lost and nobody kept waiting while a real database is killed, hangs, or refuses."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from companion.core.record import Record
from companion.errors import SinkError
from companion.sinks.database import Database
from companion.sinks.reading import read
from companion.sinks.store import Away, Store
from tests.sinks.databases import PASSWORD, PostgreSQL, call, postgresql, server, until, url

__all__ = ["postgresql", "server", "url"]


@pytest.fixture
def told() -> list[str]:
    """What a person was told."""
    return []


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.sinks.database._SEEN_OFF", 2.0)


def seqs(url: str, password: str | None = None) -> dict[str, list[int]]:
    """The numbers of all records stored, by call."""
    store = Store(url, password)
    found: dict[str, list[int]] = {}
    for name, seq, *_ in list(store.rows("records"))[1:]:
        found.setdefault(name, []).append(seq)
    store.close()
    return found


def whole(*calls: list[Record]) -> dict[str, list[int]]:
    """The same of calls that are complete."""
    return {records[0].call: list(range(len(records))) for records in calls}


def write(database: Database, records: list[Record]) -> None:
    """A database's whole life, with these records."""
    with database:
        for record in records:
            database.write(record)


def refused(database: Database, record: Record) -> SinkError | None:
    """Why a record was refused, if it was."""
    try:
        database.write(record)
    except SinkError as error:
        return error
    return None


class Elsewhere(Store):
    """A database that is away as long as the test wants."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.there = threading.Event()

    def keep(self, brought: object) -> dict[str, str]:
        """As `Store.keep`."""
        if not self.there.is_set():
            raise Away(f"{self.name}: gone")
        return super().keep(brought)  # type: ignore[arg-type]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    """A database that is away at first."""
    store = Elsewhere(f"sqlite:///{tmp_path}/calls.db")
    yield store
    store.close()


def test_what_is_written_is_stored_within_the_second(url: str, told: list[str]) -> None:
    records = call()
    with Database(Store(url), told.append) as database:
        for record in records[:10]:
            database.write(record)
        until(lambda: seqs(url) == {"7": list(range(10))})
        for record in records[10:]:
            database.write(record)
        database.close()  # by one run; another one goes on
    assert seqs(url) == whole(records)
    assert told == []


def test_what_waited_is_stored_when_the_database_is_back(elsewhere: Elsewhere, told: list[str], tmp_path: Path) -> None:
    calls = [call(name) for name in ("a", "b")]
    with Database(elsewhere, told.append) as database:
        for record in calls[0]:
            database.write(record)
        until(lambda: len(told) == 1)
        assert told[0].endswith("calls.db: gone; the calls go on, and their records wait until it is there again")
        for record in calls[1]:
            database.write(record)
        elsewhere.there.set()
        until(lambda: len(told) == 2)
        assert told[1].endswith("there again; what waited is being stored")
    assert seqs(f"sqlite:///{tmp_path}/calls.db") == whole(*calls)


def test_a_call_for_which_there_is_no_room_is_given_up_alone(elsewhere: Elsewhere, told: list[str], tmp_path: Path) -> None:
    first, second = call("a"), call("b")
    with Database(elsewhere, told.append, most_waiting=6000) as database:
        failures = [failure for record in first if (failure := refused(database, record))]
        assert [re.sub(r".*calls\.db: ", "", str(failure)) for failure in failures] == [
            "call a is not stored any further: 0 MB wait for it already; companion database rebuild --journal DIR brings it back"
        ]
        until(lambda: len(told) == 1)
        elsewhere.there.set()
        until(lambda: len(told) == 2)
        for record in second:
            database.write(record)
            time.sleep(0.02)
    stored = seqs(f"sqlite:///{tmp_path}/calls.db")
    assert stored == {"a": list(range(len(stored["a"])))} | whole(second)
    assert 0 < len(stored["a"]) < len(first)


def test_bulk_waits_for_room(url: str, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.sinks.database._SEEN_OFF", 60.0)  # on a busy machine the database is slow, not gone
    calls = [call(str(number)) for number in range(20)]
    with Database(Store(url), told.append, patient=True, most_waiting=40_000) as database:
        for records in calls:
            for record in records:
                database.write(record)
    assert seqs(url) == whole(*calls)


def test_a_call_that_cannot_be_stored_is_said_once(url: str, told: list[str]) -> None:
    bad, good = call("bad"), call("good")
    bad[3] = msgspec.structs.replace(bad[3], at=1 << 70)
    with Database(Store(url), told.append) as database:
        for record in [*bad[:4], *good]:
            database.write(record)
        until(lambda: seqs(url) == whole(good))
        time.sleep(0.5)
        with pytest.raises(SinkError, match="call bad is not stored any further"):
            database.write(bad[4])
        for record in bad[5:]:
            database.write(record)
    assert told == []


def test_a_call_that_is_over_before_that_is_known_is_said_at_once(url: str, told: list[str]) -> None:
    bad = call("bad")
    bad[3] = msgspec.structs.replace(bad[3], at=1 << 70)
    with pytest.raises(SinkError, match="some records could not be kept"):
        write(Database(Store(url), told.append), bad)
    assert "call bad is not stored any further" in told[0]


def test_a_database_that_stays_away_is_not_waited_for_for_ever(elsewhere: Elsewhere, told: list[str]) -> None:
    begun = time.monotonic()
    with pytest.raises(SinkError, match="some records could not be kept"):
        write(Database(elsewhere, told.append), call())
    assert 2.0 <= time.monotonic() - begun < 20.0
    assert told[-1].endswith(f"{len(call())} records are not stored: gone; companion database rebuild --journal DIR brings it back")


def test_a_server_that_is_away_at_first_does_not_keep_calls_from_being_taken(postgresql: PostgreSQL, told: list[str]) -> None:
    postgresql.kill()
    try:
        with Database(Store(postgresql.url, PASSWORD), told.append) as database:
            assert "the calls go on" in told[0]
            for record in call():
                database.write(record)
            postgresql.start()
            until(lambda: len(told) == 2)
    finally:
        if len(told) < 2:
            postgresql.start()
    assert seqs(postgresql.url, PASSWORD) == whole(call())


def test_a_database_that_refuses_is_found_out_at_the_start(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="password authentication failed"), Database(Store(postgresql.url, "wrong"), print):
        pass
    (tmp_path / "folder").mkdir()
    with pytest.raises(SinkError, match="unable to open database file"), Database(Store(f"sqlite:///{tmp_path}/folder"), print):
        pass


def test_a_server_that_hangs_keeps_nobody_waiting(postgresql: PostgreSQL, told: list[str]) -> None:
    records = call(turns=4)
    with Database(Store(postgresql.url, PASSWORD), told.append) as database:
        for record in records[:20]:
            database.write(record)
        until(lambda: seqs(postgresql.url, PASSWORD) == {"7": list(range(20))})
        postgresql.freeze(True)
        try:
            begun = time.monotonic()
            for record in records[20:-1]:
                database.write(record)
            assert time.monotonic() - begun < 1.0
            time.sleep(3.0)
            database.write(records[-1])
            assert "does not answer; the calls go on" in told[0]
        finally:
            postgresql.freeze(False)
    assert told[1:] == [f"database {postgresql.url}: there again; what waited is being stored"]
    assert seqs(postgresql.url, PASSWORD) == whole(records)


def gone_through(feed: Callable[[int], bytes], url: str, folder: Path, between: Callable[[int], None]) -> tuple[int, bytes]:
    """`companion log -` fed piece by piece, with something done between the pieces: its exit status, and what it told."""
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    command = [sys.executable, "-m", "companion", "log", "-", "--journal", str(folder / "journals"), "--database", url]
    running = subprocess.Popen([*command, "--database-password-file", str(secret)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdin is not None
    for number in range(60):
        running.stdin.write(feed(number))
        running.stdin.flush()
        between(number)
        time.sleep(0.05)
    _, said = running.communicate(timeout=120)
    return running.returncode, said


def test_killed_and_started_again_under_running_calls_it_misses_nothing(postgresql: PostgreSQL, tmp_path: Path) -> None:
    def feed(number: int) -> bytes:
        said = {"speaker": ("customer", "agent")[number % 2], "text": f"I am so sorry, the {number}th time this is ridiculous"}
        return b"".join(msgspec.json.encode({"call": name, **said}) + b"\n" for name in ("a", "b", "c"))

    def between(number: int) -> None:
        if number == 0:
            until(lambda: bool(postgresql.ask("SELECT to_regclass('calls')")[0][0]) and bool(postgresql.ask("SELECT * FROM calls")))
        elif number in (15, 40):
            postgresql.kill()
        elif number in (25, 50):
            postgresql.start()

    status, said = gone_through(feed, postgresql.url, tmp_path, between)
    assert status == 0, said
    assert said.count(b"there again; what waited is being stored") >= 1
    assert PASSWORD.encode() not in said
    journals = [list(read(path)) for path in sorted((tmp_path / "journals").iterdir())]
    assert len(journals) == 3
    assert seqs(postgresql.url, PASSWORD) == whole(*journals)
    assert postgresql.ask("SELECT call, count(*) FROM utterances GROUP BY call ORDER BY call") == [(name, 60) for name in ("a", "b", "c")]
