"""Disks that are full, read-only or slow: the calls go on, whoever is in front is told, and what can be kept is kept."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import soundfile

from companion.core.events import Utterance
from companion.core.record import Record, encode
from companion.errors import SinkError
from companion.report import done
from companion.sinks.database import Database
from companion.sinks.journal import JournalFolder
from companion.sinks.reading import read
from companion.sinks.store import Store
from companion.sinks.tape import Tapes
from companion.speech.recogniser import AudioChunk, Scripted
from companion.wiring.database import rebuild
from tests.faults.processes import ANGRY, SORRY, Process, ended, recorded, stored, transcript, whole
from tests.faults.size import times
from tests.sinks.databases import call


class Disk:
    """A folder on a small disk of its own, where we may mount one; else one in which processes may be kept from writing.

    Both refuse in the middle of a line, and come to their senses again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
        self.own = sys.platform == "linux" and os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0

    def must_be_own(self) -> None:
        """Skip the test otherwise: it fills the disk under its own process."""
        if not self.own:
            pytest.skip("needs a disk of its own: root on Linux, and leave to mount")

    def fill(self, process: Process | None = None) -> None:
        """Nothing fits any more, of that process."""
        if not self.own:
            assert process is not None
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            return
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    continue

    def free(self, process: Process | None = None) -> None:
        """There is room again."""
        if self.own:
            (self.folder / "filler").unlink()
        else:
            assert process is not None
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def forbid(self) -> None:
        """It may only be read from now on."""
        if self.own:
            subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)
        else:
            self.folder.chmod(0o555)

    def end(self) -> None:
        if self.own:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        else:
            self.folder.chmod(0o755)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk")
    yield disk
    disk.end()


def said(call: str, text: str, at: float) -> dict[str, object]:
    return {"call": call, "speaker": "agent" if text == SORRY else "customer", "text": text, "start": at, "end": at + 0.4}


def turns(call: str, count: int, begin: int = 0) -> list[dict[str, object]]:
    return [said(call, (ANGRY, SORRY)[turn % 2], float(turn)) for turn in range(begin, begin + count)]


def written(folder: Path, call: str, count: int) -> bool:
    """Whether so many utterances of a call stand in its journal."""
    path = folder / f"{call}.jsonl"
    return path.exists() and sum(isinstance(record.event, Utterance) for record in read(path)) >= count


def kept(records: list[Record]) -> list[int]:
    return [record.seq for record in records]


