"""Follow-ups for calendars and tables, read back by other programs."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from msgspec.structs import replace

from companion.report.exports import calendar, table
from companion.report.followups import followups
from tests.report.promised import NOW, PROMISES, call, promise

icalendar = pytest.importorskip("icalendar", reason="needs companion[report]")


def test_a_calendar_has_an_event_for_each_that_is_dated_and_open() -> None:
    made = list(followups([call(*PROMISES)]))
    kept = [replace(made[0], done=NOW), *made[1:]]
    events = icalendar.Calendar.from_ical(calendar(kept, NOW)).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [
        datetime(2026, 11, 18, 11, 0, tzinfo=UTC), date(2026, 11, 18), date(2026, 11, 20),
    ]  # fmt: skip
    assert str(events[0]["summary"]) == "Ada: I will write by noon"
    assert str(events[0]["uid"]) == f"{made[1].id}@companion"
    assert "companion replay kept/c-1.jsonl --from" in str(events[0]["description"])
    assert calendar(kept, NOW) == calendar(kept, NOW)


def test_what_was_said_ends_no_event_and_no_line() -> None:
    evil = "x\r\nEND:VEVENT\nBEGIN:VALARM;,\\" + "é" * 200
    content = calendar(followups([call(promise(evil, "2026-11-20"))]), NOW)
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["summary"]).replace("\r", "") == f"Ada: {evil}".replace("\r", "")
    assert b"VALARM" not in [line.partition(b":")[2] for line in content.split(b"\r\n") if line.startswith(b"BEGIN")]
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_a_table_has_them_all_and_no_formula() -> None:
    made = list(followups([call(*PROMISES, promise("=cmd|' /C calc'!A0", None), team="billing")]))
    rows = list(csv.DictReader(StringIO(table([replace(made[0], done=NOW), *made[1:]], NOW).decode())))
    assert [row["standing"] for row in rows] == ["kept late", "overdue", "due", "later", "undated", "undated"]
    assert rows[1]["due"] == "2026-11-18T12:00+01:00"
    assert (rows[0]["agent"], rows[0]["team"], rows[0]["customer"], rows[0]["done"]) == (
        "maria",
        "billing",
        "Ada",
        "2026-11-18T12:00+01:00",
    )
    assert rows[5]["what"] == "'=cmd|' /C calc'!A0"
