"""The call as one line among many: `WallRow`, folded from records alone, for hundreds of calls at once.

A `CallView` would do, at many times the cost: a row keeps no transcript, takes from the checklist only what a line can show, and everything
it keeps is bounded. Like a view, a row is never changed, only followed by another.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from companion.core import events, updates
from companion.core.checklist import HeatRules
from companion.core.events import Channel
from companion.core.record import Record
from companion.core.shown import ShownStep

POINTS = 32
"""Points of the heat curve kept: the newest."""
WORDS = 200
"""Characters kept of the customer's last words."""
KEPT = 9
"""Alerts and kinds of flags kept: the newest."""


class WallFlag(msgspec.Struct, frozen=True):
    """A kind of thing to be warned of in what customers say."""

    id: str
    title: str
    serious: bool


class Alert(msgspec.Struct, frozen=True):
    """The call needs a supervisor, since `at` ms."""

    at: int
    because: str
    called: bool
    """False while the agent is only told to offer the supervisor."""


class WallRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a wall shows of one call."""

    call: str = ""
    seq: int = 0
    """The number of the next record."""
    at: int = 0
    """The last record's time, ms."""
    began: str | None = None
    agent: str = ""
    customer: str = ""
    team: str = ""
    limits: HeatRules = HeatRules()
    """When a heat is warm or hot; of the checklist's rules only that."""
    heat: int = 0
    peak: int = 0
    curve: tuple[tuple[int, int], ...] = ()
    """(ms, heat) at the last changes, oldest first."""
    steps: tuple[ShownStep, ...] = ()
    """The key steps."""
    kinds: tuple[WallFlag, ...] = ()
    """The checklist's flags on customers."""
    flags: tuple[WallFlag, ...] = ()
    """Those raised, each once, the newest last."""
    words: str = ""
    """What the customer said last."""
    alerts: tuple[Alert, ...] = ()
    """Since a supervisor has last seen to the call; a serious flag counts by the escalation that it leads to."""
    settled_by: str = ""
    """The step by which the agent offers the supervisor."""
    nudges: int = 0
    promises: int = 0
    taken_over: str = ""
    """By whom."""
    on_hold: bool = False
    lost: bool = False
    ended: str | None = None
    """Why, once it has."""

    @property
    def waiting(self) -> int:
        """How many alerts wait for a supervisor."""
        return sum(alert.called for alert in self.alerts)

    def fold(self, record: Record) -> "WallRow":
        """The row after one more record."""
        row = replace(self, call=record.call, seq=record.seq + 1, at=max(self.at, record.at))
        change = _CHANGES.get(type(record.what))
        return row if change is None else change(row, record.at, record.what)


class _Heat(msgspec.Struct):
    warn: int = 40
    alert: int = 70


class _Step(msgspec.Struct):
    id: str
    title: str
    key: bool = True


class _Flag(msgspec.Struct):
    id: str
    title: str
    speaker: Channel
    serious: bool = False


class _Escalation(msgspec.Struct):
    settled_by: str = ""


class _Checklist(msgspec.Struct):
    """What of a checklist a line can show; reading a whole one takes ten times as long, and its phrases are not for keeping 500 times."""

    heat: _Heat = msgspec.field(default_factory=_Heat)
    flags: list[_Flag] = []
    steps: list[_Step] = []
    escalation: _Escalation = msgspec.field(default_factory=_Escalation)


def _started(row: WallRow, at: int, event: events.CallStarted) -> WallRow:
    try:
        checklist = msgspec.convert(event.checklist, _Checklist)
    except msgspec.ValidationError:
        return replace(row, began=event.began)
    key = [step for step in checklist.steps if step.key][:9]
    return replace(
        row,
        began=event.began,
        limits=HeatRules(warn=checklist.heat.warn, alert=checklist.heat.alert),
        steps=tuple(ShownStep(id=step.id, title=step.title, number=number) for number, step in enumerate(key, 1)),
        kinds=tuple(WallFlag(flag.id, flag.title, flag.serious) for flag in checklist.flags if flag.speaker == "customer"),
        settled_by=checklist.escalation.settled_by,
    )


def _introduced(row: WallRow, at: int, event: events.Introduced) -> WallRow:
    return replace(row, agent=event.agent or row.agent, customer=event.customer or row.customer, team=event.team or row.team)


def _said(row: WallRow, at: int, event: events.Utterance) -> WallRow:
    return row if event.speaker == "agent" else replace(row, words=event.text[:WORDS])


def _taken_over(row: WallRow, at: int, event: events.TakenOver) -> WallRow:
    return replace(row, taken_over=event.by, alerts=())


def _changed(row: WallRow, at: int, update: updates.StepChanged) -> WallRow:
    if update.step == row.settled_by and update.state == "done":
        row = replace(row, alerts=tuple(alert for alert in row.alerts if alert.called))
    return replace(
        row,
        steps=tuple(replace(step, state=update.state, grade=update.grade) if step.id == update.step else step for step in row.steps),
    )


def _flagged(row: WallRow, at: int, update: updates.FlagRaised) -> WallRow:
    raised = tuple(flag for flag in row.kinds if flag.id == update.flag)
    return replace(row, flags=(*(flag for flag in row.flags if flag.id != update.flag), *raised)[-KEPT:])


def _heated(row: WallRow, at: int, update: updates.HeatChanged) -> WallRow:
    return replace(row, heat=update.heat, peak=max(row.peak, update.heat), curve=(*row.curve[1 - POINTS :], (at, update.heat)))


def _escalated(row: WallRow, at: int, update: updates.Escalated) -> WallRow:
    """Once the supervisor is called, what the agent was told before is part of that."""
    called = update.level == "alert"
    before = (alert for alert in row.alerts if alert.called or not called)
    return replace(row, alerts=(*before, Alert(at, update.because, called))[-KEPT:])


_CHANGES: dict[type, Callable[[WallRow, int, Any], WallRow]] = {
    events.CallStarted: _started,
    events.Introduced: _introduced,
    events.Utterance: _said,
    events.Nudged: lambda row, at, event: replace(row, nudges=row.nudges + 1),
    events.Acknowledged: lambda row, at, event: replace(row, alerts=()),
    events.TakenOver: _taken_over,
    events.HoldBegan: lambda row, at, event: replace(row, on_hold=True),
    events.HoldEnded: lambda row, at, event: replace(row, on_hold=False),
    events.SourceLost: lambda row, at, event: replace(row, lost=True),
    events.SourceBack: lambda row, at, event: replace(row, lost=False),
    events.CallEnded: lambda row, at, event: replace(row, ended=event.reason),
    updates.StepChanged: _changed,
    updates.FlagRaised: _flagged,
    updates.HeatChanged: _heated,
    updates.Escalated: _escalated,
    updates.Promised: lambda row, at, update: replace(row, promises=row.promises + 1),
    updates.CallClosed: lambda row, at, update: replace(row, ended=row.ended or ""),
}
