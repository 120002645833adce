"""On what day, at what hour is that? Words of a time, read in the signs that a language pack gives them, and reckoned on the calendar.

The signs: `number=5`, `zero` (in "eight oh five"), `count=1` (a number that no clock shows: "a", "couple"), `nth=5`, `ordinal` ("th"
behind a figure); `dated` ("the": an ordinal behind it is a day of the month), `numbered` (a number behind it is one: "el 5"), `of` (an
ordinal before it is one), `other` (nothing before it is one); `weekday=0` to 6, `month=1` to 12, `day=1` (so many days on), `weekend`,
`week=1` (the last working day so many weeks on), `months=1` (the last day of the month so many on), `next` (before a week day);
`seconds=60` (a unit of so many), `half` (before a unit), `working` (days), `between` (what counts nothing between a number and its unit);
`am`, `pm`, `oclock` behind an hour, `at` before it, `clock=1` (the hour itself), `past=30` before an hour (0: so many as the number in
front), `after=30` behind it; `range` and `and` around two hours, of which the later counts; `part=12` (a part of the day that is over at
that hour), `early`, `late=1` (its hours are after noon; 2: twelve is midnight); `undated` (no day can be told).
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from companion.core.language.pack import Language

Signs: TypeAlias = Mapping[str, int]
"""What a word or two mean: sign → value."""
_NONE: Signs = {}
_DAY = 86400
_TENS = (20, 30)
_NO_HOUR = ("am", "pm", "oclock", "ordinal", "past", "month", "seconds")
"""Signs behind a number by which it is not an hour by itself."""


def due(words: Sequence[str], began: str | None, spoken: float = 0.0, *, language: Language) -> str | None:
    """The latest moment that these words may mean, ISO 8601: with a time of day where one was said, else a date.

    A time of day by itself is the next one to come. One that is over on the day that was named ("this morning", said at night) leaves the
    date alone.

    Args:
        words: in normal form.
        began: when the call began, ISO 8601, or None: then nothing is known.
        spoken: seconds from the call's beginning to the words.
        language: of the words.
    """
    signs = list(_read(words, language))
    if any("undated" in sign for sign in signs):
        return None
    try:
        return _due(signs, datetime.datetime.fromisoformat(began or "") + datetime.timedelta(seconds=spoken))
    except (ValueError, OverflowError):  # no date, or one beyond the calendar's last year
        return None


@cache
def _phrases(language: Language) -> dict[str, list[tuple[tuple[str, ...], Signs]]]:
    """By their first word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], Signs]]] = {}
    for phrase in sorted(language.dates, key=len, reverse=True):
        words = tuple(phrase.split())
        named = (sign.partition("=") for sign in language.dates[phrase].split())
        found.setdefault(words[0], []).append((words, {name: int(value or 1) for name, _, value in named}))
    return found


