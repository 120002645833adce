"""Promises: what the agent said would be done, by when, and on what day that is.

A promise is an agent's "I will …" or "you will have …" with a time close by. Days and hours are counted from the moment of speaking, in the
time zone that the call's beginning is given in; a week day is the next one to come. Vague times ("shortly") are kept in the words spoken,
without a date.
"""

import datetime
import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from companion.core.reading import Reading
from companion.core.words import Span

GRAMMAR: dict[str, tuple[str, ...]] = {
    "@promise": (
        "(i|we|you|they|it|he|she|somebody|someone|the ..|a ..|our ..|your ..|my ..) [also|then|now|just] (will|"
        "shall) [also|then|now|just|personally|definitely] [not]",
        "(i am|we are) going to", "let me [just] (call|ring|email|send|check|find|get|look|speak|arrange|book)",
        "(should|will) (be|arrive|receive|have|get|reach|hear|land|come)", "please allow",
        "(it|that|this|they) (takes|take|can take|will take|usually takes)",
    ),
}  # fmt: skip

LISTS = ("@promise",)
_REACH, _BESIDE = 16, 2
_UNITS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "night": 1, "week": 7, "fortnight": 14}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SMALL = {
    word: number
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
        nineteen twenty""".split()
    )
} | {"a": 1, "an": 1, "first": 1, "second": 2, "third": 3, "couple": 2, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
        seventeenth eighteenth nineteenth twentieth""".split(),
        start=1,
    )
} | {"thirtieth": 30}
_TENS = {"twenty": 20, "thirty": 30}
_NO_FIGURES = frozenset(("a", "an", "first", "second", "third", "couple"))
"""Numbers that no clock shows."""
_PARTS = {
    "morning": 12, "noon": 12, "midday": 12, "lunchtime": 13, "afternoon": 17, "evening": 21, "tonight": 21, "night": 21, "midnight": 24,
}  # fmt: skip
"""Parts of the day, and the hour they are over, as business hours have it."""
_LATE = frozenset(("afternoon", "evening", "tonight", "night"))
_COUNTED = frozenset(("am", "pm", "oclock", "a", "p", "st", "nd", "rd", "th", "past", *_MONTHS, *_UNITS, *(f"{unit}s" for unit in _UNITS)))
"""Words after a number by which it is not an hour by itself."""
_CLOSE = re.compile(r"\b(end|close) of (the )?(day|play|business)\b")
_NO_DAY = re.compile(r"soon|shortly|moment|while|immediately|away")


class Made(msgspec.Struct, frozen=True):
    """A promise: the words of what and of by when, and the day or minute it is due, where that can be told."""

    what: Span
    by: Span
    due: str | None


def promises(reading: Reading, times: Sequence[Span], began: str | None, spoken: float = 0.0) -> list[Made]:
    """The promises of an agent's utterance.

    Args:
        times: the words of the times promised, as the detector `times` found them.
        began: when the call began, ISO 8601, or None.
        spoken: seconds from the call's beginning to the utterance.
    """
    found: list[Made] = []
    for by in _joined(times):
        before = [span for span in reading.spans("@promise") if 0 <= by[0] - span[1] <= _REACH]
        after = [span for span in reading.spans("@promise") if 0 <= span[0] - by[1] <= 4]
        if before:
            start = max(span[0] for span in before)
            start = min((span[0] for span in before if span[1] > start), default=start)
            what = (start, by[1])
        elif after:
            what = (by[0], reading.sentence(after[0][1] - 1, _REACH))
        else:
            what = by
        found.append(Made(what, by, due(reading.words[by[0] : by[1]], began, spoken)))
    return found


