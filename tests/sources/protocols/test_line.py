"""One line: what is mended, what is refused, and in which words."""

import contextlib
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.sources.protocols.line import JournalRecord, Line, Rejected, began, call_name, moment, plausible, read, said
from tests.sources.protocols.recorded import Frame, spoiled


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b'{"speaker": "agent", "text": "hi", "start": 1}', Line(speaker="agent", text="hi", start=1.0)),
        ('{"text": "hi", "mood": [{"a": 1}], "end": 2.5}', Line(text="hi", end=2.5)),
        (b'\xef\xbb\xbf{"text": "hi"}', Line(text="hi")),
        (b'{"text": "caf\xe9"}', Line(text="caf\ufffd")),
        ('{"text": "a \\ud83d b"}', Line(text="a \ufffd b")),
        ('{"text": "a \\ud83d\\ude00 b"}', Line(text="a 😀 b")),
        ('{"call": 123456789012345678901234567890}', Line(call=123456789012345678901234567890)),
    ],
)
def test_read(raw: bytes | str, line: Line) -> None:
    assert read(raw) == line


@pytest.mark.parametrize(
    ("raw", "reason", "call"),
    [
        ("nonsense", "not JSON (expecting value at character 1)", None),
        ('{"text": "hi"', "not JSON (expecting ',' delimiter at character 14)", None),
        ("null", "not a JSON object", None),
        ('{"call": "7", "text": {}}', "'text' is not a text", "7"),
        ('{"call": 7, "ts": false}', "'ts' is not a number or a text", 7),
        ('{"call": 1.5, "text": ""}', "'call' is not a text", None),
        ('{"call": "7", "start": "now"}', "'start' is not a number", "7"),
        ('{"start": NaN}', "not JSON (NaN is no number of JSON)", None),
    ],
)
def test_refused(raw: str, reason: str, call: Any) -> None:
    with pytest.raises(Rejected) as caught:
        read(raw)
    assert (str(caught.value), caught.value.call) == (reason, call)


def test_a_journal() -> None:
    with pytest.raises(JournalRecord):
        read('{"call": "7", "seq": 0, "at": 0, "event": {"type": "call_started"}}')
    assert read('{"call": "7", "event": "end"}').event == "end"


@given(st.binary() | st.text())
def test_nothing_else_comes_out(raw: bytes | str) -> None:
    try:
        line = read(raw)
    except Rejected as why:
        reason = str(why)
    else:
        reason = type(line).__name__
    assert reason


@given(st.text())
def test_names_and_texts_are_harmless(text: str) -> None:
    try:
        shown = call_name(text) + said(Line(speaker="agent", text=text))[1]
    except Rejected as why:
        shown = str(why)
    assert not {"Cc", "Cs"} & set(map(unicodedata.category, shown))


@pytest.mark.parametrize(
    ("ts", "expected"),
    [
        (0, (0, "1970-01-01T00:00:00+00:00")),
        ("1970-01-01T00:01:00Z", (60.0, "1970-01-01T00:01:00+00:00")),
        ("1970-01-01 01:00:00.5+01:00", (0.5, "1970-01-01T01:00:00.500000+01:00")),
        ("1970-01-01T00:01", (60.0, None)),
    ],
)
def test_moment(ts: Any, expected: tuple[float, str | None]) -> None:
    assert moment(Line(ts=ts)) == expected
    assert moment(Line()) == (None, None)


@pytest.mark.parametrize("ts", ["", "10 o'clock", "2026-13-01", 1e300, float("nan"), float("inf"), -1e300])
def test_no_moment(ts: Any) -> None:
    with pytest.raises(Rejected, match="'ts' is neither seconds since 1970 nor ISO 8601"):
        moment(Line(ts=ts))


@pytest.mark.parametrize("seconds", [-0.001, 1_000_000.5, float("inf"), float("-inf"), float("nan")])
def test_implausible(seconds: float) -> None:
    with pytest.raises(Rejected, match="'start'"):
        plausible("start", seconds)


@pytest.mark.parametrize("seconds", [0.0, 1_000_000.0])
def test_plausible(seconds: float) -> None:
    assert plausible("start", seconds) == seconds


def test_began() -> None:
    assert began(None) is None
    assert began(" 2026-11-21T10:00:00Z ") == "2026-11-21T10:00:00Z"
    for wrong in ("", "2026-11-21T10:00:00", "noon"):
        with pytest.raises(Rejected, match="'began' is not ISO 8601 with an offset"):
            began(wrong)


def test_json_of_the_examples_is_what_people_write() -> None:
    line = read(json.dumps({"call": "42", "speaker": "customer", "text": "It broke again.", "start": 1.2, "end": 3.4}))
    assert said(line) == ("customer", "It broke again.")


@given(spoiled("transcript"))
def test_spoiled_lines_are_read_or_refused(lines: list[Frame]) -> None:
    for line in lines:
        with contextlib.suppress(Rejected):
            said(read(line))