def _read(words: Sequence[str], language: Language) -> Iterator[Signs]:
    phrases = _phrases(language)
    at = 0
    while at < len(words):
        word, size, signs = words[at], 1, _NONE
        for phrase, meant in phrases.get(word, ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                size, signs = len(phrase), meant
                break
        yield {"number": int(word)} if word.isdigit() and len(word) < 5 else signs
        at += size


def _due(signs: Sequence[Signs], now: datetime.datetime) -> str | None:
    day = _day(signs, now.date())
    hour = _hour(signs)
    lasting = _lasting(signs)
    if lasting is not None and day is None:
        if lasting >= _DAY:
            return _working(now, lasting, signs).date().isoformat()
        return (now + datetime.timedelta(seconds=lasting)).isoformat(timespec="minutes")
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


def _day(signs: Sequence[Signs], today: datetime.date) -> datetime.date | None:
    for at, sign in enumerate(signs):
        if "weekday" in sign:
            ahead = (sign["weekday"] - today.weekday()) % 7
            next_week = at > 0 and "next" in signs[at - 1] and ahead < 7 - today.weekday()
            return today + datetime.timedelta(days=(ahead or 7) + (7 if next_week and ahead else 0))
        number = _of_month(signs) or _counted([*signs[max(0, at - 3) : at], *signs[at + 1 : at + 3]])
        if "month" in sign and number:
            return _date(today, sign["month"], number)
    on = max(_values("day", signs), default=0)
    if on:
        return today + datetime.timedelta(days=on)
    if any("weekend" in sign for sign in signs):
        return today + datetime.timedelta(days=6 - today.weekday())
    for weeks in _values("week", signs):
        return today + datetime.timedelta(days=(4 - today.weekday()) % 7 + 7 * weeks)
    months = max(_values("months", signs), default=0)
    of_month = _of_month(signs)
    if of_month is not None:
        return _first(today, 1 if of_month < today.day or months else 0).replace(day=of_month)
    if any("months" in sign for sign in signs):
        return _first(today, 1 + months) - datetime.timedelta(days=1)
    return today if any("day" in sign for sign in signs) else None


def _values(name: str, signs: Sequence[Signs]) -> list[int]:
    return [sign[name] for sign in signs if name in sign]


def _first(today: datetime.date, months: int) -> datetime.date:
    """The first day of the month so many months on."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)


def _of_month(signs: Sequence[Signs]) -> int | None:
    """The day of the month that was said: "the 5th", "the twenty third"; not "the first week" and not "in a second"."""
    for at, sign in enumerate(signs):
        before, after = signs[at - 1] if at else _NONE, signs[at + 1] if at + 1 < len(signs) else _NONE
        if not after.keys().isdisjoint(("seconds", "working", "other")):
            continue
        if "ordinal" in sign and "number" in before:
            return before["number"]
        tens = before.get("number", 0) if before.get("number") in _TENS else 0
        if "nth" in sign and (tens or "dated" in before or "of" in after):
            return tens + sign["nth"]
        if "number" in sign and "numbered" in before:
            return sign["number"]
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


def _hour(signs: Sequence[Signs]) -> _Hour | None:
    hour = _said(signs)
    if hour is None:
        return next((_Hour(float(over), True) for over in _values("part", signs)), None)
    if hour.sure:
        return hour
    if any("early" in sign for sign in signs):
        return _Hour(hour.value, True)
    late = _values("late", signs)
    if late:
        midnight = hour.value == 12 and min(late) == 2
        return _Hour(hour.value + 12 if hour.value < 12 or midnight else hour.value, True)
    return _Hour(hour.value + 12 if hour.value < 8 else hour.value, False)  # as business hours have it


def _said(signs: Sequence[Signs]) -> _Hour | None:
    """The hour as the clock shows it."""
    ranged = False
    for at, sign in enumerate(signs):
        value = None
        ranged = ranged or "range" in sign
        if "am" in sign or "pm" in sign:
            value = _clock(_figures(signs[:at][::-1])[::-1])
            if value is not None:
                return _Hour(value % 12 + 12 * ("pm" in sign) if value < 13 else value, True)
        elif "oclock" in sign:
            value = _clock(_figures(signs[:at][::-1])[:1])
        elif "past" in sign and (hour := _clock(_figures(signs[at + 1 :])[:1])) is not None:
            value = hour + (sign["past"] or _counted(signs[max(0, at - 1) : at]) or 0) / 60
        elif "clock" in sign or ("and" in sign if ranged else "at" in sign):
            figures = [sign["clock"]] if "clock" in sign else _figures(signs[at + 1 :])
            behind = at + 1 + (len(figures) if "clock" not in sign else 0)
            following = signs[behind] if behind < len(signs) else _NONE
            value = _clock(figures) if following.keys().isdisjoint(_NO_HOUR) else None
            value = None if value is None else value + following.get("after", 0) / 60
        if value is not None:
            return _Hour(value, not 0 < value < 13)
    return None


def _figures(signs: Sequence[Signs]) -> list[int]:
    """The numbers that these begin with, three at most."""
    found: list[int] = []
    for sign in signs[:3]:
        if "number" not in sign and "zero" not in sign:
            break
        found.append(sign.get("number", 0))
    return found


def _clock(figures: Sequence[int]) -> float | None:
    """Hours of the day for "ten", "ten thirty", "nine forty five" or "eight oh five"; None if no clock shows that."""
    hour, tens, ones = (*figures, 0, 0, 0)[:3]
    odd = (len(figures) == 2 and 0 < tens < 10) or (len(figures) == 3 and (tens % 10 or not 0 < ones < 10))
    if not figures or odd or hour > 24 or tens + ones > 59:
        return None
    return hour + (tens + ones) / 60


def _lasting(signs: Sequence[Signs]) -> float | None:
    """How many seconds the words last at most ("two to three weeks" is 21 days)."""
    for at, sign in enumerate(signs):
        if "seconds" not in sign:
            continue
        if at and "half" in signs[at - 1]:
            return sign["seconds"] / 2
        number = _counted([other for other in signs[:at] if other.keys().isdisjoint(("working", "between", "of"))][-1:])
        return number * sign["seconds"] if number is not None else None
    return None


def _working(start: datetime.datetime, seconds: float, signs: Sequence[Signs]) -> datetime.datetime:
    """So much later; of working days only those from Monday to Friday count."""
    if not any("working" in sign for sign in signs):
        return start + datetime.timedelta(seconds=seconds)
    left, moment = int(seconds // _DAY), start
    while left:
        moment += datetime.timedelta(days=1)
        left -= moment.weekday() < 5
    return moment


def _counted(signs: Sequence[Signs]) -> int | None:
    """The first number among these."""
    return next((sign[name] for sign in signs for name in ("number", "count", "nth") if name in sign), None)