def _joined(times: Sequence[Span]) -> list[Span]:
    """Times that stand beside each other are one: "on Friday" "by five"."""
    joined: list[Span] = []
    for start, end in sorted(times):
        if joined and start - joined[-1][1] <= _BESIDE:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def due(words: Sequence[str], began: str | None, spoken: float = 0.0) -> str | None:
    """The latest moment that these words may mean, ISO 8601: with a time of day where one was said, else a date.

    A time of day by itself is the next one to come. One that is over on the day that was named ("this morning", said at night) leaves the
    date alone.

    >>> due(("by", "friday"), "2026-11-21T10:00:00+00:00")
    '2026-11-27'
    """
    if any(_NO_DAY.match(word) for word in words):
        return None
    try:
        now = datetime.datetime.fromisoformat(began or "") + datetime.timedelta(seconds=spoken)
        return _due(words, now)
    except (ValueError, OverflowError):  # no date, or one beyond the calendar's last year
        return None


def _due(words: Sequence[str], now: datetime.datetime) -> str | None:
    day = _day(words, now)
    hour = _hour(words)
    lasting = _lasting(words)
    if lasting is not None and day is None:
        if lasting >= 1:
            return _working(now, lasting, words).date().isoformat()
        return (now + datetime.timedelta(days=lasting)).isoformat(timespec="minutes")
    if hour is None:
        return day.isoformat() if day else None
    midnight = datetime.datetime.combine(day or now.date(), datetime.time(), now.tzinfo)
    # "at nine" said at two is nine in the evening; said at ten in the evening, it is tomorrow's
    moments = [
        midnight + datetime.timedelta(hours=value) for value in (hour.value, *[hour.value + 12] * (not hour.sure and hour.value < 12))
    ]
    ahead = [moment for moment in moments if moment >= now]
    if day is not None and not ahead:
        return day.isoformat()
    return (ahead[0] if ahead else moments[0] + datetime.timedelta(days=1)).isoformat(timespec="minutes")


def _day(words: Sequence[str], now: datetime.datetime) -> datetime.date | None:
    today = now.date()
    for at, word in enumerate(words):
        name = word.removesuffix("s")
        if name in _WEEKDAYS:
            ahead = (_WEEKDAYS.index(name) - today.weekday()) % 7
            next_week = at > 0 and words[at - 1] == "next" and ahead < 7 - today.weekday()
            return today + datetime.timedelta(days=(ahead or 7) + (7 if next_week and ahead else 0))
        number = _of_month(words) or _number([*words[max(0, at - 3) : at], *words[at + 1 : at + 3]])
        if word in _MONTHS and number:
            return _date(today, _MONTHS.index(word) + 1, number)
    text = " ".join(words)
    if "tomorrow" in words or "next day" in text or "next morning" in text:
        return today + datetime.timedelta(days=1)
    if "weekend" in words:
        return today + datetime.timedelta(days=6 - today.weekday())
    if "week" in words and ("next week" in text or "this week" in text or "the week" in text or "end of week" in text):
        return today + datetime.timedelta(days=(4 - today.weekday()) % 7 + (7 if "next week" in text else 0))
    of_month = _of_month(words)
    if of_month is not None:
        later = of_month < today.day or "next month" in text
        return _first(today, 1 if later else 0).replace(day=of_month)
    if "month" in words and ("next month" in text or "the month" in text or "this month" in text or "end of month" in text):
        months = 2 if "next month" in text else 1
        return _first(today, months) - datetime.timedelta(days=1)
    return today if {"today", "tonight"} & set(words) or "this " in text or "the day" in text or _CLOSE.search(text) else None


