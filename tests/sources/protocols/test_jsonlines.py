"""The clock of JSON Lines, and every way a line can be wrong."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.events import HoldBegan, HoldEnded, LineRejected, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.errors import SourceError
from companion.sources.protocols.jsonlines import JsonLines
from companion.sources.protocols.line import LONGEST_TEXT
from tests.sources.protocols.recorded import Frame, spoiled

BEYOND = "is beyond 1,000,000 s from the call's start; a time of day belongs in 'ts'"


def said(speaker: str = "customer", text: str = "two words", **keys: Any) -> dict[str, Any]:
    return {"speaker": speaker, "text": text, **keys}


def feed(*lines: Any, lexer: JsonLines | None = None, now: float | None = None) -> list[Item]:
    lexer = lexer or JsonLines("stdin")
    items: list[Item] = []
    for line in lines:
        items += lexer.line(line if isinstance(line, bytes | str) else json.dumps(line), now)
    return items


def utterances(items: list[Item]) -> list[tuple[int | None, float, float]]:
    return [(i.at, i.event.start, i.event.end) for i in items if isinstance(i, Happened) and isinstance(i.event, Utterance)]


def complaint(*lines: Any) -> str:
    (text,) = [item.text for item in feed(*lines) if isinstance(item, Complaint)]
    return text


class TestClock:
    def test_arrives_at_its_end(self) -> None:
        items = feed(said(call="7", start=0.5, end=4.0), said("agent", call="7", start=4.6, end=7.1))
        assert items[0] == Opened(call="7", source="stdin", timed=True)
        assert utterances(items) == [(4000, 0.5, 4.0), (7100, 4.6, 7.1)]

    def test_overlap_arrives_at_the_clock(self) -> None:
        items = feed(said(start=0, end=40), said("agent", start=5, end=10.0), said(start=41, end=42))
        assert utterances(items) == [(40000, 0, 40), (40000, 5, 10), (42000, 41, 42)]

    def test_more_than_thirty_seconds_back_is_rejected(self) -> None:
        items = feed(said(start=0, end=40), said("agent", start=5, end=9.999))
        assert items[-2] == Complaint(text="stdin:2: goes back from 40 s to 9.999 s, more than 30 s; line skipped")
        reason = "goes back from 40 s to 9.999 s, more than 30 s"
        assert items[-1] == Happened(call="call-1", event=LineRejected(line=2, reason=reason), at=40000)

    def test_start_alone_takes_four_tenths_a_word(self) -> None:
        assert utterances(feed(said(text="one two three four five", start=10))) == [(12000, 10, 12.0)]

    def test_end_alone_reaches_back(self) -> None:
        assert utterances(feed(said(text="one two three four five", end=10))) == [(10000, 8.0, 10)]

    def test_no_times(self) -> None:
        items = feed(said(text="one two"), said("agent", text="one two three four five"))
        assert isinstance(items[0], Opened)
        assert items[0].timed is False
        assert utterances(items) == [(800, 0.0, 0.8), (3400, 1.4, 3.4)]

    def test_each_call_has_its_own_clock(self) -> None:
        items = feed(said(call="a", start=1, end=100), said(call="b", start=1, end=2), said(call="a", start=101, end=102))
        assert [at for at, _, _ in utterances(items)] == [100000, 2000, 102000]

    @pytest.mark.parametrize(
        "moments",
        [
            (1763719200, 1763719230.5),
            ("2026-11-21T10:00:00Z", "2026-11-21T11:00:30.5+01:00"),
            ("2026-11-21 10:00", "2026-11-21 10:00:30.5"),
        ],
    )
    def test_moments_of_a_chat(self, moments: tuple[Any, Any]) -> None:
        items = feed(*(said(ts=moment) for moment in moments))
        assert isinstance(items[0], Opened)
        assert items[0].timed is False
        assert utterances(items) == [(0, 0, 0), (30500, 30.5, 30.5)]

    def test_first_moment_tells_when_the_call_began(self) -> None:
        assert feed(said(ts="2026-11-21T10:00:00+01:00"))[0].began == "2026-11-21T10:00:00+01:00"
        assert feed(said(ts=0))[0].began == "1970-01-01T00:00:00+00:00"
        assert feed(said(ts="2026-11-21T10:00:00"))[0].began is None

    def test_times_are_rounded_to_milliseconds(self) -> None:
        assert utterances(feed(said(start=0.12345, end=1.99961))) == [(2000, 0.123, 2.0)]

    def test_whether_timed_is_settled_by_the_first_utterance(self) -> None:
        opened = feed({"event": "start", "began": "2026-11-21T10:00:00Z"}, said())[0]
        assert opened == Opened(call="call-1", source="stdin", began="2026-11-21T10:00:00Z", timed=False)

    def test_live_lines_leave_arrival_to_the_taker(self) -> None:
        lexer = JsonLines("ws://x")
        first = feed(said(text="one two"), lexer=lexer, now=100.0)
        second = feed(said("agent", text="one two three"), lexer=lexer, now=105.0)
        assert utterances(first + second) == [(None, 0.0, 0.0), (None, 5.0, 5.0)]
        assert lexer.close("gone", live=True) == [Closed(call="call-1", reason="gone", at=None)]


class TestEvents:
    def test_end_closes(self) -> None:
        items = feed(said(call="7", start=0, end=2), {"call": "7", "event": "end"})
        assert items[-1] == Closed(call="7", reason="ended", at=2000)

    def test_end_of_input_closes_the_rest(self) -> None:
        lexer = JsonLines("stdin")
        feed(said(call="a", start=0, end=2), said(call="b"), {"call": "c", "event": "start"}, lexer=lexer)
        assert [type(i).__name__ + i.call for i in lexer.close("end of input")] == ["Closeda", "Closedb", "Openedc", "Closedc"]

    def test_hold(self) -> None:
        items = feed(said(start=0, end=2), {"event": "hold", "start": 5}, {"event": "unhold", "start": 9.5})
        assert items[-2:] == [
            Happened(call="call-1", event=HoldBegan(), at=5000),
            Happened(call="call-1", event=HoldEnded(), at=9500),
        ]

    def test_hold_in_a_chat(self) -> None:
        items = feed(said(ts=1000), {"event": "hold", "ts": 1060}, {"event": "unhold"}, {"event": "end", "ts": 1090})
        assert [item.at for item in items[1:]] == [0, 60000, 60000, 90000]

    def test_an_event_too_far_back(self) -> None:
        items = feed(said(start=0, end=100), {"event": "hold", "start": 10})
        assert items[-1].event == LineRejected(line=2, reason="goes back from 100 s to 10 s, more than 30 s")

    def test_numbers_name_calls_too(self) -> None:
        assert feed(said(call=42))[0].call == "42"

    def test_rejections_before_the_first_utterance_wait_for_it(self) -> None:
        items = feed({"call": "a", "event": "start"}, {"call": "a", "speaker": "agent"}, said(call="a", start=0, end=1))
        assert [type(i).__name__ for i in items] == ["Complaint", "Opened", "Happened", "Happened"]
        assert items[2].event == LineRejected(line=2, reason="no 'text'")


class TestRejections:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "not JSON (expecting property name enclosed in double quotes at character 2)"),
            ("[1]", "not a JSON object"),
            ('"text"', "not a JSON object"),
            ({"speaker": "agent"}, "no 'text'"),
            ({"text": "hello"}, "no 'speaker'"),
            (said(text=""), "empty 'text'"),
            (said(text=" \n\t"), "empty 'text'"),
            (said(text=7), "'text' is not a text"),
            (said(text=["a"]), "'text' is not a text"),
            (said(text="x" * (LONGEST_TEXT + 1)), "a text of 100,001 characters, more than 100,000"),
            (said("robot"), "unknown speaker 'robot', neither 'agent' nor 'customer'"),
            (said("Agent"), "unknown speaker 'Agent', neither 'agent' nor 'customer'"),
            (said(start="soon"), "'start' is not a number"),
            (said(start=True), "'start' is not a number"),
            (said(start=-1), "'start' -1 is negative"),
            (said(start=3, end=2), "'end' 2 is before 'start' 3"),
            (said(start=1763719200), f"'start' 1.76372e+09 {BEYOND}"),
            ('{"speaker":"agent","text":"x","start":NaN}', "not JSON (NaN is no number of JSON)"),
            ('{"speaker":"agent","text":"x","end":-Infinity}', "not JSON (-Infinity is no number of JSON)"),
            ('{"speaker":"agent","text":"x","start":1e999}', f"'start' inf {BEYOND}"),
            (said(ts="yesterday"), "'ts' is neither seconds since 1970 nor ISO 8601"),
            (said(ts=1e300), "'ts' is neither seconds since 1970 nor ISO 8601"),
            (said(ts=[1]), "'ts' is not a number or a text"),
            (said(call=""), "empty 'call'"),
            (said(call=["a"]), "'call' is not a text"),
            (said(call="c" * 201), "a 'call' of 201 characters, more than 200"),
            ({"event": "dance"}, "unknown event 'dance', none of start, hold, unhold, end"),
            ({"event": "end"}, "event 'end' of a call that has not begun"),
            ({"event": "start", "began": "10 o'clock"}, "'began' is not ISO 8601 with an offset, such as 2026-11-21T10:00:00Z"),
            ({"event": "start", "began": "2026-11-21"}, "'began' is not ISO 8601 with an offset, such as 2026-11-21T10:00:00Z"),
            ("[" * 200_000, "nested too deeply"),
            ('{"x":' * 200_000, "nested too deeply"),
        ],
    )
    def test_names_the_line_and_what_is_wrong(self, line: Any, reason: str) -> None:
        assert complaint(line) == f"stdin:1: {reason}; line skipped"

    def test_goes_on_after_it(self) -> None:
        items = feed("nonsense", said(start=0, end=1))
        assert [type(i).__name__ for i in items] == ["Complaint", "Opened", "Happened"]

    def test_becomes_an_event_of_a_known_call(self) -> None:
        items = feed(said(call="a", start=0, end=1.5), {"call": "a", "speaker": "agent"})
        assert items[-1] == Happened(call="a", event=LineRejected(line=2, reason="no 'text'"), at=1500)

    def test_a_call_is_not_opened_by_a_bad_line(self) -> None:
        assert [type(i) for i in feed({"call": "b", "speaker": "agent"})] == [Complaint]

    def test_a_line_without_a_call_belongs_to_the_only_one(self) -> None:
        assert isinstance(feed(said(), "nonsense")[-1], Happened)
        assert isinstance(feed(said(call="a"), "nonsense")[-1], Complaint)

    def test_after_the_end(self) -> None:
        items = feed(said(call="a"), {"call": "a", "event": "end"}, said(call="a"), {"call": "a", "event": "start"})
        assert [item.text for item in items[-2:]] == [f"stdin:{n}: call 'a' has ended; line skipped" for n in (3, 4)]

    def test_begun_twice(self) -> None:
        assert complaint(said(), {"event": "start"}) == "stdin:2: call 'call-1' has already begun; line skipped"

    def test_a_line_thrown_away_unread(self) -> None:
        lexer = JsonLines("stdin")
        lexer.line(json.dumps(said()))
        items = lexer.oversized(2_000_000)
        assert items[0] == Complaint(text="stdin:2: a line of more than 2,000,000 bytes; line skipped")
        assert isinstance(items[1], Happened)

    def test_strict_stops(self) -> None:
        with pytest.raises(SourceError, match=r"^stdin:2: no 'text'$") as caught:
            feed(said(), {"speaker": "agent"}, lexer=JsonLines("stdin", strict=True))
        assert caught.value.exit_code == 3

    def test_its_call_is_known_whatever_else_is_wrong(self) -> None:
        items = feed(said(call=42, start=0, end=1), {"call": 42, "speaker": "agent", "text": 5})
        assert items[-1] == Happened(call="42", event=LineRejected(line=2, reason="'text' is not a text"), at=1000)

    def test_a_record_of_a_journal_further_on(self) -> None:
        record = {"call": "7", "seq": 3, "at": 0, "event": {"type": "hold_began"}}
        assert complaint(said(), record) == "stdin:2: a record of a journal, not a line of a transcript; line skipped"

    def test_a_journal_is_told_from_a_transcript(self) -> None:
        record = {"call": "7", "seq": 0, "at": 0, "event": {"type": "call_started"}}
        with pytest.raises(SourceError, match=r"is a journal; play it with: companion replay old$"):
            feed(record, lexer=JsonLines("old"))


class TestLeniency:
    def test_unknown_keys_blank_lines_and_a_byte_order_mark(self) -> None:
        items = feed(b"\xef\xbb\xbf" + json.dumps(said(mood={"a": [1]})).encode(), b"  ", json.dumps(said()) + "\r")
        assert len(utterances(items)) == 2

    def test_bytes_that_are_not_utf8(self) -> None:
        items = feed(b'{"speaker":"agent","text":"caf\xe9 au lait"}')
        assert items[-1].event.text == "caf\ufffd au lait"

    def test_half_a_surrogate_pair(self) -> None:
        text = feed('{"speaker":"agent","text":"so \\ud83d sorry"}')[-1].event.text
        assert text.encode().startswith(b"so ")
        assert text.endswith(" sorry")

    def test_controls_and_escapes_are_cleaned_everywhere(self) -> None:
        name = "a\x1b[31mb"
        items = feed(said(call=name, text="hel\0lo \x1b]0;title\x07you"), {"call": name, "event": "end", "reason": "by\x1be"})
        shown = items[0].call + items[1].event.text + items[2].reason
        assert shown.isprintable()

    @given(st.lists(st.one_of(st.binary(max_size=80), st.text(max_size=80)), max_size=8))
    def test_nothing_crashes_it(self, lines: list[bytes | str]) -> None:
        lexer = JsonLines("stdin")
        for line in lines:
            lexer.line(line)
        lexer.close("end of input")

    @given(
        st.lists(
            st.dictionaries(
                st.sampled_from(["call", "speaker", "text", "start", "end", "ts", "event", "began", "reason", "seq"]),
                st.one_of(
                    st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5), st.lists(st.none(), max_size=1),
                    st.sampled_from(["agent", "customer", "hold", "unhold", "start", "end", "a", "2026-11-21T10:00:00Z"]),
                ),
            ),
            max_size=12,
        )
    )  # fmt: skip
    def test_whatever_comes_the_clock_never_goes_back(self, lines: list[dict[str, Any]]) -> None:
        lexer = JsonLines("stdin")
        items = feed(*lines, lexer=lexer) + lexer.close("end of input")
        clocks: dict[str, int] = {}
        closed: set[str] = set()
        for item in items:
            if isinstance(item, Complaint):
                continue
            assert item.call not in closed
            if isinstance(item, Opened):
                assert item.call not in clocks
                clocks[item.call] = 0
            else:
                assert isinstance(item, Happened | Closed)
                assert item.at is not None
                assert item.at >= clocks[item.call]
                clocks[item.call] = item.at
            if isinstance(item, Closed):
                closed.add(item.call)
        assert closed == set(clocks)


@given(spoiled("transcript"))
def test_spoiled_lines_are_taken_or_rejected(lines: list[Frame]) -> None:
    lexer = JsonLines("stdin")
    for line in lines:
        lexer.line(line)
    lexer.close("end of input")


def test_speed() -> None:
    """A quarter of a million lines of old chats in some seconds: bulk work must not wait for this layer."""
    lines = [json.dumps(said(call=str(n % 50), text="I have been waiting for two weeks " * 3)).encode() for n in range(5000)]
    lexer = JsonLines("stdin")
    began = time.process_time()
    for line in lines:
        lexer.line(line)
    assert time.process_time() - began < 0.25


def test_the_start_may_say_who_is_on_the_call() -> None:
    lines = JsonLines("chat")
    lines.line('{"event": "start", "agent": "Maria\\u001b[31m", "customer": " ", "team": "billing"}')
    opened = lines.line('{"speaker": "agent", "text": "hello"}')[0]
    assert isinstance(opened, Opened)
    assert (opened.agent, opened.customer, opened.team) == ("Maria", None, "billing")
