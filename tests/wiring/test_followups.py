"""Follow-ups of journals, within this process."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from companion.core.events import Introduced
from companion.core.record import Record, encode
from companion.core.updates import Promised
from companion.errors import ConfigError
from companion.wiring.followups import follow_up
from tests.report.promised import NOW, PROMISES
from tests.report.week import MONDAY, records

OPTIONS: dict[str, Any] = {"which": "open", "agent": None, "done": (), "undo": (), "draft": None, "ics": None, "csv": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a journal in which things were promised."""
    kept = records("chat", began=MONDAY.isoformat(), who=Introduced(agent="maria", customer="Ada"))
    promised = [Record(call="c-1", seq=900 + at, at=100_000, update=promise) for at, promise in enumerate(PROMISES)]
    kept = [record for record in kept if not isinstance(record.update, Promised)]
    (tmp_path / "c-1.jsonl").write_bytes(b"".join(encode(record) + b"\n" for record in [*kept[:-2], *promised, *kept[-2:]]))
    return tmp_path


def asked(folder: Path, capsys: pytest.CaptureFixture[str], now: datetime = NOW, **options: Any) -> tuple[bool, str]:
    overdue = follow_up([folder], {**OPTIONS, **options}, now)
    return overdue, capsys.readouterr().out


def test_what_is_listed_is_what_was_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for which, count in (("open", 5), ("due", 3), ("overdue", 2), ("all", 5)):
        overdue, out = asked(folder, capsys, which=which)
        assert (overdue, out.count("call c-1")) == (True, count)
    assert asked(folder, capsys, MONDAY, which="overdue") == (False, "Nothing to follow up.\n")
    with pytest.raises(ConfigError, match=r"^followups: no call is of agent 'dan'; known here: maria$"):
        asked(folder, capsys, agent="dan")


def test_what_is_done_stays_done_until_it_is_taken_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = asked(folder, capsys, which="overdue")
    first, second = (line.split()[0] for line in out.splitlines() if "call c-1" in line)
    assert asked(folder, capsys, done=(first[:5], second)) == (False, "")
    assert asked(folder, capsys, which="overdue") == (False, "Nothing to follow up.\n")
    (folder / "c-1.jsonl").rename(folder / "renamed.jsonl")
    assert "Kept, but late:" in asked(folder, capsys, which="all")[1]
    asked(folder, capsys, undo=(first,))
    assert first in asked(folder, capsys, which="overdue")[1]


def test_an_id_must_be_one_promises(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="zz: there is no such promise"):
        asked(folder, capsys, draft="zz")
    with pytest.raises(ConfigError, match="5 promises begin like that; give more of it"):
        asked(folder, capsys, done=("",))


def test_a_draft_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = asked(folder, capsys, which="overdue")
    overdue, message = asked(folder, capsys, draft=out.splitlines()[1].split()[0])
    assert not overdue
    assert "You should have heard from us by Tue 17 Nov." in message


def test_exports_hold_what_would_be_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("icalendar", reason="needs companion[report]")
    overdue, out = asked(folder, capsys, which="due", ics=folder / "due.ics", csv=Path("-"))
    assert overdue
    assert (folder / "due.ics").read_bytes().count(b"BEGIN:VEVENT") == 3
    assert len(out.splitlines()) == 4
