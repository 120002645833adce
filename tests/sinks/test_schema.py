"""The tables: all are for people, and each is told."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Table, text

from companion.sinks import engine, schema
from companion.sinks.store import Store
from tests.sinks.databases import call, postgresql, server, url

__all__ = ["postgresql", "server", "url"]

DOCS = Path(__file__).parents[2] / "docs" / "database.md"


def test_all_tables_are_for_people() -> None:
    assert set(schema.FOR_PEOPLE) == set(schema.metadata.tables.values())


@pytest.mark.parametrize("table", schema.FOR_PEOPLE, ids=lambda table: table.name)
def test_every_column_is_told(table: Table) -> None:
    (row,) = re.findall(rf"^\| `{table.name}` \|(.*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", row))))
    assert [column for column in map(str, table.columns.keys()) if column not in told | {"call"}] == []


def test_what_belongs_to_a_call_goes_with_it() -> None:
    for table in schema.FOR_PEOPLE:
        if table not in (schema.calls, schema.checklists):
            (key,) = table.columns["call"].foreign_keys
            assert key.ondelete == "CASCADE"


def test_the_queries_shown_find_something(url: str) -> None:
    queries = re.findall(r"^```sql\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(queries) == 5
    store = Store(url)
    store.prepare()
    store.keep([*call("a", turns=2), *call("b", agent="Dan")])
    store.close()
    database = engine.opened(url, None)
    with database.connect() as connection:
        found = [connection.execute(text(query)).all() for query in queries]
    database.dispose()
    assert [query for query, rows in zip(queries, found, strict=True) if not rows] == []
