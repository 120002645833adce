"""Migrations on real databases: each once, all or nothing, and nothing newer is touched."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, inspect, text

from companion.errors import SinkError
from companion.sinks import engine, schema
from companion.sinks.migrations import MIGRATIONS, applied, migrate
from companion.sinks.store import Store
from tests.sinks.databases import postgresql, server, url

__all__ = ["postgresql", "server", "url"]


def colours(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE calls ADD COLUMN colour TEXT"))


def broken(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE half (a INTEGER)"))
    raise RuntimeError("broken")


def test_each_is_applied_once_and_in_order(url: str) -> None:
    database = engine.opened(url, None)
    for migrations in (MIGRATIONS, MIGRATIONS, (*MIGRATIONS, colours), (*MIGRATIONS, colours)):
        with database.begin() as connection:
            migrate(connection, migrations)
    with database.connect() as connection:
        assert applied(connection) == ["tables", "colours"]
        assert "colour" in {column["name"] for column in inspect(connection).get_columns("calls")}
    database.dispose()


def test_what_breaks_leaves_all_as_it_was(url: str) -> None:
    database = engine.opened(url, None)
    with pytest.raises(RuntimeError), database.begin() as connection:
        migrate(connection, (*MIGRATIONS, broken))
    with database.connect() as connection:
        assert applied(connection) == []
        assert inspect(connection).get_table_names() == []
    database.dispose()


def test_a_newer_database_is_left_alone(url: str) -> None:
    database = engine.opened(url, None)
    with database.begin() as connection:
        migrate(connection, (*MIGRATIONS, colours))
    store = Store(url)
    with pytest.raises(SinkError, match=r"database \S+: was made by a newer companion \(it has 'colours'\); update companion"):
        store.prepare()
    store.close()
    database.dispose()


def test_two_who_come_at_once(url: str) -> None:
    stores = [Store(url) for _ in range(4)]
    with ThreadPoolExecutor() as threads:
        assert list(threads.map(Store.prepare, stores)) == [None] * 4
    assert stores[0].facts().migrations == ["tables"]
    for store in stores:
        store.close()


def test_a_new_database_has_the_tables_of_this_version(url: str) -> None:
    store = Store(url)
    store.prepare()
    store.close()
    database = engine.opened(url, None)
    with database.connect() as connection:
        there = inspect(connection)
        for table in schema.metadata.tables.values():
            assert {column["name"] for column in there.get_columns(table.name)} == set(table.columns.keys())
    database.dispose()
