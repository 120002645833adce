"""Records in real databases: each once, without a hole, and what the tables make of them."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from companion.core.events import Utterance
from companion.core.record import Record, decode, encode
from companion.core.updates import CallClosed, Promised, StepHeard
from companion.errors import SinkError
from companion.sinks.store import Away, Store
from tests.sinks.databases import PASSWORD, PostgreSQL, call, postgresql, server, url

__all__ = ["postgresql", "server", "url"]


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty database."""
    store = Store(url)
    store.prepare()
    yield store
    store.close()


def table(store: Store, name: str) -> list[dict[str, Any]]:
    """A table's rows."""
    names, *rows = store.rows(name)
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_a_call_becomes_rows_for_people_who_write_sql(store: Store) -> None:
    records = call()
    assert store.keep(records) == {}
    summary = next(record.update for record in records if isinstance(record.update, CallClosed)).summary
    (row,) = table(store, "calls")
    assert (row["call"], row["agent"], row["team"], row["checklist"], row["ended"]) == ("7", "Anna", "billing", "complaint", "hung up")
    assert row["began"] == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (str(row["day"]), row["week"]) == ("2026-11-20", "2026-W47")
    assert (row["heat_peak"], row["duration_s"], row["well"]) == (summary["heat"]["peak"], summary["duration"], summary["well"])
    assert row["agent_s"] == pytest.approx(summary["talk"]["agent"])
    steps = {row["step"]: row for row in table(store, "steps")}
    assert {step: (row["state"], row["grade"], row["done_ms"], row["heard"]) for step, row in steps.items()} == {
        step: (told["state"], told["grade"], told["at"], told["heard"]) for step, told in summary["steps"].items()
    }
    heard = [record.update for record in records if isinstance(record.update, StepHeard) and record.update.step == "apologized"]
    assert steps["apologized"]["words"] == heard[0].evidence[0].text
    said = [record.event.text for record in records if isinstance(record.event, Utterance)]
    assert [row["text"] for row in table(store, "utterances")] == said
    assert {row["flag"] for row in table(store, "flags")} == set(summary["flags"])
    assert max(row["heat"] for row in table(store, "heat")) == summary["heat"]["peak"]
    promised = next(record.update for record in records if isinstance(record.update, Promised))
    (promise,) = table(store, "promises")
    assert (promise["what"], promise["by_when"], str(promise["due_day"])) == (promised.what, promised.by, "2026-11-21")
    prompts = table(store, "prompts")
    assert prompts
    assert all(row["outcome"] and row["closed_ms"] >= row["at_ms"] for row in prompts)


def test_the_records_themselves_are_all_there(store: Store) -> None:
    records = call()
    store.keep(records)
    rows = table(store, "records")
    checklist = msgspec.json.decode(table(store, "checklists")[0]["body"])
    rows[0]["body"] = msgspec.json.encode(msgspec.json.decode(rows[0]["body"]) | {"checklist": checklist}).decode()
    lines = [f'{{"call":"7","seq":{row["seq"]},"at":{row["at_ms"]},"{row["kind"]}":{row["body"]}}}' for row in rows]
    assert [decode(line) for line in lines] == [decode(encode(record)) for record in records]


def test_what_comes_again_is_stored_once(store: Store) -> None:
    records = call(turns=3)
    for brought in (records[:10], records, records[5:20], records):
        assert store.keep(brought) == {}
    assert [row["seq"] for row in table(store, "records")] == list(range(len(records)))
    once = {name: table(store, name) for name in ("steps", "prompts", "flags", "utterances")}
    assert store.forget("7") == 1
    assert store.keep(iter(records)) == {}
    assert {name: table(store, name) for name in once} == once


def test_another_process_goes_on_where_one_was_killed(store: Store, url: str) -> None:
    records = call(turns=2)
    store.keep(records[:20])
    other = Store(url)
    assert other.keep(records[20:30]) == {}
    assert store.keep(records[18:]) == {}  # it knows of 20, and finds 30
    assert other.keep(records[30:]) == {}
    other.close()
    assert [row["seq"] for row in table(store, "records")] == list(range(len(records)))
    assert len(table(store, "utterances")) == 6


def test_a_hole_is_refused(store: Store) -> None:
    records = call()
    assert store.keep(records[3:]) == {"7": "its beginning is missing"}
    store.keep(records[:5])
    assert store.keep([*records[7:], *call("8")]) == {"7": "its records 5 to 6 are missing"}
    assert [row["call"] for row in table(store, "calls")] == ["7", "8"]
    assert store.missing(records) == len(records) - 5
    assert store.missing(call("9")) == len(call("9"))


def test_calls_of_one_name_are_told_by_their_beginning(store: Store) -> None:
    first, second = call(), call(began="2026-11-20T11:00:00+01:00")
    assert store.keep([*first, *second]) == {}
    assert store.keep(second) == {}
    assert [(row["call"], row["name"]) for row in table(store, "calls")] == [("7", "7"), ("7.2", "7")]
    assert store.missing(second) == 0
    assert store.forget("7") == 2
    assert all(table(store, name) == [] for name in ("calls", "records", "steps", "prompts"))


