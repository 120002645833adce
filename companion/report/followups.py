"""Promises to follow up: who promised whom what, by when, and whether it was kept. Pure: what time it is, is an argument."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from textwrap import wrap
from typing import Literal, TypeAlias

import msgspec

from companion.core.language.packs import pack_of
from companion.report import words
from companion.report.digest import Digest
from companion.report.folding import moment
from companion.report.report import replaying

Standing: TypeAlias = Literal["overdue", "due", "later", "undated", "kept", "kept late"]

ORDER: tuple[Standing, ...] = ("overdue", "due", "later", "undated", "kept late", "kept")
"""What wants doing first comes first."""
TITLES: dict[Standing, str] = {
    "overdue": "Overdue", "due": "Due today", "later": "Later", "undated": "Without a date", "kept late": "Kept, but late", "kept": "Kept",
}  # fmt: skip


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """One promise."""

    id: str
    """Eight hex digits, the same whenever the journal is read."""
    call: Digest
    what: str
    by: str
    """When, in the words spoken."""
    said: datetime | None
    """When it was promised."""
    at: int
    """Where in the call, ms."""
    due: date | datetime | None
    done: datetime | None

    @property
    def end(self) -> datetime | None:
        """The moment after which it is overdue: the end of the day, where only a day was named."""
        if self.due is None or isinstance(self.due, datetime):
            return self.due
        return datetime.combine(self.due + timedelta(days=1), time(), _zone(self.call))

    def standing(self, now: datetime) -> Standing:
        """How it stands at `now`, which has a time zone."""
        end = self.end and _placed(self.end, now.tzinfo)
        if self.done is not None:
            return "kept late" if end and self.done > end else "kept"
        if end is None:
            return "undated"
        if now >= end:
            return "overdue"
        today = now.astimezone(end.tzinfo).date()
        return "due" if _day(self.due) == today else "later"


def followups(calls: Iterable[Digest], done: Mapping[str, datetime] | None = None) -> Iterator[FollowUp]:
    """The promises of calls that somebody has to remember.

    Left out are those of which only the time was caught ("in two days"), those that were due before the call was over ("one minute"), and
    those that were said before in the same words.

    Args:
        done: when those were done that were, by id.
    """
    for call in calls:
        seen: set[tuple[str, str | None]] = set()
        places: dict[int, int] = {}
        for promise in call.promises:
            place = places[promise.utterance] = places.get(promise.utterance, -1) + 1
            due = _due(promise.due)
            words_and_day = promise.what.casefold(), promise.due
            if promise.what == promise.by or _within(call, due) or words_and_day in seen:
                continue
            seen.add(words_and_day)
            id = _id(call, promise.utterance, place)
            at = call.said[promise.utterance].at if 0 <= promise.utterance < len(call.said) else 0
            said = call.began + timedelta(milliseconds=at) if call.began else None
            yield FollowUp(id=id, call=call, what=promise.what, by=promise.by, said=said, at=at, due=due, done=(done or {}).get(id))


def ordered(promised: Iterable[FollowUp], now: datetime) -> list[FollowUp]:
    """Overdue and due ones first, the longest overdue at the top; then later ones, those without a date, and those done."""

    def place(one: FollowUp) -> tuple[int, float, str]:
        end = one.end and _placed(one.end, now.tzinfo)
        return ORDER.index(one.standing(now)), end.timestamp() if end else 0.0, one.id

    return sorted(promised, key=place)


def listed(promised: Sequence[FollowUp], now: datetime, width: int = 80) -> list[str]:
    """Lines for a terminal, in the order of `promised`, under what they have in common."""
    lines: list[str] = []
    last: Standing | None = None
    for one in promised:
        standing = one.standing(now)
        if standing != last:
            lines += [*([""] if lines else []), f"{TITLES[standing]}:"]
            last = standing
        who = f"{one.call.agent or 'the agent'}{f' to {one.call.customer}' if one.call.customer else ''}"
        head = f"{one.id}  {when(one.due, one.by)}  {who}, call {one.call.call}"
        lines += wrap(head, max(40, width), initial_indent="  ", subsequent_indent=" " * 12)
        said = f" ({one.said.day} {one.said:%b})" if one.said else ""
        lines += wrap(f"“{words.brief(one.what)}”{said}", max(40, width), initial_indent=" " * 12, subsequent_indent=" " * 12)
        lines.append((" " * 12) + replaying(one.call, one.at))
    return lines or ["Nothing to follow up."]


def when(due: date | datetime | None, by: str) -> str:
    """A due day or time in words; where there is none, the words spoken."""
    if due is None:
        return f"“{by}”" if by else "no date"
    return f"{words.day(due)} {due:%H:%M}" if isinstance(due, datetime) else words.day(due)


def draft(one: FollowUp, now: datetime) -> str:
    """A message to the customer about this promise: the call's own draft, and an apology where the promise is overdue."""
    said = pack_of(one.call.language).closing
    greeting = said.dear.format(name=one.call.customer) if one.call.customer else said.hello
    message = one.call.message or f"{greeting}\n\n{said.promised.format(what=one.what)}"
    if one.due is None or one.standing(now) != "overdue":
        return message
    day = said.date.format(due=one.due) + (f" {one.due:%H:%M}" if isinstance(one.due, datetime) else "")
    greeting, _, rest = message.partition("\n")
    return f"{greeting}\n\n{said.late.format(when=day)}\n{rest}"


def _id(call: Digest, utterance: int, place: int) -> str:
    began = call.began.isoformat() if call.began else ""
    return sha256(f"{call.call}\n{began}\n{utterance}\n{place}".encode()).hexdigest()[:8]


def _due(text: str | None) -> date | datetime | None:
    found = moment(text)
    return found.date() if found and len(text or "") == len("2026-11-21") else found


def _within(call: Digest, due: date | datetime | None) -> bool:
    return (
        isinstance(due, datetime) and call.began is not None and due <= _placed(call.began, due.tzinfo) + timedelta(seconds=call.duration)
    )


def _day(due: date | datetime | None) -> date | None:
    return due.date() if isinstance(due, datetime) else due


def _zone(call: Digest) -> tzinfo | None:
    return call.began.tzinfo if call.began else None


def _placed(time: datetime, zone: tzinfo | None) -> datetime:
    """A time without a zone is meant where we are."""
    return time if time.tzinfo else time.replace(tzinfo=zone)
