"""What a report holds."""

import json
from datetime import date

import msgspec
from msgspec.structs import replace

from companion.report.report import chosen, clock, replaying, report, to_plain
from tests.report.week import digest, week


def test_calls_stand_in_their_order_those_without_a_date_last() -> None:
    made = report([digest("chat", "undated"), *reversed(week(5))])
    assert [call.call for call in made.calls] == ["c-0", "c-1", "c-2", "c-3", "c-4", "undated"]
    assert (made.first, made.last) == (date(2026, 11, 16), date(2026, 11, 20))
    assert [day for day, _ in made.days] == [date(2026, 11, day) for day in range(16, 21)]


def test_days_and_agents_choose_calls() -> None:
    calls = [*week(15), digest("chat", "undated")]
    assert len(chosen(calls)) == 16
    assert [call.call for call in chosen(calls, since=date(2026, 11, 20), agent="DAN")] == ["c-4"]
    assert len(chosen(calls, until=date(2026, 11, 17))) == 6
    assert chosen(calls, agent="nobody") == []


def test_few_calls_are_never_compared() -> None:
    assert report(week(15), "agent").comparable == ()
    assert [group.name for group in report(week(15) * 6, "agent").comparable] == ["dan", "maria", "noor"]
    assert report(week(15) * 6, "week").comparable == ()  # one alone is no comparison


def test_no_call_and_no_sort_of_moment_fills_the_list() -> None:
    places = report(week(60)).places
    assert len(places) <= 12
    assert max(sum(other.call is place.call for other in places) for place in places) <= 2
    assert max(sum(other.moment.title == place.moment.title for other in places) for place in places) <= 3


def test_a_moment_leads_into_the_call() -> None:
    assert [place.command for place in report([digest("furious")]).places] == [
        f"companion replay c-1.jsonl --from {at}" for at in ("01:15", "00:08")
    ]
    call = replace(digest("furious"), journal="all calls.jsonl", call="it's", shared=True)
    assert replaying(call, 61_999) == """companion replay 'all calls.jsonl' --call 'it'"'"'s' --from 01:01"""
    assert clock(3_600_000) == "1:00:00"


def test_as_json_it_has_everything_but_whole_transcripts() -> None:
    told = json.loads(msgspec.json.encode(to_plain(report(week(5), "team"))))
    assert (told["total"]["calls"], told["total"]["few"], told["few"]) == (5, True, 30)
    assert [group["name"] for group in told["groups"]] == ["billing", "parcels"]
    assert told["total"]["prompts"][0]["noisy"] is False
    assert "said" not in told["calls"][0]
    assert told["calls"][1]["moments"][0]["title"] == "Hides behind policy; the heat rose from 82 to 96"
