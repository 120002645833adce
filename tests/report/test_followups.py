"""What is to be followed up."""

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from companion.report.followups import draft, followups, listed, ordered, when
from tests.report.promised import NOW, PROMISES, call, promise


def test_what_is_overdue_comes_first_then_what_is_due() -> None:
    made = ordered(reversed(list(followups([call(*PROMISES)]))), NOW)
    assert [(one.standing(NOW), one.what) for one in made] == [
        ("overdue", "I will ring you on Tuesday"), ("overdue", "I will write by noon"), ("due", "it will be there today"),
        ("later", "you will have it on Friday"), ("undated", "I will look into it soon"),
    ]  # fmt: skip


def test_a_day_lasts_until_its_end_where_the_call_was_and_a_time_is_a_time() -> None:
    day, time, *_ = followups([call(*PROMISES)])
    midnight = datetime.fromisoformat("2026-11-18T00:00:00+01:00")
    assert [day.standing(midnight - timedelta(seconds=1)), day.standing(midnight)] == ["due", "overdue"]
    assert day.standing(datetime(2026, 11, 17, 22, 59, tzinfo=UTC)) == "due"
    assert [time.standing(NOW - timedelta(minutes=1)), time.standing(NOW)] == ["due", "overdue"]


def test_what_was_done_was_kept_or_kept_late() -> None:
    one, *_ = followups([call(*PROMISES)])
    for moment, standing in (("2026-11-17T23:00:00+01:00", "kept"), ("2026-11-18T08:00:00+01:00", "kept late")):
        (done, *_) = followups([call(*PROMISES)], {one.id: datetime.fromisoformat(moment)})
        assert done.standing(NOW) == standing
    undated = list(followups([call(*PROMISES)]))[-1]
    assert replace(undated, done=NOW).standing(NOW) == "kept"


def test_an_id_stays_and_is_one_promises_own() -> None:
    twice = call(
        promise("I will ring", "2026-11-17"), promise("and I will write", "2026-11-18"), promise("I will ring", "2026-11-19", utterance=3)
    )
    ids = [one.id for one in followups([twice])]
    assert ids == [one.id for one in followups([replace(twice, journal="elsewhere.jsonl", message="")])]
    assert len(set(ids)) == 3
    assert ids[0] != next(followups([replace(twice, call="c-2")])).id


def test_only_what_somebody_has_to_remember_is_followed_up() -> None:
    made = call(
        promise("within two days", "2026-11-18", by="within two days"),  # of what, nobody knows
        promise("I won't be a minute", "2026-11-16T09:01+01:00"),  # over before the call was
        promise("I will ring you", "2026-11-17"),
        promise("i will ring you", "2026-11-17", utterance=5),
        promise("I will ring you", None),
        promise("it comes", "next spring", utterance=99),
    )
    assert [(one.what, one.due) for one in followups([made])] == [
        ("I will ring you", date(2026, 11, 17)), ("I will ring you", None), ("it comes", None),
    ]  # fmt: skip


def test_times_without_a_zone_are_meant_where_we_are() -> None:
    local = call(promise("I will ring", "2026-11-18T11:00"), promise("I will write", "2026-11-18"), began=datetime(2026, 11, 16, 9, 0))
    assert [one.standing(NOW) for one in ordered(followups([local]), NOW)] == ["overdue", "due"]
    assert [one.said for one in followups([replace(local, began=None)])] == [None, None]


def test_the_list_says_who_what_and_when() -> None:
    made = ordered(followups([call(*PROMISES)]), NOW)
    lines = listed(made, NOW)
    assert [line for line in lines if line.endswith(":")] == ["Overdue:", "Due today:", "Later:", "Without a date:"]
    assert f"  {made[0].id}  Tue 17 Nov  maria to Ada, call c-1" in lines
    assert "            “I will ring you on Tuesday” (16 Nov)" in lines
    assert "            companion replay kept/c-1.jsonl --from 00:09" in lines
    assert f"  {made[4].id}  “soon”  maria to Ada, call c-1" in lines
    assert listed([], NOW) == ["Nothing to follow up."]
    assert [when(None, ""), when(NOW, "")] == ["no date", "Wed 18 Nov 12:00"]


def test_a_draft_is_the_calls_own_and_sorry_where_it_is_late() -> None:
    late, _, today, *_ = followups([call(*PROMISES, message="Dear Ada,\n\nThank you for telling us.")])
    assert draft(today, NOW) == "Dear Ada,\n\nThank you for telling us."
    assert draft(late, NOW).startswith(
        "Dear Ada,\n\nYou should have heard from us by Tue 17 Nov. You have not, and I am sorry about that.\n\nThank"
    )
    bare = next(followups([call(*PROMISES, message="", customer=None)]))
    assert draft(bare, NOW - timedelta(days=3)) == "Hello,\n\nWe promised you: “I will ring you on Tuesday”."


def test_a_draft_is_in_the_calls_language() -> None:
    spanish = replace(call(promise("le llamo el martes", "2026-11-17T10:00+00:00"), message=""), language="es-MX")
    late = "Tendría que haber sabido de nosotros el 17/11 10:00. No ha sido así, y lo siento."
    assert draft(next(followups([spanish])), NOW) == f"Hola, Ada:\n\n{late}\n\nLe prometimos: «le llamo el martes»."
