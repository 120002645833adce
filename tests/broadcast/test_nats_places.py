"""What of a message is new to a looker-on, and when an ended call is let go."""

import pytest

from companion.broadcast import nats_places
from companion.broadcast.nats_places import Places
from companion.core.record import Record
from companion.core.seen import Missed, Over, Seen
from tests.broadcast.nats_server import Talk


def given(places: Places, talk: Talk, number: int, start: int, stop: int, at: float = 0.0) -> list[Seen]:
    """What is new where a message has some of a call's records."""
    token = talk.call.name
    return [] if places.has(token, number) else list(places.take(token, number, 1000.0 + at, talk.records[start:stop], at))


def test_each_record_is_given_once_and_a_hole_is_said() -> None:
    places, talk = Places(), Talk("42")
    talk.say(5)
    assert given(places, talk, 5, 0, 3) == talk.records[:3]
    assert given(places, talk, 5, 0, 3) == []
    assert given(places, talk, 8, 2, 4) == talk.records[3:4]  # from another gateway, which begins a little earlier
    assert given(places, talk, 9, 6, 7) == [Missed(call="42", since=4, until=6), talk.records[6]]
    assert "42" in places
    assert places.find("42") == nats_places.Place("42", first=5, newest=9, next=7)


def test_a_call_whose_beginning_is_not_there_is_not_given() -> None:
    places, talk = Places(), Talk("42")
    talk.say()
    assert given(places, talk, 1, 1, 2) == []
    assert "42" not in places


def test_a_name_that_is_given_a_second_time_is_another_call() -> None:
    places, talk = Places(), Talk("42")
    assert given(places, talk, 1, 0, 1) == talk.records
    assert given(places, talk, 2, 0, 1) == [Over(call="42"), *talk.records]
    places.forget("42")
    assert given(places, talk, 1, 0, 1) == talk.records
    assert places.clear() == [Over(call="42")]


def test_ended_calls_go_by_the_servers_clock_whatever_ours_says() -> None:
    places, early, late, on = Places(), Talk("early"), Talk("late"), Talk("on")
    for talk in (early, late):
        talk.end()
    given(places, early, 1, 0, len(early.records), at=0.0)
    given(places, late, 2, 0, len(late.records), at=500.0)
    list(places.take("on", 3, 1599.0, on.records, 0.0))  # all of it came at once; the newest was stored just now
    assert places.tidy(0.0) == []
    assert places.tidy(1.0) == [Over(call="early")]
    assert places.tidy(500.9) == []
    assert places.tidy(501.0) == [Over(call="late")]
    assert places.tidy(9999.0) == []
    assert "on" in places


def test_of_many_ended_calls_the_newest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_places, "MOST_ENDED", 2)
    places = Places()
    for number in range(4):
        talk = Talk(f"call-{number}")
        talk.end()
        assert all(isinstance(seen, Record) for seen in given(places, talk, number + 1, 0, len(talk.records)))
    assert places.tidy(0.0) == [Over(call="call-0"), Over(call="call-1")]
