"""Journals that were damaged: each command that reads them does with what is left, names the rest, and breaks on nothing."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from companion.core.record import Record, decode, encode
from companion.core.replay import check
from companion.core.view import CallView
from companion.core.wall import WallRow
from companion.errors import CompanionError, ReplayError
from companion.sinks.reading import read
from companion.sinks.retention import Folder
from companion.sinks.store import Store
from companion.wiring.database import export, rebuild
from companion.wiring.followups import follow_up
from companion.wiring.headless import journals
from companion.wiring.report import report
from companion.wiring.showing import replay
from tests.faults.size import times
from tests.sinks.databases import call

ROUNDS = times(10, 1000)
REPLAY: dict[str, Any] = {"check": False, "other": None, "call": None, "start": None, "headless": False}
REPORT: dict[str, Any] = {"since": None, "until": None, "agent": None, "by": None, "as_json": False, "html": None}
FOLLOW_UPS: dict[str, Any] = {"agent": None, "done": (), "undo": (), "draft": None, "which": "all", "ics": None, "csv": None}

Damage = Callable[[random.Random, list[bytes]], bytes]


def cut(chance: random.Random, lines: list[bytes]) -> bytes:
    whole = b"".join(lines)
    return whole[: chance.randrange(len(whole))]


def holes(chance: random.Random, lines: list[bytes]) -> bytes:
    return b"".join(line for line in lines if chance.random() > 0.1)


def swapped(chance: random.Random, lines: list[bytes]) -> bytes:
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(1, len(lines) - 1)
        lines[place], lines[place + 1] = lines[place + 1], lines[place]
    return b"".join(lines)


def doubled(chance: random.Random, lines: list[bytes]) -> bytes:
    begin = chance.randrange(len(lines))
    end = begin + chance.randrange(1, 10)
    return b"".join([*lines[:end], *lines[begin:end], *lines[end:]])


def zeroed(chance: random.Random, lines: list[bytes]) -> bytes:
    whole = bytearray(b"".join(lines))
    begin = chance.randrange(len(whole))
    size = min(chance.choice((1, 512, 4096)), len(whole) - begin)
    whole[begin : begin + size] = bytes(size)
    return bytes(whole)


def flipped(chance: random.Random, lines: list[bytes]) -> bytes:
    whole = bytearray(b"".join(lines))
    for _ in range(chance.randrange(1, 6)):
        whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole)


def strewn(chance: random.Random, lines: list[bytes]) -> bytes:
    strange = b'{"call":"a","seq":-1,"at":0,"event":{"type":"sneezed"}}\n'
    for _ in range(chance.randrange(1, 4)):
        rubbish = chance.choice((b"\n", b"{}\n", b"\xff\xfe\n", strange, b"x" * 70_000))
        lines.insert(chance.randrange(len(lines)), rubbish)
    return b"".join(lines)


def joined(chance: random.Random, lines: list[bytes]) -> bytes:
    other = [encode(record) + b"\n" for record in call(chance.choice(("a", "b")), began="2026-11-20T09:00:00+01:00")]
    return b"".join([*lines, *other])[chance.randrange(2) * chance.randrange(200) :]


DAMAGES: tuple[Damage, ...] = (holes, cut, swapped, doubled, zeroed, flipped, strewn, joined)


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """A call's journal."""
    return [encode(record) + b"\n" for record in call("a")]


def held(path: Path) -> list[Record]:
    """What is read of a journal; nothing where it says that it is none."""
    try:
        return list(read(path))
    except ReplayError:
        return []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_is_whole_is_read_and_all_else_is_told(damage: Damage, lines: list[bytes], tmp_path: Path) -> None:
    for seed in range(ROUNDS * 5):
        content = damage(random.Random(seed), list(lines))
        path = tmp_path / "a.jsonl"
        path.write_bytes(content)
        told: list[str] = []
        try:
            found = [encode(record) + b"\n" for record in read(path, told.append)]
        except ReplayError as error:
            if f"{path}:" in str(error):  # it is no journal any more, or seems to be of a newer version
                continue
            raise
        whole = [line for line in lines if line in content.splitlines(keepends=True)]
        lost = [line for line in whole if line not in found]
        assert len(lost) <= (5 if damage is flipped else 0), (seed, lost[:3], told)  # a number that was flipped may be another's
        for number in {json.loads(line)["call"] for line in found}:
            seqs = [record.seq for record in map(decode, found) if record.call == number]
            assert seqs == sorted(set(seqs)) or damage in (joined, flipped), (seed, seqs)
        last = max((place for place, line in enumerate(lines) if line in found), default=0)
        hole = any(line not in found for line in lines[:last])
        assert told or not hole or damage in (joined, flipped), seed  # where the end is missing, nobody can know


