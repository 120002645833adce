"""A call that is looked into is whole: joined late, no record is missing and none comes twice."""

from typing import Any

from msgspec.structs import replace

from companion.core.record import Record
from companion.core.seen import Away, Clock, Glimpse, Here, Level, Missed, Notice, Over
from companion.core.view import CallView
from companion.tui.feed import Closed
from companion.tui.shadow import GONE, Shadow


def whole(records: list[Record]) -> CallView:
    view = CallView()
    for record in records:
        view = view.fold(record)
    return view


def test_what_was_under_way_is_let_go_and_what_comes_twice_too(calls: Any) -> None:
    records = calls.heated().records
    shadow = Shadow(call="Moss, A.")
    for record in [*records[9:12], *records[:15], *records[10:]]:
        shadow = shadow.take(record)
    assert shadow.snapshot.view == whole(records)
    assert shadow.wants == len(records)


def test_other_calls_are_of_no_concern(calls: Any) -> None:
    shadow = Shadow(call="c-9")
    for record in calls.heated().records:
        assert shadow.take(record) is shadow
    for item in (
        Clock(call="Moss, A.", at=9),
        Level(call="Moss, A.", channel="agent", level=1.0),
        Missed(call="Moss, A.", since=0, until=9),
        Over(call="Moss, A."),
        Here(role="reader", name=""),
    ):
        assert shadow.take(item) is shadow


def test_what_is_only_shown_is_shown(calls: Any) -> None:
    book = calls.heated()
    shadow = Shadow(call=book.call)
    for item in (*book.records, Clock(call=book.call, at=90_000), calls.glimpse(book, "agent", "i am so")):
        shadow = shadow.take(item)
    assert shadow.snapshot.now == 90_000
    assert shadow.take(Clock(call=book.call, at=1)).snapshot.now == 90_000
    (glimpse,) = shadow.snapshot.glimpses
    assert isinstance(glimpse, Glimpse)


def test_what_cannot_be_had_any_more_is_said(calls: Any) -> None:
    records = calls.heated().records
    shadow = Shadow(call="Moss, A.").take(Missed(call="Moss, A.", since=0, until=3))
    assert shadow.snapshot.notice == "records 0 to 2 of this call cannot be had any more"
    for record in records[3:]:
        shadow = shadow.take(record)
    assert shadow.snapshot.view.utterances == sum(record.event is not None and hasattr(record.event, "text") for record in records[3:])
    assert shadow.take(Missed(call="Moss, A.", since=0, until=3)) is shadow


def test_the_way_and_the_end(calls: Any) -> None:
    shadow = Shadow(call="Moss, A.")
    assert shadow.take(Away(reason="ws://hub: refused")).snapshot.away == "ws://hub: refused"
    assert shadow.take(Away(reason="ws://hub: refused")).take(Here(role="supervisor", name="")).snapshot.away == ""
    assert shadow.take(Notice(text="too many nudges")).snapshot.notice == "too many nudges"
    assert shadow.take(Closed(reason="over")).snapshot.closed == "over"
    assert shadow.take(Over(call="Moss, A.")).snapshot.closed == GONE
    for record in calls.settled().records:
        shadow = shadow.take(record)
    assert shadow.take(Over(call="Moss, A.")) is shadow


def test_another_call_of_the_same_name_begins_anew(calls: Any) -> None:
    shadow = Shadow(call="Moss, A.")
    for record in calls.settled().records:
        shadow = shadow.take(record)
    started = calls.opening().records[0]
    shadow = shadow.take(replace(started, event=replace(started.event, began="2026-11-20T16:00:00Z")))
    assert (shadow.wants, shadow.snapshot.view.began, shadow.snapshot.view.utterances) == (1, "2026-11-20T16:00:00Z", 0)
