"""Whatever strangers call themselves, and whatever they say, stays a text: no path, SQL, markup, formula, escape code or line."""

import csv
import io
import json
import re
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.faults.inside import run

NAMES = (
    "../../out",
    "/etc/out",
    "..\\out",
    ".hidden",
    "-rf",
    "CON",
    "a\0b",
    "x' OR '1'='1",
    'x"; DROP TABLE calls; --',
    "%(call)s {call} :call ? $1",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "\x1b]0;owned\x07\x1b[31mred",
    "right\u202eleft",
    "BEGIN:VEVENT\r\nX:1",
    "é" * 150,
)
"""Of calls, of agents and of customers."""


def said(text: str) -> str:
    return f"{text} <img src=x onerror=alert(1)> {{{{7*7}}}} I want your manager, I will call you back by 2026-11-23"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with journals and a database of calls of all these names; it has a folder around it, to be escaped into."""
    place = tmp_path / "around" / "own"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    lines = []
    for number, name in enumerate(NAMES):
        at = f"2026-11-20T10:{number:02}:"
        lines.append({"call": name, "event": "start", "agent": name, "customer": name, "team": name, "ts": f"{at}00Z"})
        lines.append({"call": name, "speaker": "customer", "text": said(name), "ts": f"{at}01Z"})
        lines.append({"call": name, "speaker": "agent", "text": said(name), "ts": f"{at}05Z"})
        lines.append({"call": name, "event": "end", "ts": f"{at}09Z"})
    (place / "calls.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run(monkeypatch, "log", "calls.jsonl", "--journal", "journals", "--database", "sqlite:///calls.db") == 0
    return place


def test_texts_stay_texts(kept: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    journals = sorted(path.name for path in (kept / "journals").iterdir())
    assert len(journals) == len(NAMES)
    assert not [name for name in journals if name.startswith((".", "-")) or not name.endswith(".jsonl")]
    assert sorted(path.name for path in kept.parent.parent.rglob("*") if path.is_file() and path.parent != kept / "journals") == [
        "calls.db",
        "calls.jsonl",
    ]
    capfd.readouterr()
    for words in (
        ("report", "journals"),
        ("report", "journals", "--by", "agent"),
        ("followups", "journals", "--all"),
        ("report", "journals", "--json"),
    ):
        assert run(monkeypatch, *words) in (0, 1)
        shown = capfd.readouterr()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown.out + shown.err), words
    assert run(monkeypatch, "report", "journals", "--by", "agent", "--html", "report.html") == 0
    assert run(monkeypatch, "followups", "journals", "--all", "--ics", "due.ics", "--csv", "due.csv") in (0, 1)
    assert run(monkeypatch, "database", "export", "--database", "sqlite:///calls.db", "--table", "calls", "--out", "calls.csv") == 0
    page = _Page()
    page.feed((kept / "report.html").read_text())
    assert page.found & {"script", "img", "iframe", "object", "link", "form"} == set()
    assert page.handlers == set()
    assert page.policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert "49" not in re.findall(r"onerror=alert\(1\)&gt; (\S+)", (kept / "report.html").read_text())  # {{7*7}}
    unfolded = (kept / "due.ics").read_bytes().replace(b"\r\n ", b"")
    assert unfolded.count(b"BEGIN:VEVENT\r\n") == unfolded.count(b"\r\nEND:VEVENT")
    assert b"\r\nX:1" not in unfolded
    for file in ("due.csv", "calls.csv"):
        rows = list(csv.reader(io.StringIO((kept / file).read_text(), newline="")))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_forgetting_one_forgets_no_other(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def names() -> set[str]:
        with sqlite3.connect(kept / "calls.db") as database:
            return {name for (name,) in database.execute("SELECT name FROM calls")}

    before = names()
    assert len(before) == len(NAMES)
    for name in ("x' OR '1'='1", 'x"; DROP TABLE calls; --', "%", "_", "../../out"):
        run(monkeypatch, "forget", "--yes", "--journal", "journals", "--database", "sqlite:///calls.db", "--", name)
        before -= {name}
        assert names() == before
    assert len(list((kept / "journals").iterdir())) == len(before)
    assert (kept / "calls.jsonl").exists()


class _Page(HTMLParser):
    """What a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.handlers: set[str] = set()
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on") or name == "src"}
        if ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"] or ""
