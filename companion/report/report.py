"""What a report holds, whoever draws it: some calls counted together, and by agent, team, checklist or week, with moments to listen to."""

from collections.abc import Iterable, Sequence
from datetime import date
from shlex import quote
from typing import Any

import msgspec

from companion.report.digest import Digest
from companion.report.moments import Moment, moments
from companion.report.tally import FEW, By, Tally, by_day, grouped, tally

LISTEN = 12
"""Moments named for all calls together."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A moment, and the call it is in."""

    call: Digest
    moment: Moment

    @property
    def command(self) -> str:
        """The command that plays the call from there."""
        return replaying(self.call, self.moment.at)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Calls in the order in which they began, those of unknown beginning last."""

    calls: tuple[Digest, ...]
    total: Tally
    by: By | None
    groups: tuple[Tally, ...]
    days: tuple[tuple[date, Tally], ...]
    places: tuple[Place, ...]
    """The moments of all calls that have most to teach, at most two of a call and three of one title."""

    @property
    def first(self) -> date | None:
        """The day of the first call that is dated."""
        return min((call.began.date() for call in self.calls if call.began), default=None)

    @property
    def last(self) -> date | None:
        """The day of the last."""
        return max((call.began.date() for call in self.calls if call.began), default=None)

    @property
    def comparable(self) -> tuple[Tally, ...]:
        """The groups that may stand in one picture: those of `FEW` calls or more, if there are two."""
        enough = tuple(group for group in self.groups if not group.few)
        return enough if len(enough) > 1 else ()


def report(calls: Iterable[Digest], by: By | None = None) -> Report:
    """Put a report together; at least one call."""
    ordered = tuple(sorted(calls, key=_when))
    return Report(
        calls=ordered,
        total=tally("", ordered),
        by=by,
        groups=tuple(grouped(ordered, by)) if by else (),
        days=tuple((day, tally(day.isoformat(), those)) for day, those in by_day(ordered)),
        places=tuple(_places(ordered)),
    )


def chosen(calls: Iterable[Digest], *, since: date | None = None, until: date | None = None, agent: str | None = None) -> list[Digest]:
    """The calls from the day `since` to the day `until`, both included, of one agent; a call of unknown beginning is on no day."""
    found = []
    for call in calls:
        day = call.began.date() if call.began else None
        if (since or until) and (day is None or (since and day < since) or (until and day > until)):
            continue
        if agent is None or (call.agent or "").casefold() == agent.casefold():
            found.append(call)
    return found


def replaying(call: Digest, at: int) -> str:
    """The command that plays a call from `at` ms, as a shell takes it."""
    which = f" --call {quote(call.call)}" if call.shared else ""
    return f"companion replay {quote(call.journal)}{which} --from {clock(at)}"


def clock(at: int) -> str:
    """`at` ms as a call's time: 04:12, 1:04:12."""
    minutes, seconds = divmod(max(0, at) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def to_plain(report: Report) -> dict[str, Any]:
    """The report as JSON takes it; whole transcripts are left to the journals."""
    calls = []
    for call in report.calls:
        told = msgspec.to_builtins(call)
        for long in ("said", "curve", "message"):
            del told[long]
        calls.append({**told, "moments": msgspec.to_builtins(moments(call))})
    return {
        "few": FEW,
        "total": _counted(report.total),
        "by": report.by,
        "groups": [_counted(group) for group in report.groups],
        "days": [_counted(day) for _, day in report.days],
        "calls": calls,
    }


def _counted(tally: Tally) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(tally)
    for prompt, row in zip(tally.prompts, told["prompts"], strict=True):
        row["noisy"] = prompt.noisy
    return told | {"few": tally.few}


def _when(call: Digest) -> tuple[bool, str, str]:
    return call.began is None, call.began.replace(tzinfo=None).isoformat() if call.began else "", call.call


def _places(calls: Sequence[Digest]) -> list[Place]:
    every = [Place(call=call, moment=moment) for call in calls for moment in moments(call)]
    every.sort(key=lambda place: -place.moment.weight)
    kept: list[Place] = []
    for place in every:
        within = sum(other.call is place.call for other in kept)
        alike = sum(_about(other) == _about(place) for other in kept)
        if within < 2 and alike < 3 and len(kept) < LISTEN:
            kept.append(place)
    return kept


def _about(place: Place) -> str:
    return place.moment.title.partition(";")[0] if place.moment.sort == "slip" else place.moment.sort