def _first(today: datetime.date, months: int) -> datetime.date:
    """The first day of the month so many months on."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)


def _of_month(words: Sequence[str]) -> int | None:
    """The day of the month that was said: "the 5th", "the twenty third"; not "the first week" and not "in a second"."""
    for at, word in enumerate(words):
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
        if after.removesuffix("s") in _UNITS or after in ("business", "working", "thing", "half", "month"):
            continue
        if word in ("st", "nd", "rd", "th") and before.isdigit():
            return int(before)
        if word in _ORDINALS and (before in _TENS or before == "the" or after == "of"):
            return _TENS.get(before, 0) + _ORDINALS[word]
    return None


def _date(today: datetime.date, month: int, day: int) -> datetime.date | None:
    try:
        found = datetime.date(today.year, month, day)
        return found if found >= today else datetime.date(today.year + 1, month, day)
    except ValueError:
        return None


class _Hour(NamedTuple):
    """An hour of the day, 0–24, and whether it can be no other: by "am", "evening" or its number."""

    value: float
    sure: bool


def _hour(words: Sequence[str]) -> _Hour | None:
    hour = _said(words)
    if hour is None:
        return next((_Hour(float(over), True) for part, over in _PARTS.items() if part in words), None)
    if hour.sure:
        return hour
    if "morning" in words:
        return _Hour(hour.value, True)
    if _LATE & set(words):
        midnight = hour.value == 12 and "afternoon" not in words
        return _Hour(hour.value + 12 if hour.value < 12 or midnight else hour.value, True)
    return _Hour(hour.value + 12 if hour.value < 8 else hour.value, False)  # as business hours have it


def _said(words: Sequence[str]) -> _Hour | None:
    """The hour as the clock shows it."""
    for at, word in enumerate(words):
        value = None
        if word in ("am", "pm") or tuple(words[at : at + 2]) in (("a", "m"), ("p", "m")):
            value = _clock(_figures(words[:at][::-1])[::-1])
            if value is not None:
                return _Hour(value % 12 + 12 * (word[0] == "p") if value < 13 else value, True)
        elif word == "oclock":
            value = _clock(_figures(words[:at][::-1])[:1])
        elif word == "past" and at > 0 and (hour := _clock(_figures(words[at + 1 :])[:1])) is not None:
            value = hour + {"half": 0.5, "quarter": 0.25}.get(words[at - 1], (_number(words[at - 1 : at]) or 0) / 60)
        elif tuple(words[at - 1 : at + 1]) == ("quarter", "to") and (hour := _clock(_figures(words[at + 1 :])[:1])) is not None:
            value = hour - 0.25
        elif word in ("by", "at", "before", "around") or (word == "and" and "between" in words[:at]):
            figures = _figures(words[at + 1 :])
            following = words[at + 1 + len(figures) : at + 2 + len(figures)]
            value = None if _COUNTED & set(following) else _clock(figures)
        if value is not None:
            return _Hour(value, not 0 < value < 13)
    return None


def _figures(words: Sequence[str]) -> list[int]:
    """The numbers that these words begin with, three at most."""
    found: list[int] = []
    for word in words[:3]:
        number = 0 if word == "oh" else None if word in _NO_FIGURES else _number([word])
        if number is None:
            break
        found.append(number)
    return found


def _clock(figures: Sequence[int]) -> float | None:
    """Hours of the day for "ten", "ten thirty", "nine forty five" or "eight oh five"; None if no clock shows that."""
    hour, tens, ones = (*figures, 0, 0, 0)[:3]
    odd = (len(figures) == 2 and 0 < tens < 10) or (len(figures) == 3 and (tens % 10 or not 0 < ones < 10))
    if not figures or odd or hour > 24 or tens + ones > 59:
        return None
    return hour + (tens + ones) / 60


def _lasting(words: Sequence[str]) -> float | None:
    """How many days the words last at most ("two to three weeks" is 21)."""
    for at, word in enumerate(words):
        unit = _UNITS.get(word.removesuffix("s"))
        if unit is None:
            continue
        if words[max(0, at - 2) : at] == ("half", "an"):
            return unit / 2
        number = _number([other for other in words[:at] if other not in ("business", "working", "calendar", "of")][-1:])
        return number * unit if number is not None else None
    return None


def _working(start: datetime.datetime, days: float, words: Sequence[str]) -> datetime.datetime:
    """So many days on; of business days only those from Monday to Friday count."""
    if not {"business", "working"} & set(words):
        return start + datetime.timedelta(days=days)
    left, moment = int(days), start
    while left:
        moment += datetime.timedelta(days=1)
        left -= moment.weekday() < 5
    return moment


def _number(words: Sequence[str]) -> int | None:
    """The first number among these words."""
    for word in words:
        if word.isdigit() and len(word) < 5:
            return int(word)
        if word in _SMALL:
            return _SMALL[word]
    return None
