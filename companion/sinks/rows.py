"""What a record means in the tables of `companion.sinks.schema`: rows to add, and changes to rows that are there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, Update, and_, bindparam, case, func, update

from companion.core.events import CallEnded, CallStarted, Introduced, Utterance
from companion.core.record import Record, Unknown
from companion.core.updates import (
    CallClosed,
    Escalated,
    Evidence,
    FlagRaised,
    HeatChanged,
    Promised,
    PromptClosed,
    Prompted,
    StepChanged,
    StepHeard,
)
from companion.sinks import schema

_HEARD = (
    update(schema.steps)
    .where(and_(schema.steps.c.call == bindparam("of_call"), schema.steps.c.step == bindparam("of_step")))
    .values(
        heard=schema.steps.c.heard + 1,
        words=case((bindparam("new_grade") > schema.steps.c.heard_grade, bindparam("new_words")), else_=schema.steps.c.words),
        heard_grade=case((bindparam("new_grade") > schema.steps.c.heard_grade, bindparam("new_grade")), else_=schema.steps.c.heard_grade),
    )
)
_DONE = bindparam("new_done", type_=schema.steps.c.done_ms.type)
_CHANGED = (
    update(schema.steps)
    .where(and_(schema.steps.c.call == bindparam("of_call"), schema.steps.c.step == bindparam("of_step")))
    .values(
        state=bindparam("new_state"),
        grade=bindparam("new_grade"),
        because=bindparam("new_because"),
        done_ms=case((_DONE.is_(None), None), else_=func.coalesce(schema.steps.c.done_ms, _DONE)),
    )
)
_ANSWERED = (
    update(schema.prompts)
    .where(and_(schema.prompts.c.call == bindparam("of_call"), schema.prompts.c.prompt == bindparam("of_prompt")))
    .values(outcome=bindparam("new_outcome"), closed_ms=bindparam("new_closed"))
)


def _of_the_call(**values: Any) -> Update:
    return update(schema.calls).where(schema.calls.c.call == bindparam("of_call")).values(**values)


_INTRODUCED = _of_the_call(**{who: func.coalesce(bindparam(f"new_{who}"), schema.calls.c[who]) for who in ("agent", "customer", "team")})
_ESCALATED = _of_the_call(escalated=case((schema.calls.c.escalated == "alert", "alert"), else_=bindparam("new_level")))
_ENDED = _of_the_call(ended=bindparam("new_ended"))
_OF_THE_SUMMARY: dict[str, tuple[str, ...]] = {
    "duration_s": ("duration",),
    "heat_start": ("heat", "start"),
    "heat_peak": ("heat", "peak"),
    "heat_end": ("heat", "end"),
    "agent_s": ("talk", "agent"),
    "customer_s": ("talk", "customer"),
    "talk_over_s": ("talk", "over"),
    "dead_air_s": ("talk", "dead_air"),
    "talk_share": ("talk", "share"),
    "words_a_minute": ("pace", "agent"),
    "well": ("well",),
    "try_next": ("try",),
}
_CLOSED = _of_the_call(**{column: bindparam(f"new_{column}") for column in _OF_THE_SUMMARY})


class Rows:
    """The rows of some records, gathered so that each table is written to once."""

    def __init__(self) -> None:
        self._added: dict[Table, list[dict[str, Any]]] = {}
        self._changed: dict[Update, list[dict[str, Any]]] = {}

    def write(self, connection: Connection) -> None:
        """Write them all; a row is added before it is changed."""
        for table in sorted(self._added, key=schema.metadata.sorted_tables.index):
            connection.execute(table.insert(), self._added[table])
        for statement, changes in self._changed.items():
            connection.execute(statement, changes)

    def begin(self, call: str, record: Record, now: datetime) -> None:
        """The row of a call and those of its steps, from its first record; `call` is what the tables call it.

        The checklist's own row must be there: many calls share it.
        """
        started = record.event
        assert isinstance(started, CallStarted)
        began = moment(started.began)
        week = began.isocalendar() if began else None
        checklist = _plain(started.checklist)
        self._add(
            schema.calls,
            call=call,
            name=record.call,
            beginning=beginning(started),
            stored=now,
            began=began.astimezone(UTC) if began else None,
            day=began.date() if began else None,
            week=f"{week.year}-W{week.week:02}" if week else None,
            source=started.source,
            speech=started.speech,
            timed=started.timed,
            checklist=_text(checklist.get("id")),
            digest=started.digest,
        )
        for step in checklist.get("steps") or ():
            self._add(
                schema.steps,
                call=call,
                step=str(step.get("id")),
                title=_text(step.get("title")),
                state="open",
                grade=0,
                heard=0,
                heard_grade=0,
            )

    def take(self, call: str, record: Record, said: int) -> None:
        """The record itself, and what it means; `said` counts the call's utterances before it."""
        what, at = record.what, record.at
        of_kind = "event" if record.event is not None else "update"
        self._add(schema.records, call=call, seq=record.seq, at_ms=at, kind=of_kind, type=type_of(record), body=body(record))
        match what:
            case Utterance():
                words = {"speaker": what.speaker, "text": what.text, "start_s": what.start, "end_s": what.end}
                self._add(schema.utterances, call=call, utterance=said, at_ms=at, **words)
            case StepHeard():
                self._change(_HEARD, call, of_step=what.step, new_grade=what.grade, new_words=_words(what.evidence))
            case StepChanged():
                new = {"new_state": what.state, "new_grade": what.grade, "new_because": what.because}
                self._change(_CHANGED, call, of_step=what.step, new_done=at if what.state == "done" else None, **new)
            case FlagRaised():
                found = {"flag": what.flag, "utterance": what.utterance, "words": _words(what.evidence)}
                self._add(schema.flags, call=call, seq=record.seq, at_ms=at, **found)
            case HeatChanged():
                self._add(schema.heat, call=call, seq=record.seq, at_ms=at, heat=what.heat, utterance=what.utterance)
            case Prompted():
                about = {"kind": what.kind, "step": what.step, "flag": what.flag, "text": what.text, "say": what.say}
                self._add(schema.prompts, call=call, prompt=what.id, at_ms=at, **about)
            case PromptClosed():
                self._change(_ANSWERED, call, of_prompt=what.id, new_outcome=what.outcome, new_closed=at)
            case Promised():
                promise = {"utterance": what.utterance, "what": what.what, "by_when": what.by, "due": what.due, "due_day": _day(what.due)}
                self._add(schema.promises, call=call, seq=record.seq, at_ms=at, **promise)
            case Introduced():
                self._change(_INTRODUCED, call, new_agent=what.agent, new_customer=what.customer, new_team=what.team)
            case Escalated():
                self._change(_ESCALATED, call, new_level=what.level)
            case CallEnded():
                self._change(_ENDED, call, new_ended=what.reason)
            case CallClosed():
                self._change(_CLOSED, call, **{f"new_{column}": _at(what.summary, path) for column, path in _OF_THE_SUMMARY.items()})
            case _:
                pass

    def _add(self, table: Table, /, **row: Any) -> None:
        self._added.setdefault(table, []).append(row)

    def _change(self, statement: Update, call: str, **values: Any) -> None:
        self._changed.setdefault(statement, []).append({"of_call": call, **values})


