"""Follow-ups for other programs: a calendar (RFC 5545) and a table (RFC 4180)."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import StringIO

from companion.errors import ConfigError
from companion.report.followups import FollowUp
from companion.report.report import replaying

COLUMNS = ("id", "standing", "due", "agent", "team", "customer", "what", "said", "done", "call", "replay")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so; an apostrophe makes it text (OWASP, "CSV Injection")."""


def calendar(promised: Iterable[FollowUp], now: datetime) -> bytes:
    """An event for each promise that has a date and is not done: events, as most calendars take no to-dos from a file.

    An event has the same id whenever it is exported, so that a calendar replaces it and has it once.

    Raises:
        ConfigError: the extra `report` is not installed.
    """
    try:
        from icalendar import Calendar, Event
    except ImportError:
        raise ConfigError("--ics: icalendar is not installed; pip install 'companion[report]'") from None
    made = Calendar()
    made.add("prodid", "-//companion//followups//EN")
    made.add("version", "2.0")
    for one in promised:
        if one.due is None or one.done is not None:
            continue
        event = Event()
        event.add("uid", f"{one.id}@companion")
        event.add("dtstamp", now.astimezone(UTC))
        event.add("summary", f"{one.call.customer or one.call.call}: {one.what}")
        event.add("description", f"Promised by {one.call.agent or 'the agent'}, call {one.call.call}.\n{replaying(one.call, one.at)}")
        if isinstance(one.due, datetime):
            event.add("dtstart", one.due.astimezone(UTC))
            event.add("dtend", one.due.astimezone(UTC) + timedelta(minutes=15))
        else:
            event.add("dtstart", one.due)
            event.add("transp", "TRANSPARENT")  # a day to remember, not a day taken
        made.add_component(event)
    content: bytes = made.to_ical()
    return content


def table(promised: Iterable[FollowUp], now: datetime) -> bytes:
    """A row for each promise, UTF-8 with a header."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for one in promised:
        call = one.call
        moments = (moment.isoformat(timespec="minutes") if moment else "" for moment in (one.said, one.done))
        due = one.due.isoformat(timespec="minutes") if isinstance(one.due, datetime) else one.due.isoformat() if one.due else ""
        cells = (
            one.id, one.standing(now), due, call.agent, call.team, call.customer, one.what, *moments, call.call, replaying(call, one.at),
        )  # fmt: skip
        rows.writerow([_cell(cell or "") for cell in cells])
    return out.getvalue().encode()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
