"""The sentences of a report."""

from datetime import date, timedelta

from msgspec.structs import replace

from companion.report import words
from companion.report.report import report
from companion.report.tally import FEW, MoveTally
from tests.report.week import digest, week


def test_a_share_of_few_is_counts() -> None:
    assert [words.share(4, 5), words.share(25, FEW), words.share(0, 0)] == ["4 of 5", "83 %", "–"]
    assert [words.of_calls(1, 1), words.of_calls(15, FEW)] == ["1 of 1 call", "50 % of calls"]


def test_times_and_numbers() -> None:
    assert [words.seconds(None), words.seconds(34.4), words.seconds(161)] == ["–", "34 s", "2:41"]
    assert [words.number(1, "journal ends", "journals end"), words.number(2000, "call")] == ["1 journal ends", "2,000 calls"]
    assert [words.change(-4.4), words.change(12)] == ["−4", "+12"]
    assert words.some(0) == "–"


def test_the_span_names_the_year_once() -> None:
    calls = week(5)
    assert words.span(report(calls)) == "Mon 16 Nov to Fri 20 Nov 2026"
    assert words.span(report(calls[:1])) == "Mon 16 Nov 2026"
    assert words.span(report([digest("chat")])) == "calls without a date"
    assert calls[4].began is not None
    later = replace(calls[4], began=calls[4].began + timedelta(days=60))
    assert words.span(report([calls[0], later])) == "Mon 16 Nov 2026 to Tue 19 Jan 2027"
    assert [words.period(report(calls)), words.period(report([calls[0], later]))] == ["by day", "by week"]


def test_groups_are_named() -> None:
    made = report([*week(3), digest("chat")], "week")
    assert [words.group(group, "week") for group in made.groups] == ["16 Nov 2026", "not dated"]
    assert words.day(date(2026, 11, 21)) == "Sat 21 Nov"


def test_a_group_has_its_facts() -> None:
    group = report(week(15), "agent").groups[0]
    assert dict(zip((name for name, _ in words.FACTS), words.facts(group), strict=True)) == {
        "upset": "5/5", "heat": "50 70 21", "talk": "34 %", "over": "0/5", "silence": "15 s", "acted": "1/13", "alerts": "2/5",
    }  # fmt: skip
    silent = report([replace(digest("furious"), timed=False, prompts=())], "agent").groups[0]
    assert words.facts(silent)[2:6] == ["–", "–", "–", "–"]


def test_sparks_leave_gaps() -> None:
    assert words.spark([0, 50, None, 100]) == "▁▅ █"
    assert words.trend(report(week(5)), "feelings") == "█▁ ▁█"


def test_titles_in_a_sentence_keep_their_names() -> None:
    assert [words.small("Hides behind policy"), words.small("A sorry"), words.small("GDPR asked"), words.small("a")] == [
        "hides behind policy", "a sorry", "GDPR asked", "a",
    ]  # fmt: skip
    assert words.after(MoveTally(cause=("flag", "x"), title="Argues", times=1, mean=1.0, reach=2.4)) == "a slip: argues"
    assert words.after(MoveTally(cause=None, title="", times=1, mean=1.0, reach=2.4)) == "an answer with none of these"


def test_a_move_says_within_what_it_is_known() -> None:
    assert words.give_or_take(MoveTally(cause=None, title="", times=9, mean=-4.4, reach=2.6)) == "−4 ± 3"


def test_the_summary_of_a_few_calls_says_that_they_are_few() -> None:
    told = words.summary(report(week(5)))
    assert told[0].startswith("5 calls of 3 agents, Mon 16 Nov to Fri 20 Nov 2026;")
    assert "In 5 of 5 calls the customer was clearly upset" in told[0]
    assert any("“Heard them out” was done most often (in 4 of 4 calls that asked for it)" in sentence for sentence in told)
    assert told[-1] == "5 calls: too few to draw conclusions from; take the figures as a list of what happened."


def test_the_summary_of_many_calls_names_what_stands_out() -> None:
    told = " ".join(words.summary(report(week(90))))
    assert "In 80 % of calls" not in told  # all were upset
    assert "In 100 % of calls the customer was clearly upset" in told
    assert "What came late most often was “Saw the feeling”" in told
    assert "Customers cooled most after “" in told
    assert "Seldom acted on, and worth quieting or changing: “threat of harm”" in told
    assert "too few" not in told


def test_nothing_is_said_of_what_there_was_not() -> None:
    calm = digest("1 agent: hello\n3 customer: good morning\n6 end")
    told = words.summary(report([calm]))
    assert len(told) == 4  # the call, the heat, talk, and that it is one
    assert "never talked over the customer." in told[2]
    silent = replace(calm, share=None, whole=False)
    assert "1 journal ends in the middle of the call." in words.summary(report([silent]))[0]
    assert len(words.summary(report([silent]))) == 3
