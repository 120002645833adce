"""What is kept goes again: from folder and database, by age and by name, at once and every day."""

import asyncio
import importlib.util
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from companion.core.record import Record
from companion.errors import ConfigError
from companion.sinks.reading import read
from companion.wiring.privacy import expire, expiring, of, older
from tests.sinks.test_retention import call, tape, written

DATABASE = pytest.mark.skipif(importlib.util.find_spec("sqlalchemy") is None, reason="sqlalchemy is not installed")


def days_ago(count: int) -> str:
    return (datetime.now(UTC) - timedelta(days=count)).isoformat(timespec="seconds")


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    """A folder with an old call and a new one."""
    written(tmp_path / "old.jsonl", call("old", days_ago(40)))
    written(tmp_path / "new.jsonl", call("new", days_ago(20)))
    return {"journal": str(tmp_path), "privacy_keep": "30d"}


def left(options: dict[str, Any]) -> list[str]:
    return sorted(path.name for path in Path(options["journal"]).glob("*.jsonl"))


def test_calls_are_found_by_age_and_by_name(options: dict[str, Any]) -> None:
    assert [kept.calls for kept in older(options, print)] == [("old",)]
    assert [kept.calls for kept in older({**options, "privacy_keep": "2w"}, print)] == [("new",), ("old",)]
    assert [kept.calls for kept in of("new", options, print)] == [("new",)]
    assert left(options) == ["new.jsonl", "old.jsonl"]


def test_a_files_name_is_no_calls_name(options: dict[str, Any]) -> None:
    folder = Path(options["journal"])
    (folder / "old.jsonl").rename(folder / "old.2.jsonl")
    with pytest.raises(ConfigError, match=r"old\.2: is how a file is called; the call in it is old: give that"):
        of("old.2", options, print)
    assert of("never", options, print) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none: no such folder; name the one that is kept with --journal"):
        of("7", {"journal": str(tmp_path / "none")}, print)


@DATABASE
def test_the_database_forgets_too(options: dict[str, Any], tmp_path: Path) -> None:
    from companion.wiring.database import opened

    options["database_url"] = f"sqlite:///{tmp_path}/calls.db"
    with closing(opened(options)) as store:
        store.prepare()
        for path in tmp_path.glob("*.jsonl"):
            records: list[Record] = list(read(path))
            store.keep(records)
    found = older(options, print)
    assert [kept.calls for kept in found] == [("old",), ("old",)]
    for kept in found:
        kept.delete()
    assert of("old", options, print) == []
    assert [kept.calls for kept in of("new", options, print)] == [("new",), ("new",)]
    assert b"old" not in (tmp_path / "calls.db").read_bytes()
    for kept in of("new", options, print):
        kept.delete()
    with closing(opened(options)) as store:
        assert store.facts().calls == 0
    with pytest.raises(ConfigError, match="there is no such file"):
        of("new", {"database_url": f"sqlite:///{tmp_path}/mistyped.db"}, print)


@DATABASE
def test_what_is_too_old_goes_also_where_the_database_is_yet_to_be_made(options: dict[str, Any], tmp_path: Path) -> None:
    told: list[str] = []
    expire({**options, "privacy_keep": "30d", "database_url": f"sqlite:///{tmp_path}/new.db"}, told.append)
    assert told == ["privacy.keep 30d: deleted what was kept of 1 call"]
    assert not (tmp_path / "new.db").exists()


def test_sound_goes_with_its_call(options: dict[str, Any], tmp_path: Path) -> None:
    sound = tmp_path / "sound"
    tape(sound, "old", ago=timedelta(days=40))
    tape(sound, "new")
    options["privacy_keep_audio"] = str(sound)
    assert [kept.place.removeprefix(f"{tmp_path}/") for kept in of("new", options, print)] == ["new.jsonl", "sound/new.wav"]
    expire(options, print)
    assert [path.name for path in sound.iterdir()] == ["new.wav"]


def test_what_may_not_be_kept_is_deleted_and_said(options: dict[str, Any]) -> None:
    told: list[str] = []
    expire(options, told.append)
    expire(options, told.append)
    assert left(options) == ["new.jsonl"]
    assert told == ["privacy.keep 30d: deleted what was kept of 1 call"]


def test_without_a_limit_or_a_folder_nothing_is_deleted(options: dict[str, Any], tmp_path: Path) -> None:
    expire({"journal": options["journal"]}, print)
    expire({"privacy_keep": "30d"}, print)
    expire({"privacy_keep": "30d", "journal": str(tmp_path / "yet to be made")}, print)
    assert left(options) == ["new.jsonl", "old.jsonl"]
    with pytest.raises(ConfigError, match="'soon' is no length of time"):
        expire({**options, "privacy_keep": "soon"}, print)


def test_what_cannot_be_deleted_stops_nothing(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def refuse(*what: object, **how: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    expire(options, told.append)
    assert told == [f"privacy.keep 30d: {options['journal']}/old.jsonl: cannot be deleted: Permission denied"]


async def test_a_gateway_deletes_every_day(options: dict[str, Any]) -> None:
    told: list[str] = []
    async with expiring(options, told.append, every=0.05):
        assert left(options) == ["new.jsonl"]
        written(Path(options["journal"]) / "older.jsonl", call("older", days_ago(50)))
        async with asyncio.timeout(10):
            while "older.jsonl" in left(options):
                await asyncio.sleep(0.02)
    assert left(options) == ["new.jsonl"]