@pytest.mark.parametrize("damage", DAMAGES[:: times(4, 1)], ids=lambda damage: damage.__name__)
def test_every_command_does_with_what_is_left(
    damage: Damage, lines: list[bytes], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journals" / "a.jsonl"
    path.parent.mkdir()
    database = {"database_url": f"sqlite:///{tmp_path}/calls.db", "journal": str(path.parent)}
    commands: dict[str, Callable[[], object]] = {
        "replay": lambda: replay({**REPLAY, "path": path, "headless": True}),
        "screen": lambda: [reduce(CallView.fold, records, CallView()) for records in journals(path).values()],
        "wall": lambda: [reduce(WallRow.fold, records, WallRow()) for records in journals(path).values()],
        "what if": lambda: replay({**REPLAY, "path": path, "headless": True, "other": "chat"}),
        "check": lambda: replay({**REPLAY, "path": path, "check": True}),
        "report": lambda: report([path.parent], REPORT),
        "page": lambda: report([path], {**REPORT, "html": times(None, tmp_path / "page.html")}),
        "followups": lambda: follow_up([path.parent], FOLLOW_UPS, datetime.now(UTC)),
        "rebuild": lambda: rebuild(database, ()),
        "export": lambda: export(database, "calls", "jsonl", str(tmp_path / "calls.jsonl")),
        "forget": lambda: [kept.delete() for kept in Folder(path.parent).of("a")],
    }
    for seed in range(max(1, ROUNDS // 20)):
        path.write_bytes(damage(random.Random(seed), list(lines)))
        for name, command in commands.items():
            try:
                command()
            except CompanionError:
                pass
            except Exception as error:
                raise AssertionError(f"{name}, seed {seed}: {type(error).__name__}: {error}") from error
        capfd.readouterr()


def test_a_database_made_of_a_damaged_journal_holds_a_prefix(lines: list[bytes], tmp_path: Path) -> None:
    for seed in range(max(2, ROUNDS // 20)):
        path = tmp_path / f"{seed}.jsonl"
        path.write_bytes(DAMAGES[seed % len(DAMAGES)](random.Random(seed), list(lines)))
        store = Store(f"sqlite:///{tmp_path}/{seed}.db")
        store.prepare()
        try:
            rebuild({"database_url": f"sqlite:///{tmp_path}/{seed}.db"}, [str(path)])
        except ReplayError:
            assert len([record for record in held(path) if record.call == "a"]) < len(lines) or seed % len(DAMAGES) >= 3
        columns, *rows = store.rows("records")
        seqs: dict[str, list[int]] = {}
        for row in rows:
            seqs.setdefault(row[columns.index("call")], []).append(row[columns.index("seq")])
        assert all(numbers == list(range(len(numbers))) for numbers in seqs.values()), seed
        store.close()


def test_what_is_left_of_a_journal_proves_itself(lines: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for seed in range(max(4, ROUNDS // 10)):
        path.write_bytes(cut(random.Random(seed), list(lines)))
        records = held(path)
        assert not records or check(records) == len(records), seed


def test_a_damaged_journal_is_proved_up_to_its_hole(lines: list[bytes], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join([*lines[:7], b"?\n", *lines[8:]]))
    with pytest.raises(ReplayError, match=r"a\.jsonl: is damaged, as said above"):
        replay({**REPLAY, "path": path, "check": True})
    out, told = capfd.readouterr()
    assert f"{path}: call a: 7 records, and the same events give the same updates" in out
    assert [line.split(" ")[1] for line in told.splitlines()] == [f"{path}:8:", f"{path}:9:"]