def test_calls_that_begin_alike_are_not_mixed(store: Store) -> None:
    store.keep(call(began=None))
    other = call(began=None, turns=2)
    assert "another call of that name, which began alike" in store.keep(other)["7"]
    assert len(table(store, "records")) == len(call(began=None))


def test_one_bad_call_does_not_keep_the_others_out(store: Store) -> None:
    bad = call("bad")
    bad[-1] = msgspec.structs.replace(bad[-1], at=1 << 70)
    refused = store.keep([*call("a"), *bad, *call("b")])
    assert list(refused) == ["bad"]
    assert [row["call"] for row in table(store, "calls")] == ["a", "b"]


def test_a_call_deleted_while_it_goes_on_stays_deleted(store: Store) -> None:
    records = call()
    store.keep(records[:10])
    store.forget("7")
    assert store.keep(records[10:]) == {"7": "its beginning is missing"}
    assert table(store, "records") == []


def test_old_calls_are_purged_by_their_beginning(store: Store) -> None:
    store.keep([*call("old", began="2026-10-01T10:00:00+00:00"), *call("new"), *call("undated", began=None)])
    assert store.purge(datetime(2026, 11, 1, tzinfo=UTC)) == 1
    assert [row["call"] for row in table(store, "calls")] == ["new", "undated"]
    assert store.purge(datetime(2126, 11, 1, tzinfo=UTC)) == 2


def test_forgotten_words_are_gone_from_the_file(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/calls.db")
    store.prepare()
    store.keep(call())
    assert b"call you back tomorrow by noon" in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.forget("7")
    assert b"call you back tomorrow by noon" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()


def test_facts(store: Store) -> None:
    assert store.facts().calls == 0
    store.keep([*call("a"), *call("b", began="2026-11-21T10:00:00+01:00")])
    facts = store.facts()
    assert (facts.migrations, facts.calls, facts.records) == (["tables"], 2, 2 * len(call()))
    assert facts.oldest == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert facts.newest == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_a_database_that_is_not_ours_yet_holds_nothing(url: str) -> None:
    store = Store(url)
    assert store.facts().migrations == []
    store.close()


def test_a_locked_file_is_away_and_not_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.sinks.engine._PATIENCE", 0.05)
    store = Store(f"sqlite:///{tmp_path}/calls.db")
    store.prepare()
    other = sqlite3.connect(tmp_path / "calls.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Away, match=r"calls\.db: database is locked"):
        store.keep(call())
    other.execute("ROLLBACK")
    other.close()
    assert store.keep(call()) == {}
    store.close()


def test_a_server_that_refuses_is_not_away(postgresql: PostgreSQL) -> None:
    wrong = Store(postgresql.url, "wrong")
    with pytest.raises(SinkError, match="password authentication failed") as error:
        wrong.prepare()
    assert not isinstance(error.value, Away)
    assert PASSWORD not in str(error.value)
    none = Store(postgresql.url.replace("/postgres", "/none"), PASSWORD)
    with pytest.raises(SinkError, match='database "none" does not exist') as error:
        none.prepare()
    assert not isinstance(error.value, Away)


def test_a_server_that_is_not_there_is_away(unused_tcp_port: int) -> None:
    store = Store(f"postgresql://companion@127.0.0.1:{unused_tcp_port}/postgres", "some")
    with pytest.raises(Away, match="refused"):
        store.prepare()
    with pytest.raises(Away, match="refused"):
        store.keep(call())
    with pytest.raises(Away):
        store.facts()
    with pytest.raises(Away):
        store.forget("7")
    with pytest.raises(Away):
        list(store.rows("calls"))


def test_records_come_from_anywhere_in_any_pieces(store: Store) -> None:
    both: list[Record] = [record for pair in zip(call("a"), call("b"), strict=True) for record in pair]
    for start in range(0, len(both), 7):
        assert store.keep(both[start : start + 7]) == {}
    assert store.facts().records == len(both)


def test_two_gateways_in_one_database(store: Store, url: str) -> None:
    def gateway(names: str) -> dict[str, str]:
        own = Store(url)
        refused: dict[str, str] = {}
        for name in names:
            records = call(name)
            for start in range(0, len(records), 5):
                refused |= own.keep(records[start : start + 5])
        own.close()
        return refused

    with ThreadPoolExecutor() as threads:
        # both bring e and f: one took them over from the other, which wakes up again
        assert list(threads.map(gateway, ("abef", "cdef"))) == [{}, {}]
    assert [row["call"] for row in table(store, "calls")] == list("abcdef")
    assert store.facts().records == 6 * len(call())
    assert {row["heard"] for row in table(store, "steps") if row["step"] == "apologized"} == {1}