def beginning(started: CallStarted) -> str:
    """What tells a call from another one of its name. Written alike by every version of this program."""
    known = (started.began, started.source, started.timed, started.speech, started.companion, started.rapidfuzz, started.digest)
    return sha256(msgspec.json.encode(known)).hexdigest()


def type_of(record: Record) -> str:
    """`utterance`, `step_heard`, …"""
    what = record.what
    return str(what.raw.get("type")) if isinstance(what, Unknown) else str(what.__struct_config__.tag)


def checklist_row(started: CallStarted) -> dict[str, Any]:
    """The row of a call's checklist."""
    plain = _plain(started.checklist)
    body = msgspec.json.encode(started.checklist).decode()
    return {"digest": started.digest, "id": _text(plain.get("id")), "title": _text(plain.get("title")), "body": body}


def body(record: Record) -> str:
    """The event or update as it stands in the journal, but for the checklist, which is kept once for all calls."""
    what = record.what
    if isinstance(what, CallStarted):
        what = msgspec.structs.replace(what, checklist=None)
    return msgspec.json.encode(what.raw if isinstance(what, Unknown) else what).decode()


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 time, with the offset of this place where it names none; None where it is no time."""
    try:
        time = datetime.fromisoformat(text or "")
        return time if time.tzinfo else time.astimezone()
    except (ValueError, OverflowError):
        return None


def _day(due: str | None) -> date | None:
    try:
        return date.fromisoformat((due or "")[:10])
    except ValueError:
        return None


def _words(evidence: Sequence[Evidence]) -> str:
    return " … ".join(found.text for found in evidence)


def _plain(checklist: Any) -> Mapping[str, Any]:
    plain = msgspec.to_builtins(checklist)
    return plain if isinstance(plain, dict) else {}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _at(summary: Any, path: Sequence[str]) -> Any:
    """A value in the summary, or None where it is not there."""
    for key in path:
        summary = summary.get(key) if isinstance(summary, dict) else None
    return summary
