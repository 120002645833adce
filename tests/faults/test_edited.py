"""A checklist that is edited, spoiled or deleted during a call: the call keeps what it began with.

Whoever starts next takes the new one, or is told what is wrong with it; a gateway keeps its own until it is started again.
"""

import signal
from pathlib import Path

import pytest

from companion.core.events import CallStarted
from companion.core.record import Record
from tests.faults.processes import Process, ended, gateway, transcript, whole
from tests.faults.size import times

CHECKLIST = """\
id: ours
title: Ours
steps:
  - id: apologized
    title: Apologised
    says: ["i am [so] sorry"]
"""
EDITS = {
    "another rule": CHECKLIST.replace("i am [so] sorry", "never said by anybody").encode(),
    "no YAML any more": b"id: ours\nsteps: [",
    "half written": CHECKLIST.encode()[:60],
    "not even text": b"\xff\xfe\x00",
    "empty": b"",
    "gone": None,
}


def beginning(records: list[Record]) -> CallStarted:
    first = records[0].event
    assert isinstance(first, CallStarted)
    return first


def put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("edit", list(EDITS)[:: times(6, 1)])
def test_a_call_keeps_the_checklist_it_began_with(edit: str, tmp_path: Path) -> None:
    rules = tmp_path / "ours.yaml"
    rules.write_text(CHECKLIST)
    source = transcript(tmp_path / "a.jsonl", "a", 20, 0.05)
    with gateway("--listen", source, "--checklist", rules, "--journal", tmp_path / "journals") as (process, _):
        journal = tmp_path / "journals" / "a.jsonl"
        process.until(journal.exists)
        put(rules, EDITS[edit])
        process.until(lambda: ended(whole(journal)))
        process.end(signal.SIGINT)
        assert "Traceback" not in process.said
    records = whole(journal)  # provable by what it began with
    assert beginning(records).checklist["title"] == "Ours"
    (step,) = records[-1].update.summary["steps"].values()  # type: ignore[union-attr]
    assert step["state"] == "done"
    again = Process("log", source, "--checklist", rules, "--journal", tmp_path / "again")
    status = again.wait()
    if edit == "another rule":
        assert status == 0, again.said
        assert beginning(whole(tmp_path / "again" / "a.jsonl")).digest != beginning(records).digest
    else:
        assert status == 2, again.said
        assert again.said.count("\n") == 1, again.said
        assert str(rules) in again.said
        assert not (tmp_path / "again").exists()
