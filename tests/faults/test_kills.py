"""`kill -9` at random moments: of what writes, of what shows, of the hub, and of the database."""

import random
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from companion.core.record import Record, encode
from companion.sinks.database import Database
from companion.sinks.reading import read
from companion.sinks.store import Store
from companion.wiring.database import rebuild
from tests.faults.processes import Process, Screen, ended, gateway, has, recorded, stored, transcript, until, whole
from tests.faults.size import times
from tests.ports import free_port
from tests.sinks.databases import PASSWORD, PostgreSQL, call, postgresql, server

__all__ = ["postgresql", "server"]

ROUNDS = times(1, 200)


def files(folder: Path, count: int, process: Process | Screen) -> bool:
    """Whether so many files are there, or nobody is left to make them."""
    return len(list(folder.glob("*.jsonl"))) >= count or not process.running


def drawn(screen: Screen, size: int) -> bool:
    """Whether so many bytes were drawn, or nobody is left to draw."""
    return len(screen.drawn) >= size or not screen.running


def test_who_writes_is_killed(tmp_path: Path) -> None:
    """Bulk, as fast as it goes, into journals and SQLite."""
    calls = [transcript(tmp_path / f"{name}.jsonl", name, 50, 1.0) for name in "abc"]
    for seed in range(ROUNDS):
        folder, url = tmp_path / f"{seed}", f"sqlite:///{tmp_path}/{seed}.db"
        writing = Process("log", *calls, "--journal", folder, "--database", url)
        until(partial(files, folder, 1, writing))
        time.sleep(random.Random(seed).random() * 0.7)
        writing.end()
        journals = {path.stem: whole(path) for path in folder.glob("*.jsonl") if path.stat().st_size}  # made, and not yet written to
        numbers = stored(url)
        for name, seqs in numbers.items():
            assert seqs == list(range(len(seqs))), (seed, name)
            assert len(seqs) <= len(journals[name]), (seed, name)  # the journal is first
        rebuild({"database_url": url, "journal": str(folder)}, ())
        assert stored(url) == {name: [record.seq for record in records] for name, records in journals.items()}, seed


def test_the_gateway_is_killed(tmp_path: Path) -> None:
    """Calls in real time; the one that is started again leaves what there is, and writes beside it."""
    listens = [f"--listen={transcript(tmp_path / f'{name}.jsonl', name, 400, 0.02)}" for name in "ab"]
    for seed in range(ROUNDS):
        folder, before = tmp_path / f"{seed}", dict[Path, bytes]()
        for run in (1, 2):
            with gateway(*listens, "--journal", folder) as (process, _):
                until(partial(files, folder, len(before) + 1, process))
                time.sleep(random.Random(seed * 2 + run).random())
            assert all(path.read_bytes() == content for path, content in before.items()), seed
            before = {path: path.read_bytes() for path in folder.iterdir()}
            assert process.said.count("Traceback") == 0, process.said
            for path in before:
                whole(path)


def test_screens_are_killed_and_the_calls_go_on(tmp_path: Path) -> None:
    turns, every = times((4000, 0.05), (20_000, 0.25))  # longer than it takes, however slow the machine
    listens = [f"--listen={transcript(tmp_path / f'{name}.jsonl', name, turns, every)}" for name in "ab"]
    chance = random.Random(1)
    with gateway(*listens, "--journal", tmp_path / "journals") as (process, hub):
        for round in range(ROUNDS):
            command = (("attach", "a", "--hub", hub), ("watch", hub))[round % 2]
            screen = Screen(*command)
            until(partial(drawn, screen, chance.randrange(20_000)))
            screen.end()
            assert process.running
        with (tmp_path / "seen").open("wb") as out:
            looking = Process("watch", hub, "--headless", out=out.fileno())
            until(lambda: has(tmp_path / "seen", b"\n", 10))
            assert process.end(signal.SIGINT) == 130
            until(lambda: has(tmp_path / "seen", b'"call_closed"', 2))
            looking.end()
    seen = recorded(tmp_path / "seen")
    for name in "ab":
        journal = whole(tmp_path / "journals" / f"{name}.jsonl")
        assert ended(journal)
        assert [record for record in seen if record.call == name] == journal


def test_the_screen_of_ones_own_call_is_killed(tmp_path: Path) -> None:
    source = transcript(tmp_path / "a.jsonl", "a", 400, 0.05)
    for seed in range(ROUNDS):
        screen = Screen("live", source, "--journal", tmp_path / f"{seed}")
        until(partial(files, tmp_path / f"{seed}", 1, screen))
        time.sleep(random.Random(seed).random())
        screen.end()
        assert (tmp_path / f"{seed}" / "a.jsonl").exists(), screen.drawn[-500:]
        whole(tmp_path / f"{seed}" / "a.jsonl")


def test_the_hub_is_killed_and_comes_back(tmp_path: Path) -> None:
    """The agent's screen shows its call to a hub elsewhere: the call does not mind, and whoever looks on then has all of it."""
    port = free_port()
    address = f"ws://127.0.0.1:{port}"
    kills = times(1, 200)
    source = transcript(tmp_path / "a.jsonl", "a", 20_000, times(0.05, 0.25))

    def hub() -> Process:
        process = Process("serve", "--listen", "vosk://127.0.0.1:0", "--hub", f"127.0.0.1:{port}")
        process.told("look on")
        return process

    chance = random.Random(2)
    serving = hub()
    screen = Screen("live", source, "--broadcast", address, "--journal", tmp_path / "journals")
    try:
        for _ in range(kills):
            time.sleep(chance.random() * 2)
            serving.end()
            assert screen.running, screen.drawn[-2000:]
            serving = hub()
        with (tmp_path / "seen").open("wb") as out:
            looking = Process("watch", address, "--headless", out=out.fileno())
            until(lambda: has(tmp_path / "seen", b"\n", 10), looking.said)
            screen.end(signal.SIGTERM)
            until(lambda: has(tmp_path / "seen", b'"call_closed"'))
            looking.end(signal.SIGINT)
    finally:
        serving.end()
        screen.end() if screen.running else None
    journal = whole(tmp_path / "journals" / "a.jsonl")
    assert ended(journal)
    assert recorded(tmp_path / "seen") == journal


def test_the_database_is_killed(postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    chance = random.Random(3)
    brought: dict[str, list[Record]] = {}
    told: list[str] = []
    with Database(Store(postgresql.url), told.append) as database:
        for round in range(ROUNDS):
            for number in range(3):
                name = f"{round}-{number}"
                brought[name] = call(name)
                for record in brought[name]:
                    database.write(record)
            time.sleep(chance.random() * 0.5)
            postgresql.kill()
            postgresql.start()
        until(lambda: len(postgresql.ask("SELECT 1 FROM calls WHERE ended IS NOT NULL")) == len(brought), str(told[-3:]))
    assert stored(postgresql.url) == {name: [record.seq for record in records] for name, records in brought.items()}
    assert not [line for line in told if "not stored" in line]


def test_a_torn_last_line_is_all_that_is_ever_lost(tmp_path: Path) -> None:
    """Wherever the writing stopped, what was whole before is read."""
    lines = [encode(record) + b"\n" for record in call("a")]
    content = b"".join(lines)
    chance = random.Random(4)
    for _ in range(times(30, 3000)):
        place = chance.randrange(len(lines[0]) + 1, len(content))
        (tmp_path / "a.jsonl").write_bytes(content[:place])
        count = content[:place].count(b"\n") + (content[place : place + 1] == b"\n")
        assert len(list(read(tmp_path / "a.jsonl", damaged=pytest.fail, torn=lambda text: None))) == count
