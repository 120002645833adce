"""What is found of calls in a folder, how old it is, and that nothing else is ever touched."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from companion.core.events import CallEnded, CallStarted, Utterance
from companion.core.record import Record, encode
from companion.errors import ConfigError, SinkError
from companion.sinks.journal import file_name
from companion.sinks.reading import read
from companion.sinks.retention import Folder, Sounds, age
from companion.sinks.tape import Tapes
from companion.speech.recogniser import AudioChunk, Scripted

LONG_AGO = datetime(2026, 10, 1, tzinfo=UTC)


def call(name: str, began: str | None, *, ended: bool = True) -> bytes:
    """The lines of a call."""
    started = CallStarted(began=began, source="-", timed=True, speech=None, companion="0", rapidfuzz="3", checklist={}, digest="")
    events = [
        started,
        Utterance(speaker="agent", text='say "call_ended"', start=0.0, end=0.4),
        *([CallEnded(reason="over")] if ended else []),
    ]
    return b"".join(encode(Record(call=name, seq=seq, at=seq, event=event)) + b"\n" for seq, event in enumerate(events))


def written(path: Path, content: bytes, *, ago: timedelta = timedelta(0)) -> Path:
    """A file, last written so long ago."""
    path.write_bytes(content)
    moment = time.time() - ago.total_seconds()
    os.utime(path, (moment, moment))
    return path


def summary(name: str, began: str | None) -> bytes:
    return msgspec.json.encode({"call": name, "began": began, "steps": {}, "heat": {}})


def tape(folder: Path, name: str, *, ago: timedelta = timedelta(0)) -> Path:
    """The sound of a call that ended so long ago."""

    async def hear() -> None:
        tapes = Tapes(folder, print)
        recogniser = tapes.taped(lambda call: Scripted([]))("call-1")
        await recogniser.hear(AudioChunk(channel="agent", pcm=bytes(100), start=0.0))
        assert tapes.label("call-1", name)
        await recogniser.close()

    asyncio.run(hear())
    path = folder / f"{file_name(name)}.wav"
    return written(path, path.read_bytes(), ago=ago)


@pytest.mark.parametrize(("text", "days"), [("30d", 30), (" 6 w ", 42), ("1y", 365), ("12h", 0.5)])
def test_a_length_of_time(text: str, days: float) -> None:
    assert age(text) == timedelta(days=days)


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "0d", "1m", "1.5d", "99999d", "999y"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ConfigError, match=r"is no length of time; write it like 30d"):
        age(text)


def test_calls_are_as_old_as_they_began(tmp_path: Path) -> None:
    written(tmp_path / "old.jsonl", call("old", "2026-09-01T10:00:00+02:00"))
    written(tmp_path / "new.jsonl", call("new", "2026-11-01T10:00:00Z"), ago=timedelta(days=900))
    written(tmp_path / "undated.jsonl", call("undated", None), ago=timedelta(days=900))
    written(tmp_path / "cut.jsonl", call("cut", "2026-11-01T10:00:00Z", ended=False) + b'{"call":"cut","se', ago=timedelta(days=900))
    found = list(Folder(tmp_path).older(LONG_AGO))
    assert [kept.calls for kept in found] == [("cut",), ("old",), ("undated",)]
    for kept in found:
        kept.delete()
        kept.delete()  # somebody was quicker
    assert [path.name for path in tmp_path.iterdir()] == ["new.jsonl"]


def test_all_that_is_kept_of_a_call_is_found(tmp_path: Path) -> None:
    began = "2026-11-01T10:00:00Z"
    written(tmp_path / "7.jsonl", call("7", began))
    written(tmp_path / "7.2.jsonl", call("7", began))
    written(tmp_path / "8.jsonl", call("8", began))
    for name in ("7", "7.2", "8"):
        written(tmp_path / f"{name}.json", summary(name[0], began))
        written(tmp_path / f"{name}.md", b"# Call")
    found = list(Folder(tmp_path).of("7"))
    assert [kept.place.removeprefix(f"{tmp_path}/") for kept in found] == ["7.2.jsonl", "7.jsonl", "7.2.json and .md", "7.json and .md"]
    for kept in found:
        kept.delete()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["8.json", "8.jsonl", "8.md"]


def test_pages_are_old_too(tmp_path: Path) -> None:
    written(tmp_path / "7.json", summary("7", "2026-09-01T10:00:00Z"))
    written(tmp_path / "8.json", summary("8", None), ago=timedelta(days=900))
    written(tmp_path / "9.json", summary("9", "2026-11-01T10:00:00Z"))
    assert [kept.calls for kept in Folder(tmp_path).older(LONG_AGO)] == [("7",), ("8",)]


def test_of_a_file_with_several_calls_the_others_stay(tmp_path: Path) -> None:
    torn = b'{"call":"a","seq":9,"at":9,"event":{"type":"utterance","text":"torn of'
    old, new = "2026-09-01T10:00:00Z", "2026-11-01T10:00:00Z"
    path = written(tmp_path / "all.jsonl", call("a", old) + call("b", new) + call("c", old) + call("d", new) + torn)
    path.chmod(0o600)
    (kept,) = Folder(tmp_path).older(LONG_AGO)
    assert kept.calls == ("a", "c")
    assert kept.place == f"{path} (its part of it)"
    kept.delete()
    assert path.read_bytes() == call("b", new) + call("d", new)
    assert [record.call for record in read(path)] == ["b"] * 3 + ["d"] * 3
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_journal_of_ours_is_left(tmp_path: Path) -> None:
    others = {
        "notes.jsonl": b'{"call": "7", "speaker": "agent", "text": "hello"}\n',
        "empty.jsonl": b"",
        "middle.jsonl": b"".join(call("7", None).splitlines(keepends=True)[1:]),
        "package.json": b'{"call": "7"}',
        "list.json": b"[7]",
        "torn.json": b'{"call":',
        "7.md": b"# mine",
        "7.txt": call("7", None),
    }
    for name, content in others.items():
        written(tmp_path / name, content, ago=timedelta(days=900))
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "folder.json").mkdir()
    elsewhere = written(tmp_path / "elsewhere", call("7", None), ago=timedelta(days=900))
    (tmp_path / "link.jsonl").symlink_to(elsewhere)
    assert list(Folder(tmp_path).older(LONG_AGO)) == []
    assert list(Folder(tmp_path).of("7")) == []
    assert list(Folder(tmp_path / "missing").of("7")) == []


def test_a_damaged_journal_is_forgotten_as_well(tmp_path: Path) -> None:
    a, b = call("a", None).splitlines(keepends=True), call("b", None).splitlines(keepends=True)
    spoiled = b"\0\xff" + a[1][8:]
    path = written(tmp_path / "all.jsonl", b"".join([*a, spoiled, b"?" + b[0], *b[1:]]), ago=timedelta(hours=1))
    (kept,) = Folder(tmp_path).of("b")  # its beginning cannot be read
    kept.delete()
    assert path.read_bytes() == b"".join(a)
    written(path, b"".join([*a, spoiled, *b]), ago=timedelta(hours=1))
    (kept,) = Folder(tmp_path).of("a")
    kept.delete()
    assert path.read_bytes() == b"".join(b)


def test_records_without_a_journals_beginning_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    path = written(tmp_path / "a.jsonl", call("a", None)[5:])
    assert list(Folder(tmp_path, told.append).of("a")) == []
    assert told == [f"{path}: has records of call a, but does not begin as a journal; left as it is, see for yourself"]


def test_what_a_killed_one_left_half_written_hinders_nobody_for_long(tmp_path: Path) -> None:
    path = written(tmp_path / "all.jsonl", call("a", None) + call("b", None))
    new = written(tmp_path / ".all.jsonl.new", b"half")
    (kept,) = Folder(tmp_path).of("a")
    with pytest.raises(SinkError, match="somebody else seems to take something out of it"):
        kept.delete()
    written(new, b"half", ago=timedelta(hours=1))
    kept.delete()
    assert path.read_bytes() == call("b", None)
    assert list(tmp_path.iterdir()) == [path]


def test_sound_is_found_by_its_call_and_by_its_age(tmp_path: Path) -> None:
    old = tape(tmp_path, "a/b", ago=timedelta(days=900))
    tape(tmp_path, "7")
    written(tmp_path / "other.wav", b"RIFF" + bytes(1000), ago=timedelta(days=900))
    assert [kept.place for kept in Sounds(tmp_path).older(LONG_AGO)] == [str(old)]
    (kept,) = Sounds(tmp_path).of("a/b")
    kept.delete()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["7.wav", "other.wav"]


def test_a_call_that_goes_on_is_left_and_said(tmp_path: Path) -> None:
    told: list[str] = []
    path = written(tmp_path / "7.jsonl", call("7", "2026-09-01T10:00:00Z", ended=False))
    assert list(Folder(tmp_path, told.append).of("7")) == []
    assert told == [f"{path}: somebody seems to write it still; left as it is, try again in a few minutes"]
    written(path, call("7", None, ended=False), ago=timedelta(hours=1))
    assert len(list(Folder(tmp_path).of("7"))) == 1


@pytest.mark.parametrize("content", [call("7", None), call("7", None) + call("8", None)], ids=["whole", "part"])
def test_what_cannot_be_deleted_is_said_and_stands(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "7.jsonl", content)
    (kept,) = Folder(tmp_path).of("7")

    def refuse(*what: object, **how: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    if content.count(b"call_started") == 1:
        monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(SinkError, match=rf"^{path}: cannot be (deleted|written anew): Permission denied"):
        kept.delete()
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
