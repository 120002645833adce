"""On what day, at what hour."""

import pytest

from companion.core.dates import due
from companion.core.language.en import ENGLISH
from companion.core.language.pack import Language
from companion.core.words import normal

BEGAN = "2026-11-20T10:00:00+00:00"  # a Friday


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("by Monday", "2026-11-23"),
        ("on Friday", "2026-11-27"),
        ("next Friday", "2026-11-27"),
        ("next Tuesday", "2026-11-24"),
        ("next Sunday", "2026-11-29"),
        ("on Sunday", "2026-11-22"),
        ("by Friday at five", "2026-11-27T17:00+00:00"),
        ("tomorrow morning", "2026-11-21T12:00+00:00"),
        ("the next day", "2026-11-21"),
        ("at the weekend", "2026-11-22"),
        ("by the end of the week", "2026-11-20"),
        ("next week", "2026-11-27"),
        ("by the end of the month", "2026-11-30"),
        ("next month", "2026-12-31"),
        ("today", "2026-11-20"),
        ("by the end of the day", "2026-11-20"),
        ("this afternoon", "2026-11-20T17:00+00:00"),
        ("tonight", "2026-11-20T21:00+00:00"),
        ("by midnight tonight", "2026-11-21T00:00+00:00"),
        ("by 4pm", "2026-11-20T16:00+00:00"),
        ("by four", "2026-11-20T16:00+00:00"),
        ("at half past three", "2026-11-20T15:30+00:00"),
        ("at half three", "2026-11-20T15:30+00:00"),
        ("at five to three", "2026-11-20T14:55+00:00"),
        ("between five to six pm", "2026-11-20T18:00+00:00"),
        ("tomorrow between ten to four pm", "2026-11-21T16:00+00:00"),
        ("monday ten to twelve", "2026-11-23"),
        ("at twenty to four", "2026-11-20T15:40+00:00"),
        ("in five to ten days", "2026-11-30"),
        ("at quarter past nine", "2026-11-20T21:15+00:00"),
        ("at ten past two", "2026-11-20T14:10+00:00"),
        ("at 11 am", "2026-11-20T11:00+00:00"),
        ("at 2 30 p m", "2026-11-20T14:30+00:00"),
        ("by five o'clock", "2026-11-20T17:00+00:00"),
        ("tomorrow between 8 and 12", "2026-11-21T12:00+00:00"),
        ("within twenty four hours", "2026-11-21"),
        ("within forty-eight hours", "2026-11-22"),
        ("at twenty-five past three", "2026-11-20T15:25+00:00"),
        ("by nine forty five", "2026-11-20T21:45+00:00"),
        ("within two hours", "2026-11-20T12:00+00:00"),
        ("in half an hour", "2026-11-20T10:30+00:00"),
        ("in an hour and a half", "2026-11-20T11:30+00:00"),
        ("in a minute", "2026-11-20T10:01+00:00"),
        ("within 3-5 days", "2026-11-25"),
        ("within 3-5 business days", "2026-11-27"),
        ("in two weeks", "2026-12-04"),
        ("on the 4th of March", "2027-03-04"),
        ("on December 12th", "2026-12-12"),
        ("before 1 p.m. on Monday", "2026-11-23T13:00+00:00"),
        ("by the 23rd", "2026-11-23"),
        ("on the fifth at 3", "2026-12-05T15:00+00:00"),
        ("on the twenty third at noon", "2026-11-23T12:00+00:00"),
        ("on the fourth of March at 3", "2027-03-04T15:00+00:00"),
        ("by the first of next month", "2026-12-01"),
        ("by the twenty-fifth of next month", "2026-12-25"),
        ("first thing tomorrow", "2026-11-21"),
    ],
)
def test_times_are_resolved_against_the_calls_beginning(words: str, moment: str) -> None:
    assert due(normal(words, language=ENGLISH).words, BEGAN, language=ENGLISH) == moment


@pytest.mark.parametrize(
    "words",
    [
        "shortly",
        "soon",
        "in a few days",
        "on the 40th of March",
        "by the 31st",
        "by the 5th business day",
        "in the second week",
        "in a while",
        "later",
        "in some days",
        "by then",
        "at 99",
        "May",
        "later pm",
    ],
)
def test_vague_or_impossible_times_have_no_day(words: str) -> None:
    assert due(normal(words, language=ENGLISH).words, BEGAN, language=ENGLISH) is None


