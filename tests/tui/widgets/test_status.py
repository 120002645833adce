"""The status line at three widths."""

from typing import Any

from msgspec.structs import replace

from companion.core.events import HoldBegan, Introduced, Quieted, SoundKept, SpeechBegan
from companion.core.seen import Clock, Level
from companion.tui.widgets.status import Status


def test_it_names_the_call_its_state_and_the_time(calls: Any) -> None:
    (line,) = Status().lines(calls.taken(*calls.heated().records, now=61), 120, 1)
    (text,) = calls.plain([line])
    assert text.startswith("companion  Moss, A. · complaint")
    assert text.endswith("● live   01:01")
    assert len(text) == 120


def test_meters_show_that_sound_arrives(calls: Any) -> None:
    book = calls.opening()
    book.event(SpeechBegan(channel="customer", start=10))
    levels = [Level(call=book.call, channel="agent", level=level) for level in (0.0, 0.5, 1.0)]
    snapshot = calls.taken(*book.records, *levels, Level(call=book.call, channel="customer", level=0.3))
    (line,) = Status().lines(snapshot, 100, 1)
    text = calls.plain([line])[0]
    assert "agent ▁▁▁▁▅█  customer ▁▁▁▁▁▃" in text
    assert ("  customer ", "bold $customer") in line


def test_a_dead_channel_is_named(calls: Any) -> None:
    book = calls.opening()
    items = [Level(call=book.call, channel="customer", level=0.0), *book.records, Clock(call=book.call, at=22_000)]
    assert "customer silent 0:22" in calls.plain(Status().lines(calls.taken(*items), 100, 1))[0]


def test_listening_is_no_fault_but_half_a_minute_without_sound_may_be(calls: Any) -> None:
    book = calls.opening()
    items = [Level(call=book.call, channel="agent", level=0.0), *book.records]
    assert ("silent 0:22", "$quiet") in Status().lines(calls.taken(*items, now=22), 100, 1)[0]
    assert ("silent 0:31", "$warm") in Status().lines(calls.taken(*items, now=31), 100, 1)[0]


def test_a_narrow_line_keeps_state_meters_and_time(calls: Any) -> None:
    book = calls.heated()
    book.event(HoldBegan()).event(Quieted(on=True, by="agent"))
    levels = [Level(call=book.call, channel=channel, level=0.3) for channel in ("agent", "customer")]
    snapshot = calls.taken(*book.records, Clock(call=book.call, at=70_000), *levels)
    assert calls.plain(Status().lines(snapshot, 42, 1)) == ["‖ on hold 0:17 · quiet  A ▁▁▃  C ▁▁▃ 01:10"]


def test_a_narrow_line_names_who_calls_where_there_is_room(calls: Any) -> None:
    book = calls.heated().event(Introduced(agent="dana", customer="Featherstonehaugh"))
    snapshot = calls.taken(*book.records, now=61)
    assert calls.plain(Status().lines(snapshot, 42, 1)) == ["● live  Featherstonehaugh            01:01"]
    assert calls.plain(Status().lines(replace(snapshot, you="the agent"), 30, 1)) == ["● live  dana · Feathers… 01:01"]
    assert calls.plain(Status().lines(snapshot, 18, 1)) == ["● live       01:01"]


def test_that_sound_is_kept_is_said_all_the_time(calls: Any) -> None:
    book = calls.heated()
    book.event(SoundKept())
    for width in (42, 80, 120):
        line = Status().lines(calls.taken(*book.records, now=61), width, 1)[0]
        assert "sound kept" in calls.plain([line])[0]
        assert (" · sound kept", "bold $warm") in line
