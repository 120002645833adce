"""followups as a person, or cron, runs it."""

import json
import subprocess
import sys
from pathlib import Path

COMPANION = [sys.executable, "-m", "companion"]
CHAT = [
    {"call": "7", "event": "start", "began": "2026-11-16T10:00:00+01:00", "agent": "maria", "customer": "Ada"},
    {"call": "7", "speaker": "customer", "text": "My parcel is late again and I am furious."},
    {"call": "7", "speaker": "agent", "text": "I am sorry that it is late. I will call you tomorrow by noon."},
    {"call": "7", "event": "end"},
]


def companion(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMPANION, *arguments], input=given, capture_output=True, text=True, timeout=100)


def test_a_promise_of_a_call_is_overdue_until_it_is_done(tmp_path: Path) -> None:
    made = companion("log", "-", "--journal", str(tmp_path), given="".join(json.dumps(line) + "\n" for line in CHAT))
    assert made.returncode == 0, made.stderr
    found = companion("followups", str(tmp_path), "--overdue")
    assert (found.returncode, found.stderr) == (1, "")
    assert "Tue 17 Nov 12:00  maria to Ada, call 7" in found.stdout
    id = found.stdout.splitlines()[1].split()[0]
    done = companion("followups", str(tmp_path), "--done", id)
    assert (done.returncode, done.stderr) == (0, f"{id} done: I will call you tomorrow by noon\n")
    assert companion("followups", str(tmp_path), "--overdue").returncode == 0
    assert companion("report", str(tmp_path)).returncode == 0  # the marks are no journal


def test_without_journals_it_says_where_they_could_be_named() -> None:
    done = companion("followups")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("companion followups: missing JOURNALS")


def test_a_mistyped_agent_is_not_taken_for_one_who_kept_all_promises(tmp_path: Path) -> None:
    companion("log", "-", "--journal", str(tmp_path), given="".join(json.dumps(line) + "\n" for line in CHAT))
    done = companion("followups", str(tmp_path), "--overdue", "--agent", "mary")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "companion: followups: no call is of agent 'mary'; known here: maria\n"


def test_only_one_export_goes_to_stdout(tmp_path: Path) -> None:
    done = companion("followups", str(tmp_path), "--ics", "-", "--csv", "-")
    assert (done.returncode, done.stdout) == (2, "")
    assert "only one of them goes to stdout" in done.stderr
