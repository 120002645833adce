"""Journals on disk and on a stream: whole lines or none, whatever the disk does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import Utterance
from companion.core.record import Record, encode
from companion.core.updates import CallClosed
from companion.errors import ReaderGone, SinkError
from companion.sinks import journal
from companion.sinks.journal import JournalFolder, JournalStream, file_name
from companion.sinks.reading import read

resource = pytest.importorskip("resource", reason="Windows cannot limit the size of files")


def said(call: str, seq: int, text: str = "hello") -> Record:
    return Record(call=call, seq=seq, at=seq, event=Utterance(speaker="agent", text=text, start=0.0, end=0.4))


def closed(call: str, seq: int) -> Record:
    return Record(call=call, seq=seq, at=seq, update=CallClosed(summary={}))


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes: the kernel writes a part of the line and then refuses, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_each_call_has_its_file_and_each_record_its_line(tmp_path: Path) -> None:
    sink = JournalFolder(tmp_path / "a" / "b")
    records = [said("7", 0), said("8", 0), said("7", 1, 'with "quotes"\nand é')]
    for count, record in enumerate(records, 1):
        sink.write(record)
        lines = [line for path in (tmp_path / "a" / "b").iterdir() for line in path.read_bytes().splitlines()]
        assert len(lines) == count  # on disk before write() returns
    assert list(read(tmp_path / "a" / "b" / "7.jsonl")) == [records[0], records[2]]
    assert list(read(tmp_path / "a" / "b" / "8.jsonl")) == [records[1]]
    sink.close()


def test_more_calls_than_files_may_be_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_OPEN", 3)
    before = len(os.listdir("/dev/fd"))
    sink = JournalFolder(tmp_path)
    for seq in range(4):
        for call in range(10):
            sink.write(said(str(call), seq))
    assert len(os.listdir("/dev/fd")) - before == 3
    sink.close()
    assert len(os.listdir("/dev/fd")) == before
    assert all([record.seq for record in read(tmp_path / f"{call}.jsonl")] == [0, 1, 2, 3] for call in range(10))


def test_a_file_of_an_earlier_run_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "7.jsonl").write_text("from yesterday\n")
    told: list[str] = []
    for _ in range(2):
        sink = JournalFolder(tmp_path, told.append)
        sink.write(said("7", 0))
        sink.write(said("7", 1))
        sink.close()
    assert (tmp_path / "7.jsonl").read_text() == "from yesterday\n"
    assert [len(list(read(tmp_path / f"7.{number}.jsonl"))) for number in (2, 3)] == [2, 2]
    assert told[0] == f"{tmp_path}/7.jsonl: exists already and is left as it is; this call is written to 7.2.jsonl"
    assert len(told) == 2


def test_an_id_used_again_after_its_call_is_a_new_journal(tmp_path: Path) -> None:
    sink = JournalFolder(tmp_path)
    for record in (said("7", 0), closed("7", 1), said("7", 0, "again"), closed("7", 1)):
        sink.write(record)
    assert sink.path("7") is None
    assert [len(list(read(tmp_path / name))) for name in ("7.jsonl", "7.2.jsonl")] == [2, 2]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("call-1", "call-1"), ("+44 20", "+44%2020"), ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"), ("a%2Fb", "a%252Fb"), ("", "%"),
        ("-rf", "%2Drf"), (".hidden", "%2Ehidden"), ("con", "%63on"), ("Com1.a", "%43om1.a"), ("Zoë", "Zoë"), ("a\\b:c", "a%5Cb%3Ac"),
        ("\ud800", "%ED%A0%80"), ("\x00", "%00"),
    ],
)  # fmt: skip
def test_a_calls_name_is_safe_as_a_files(call: str, name: str) -> None:
    assert file_name(call) == name


@given(st.lists(st.text(max_size=200) | st.text("ab/.%~", max_size=400), unique=True, max_size=20))
def test_names_never_leave_the_folder_or_meet(calls: list[str]) -> None:
    names = [file_name(call) for call in calls]
    assert len(set(names)) == len(calls)
    for name in names:
        assert Path(name).name == name
        assert name[0] not in ".-"
        assert len(f"{name}.9999.jsonl".encode()) < 200


def test_a_line_that_does_not_fit_is_taken_away_and_the_other_calls_go_on(tmp_path: Path) -> None:
    sink = JournalFolder(tmp_path)
    sink.write(said("full", 0))
    size = (tmp_path / "full.jsonl").stat().st_size
    with files_end_at(size + 20):
        with pytest.raises(SinkError, match=r"^journal .*full\.jsonl: file too large; the call goes on without it$"):
            sink.write(said("full", 1))
        assert (tmp_path / "full.jsonl").stat().st_size == size
        sink.write(said("full", 2))  # said once, and let pass
        sink.write(said("b", 0))
    sink.write(said("full", 3))
    sink.write(said("b", 1))
    assert [record.seq for record in read(tmp_path / "full.jsonl")] == [0]  # no hole: given up stays given up
    assert [record.seq for record in read(tmp_path / "b.jsonl")] == [0, 1]
    sink.write(closed("full", 4))
    assert sink.path("full") is None


def test_a_journal_without_its_first_line_is_not_left_behind(tmp_path: Path) -> None:
    sink = JournalFolder(tmp_path)
    with files_end_at(10), pytest.raises(SinkError):
        sink.write(said("7", 0))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 kB where we may mount one; else a folder in which no file may grow beyond that, which fails in the same place."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if sys.platform == "linux" and os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0:
        yield disk
        subprocess.run(["umount", str(disk)], check=True)
    else:
        with files_end_at(16_000):
            yield disk


def test_a_full_disk(small_disk: Path) -> None:
    sink = JournalFolder(small_disk)
    for seq in range(8):
        sink.write(said("7", seq, "x" * 1000))
    with pytest.raises(SinkError, match=r"7\.jsonl: (no space left on device|file too large); the call goes on without it"):
        sink.write(said("7", 8, "x" * 20_000))
    assert [record.seq for record in read(small_disk / "7.jsonl", torn=pytest.fail)] == list(range(8))
    sink.close()


def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkError, match=r"^journal .*file/x: cannot be made: not a directory; name another folder$"):
        JournalFolder(tmp_path / "file" / "x")
    sink = JournalFolder(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(SinkError, match=r"gone/7\.jsonl: no such file or directory; the call goes on without it"):
        sink.write(said("7", 0))


def test_a_stream_holds_all_calls_in_order(tmp_path: Path) -> None:
    records = [said("7", 0), said("8", 0), said("7", 1)]
    with (tmp_path / "out").open("wb") as out:
        sink = JournalStream(out.fileno())
        for record in records:
            sink.write(record)
        sink.close()
    assert (tmp_path / "out").read_bytes() == b"".join(encode(record) + b"\n" for record in records)
    assert list(read(tmp_path / "out")) == records


def test_a_full_stream_is_said_once_and_holds_whole_lines(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        sink = JournalStream(out.fileno())
        sink.write(said("7", 0))
        with files_end_at(os.fstat(out.fileno()).st_size + 20):
            with pytest.raises(SinkError, match=r"^journal stdout: file too large; the calls go on without it$"):
                sink.write(said("7", 1))
            sink.write(said("7", 2))
    assert len(list(read(tmp_path / "out", torn=pytest.fail))) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_that_is_always_full() -> None:
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(SinkError, match="no space left on device"):
        JournalStream(full.fileno()).write(said("7", 0))


def test_a_reader_that_has_gone_is_told_apart() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    sink = JournalStream(writing)
    with pytest.raises(ReaderGone):
        sink.write(said("7", 0))
    sink.write(said("7", 1))
    os.close(writing)


def test_a_non_blocking_pipe_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    long = said("7", 0, "x" * 300_000)  # more than a pipe holds
    child = subprocess.Popen(["wc", "-c"], stdin=reading, stdout=subprocess.PIPE)
    os.close(reading)
    JournalStream(writing).write(long)
    os.close(writing)
    assert int(child.communicate(timeout=30)[0]) == len(encode(long)) + 1