def test_a_disk_that_fills_up_costs_the_journals_of_the_calls_of_then(disk: Disk, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/calls.db"
    process = Process("log", "-", "--journal", disk.folder, "--database", url, fed=True)
    process.feed(*turns("a", 4))
    process.until(lambda: written(disk.folder, "a", 4))
    disk.fill(process)
    process.feed(*turns("a", 40, 4), *turns("b", 4))
    assert process.told(r"journal \S+a\.jsonl: (no space left on device|file too large); the call goes on without it")
    assert process.told(r"journal \S+b\.jsonl: (no space left on device|file too large); the call goes on without it")
    disk.free(process)
    process.feed(*turns("c", 4), {"call": "a", "event": "end"}, {"call": "c", "event": "end"})
    process.fed()
    assert process.wait() == 5, process.said
    cut = whole(disk.folder / "a.jsonl")
    assert not ended(cut)
    assert ended(whole(disk.folder / "c.jsonl"))
    assert not (disk.folder / "b.jsonl").exists()
    numbers = stored(url)
    assert set(numbers) == {"a", "b", "c"}
    assert len(numbers["a"]) > len(cut) + 4
    assert all(seqs == list(range(len(seqs))) for seqs in numbers.values())


def test_a_database_whose_disk_fills_up_gets_it_all_once_there_is_room(disk: Disk, tmp_path: Path) -> None:
    disk.must_be_own()  # what is refused to a process is refused to its journal too
    url = f"sqlite:///{disk.folder}/calls.db"
    process = Process("log", "-", "--journal", tmp_path / "journals", "--database", url, fed=True)
    process.feed(*turns("a", 4))
    process.until(lambda: written(tmp_path / "journals", "a", 4))
    disk.fill(process)
    process.feed(*turns("a", 40, 4), *turns("b", 10))
    process.told(r"calls\.db: \S.*full.*; the calls go on, and their records wait until it is there again")
    assert process.running
    disk.free(process)
    process.told(r"there again; what waited is being stored")
    process.feed(*turns("c", 4))
    process.fed()
    assert process.wait() == 0, process.said
    journals = {path.stem: whole(path) for path in (tmp_path / "journals").iterdir()}
    assert all(map(ended, journals.values()))
    assert stored(url) == {name: kept(records) for name, records in journals.items()}


def test_a_database_whose_disk_stays_full_can_be_made_up_for(disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.must_be_own()
    monkeypatch.setattr("companion.sinks.database._SEEN_OFF", 0.5)
    url, told = f"sqlite:///{disk.folder}/calls.db", list[str]()
    journal, records = JournalFolder(tmp_path / "journals"), call("a")

    def bring() -> None:
        with Database(Store(url), told.append) as database:
            disk.fill()
            for record in records:
                journal.write(record)
                database.write(record)

    with pytest.raises(SinkError, match="some records could not be kept"):
        bring()
    assert told[-1].endswith("companion database rebuild --journal DIR brings it back")
    assert list(map(encode, whole(tmp_path / "journals" / "a.jsonl"))) == list(map(encode, records))
    disk.free()
    rebuild({"database_url": url, "journal": str(tmp_path / "journals")}, ())
    assert stored(url)["a"] == kept(records)


@pytest.mark.parametrize("what", ["--journal", "--database"][: times(1, 2)])
def test_a_disk_that_may_only_be_read_is_one_line(what: str, disk: Disk, tmp_path: Path) -> None:
    disk.forbid()
    if os.geteuid() == 0:  # who may write everywhere
        disk.must_be_own()
    source = transcript(tmp_path / "a.jsonl", "a", 4, 1.0)
    place = disk.folder if what == "--journal" else f"sqlite:///{disk.folder}/calls.db"
    process = Process("log", source, what, place)
    assert process.wait() == 5, process.said
    assert "Traceback" not in process.said
    assert str(disk.folder) in process.said


def test_a_journal_that_is_full_is_told_and_the_summary_is_of_the_whole_call(disk: Disk, tmp_path: Path) -> None:
    process = Process("log", "-", "--journal", disk.folder, "--summary", fed=True, out=os.open(tmp_path / "out", os.O_CREAT | os.O_WRONLY))
    process.feed(*turns("a", 2))
    process.until(lambda: written(disk.folder, "a", 2))
    disk.fill(process)
    process.feed(*turns("a", 40, 2))
    process.told("the call goes on without it")
    process.fed()
    assert process.wait() == 5
    if disk.own:
        assert b'"call":"a"' in (tmp_path / "out").read_bytes()  # the summary is of the whole call


async def test_sound_that_no_longer_fits_is_told_and_the_call_goes_on(disk: Disk) -> None:
    disk.must_be_own()
    told: list[str] = []
    tapes = Tapes(disk.folder, told.append)
    recogniser = tapes.taped(lambda call: Scripted([]))("call-1")
    second = bytes(2 * recogniser.rate)
    await recogniser.hear(AudioChunk(channel="agent", pcm=second, start=0.0))
    assert tapes.label("call-1", "a")
    disk.fill()
    for start in range(1, 20):
        await recogniser.hear(AudioChunk(channel="agent", pcm=second, start=float(start)))
    await recogniser.finish("agent")
    await recogniser.close()
    assert told == ["call call-1: its sound is not kept any further: No space left on device"]
    samples, rate = soundfile.read(disk.folder / "a.wav")
    assert len(samples) >= rate  # what was kept is a whole file


def test_a_mark_that_does_not_fit_leaves_the_others_whole(disk: Disk) -> None:
    disk.must_be_own()
    path = disk.folder / done.NAME
    many = [done.Mark(f"{number:012}", datetime.now(UTC)) for number in range(200)]
    done.add(path, many[0])
    disk.fill()
    count = 1
    with suppress(SinkError):
        for count in range(1, len(many)):  # until the page is full that the file has
            done.add(path, many[count])
    assert 1 < count < len(many) - 1
    disk.free()
    done.add(path, many[-1])
    assert set(done.read([path], print)) == {mark.id for mark in (*many[:count], many[-1])}


def test_a_process_that_hangs_in_its_disk_loses_nothing(tmp_path: Path) -> None:
    """Who waits for a disk does nothing else, as if it were stopped."""
    source = transcript(tmp_path / "a.jsonl", "a", times(60, 2000), 0.02)
    process = Process("serve", "--hub", "127.0.0.1:0", "--listen", source, "--journal", tmp_path / "journals")
    journal = tmp_path / "journals" / "a.jsonl"
    process.until(journal.exists)
    for _ in range(times(2, 40)):
        process.send(signal.SIGSTOP)
        time.sleep(0.3)
        process.send(signal.SIGCONT)
        time.sleep(0.1)
    process.until(lambda: ended(list(read(journal))))
    process.end(signal.SIGINT)
    assert sum(isinstance(record.event, Utterance) for record in whole(journal)) == times(60, 2000)


def test_a_reader_that_pauses_is_waited_for(tmp_path: Path) -> None:
    """stdout into a pipe that nobody reads for a while."""
    reading, writing = os.pipe()
    source = transcript(tmp_path / "a.jsonl", "a", 400, 1.0)
    process = Process("log", source, out=writing)
    os.close(writing)
    time.sleep(1.0)
    content = b""
    while piece := os.read(reading, 65536):
        content += piece
    os.close(reading)
    assert process.wait() == 0, process.said
    (tmp_path / "out").write_bytes(content)
    assert ended(whole(tmp_path / "out"))
    assert sum(isinstance(record.event, Utterance) for record in recorded(tmp_path / "out")) == 400
