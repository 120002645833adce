"""Journals read back: what can be read is, and what is left out is named by file and line."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import pytest

from companion.core.events import Bookmarked, CallEnded, CallStarted, Utterance
from companion.core.record import Record, Unknown, encode
from companion.core.updates import CallClosed
from companion.errors import JournalError
from companion.sinks import reading
from companion.sinks.reading import calls, read, read_lines, unbroken


def said(call: str, seq: int, text: str = "hello") -> Record:
    return Record(call=call, seq=seq, at=seq, event=Utterance(speaker="agent", text=text, start=0.0, end=0.4))


def started(call: str, format: int = 1, began: str | None = None) -> Record:
    event = CallStarted(
        format=format, began=began, source="-", timed=True, speech=None, companion="0", rapidfuzz="3", checklist={}, digest=""
    )
    return Record(call=call, seq=0, at=0, event=event)


def closed(call: str, seq: int) -> Record:
    return Record(call=call, seq=seq, at=seq, update=CallClosed(summary={}))


def lines(*records: Record | bytes) -> list[bytes]:
    return [record if isinstance(record, bytes) else encode(record) + b"\n" for record in records]


def found(content: Sequence[bytes]) -> tuple[list[tuple[str, int]], list[str]]:
    """The calls and numbers of the records that are read, and what is told."""
    told: list[str] = []
    return [(record.call, record.seq) for record in read_lines(content, "x", told.append)], told


def test_a_line_cut_off_in_writing_is_left_out_and_told(tmp_path: Path) -> None:
    whole = b"".join(encode(said("7", seq, "é")) + b"\n" for seq in range(3))
    for cut in range(1, len(whole) // 3):
        (tmp_path / "7.jsonl").write_bytes(whole[:-cut])
        told: list[str] = []
        kept = [record.seq for record in read(tmp_path / "7.jsonl", told.append)]
        if cut == 1:  # only the line's end is missing
            assert (kept, told) == ([0, 1, 2], [])
        else:
            assert kept == [0, 1]
            assert told == [f"{tmp_path}/7.jsonl:3: the last line was cut off in writing; left out"]


def test_a_torn_line_is_no_damage() -> None:
    damaged: list[str] = []
    torn: list[str] = []
    list(read_lines(lines(said("7", 0), b'{"call":'), "x", damaged.append, torn.append))
    assert (damaged, torn) == ([], ["x:2: the last line was cut off in writing; left out"])
    assert list(read_lines([encode(started("7"))[:50]], "x", damaged.append, torn.append)) == []  # killed at its first line
    assert (damaged, torn[1:]) == ([], ["x:1: the last line was cut off in writing; left out"])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{}\n", "not a journal record: Object missing required field `call`"),
        (b"not a journal", "not a journal record: "),
        (b"[1]\n", "not a journal record: Expected `object`, got `array`"),
        (b'{"call": "7", "seq": 0, "at": 0}\n', "a record holds either an event or an update"),
        (b"[" * 200_000 + b"\n", "not a journal record: "),
        (b"\0" * 100 + b"\n", "not a journal record: "),
        (b'{"call": "7", "seq": 0, "at": 0, "event": {"type": "bookmarked", "by": "\xff"}}\n', "not a journal record: "),
    ],
)
def test_a_line_that_is_no_record_is_named(line: bytes, why: str) -> None:
    with pytest.raises(JournalError) as caught:
        list(read_lines([line], "x"))
    assert str(caught.value).startswith(f"x:1: {why}")
    assert str(caught.value).endswith("; this is no journal")
    assert caught.value.line == 1
    if line.endswith(b"\n"):
        kept, told = found(lines(line, b"\n", said("7", 0), line, said("7", 1)))
        assert kept == [("7", 0), ("7", 1)]
        assert [text.startswith(f"x:{number}: {why}") and text.endswith("; left out") for number, text in zip((1, 4), told, strict=True)]


def test_a_newer_format_is_not_read() -> None:
    with pytest.raises(JournalError, match=r"^x:1: journal format 2 is newer than 1, which this version reads; update companion$"):
        list(read_lines(lines(started("7", format=2)), "x"))


def test_lines_in_a_row_are_one_place_and_many_places_are_counted() -> None:
    kept, told = found(lines(said("7", 0), *[b"\n"] * 2, *[b"?\n"] * 1000, said("7", 1)))
    assert kept == [("7", 0), ("7", 1)]
    assert len(told) == 1
    assert told[0].startswith("x:4-1003: not a journal record: ")
    kept, told = found(lines(*(line for seq in range(50) for line in lines(said("7", seq), b"?\n"))))
    assert len(kept) == 50
    assert len(told) == 21
    assert told[-1] == "x: damaged in 30 further places"


@pytest.mark.parametrize("order", list(permutations(range(1, 5)))[1:])
def test_records_in_a_wrong_order_are_put_right(order: Sequence[int]) -> None:
    assert found(lines(started("7"), *(said("7", seq) for seq in order), closed("7", 5))) == ([("7", seq) for seq in range(6)], [])


def test_a_record_that_is_there_twice_is_read_once() -> None:
    twice = [started("7"), started("7"), said("7", 1), said("7", 2), said("7", 1), said("7", 4), said("7", 4), said("7", 3)]
    kept, told = found(lines(*twice))
    assert kept == [("7", seq) for seq in range(5)]
    assert told == [f"x:{line}: a record of call 7 that is there already, or comes too late; left out" for line in (2, 5, 7)]


def test_records_that_are_missing_are_told() -> None:
    kept, told = found(lines(started("7"), said("8", 3), said("7", 2), said("8", 4), said("7", 6), said("7", 3)))
    assert kept == [("7", 0), ("7", 2), ("7", 3), ("7", 6), ("8", 3), ("8", 4)]
    assert told == [
        "x:3: before it, record 1 is missing of call 7",
        "x:5: before it, records 4 to 5 are missing of call 7",
        "x:2: before it, records 0 to 2 are missing of call 8",
    ]


def test_what_is_missing_is_not_waited_for_to_the_end() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield from lines(started("7"))
        for taken in range(2, 1000):
            yield from lines(said("7", taken))

    records = read_lines(endless(), "x")
    assert [next(records).seq for _ in range(3)] == [0, 2, 3]
    assert taken < 100


def test_a_name_that_is_used_again_is_another_call() -> None:
    records = lines(started("7"), said("7", 1), started("7", began="2026-11-22T10:00:00Z"), said("7", 1), closed("7", 2))
    assert [[record.seq for record in call] for call in calls(read_lines(records, "x", pytest.fail))] == [[0, 1], [0, 1, 2]]


def test_calls_come_as_soon_as_they_are_whole_and_a_fault_comes_last() -> None:
    records = read_lines(lines(started("a"), started("b"), closed("b", 1), said("a", 1), started("c", format=2)), "x")
    whole = calls(records)
    assert [record.seq for record in next(whole)] == [0, 1]
    assert [record.call for record in next(whole)] == ["a", "a"]
    with pytest.raises(JournalError, match="x:5: journal format 2"):
        next(whole)


def test_a_call_is_unbroken_up_to_its_first_hole() -> None:
    records = [said("7", seq) for seq in (0, 1, 3)]
    assert unbroken(records) == records[:2]
    assert unbroken(records[:2]) == records[:2]
    assert unbroken(records[1:]) == []


def test_a_line_without_end_is_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_LINE", 1000)
    (tmp_path / "x").write_bytes(b"a" * 2000)
    with pytest.raises(JournalError, match=r"x:1: longer than any record; this is no journal"):
        list(read(tmp_path / "x"))


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for name, why in (("none.jsonl", "no such file or directory"), (".", "is a directory")):
        with pytest.raises(JournalError, match=f"cannot be read: {why}"):
            list(read(tmp_path / name))


def test_kinds_of_a_later_version_are_read() -> None:
    line = b'{"call":"7","seq":0,"at":0,"event":{"type":"sneezed","by":"agent"}}\n'
    ended = Record(call="7", seq=1, at=0, event=CallEnded(reason="over"))
    marked = Record(call="7", seq=2, at=0, event=Bookmarked(by="agent"))
    first, *rest = read_lines([line, encode(ended), encode(marked)], "x")
    assert first.event == Unknown({"type": "sneezed", "by": "agent"})
    assert encode(first) + b"\n" == line
    assert rest == [ended, marked]
