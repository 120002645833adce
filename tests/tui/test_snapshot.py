"""What comes in gives the next snapshot: one call at a time, partials until their final, time as told."""

from typing import Any

from companion.core.events import CallEnded, CallStarted, HoldBegan, Partial, SourceLost, Utterance
from companion.core.record import Record
from companion.core.seen import Clock, Glimpse, Level, Notice
from companion.core.updates import Evidence, FlagRaised, StepHeard
from companion.tui.feed import Closed, Ready, Shown
from companion.tui.snapshot import METER, Snapshot


def taken(*items: Shown, snapshot: Snapshot | None = None) -> Snapshot:
    snapshot = snapshot or Snapshot()
    for item in items:
        snapshot = snapshot.take(item)
    return snapshot


def event(at: int, event: Any, call: str = "7") -> Record:
    return Record(call=call, seq=0, at=at, event=event)


def starting(call: str = "7") -> Record:
    return event(
        0,
        CallStarted(
            began=None, source="x", timed=True, speech=None, companion="0", rapidfuzz="0", checklist={"id": "t", "title": "t"}, digest=""
        ),
        call,
    )


def partial(channel: Any, text: str, *tentative: StepHeard | FlagRaised, start: float = 1.0, call: str = "7") -> Glimpse:
    return Glimpse(call=call, partial=Partial(channel=channel, text=text, start=start, end=start + 1), tentative=tentative)


STEP = StepHeard(step="apologized", utterance=0, grade=1, score=90, evidence=(Evidence(0, 0, 5, "sorry"),))
FLAG = FlagRaised(flag="argue", utterance=0, evidence=())


def test_records_fold_into_the_view_and_move_the_time() -> None:
    snapshot = taken(starting(), event(4000, Utterance(speaker="agent", text="hello", start=3, end=4)))
    assert (len(snapshot.view.rows), snapshot.now) == (1, 4000)


def test_time_is_told_and_never_goes_back() -> None:
    assert taken(Clock(call="7", at=900), Clock(call="7", at=500)).now == 900


def test_countdowns_stand_still_on_hold() -> None:
    snapshot = taken(starting(), event(4000, HoldBegan()), Clock(call="7", at=9000))
    assert (snapshot.now, snapshot.clock) == (9000, 4000)
    assert taken(Clock(call="7", at=9000)).clock == 9000


def test_a_partial_stays_until_its_final() -> None:
    snapshot = taken(starting(), partial("agent", "so sorry", STEP, FLAG), partial("customer", "what", start=0.5))
    assert [glimpse.partial.text for glimpse in snapshot.glimpses] == ["what", "so sorry"]
    assert snapshot.tentative == {"apologized": STEP}
    snapshot = taken(event(4000, Utterance(speaker="agent", text="so sorry", start=3, end=4)), snapshot=snapshot)
    assert [glimpse.partial.text for glimpse in snapshot.glimpses] == ["what"]
    assert snapshot.tentative == {}


def test_an_empty_partial_takes_the_last_one_away() -> None:
    assert taken(starting(), partial("agent", "so sorry"), partial("agent", "")).glimpses == ()


def test_the_meter_keeps_the_last_levels_and_when_sound_was_there() -> None:
    levels = [
        Level(call="7", channel="customer", level=0.5),
        Clock(call="7", at=3000),
        *[Level(call="7", channel="customer", level=0.0)] * 9,
    ]
    side = taken(*levels).customer
    assert side.levels == (0.0,) * METER
    assert side.sounded == 0


def test_who_comes_late_does_not_know_of_silence_before() -> None:
    side = taken(starting(), Clock(call="7", at=60_000), Level(call="7", channel="customer", level=0.0)).customer
    assert side.sounded == 60_000


def test_a_notice_is_kept_with_its_time() -> None:
    snapshot = taken(Ready(text="here: waits"), Clock(call="7", at=3000), Notice(text="journal: disk full"))
    assert snapshot.ready == "here: waits"
    assert (snapshot.notice, snapshot.noticed) == ("journal: disk full", 3000)


def test_another_call_is_not_mixed_in() -> None:
    snapshot = taken(starting())
    others = (event(9000, HoldBegan(), "8"), Clock(call="8", at=9000), partial("agent", "x", call="8"))
    assert taken(*others, Level(call="8", channel="agent", level=1.0), snapshot=snapshot) == snapshot


def test_another_call_that_begins_is_told() -> None:
    snapshot = taken(starting(), Clock(call="7", at=3000))
    told = taken(starting("8"), snapshot=snapshot)
    assert (told.view, told.notice, told.noticed) == (snapshot.view, "call 8 began; it is judged, but not shown here", 3000)


def test_the_next_call_follows_once_the_last_has_ended() -> None:
    ended = taken(starting(), partial("agent", "bye"), event(9000, CallEnded(reason="hung up")))
    assert ended.glimpses == ()
    assert taken(event(9500, HoldBegan(), "8"), snapshot=ended) == ended
    fresh = taken(starting("8"), snapshot=ended)
    assert (fresh.view.call, fresh.now, fresh.view.ended) == ("8", 0, None)


def test_after_the_end_the_clock_stands() -> None:
    ended = taken(starting(), event(9000, CallEnded(reason="hung up")), Clock(call="7", at=12_000))
    assert ended.now == 9000


def test_what_was_begun_before_the_stream_broke_off_is_not_shown_on() -> None:
    snapshot = taken(starting(), partial("agent", "so sor"), event(9000, SourceLost(reason="reset")))
    assert snapshot.glimpses == ()


def test_closed_says_why_and_drops_partials() -> None:
    snapshot = taken(starting(), partial("agent", "x"), Closed(reason="peer gone"))
    assert (snapshot.closed, snapshot.glimpses) == ("peer gone", ())
