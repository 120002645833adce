"""The database's tables, for people who write SQL (docs/database.md).

Times within a call: `_ms` as the journal's `at`, `_s` seconds of audio time.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Double, ForeignKey, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

_MOMENT = DateTime(timezone=True)  # SQLite has no such type: there it is UTC, as text


def _of_a_call(name: str, *columns: "Column[Any]") -> Table:
    """A table of what belongs to a call, and goes with it."""
    call: Column[str] = Column("call", Text, ForeignKey("calls.call", ondelete="CASCADE"), primary_key=True)
    return Table(name, metadata, call, *columns)


def _seq() -> "Column[int]":
    return Column("seq", Integer, primary_key=True, autoincrement=False)


def _at() -> "Column[int]":
    return Column("at_ms", BigInteger, nullable=False)


checklists = Table(
    "checklists",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text),
    Column("title", Text),
    Column("body", Text, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("call", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("beginning", Text, nullable=False),
    Column("stored", _MOMENT, nullable=False),
    Column("began", _MOMENT, index=True),
    Column("day", Date),
    Column("week", Text),
    Column("agent", Text),
    Column("customer", Text),
    Column("team", Text),
    Column("source", Text),
    Column("speech", Text),
    Column("timed", Boolean),
    Column("checklist", Text),
    Column("digest", Text, ForeignKey("checklists.digest")),
    Column("escalated", Text),
    Column("ended", Text),
    Column("duration_s", Double),
    Column("heat_start", Integer),
    Column("heat_peak", Integer),
    Column("heat_end", Integer),
    Column("agent_s", Double),
    Column("customer_s", Double),
    Column("talk_over_s", Double),
    Column("dead_air_s", Double),
    Column("talk_share", Double),
    Column("words_a_minute", Double),
    Column("well", Text),
    Column("try_next", Text),
    UniqueConstraint("name", "beginning"),  # two who bring one call at once must not make two of it
)

records = _of_a_call(
    "records",
    _seq(),
    _at(),
    Column("kind", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
)

utterances = _of_a_call(
    "utterances",
    Column("utterance", Integer, primary_key=True, autoincrement=False),
    _at(),
    Column("speaker", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("start_s", Double),
    Column("end_s", Double),
)

steps = _of_a_call(
    "steps",
    Column("step", Text, primary_key=True),
    Column("title", Text),
    Column("state", Text, nullable=False),
    Column("grade", Integer, nullable=False),
    Column("done_ms", BigInteger),
    Column("because", Text),
    Column("heard", Integer, nullable=False),
    Column("heard_grade", Integer, nullable=False),
    Column("words", Text),
)

flags = _of_a_call("flags", _seq(), _at(), Column("flag", Text, nullable=False), Column("utterance", Integer), Column("words", Text))

heat = _of_a_call("heat", _seq(), _at(), Column("heat", Integer, nullable=False), Column("utterance", Integer))

prompts = _of_a_call(
    "prompts",
    Column("prompt", Integer, primary_key=True, autoincrement=False),
    _at(),
    Column("kind", Text, nullable=False),
    Column("step", Text),
    Column("flag", Text),
    Column("text", Text, nullable=False),
    Column("say", Text),
    Column("outcome", Text),
    Column("closed_ms", BigInteger),
)

promises = _of_a_call(
    "promises",
    _seq(),
    _at(),
    Column("utterance", Integer),
    Column("what", Text, nullable=False),
    Column("by_when", Text),
    Column("due", Text),
    Column("due_day", Date, index=True),
)

FOR_PEOPLE = (calls, steps, flags, heat, prompts, promises, utterances, records, checklists)
"""All tables, those that are asked for most first."""