def test_without_a_beginning_there_is_no_day() -> None:
    assert due(("tomorrow",), None, language=ENGLISH) is None
    assert due(("tomorrow",), "yesterday", language=ENGLISH) is None
    assert due(("on", "february", "30"), BEGAN, language=ENGLISH) is None


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("at noon", "2026-11-22T12:00"),
        ("at 9 am", "2026-11-22T09:00"),
        ("at ten thirty am", "2026-11-22T10:30"),
        ("at nine forty-five a.m.", "2026-11-22T09:45"),
        ("at eight oh five am", "2026-11-22T08:05"),
        ("by 12 am", "2026-11-22T00:00"),
        ("by midnight", "2026-11-22T00:00"),
        ("at 12 pm", "2026-11-22T12:00"),
        ("at 12.30 pm", "2026-11-22T12:30"),
        ("at 9 pm", "2026-11-22T21:00"),
        ("by 11 pm", "2026-11-21T23:00"),
        ("at 14:30", "2026-11-22T14:30"),
        ("by 14 o'clock", "2026-11-22T14:00"),
        ("by ten", "2026-11-21T22:00"),
        ("at ten thirty", "2026-11-21T22:30"),
        ("by nine", "2026-11-22T09:00"),
        ("at three", "2026-11-22T15:00"),
        ("at quarter to ten", "2026-11-21T21:45"),
        ("this morning", "2026-11-21"),
        ("today at 9 am", "2026-11-21"),
        ("by ten today", "2026-11-21T22:00"),
        ("tonight", "2026-11-21"),
        ("at eleven tonight", "2026-11-21T23:00"),
        ("at twelve tonight", "2026-11-22T00:00"),
        ("at ten in the evening", "2026-11-21T22:00"),
        ("tomorrow morning", "2026-11-22T12:00"),
        ("tomorrow morning at seven", "2026-11-22T07:00"),
        ("tomorrow at five o'clock", "2026-11-22T17:00"),
        ("tomorrow at three in the afternoon", "2026-11-22T15:00"),
        ("tomorrow afternoon at 12", "2026-11-22T12:00"),
        ("tomorrow night", "2026-11-22T21:00"),
        ("at nine in the morning", "2026-11-22T09:00"),
        ("Monday at 9 am", "2026-11-23T09:00"),
        ("by end of day", "2026-11-21"),
        ("by close of business tomorrow", "2026-11-22"),
        ("by end of week", "2026-11-27"),
        ("by end of month", "2026-11-30"),
        ("in ten minutes", "2026-11-21T21:15"),
        ("in half an hour", "2026-11-21T21:35"),
    ],
)
def test_a_time_of_day_is_the_next_one_after_the_moment_of_speaking(words: str, moment: str) -> None:
    assert (
        due(normal(words, language=ENGLISH).words, "2026-11-21T21:00:00", 305.0, language=ENGLISH) == moment
    )  # a Saturday, five minutes past nine in the evening


@pytest.mark.parametrize("words", ["at ten fifteen five", "at ten twenty fifteen", "at 24 7", "at ten sixty", "at 99 pm"])
def test_what_no_clock_shows_is_no_hour(words: str) -> None:
    assert due(normal(words, language=ENGLISH).words, "2026-11-21T21:00:00", language=ENGLISH) is None


def test_a_time_of_day_by_itself_is_the_next_one() -> None:
    assert due(("at", "nine"), "2026-11-20T14:00:00+01:00", language=ENGLISH) == "2026-11-20T21:00+01:00"
    assert due(("at", "13"), "2026-11-20T14:00:00+01:00", language=ENGLISH) == "2026-11-21T13:00+01:00"
    assert due(("at", "ten"), "2026-11-20T09:59:00", 30.0, language=ENGLISH) == "2026-11-20T10:00"
    assert due(("at", "ten"), "2026-11-20T09:59:00", 90.0, language=ENGLISH) == "2026-11-20T22:00"


def test_a_call_over_midnight_has_another_tomorrow() -> None:
    assert due(("tomorrow",), "2026-11-20T23:59:00", 59.0, language=ENGLISH) == "2026-11-21"
    assert due(("tomorrow",), "2026-11-20T23:59:00", 61.0, language=ENGLISH) == "2026-11-22"
    assert due(("monday",), "2026-11-22T23:59:00", 61.0, language=ENGLISH) == "2026-11-30"


def test_beyond_the_calendar_there_is_no_day() -> None:
    assert due(("in", "two", "weeks"), "9999-12-30T10:00:00", language=ENGLISH) is None
    assert due(("tomorrow",), "2026-11-20T10:00:00", 1e18, language=ENGLISH) is None


def test_a_number_may_be_a_day_of_the_month_by_what_stands_before_it() -> None:
    tongue = Language(code="xx", dates={"a": "numbered", "cinco": "number=5", "nap": "seconds=86400", "hoy": "day=0"})
    assert due(("a", "cinco"), BEGAN, language=tongue) == "2026-12-05"
    assert due(("a", "cinco", "nap"), BEGAN, language=tongue) == "2026-11-25"
    assert due(("hoy",), BEGAN, language=tongue) == "2026-11-20"
