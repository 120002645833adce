"""The documents say all there is, and what they show works."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from companion.core import checklist as rule_types
from companion.core.checklist import Checklist, Flag, Rule
from companion.core.detect import Judge
from companion.core.events import FORMAT, AnyEvent, Utterance
from companion.core.record import decode
from companion.core.session import Session
from companion.core.updates import AnyUpdate, Escalated, Evidence
from companion.rules import document
from companion.rules.check import check
from companion.rules.load import parse

DOCS = Path(__file__).resolve().parent.parent / "docs"


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def marked(text: str) -> set[str]:
    """All that stands in `code` marks, and each word of it."""
    codes = re.findall(r"`([^`\n]+)`", text)
    return set(codes) | {word for code in codes for word in re.findall(r"\w+", code)}


def rules() -> list[type[Rule]]:
    return [kind for kind in vars(rule_types).values() if isinstance(kind, type) and issubclass(kind, Rule) and kind is not Rule]


@pytest.mark.parametrize("kind", rules(), ids=lambda kind: kind.__name__)
def test_every_key_of_a_checklist_is_told(kind: type[Rule]) -> None:
    known = marked(read("checklists.md"))
    assert [field.encode_name for field in msgspec.structs.fields(kind) if field.encode_name not in known] == []


def test_the_checklist_shown_passes_its_own_tests() -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", read("checklists.md"), re.DOTALL | re.MULTILINE)
    checklist, places = parse(document.parse(shown, "checklists.md"), "checklists.md")
    report = check(checklist, Judge(checklist), places)
    assert report.lines("checklists.md") == ["checklists.md: 5 examples, 1 scenario, 0 todo: 0 faults"]


def test_the_chat_shown_comes_true() -> None:
    text = read("checklists.md")
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (chat,) = re.findall(r"^```\n(- title: Two turns.*?)^```", text, re.DOTALL | re.MULTILINE)
    whole = shown[: shown.index("scenarios:")] + "scenarios:\n" + chat
    checklist, _ = parse(document.parse(whole, "checklists.md"), "checklists.md")
    assert check(checklist, Judge(checklist)).faults == ()


@pytest.mark.parametrize("kind", [*get_args(AnyEvent), *get_args(AnyUpdate)], ids=lambda kind: kind.__name__)
def test_every_record_is_told_with_all_its_fields(kind: Any) -> None:
    tables = read("journal.md").split("## The clock")[0]
    rows = [line for line in tables.splitlines() if line.startswith(f"| `{kind.__struct_config__.tag}`")]
    assert len(rows) == 1
    told = marked(rows[0])
    assert [field.encode_name for field in msgspec.structs.fields(kind) if field.encode_name not in told] == []


def test_the_journals_format_and_evidence_are_told() -> None:
    text = read("journal.md")
    assert f"format {FORMAT}" in text
    assert {field.encode_name for field in msgspec.structs.fields(Evidence)} <= marked(text)


def test_every_key_of_the_summary_is_told() -> None:
    checklist = Checklist(id="c", title="C")
    ended = Session(checklist, Judge(checklist), call="7").receive(msgspec.convert({"type": "call_ended", "reason": "over"}, AnyEvent), 0)
    summary = msgspec.to_builtins(ended[-1][1])["summary"]
    section = read("journal.md").split("## The summary")[1]
    assert [key for key in summary if key not in marked(section)] == []
    for part in ("heat", "talk", "pace"):
        assert [key for key in summary[part] if key not in marked(section)] == []


def test_every_key_of_the_hand_over_card_is_told() -> None:
    checklist = Checklist(
        id="c", title="C", flags=(Flag(id="harm", title="Harm", speaker="customer", says=("harm",), serious=True, now=True),)
    )
    said = Utterance(speaker="customer", text="harm", start=0.0, end=0.4)
    updates = [update for _, update in Session(checklist, Judge(checklist)).receive(said, 400)]
    (escalated,) = [update for update in updates if isinstance(update, Escalated)]
    (told,) = re.findall(r"The `card` of `escalated` .*?`(\{.*?\})`", read("journal.md"), re.DOTALL)
    assert [key for key in escalated.card if key not in re.findall(r"\w+", told)] == []


def test_the_records_shown_are_records() -> None:
    shown = re.findall(r'^\{"call".*"seq".*\}$', read("journal.md").split("## An example")[1], re.MULTILINE)
    assert len(shown) >= 5
    for line in shown:
        record = decode(line)
        assert type(record.what).__name__ != "Unknown"
        assert json.loads(line)["call"] == record.call


def test_the_records_shown_are_what_comes_out_of_the_lines_shown(tmp_path: Path) -> None:
    example = read("journal.md").split("## An example")[1]
    given, shown = re.findall(r"^```\n(.*?)^```", example, re.DOTALL | re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-m", "companion", "log", "-", "--checklist", "complaint"],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("COMPANION_")},
    )
    out = done.stdout.splitlines()
    assert [line for line in shown.splitlines() if line not in out] == []
    assert [out.index(line) for line in shown.splitlines()] == sorted(out.index(line) for line in shown.splitlines())


def test_the_words_of_the_field_are_explained() -> None:
    explained = {word for line in read("glossary.md").splitlines() if line.startswith("**") for word in re.findall(r"\*\*(.+?)\*\*", line)}
    field = (
        "call, channel, chunk, partial, final, endpoint, utterance, turn, floor, talk time, talk-over, back-channel, dead air, hold, "
        "handle time, wrap-up, checklist, step, flag, phrase, list, example, scenario, prompt, alert, nudge, event, update, record, "
        "journal, log, wall, heat"
    )
    assert [word for word in field.split(", ") if word not in explained] == []


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, anchor = target.partition("#")
        there = (path.parent / file) if file else path
        if not there.exists():
            broken.append(target)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            if anchor not in {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}:
                broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", ["reliability.md", "security.md"])
def test_every_promise_names_the_test_that_keeps_it(page: str) -> None:
    _, *tables = re.split(r"^\| what is promised .*$", read(page), flags=re.MULTILINE)
    lines = [line for table in tables for line in table.strip().partition("\n\n")[0].splitlines()]
    rows = [line for line in lines if line.startswith("| ")]
    assert rows
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row.split("|")[3])
        assert named, f"names no test: {row}"
        for file, test in named:
            code = (DOCS.parent / file).read_text(encoding="utf-8")
            assert re.search(rf"^ *(async )?def {test}\(", code, re.MULTILINE), f"{file}::{test}"


def test_every_bench_that_is_run_has_a_place_for_its_tables() -> None:
    run = re.findall(r'^    "(\w+)": \(', (DOCS.parent / "bench" / "all.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(run) > 10
    places = [name for path in DOCS.glob("*.md") for name in re.findall(r"<!-- bench: (\w+) -->", path.read_text(encoding="utf-8"))]
    assert sorted(set(run) - set(places)) == []
    assert sorted(set(places) - set(run)) == ["machine", "questions"]
