"""Database URLs: which are taken, which refused, and that no password shows."""

import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from companion.errors import ConfigError
from companion.sinks import engine


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("calls.db", "is no database URL; give sqlite:///calls.db"),
        ("mysql://host/calls", "'mysql' is not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://anna:hush@host/calls", "a password does not belong there; write it into a file"),
        ("postgresql://host/calls?user=anna&password=hush", "a password does not belong there"),
        ("postgresql://host:port/calls", "is no database URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_password(url: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        engine.opened(url, None)
    assert message in str(error.value)
    assert "hush" not in str(error.value)


def test_a_database_is_named_as_its_person_did() -> None:
    assert engine.name("sqlite:////var/lib/calls.db") == "database sqlite:////var/lib/calls.db"
    assert engine.name("postgresql://anna@host:5432/calls?sslmode=require") == "database postgresql://anna@host:5432/calls"
    assert "hush" not in repr(engine.opened("postgresql://anna@host/calls", "hush"))


def test_a_file_in_a_new_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        engine.opened(f"sqlite:///{tmp_path}/a/b/calls.db", None, make=False)
    assert not (tmp_path / "a").exists()
    engine.opened(f"sqlite:///{tmp_path}/a/b/calls.db", None)
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="its folder cannot be made"):
        engine.opened(f"sqlite:///{tmp_path}/file/calls.db", None)


def test_a_driver_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"psycopg is not installed; pip install 'companion\[postgres\]'"):
        engine.opened("postgresql://host/calls", None)


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("connection failed: connection to server at 127.0.0.1 failed: Connection refused", True),
        ('connection failed: connection to server at 127.0.0.1 failed: FATAL:  password authentication failed for user "a"', False),
        ("connection failed: connection to server at 127.0.0.1 failed: fe_sendauth: no password supplied", False),
        ("connection failed: FATAL:  the database system is starting up", True),
        ("connection failed: FATAL:  sorry, too many clients already", True),
        ("[Errno -2] failed to resolve host 'db.example': Name or service not known", True),
        ("database is locked", True),
        ("unable to open database file", False),
        ("no such table: calls", False),
    ],
)
def test_what_passes(said: str, passes: bool) -> None:
    assert engine.passes(OperationalError("SELECT 1", None, Exception(said))) is passes


def test_what_to_do_about_a_refusal() -> None:
    assert "--database-password-file" in engine.remedy("fe_sendauth: no password supplied")
    assert engine.remedy('database "none" does not exist') == "check --database, and what its user may do there"


def test_only_the_first_line_is_told() -> None:
    error = OperationalError("INSERT", ["what people said"], Exception("duplicate key\nDETAIL:  Key (text)=(what people said)"))
    assert engine.why(error) == "duplicate key"
    assert engine.why(ValueError()) == "ValueError"
