"""What records mean as rows, whatever is in them."""

from datetime import date, datetime

import msgspec
import pytest
from sqlalchemy import create_engine, event, select

from companion.core.events import CallStarted, Marked
from companion.core.record import Record, Unknown
from companion.core.updates import Escalated, Promised, StepChanged
from companion.sinks import rows, schema
from companion.sinks.rows import Rows, beginning, body, moment, type_of
from tests.sinks.databases import call


def found(*records: Record) -> dict[str, list[dict[str, object]]]:
    """The tables after some records of a call."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        gathered = Rows()
        gathered.begin("7", records[0], datetime(2026, 11, 21))
        for record in records:
            gathered.take("7", record, 0)
        gathered.write(connection)
        return {table.name: [dict(row._mapping) for row in connection.execute(select(table))] for table in schema.FOR_PEOPLE}


def record(seq: int, **what: object) -> Record:
    """A record a second after the last one."""
    return Record(call="7", seq=seq, at=seq * 1000, **what)  # type: ignore[arg-type]


def changed(seq: int, state: str) -> Record:
    """A step came to a state."""
    return record(seq, update=StepChanged(step="apologized", state=state, grade=2 if state == "done" else 0, because="said"))  # type: ignore[arg-type]


def test_a_step_that_is_taken_back_is_not_done() -> None:
    for states, expected in (
        (["done"], ("done", 1000)),
        (["done", "done"], ("done", 1000)),
        (["done", "open"], ("open", None)),
        (["done", "open", "done"], ("done", 3000)),
        (["overdue", "missed"], ("missed", None)),
    ):
        tables = found(call()[0], *(changed(number + 1, state) for number, state in enumerate(states)))
        (row,) = [row for row in tables["steps"] if row["step"] == "apologized"]
        assert (row["state"], row["done_ms"]) == expected


def test_the_loudest_escalation_stays() -> None:
    levels = [record(n + 1, update=Escalated(level=level, because="x", card={})) for n, level in enumerate(("prompt", "alert", "prompt"))]  # type: ignore[arg-type]
    assert found(call()[0], *levels[:1])["calls"][0]["escalated"] == "prompt"
    assert found(call()[0], *levels)["calls"][0]["escalated"] == "alert"


@pytest.mark.parametrize(
    ("due", "day"), [("2026-11-22", date(2026, 11, 22)), ("2026-11-22T12:00:00+01:00", date(2026, 11, 22)), (None, None), ("soon", None)]
)
def test_the_day_of_a_promise(due: str | None, day: date | None) -> None:
    promise = record(1, update=Promised(what="a call", by="tomorrow", due=due, utterance=0))
    (row,) = found(call()[0], promise)["promises"]
    assert (row["due"], row["due_day"]) == (due, day)


def test_an_unknown_record_is_kept_as_it_is() -> None:
    unknown = record(1, event=Unknown({"type": "danced", "how": "well"}))
    assert type_of(unknown) == "danced"
    assert found(call()[0], unknown)["records"][1]["body"] == '{"type":"danced","how":"well"}'


def test_a_checklist_of_any_shape_is_let_pass() -> None:
    started = call()[0].event
    assert isinstance(started, CallStarted)
    for strange in (None, [1], {"steps": None}, "complaint"):
        first = record(0, event=msgspec.structs.replace(started, checklist=strange))
        tables = found(first, record(1, event=Marked(step="x", state="waived", by="agent")))
        assert tables["steps"] == []
        assert tables["calls"][0]["checklist"] is None


def test_a_beginning_does_not_hang_on_how_the_checklist_is_written() -> None:
    started = call()[0].event
    assert isinstance(started, CallStarted)
    assert beginning(msgspec.structs.replace(started, checklist=None)) == beginning(started)
    assert beginning(msgspec.structs.replace(started, began=None)) != beginning(started)
    assert '"checklist":null' in body(call()[0])


def test_times() -> None:
    assert moment("2026-11-20T10:00:00Z") is not None
    assert moment("2026-11-20T10:00:00").tzinfo is not None  # type: ignore[union-attr]
    assert moment("yesterday") is moment(None) is None
    assert rows.checklist_row(call()[0].event)["id"] == "complaint"  # type: ignore[arg-type]
