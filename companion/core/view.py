"""The call as a screen shows it: `CallView`, folded from records alone.

A screen needs no checklist file and judges nothing: titles, numbers and times of steps come from the checklist inside
`call_started`. Folding a record costs the same in the fourth hour as in the first minute: everything kept is bounded,
and a view is never changed, only followed by another.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from companion.core import checklist as rules
from companion.core import events, updates
from companion.core.events import Channel
from companion.core.record import Record
from companion.core.shown import Floor, Noted, Row, ShownFlag, ShownPrompt, ShownStep, Span
from companion.core.updates import Evidence

ROWS = 400
"""Utterances kept."""
POINTS = 512
"""Points of the heat curve kept; beyond that, the older half is thinned to every second point."""
KEPT = 100
"""Flags, promises, bookmarks and nudges kept of each."""

T = TypeVar("T")


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a screen shows of one call."""

    call: str = ""
    began: str | None = None
    source: str = ""
    speech: str | None = None
    agent: str | None = None
    customer: str | None = None
    team: str | None = None
    timed: bool = True
    checklist: rules.Checklist = rules.Checklist(id="", title="")
    """The checklist of `call_started`; an empty one before that, or where this version cannot read it."""
    at: int = 0
    """The last record's time, ms."""
    steps: tuple[ShownStep, ...] = ()
    rows: tuple[Row, ...] = ()
    utterances: int = 0
    heat: int = 0
    peak: int = 0
    curve: tuple[tuple[int, int], ...] = ()
    """(ms, heat) at each change, oldest first."""
    flags: tuple[ShownFlag, ...] = ()
    prompt: ShownPrompt | None = None
    """The open prompt."""
    last_prompt: ShownPrompt | None = None
    """The one closed last."""
    prompts: int = 0
    outcomes: dict[str, int] = {}
    floor: Floor = Floor()
    speaking: tuple[Channel, ...] = ()
    promises: tuple[updates.Promised, ...] = ()
    escalated: tuple[tuple[int, updates.Escalated], ...] = ()
    hold_since: int | None = None
    lost_since: int | None = None
    lost: str = ""
    """Why the source is lost, while it is."""
    paused: int | None = None
    """Since when all clocks stand still (hold, lost), ms."""
    quiet: bool = False
    sound_kept: bool = False
    nudges: tuple[Noted, ...] = ()
    bookmarks: tuple[Noted, ...] = ()
    taken_over: Noted | None = None
    """Which supervisor took the call over, and when."""
    failures: tuple[Noted, ...] = ()
    rejected: int = 0
    ended: str | None = None
    summary: dict[str, Any] | None = None
    marked: str | None = None
    """The step a person marked with the record before this one."""

    def step(self, id: str) -> ShownStep | None:
        """The step of that id, if there is one."""
        return next((step for step in self.steps if step.id == id), None)

    def fold(self, record: Record) -> "CallView":
        """The view after one more record. Records of an unknown kind only move the clock."""
        view = replace(self, call=record.call, at=max(self.at, record.at))
        if record.event is not None:
            return _event(view, record.at, record.event)
        return _update(view, record.at, record.update)


def _event(view: CallView, at: int, event: object) -> CallView:
    if view.marked is not None:
        view = replace(view, marked=None)
    match event:
        case events.CallStarted():
            return _started(view, event)
        case events.Introduced():
            agent, customer, team = event.agent or view.agent, event.customer or view.customer, event.team or view.team
            return replace(view, agent=agent, customer=customer, team=team)
        case events.SpeechBegan(channel=channel):
            return replace(view, speaking=(*_without(view.speaking, channel), channel))
        case events.SpeechEnded(channel=channel):
            return replace(view, speaking=_without(view.speaking, channel))
        case events.Utterance():
            return _said(view, at, event)
        case events.Marked(step=step):
            return replace(view, marked=step)
        case events.Nudged(text=text, by=by):
            return replace(view, nudges=_kept(view.nudges, Noted(at, by, text)))
        case events.Bookmarked(by=by):
            return replace(view, bookmarks=_kept(view.bookmarks, Noted(at, by)))
        case events.TakenOver(by=by):
            return replace(view, taken_over=Noted(at, by))
        case events.Quieted(on=on):
            return replace(view, quiet=on)
        case events.HoldBegan():
            return _paused(replace(view, hold_since=at), at)
        case events.HoldEnded():
            return _resumed(replace(view, hold_since=None), at)
        case events.SourceLost(reason=reason):
            return _paused(replace(view, lost_since=at, lost=reason, speaking=()), at)
        case events.SourceBack():
            return _resumed(replace(view, lost_since=None, lost=""), at)
        case events.SinkFailed(sink=sink, reason=reason):
            return replace(view, failures=_kept(view.failures, Noted(at, sink, reason)))
        case events.SoundKept():
            return replace(view, sound_kept=True)
        case events.LineRejected():
            return replace(view, rejected=view.rejected + 1)
        case events.CallEnded(reason=reason):
            return replace(view, ended=reason, speaking=(), prompt=None)
        case _:
            return view


def _update(view: CallView, at: int, update: object) -> CallView:
    match update:
        case updates.StepHeard():
            return _heard(view, at, update)
        case updates.StepChanged():
            return _changed(view, at, update)
        case updates.FlagRaised():
            return _flagged(view, at, update)
        case updates.HeatChanged(heat=heat):
            view = replace(view, heat=heat, peak=max(view.peak, heat), curve=_thinned((*view.curve, (at, heat))))
            return _asked(view, at, lambda when: when.heat is not None and heat >= when.heat)
        case updates.TalkOver():
            return replace(view, floor=view.floor.talked_over(update, at))
        case updates.DeadAir():
            return replace(view, floor=view.floor.went_dead(update, at))
        case updates.Prompted():
            return replace(view, prompt=ShownPrompt.of(update, at), prompts=view.prompts + 1)
        case updates.PromptClosed(id=id, outcome=outcome):
            view = replace(view, outcomes={**view.outcomes, outcome: view.outcomes.get(outcome, 0) + 1})
            if view.prompt is None or view.prompt.id != id:
                return view
            return replace(view, prompt=None, last_prompt=replace(view.prompt, outcome=outcome, closed=at))
        case updates.Escalated():
            return replace(view, escalated=_kept(view.escalated, (at, update)))
        case updates.Promised():
            return replace(view, promises=_kept(view.promises, update))
        case updates.CallClosed(summary=summary):
            return replace(view, summary=summary, ended=view.ended or "", prompt=None)
        case _:
            return view


def _started(view: CallView, event: events.CallStarted) -> CallView:
    try:
        checklist = rules.from_value(event.checklist)
    except msgspec.ValidationError:
        checklist = view.checklist
    steps, number = [], 0
    for step in checklist.steps:
        number += step.key
        steps.append(
            ShownStep(
                id=step.id,
                title=step.title,
                why=step.why,
                number=number if step.key and number <= 9 else None,
            )
        )
    return replace(
        view,
        began=event.began,
        source=event.source,
        speech=event.speech,
        timed=event.timed,
        checklist=checklist,
        steps=tuple(steps),
    )


def _said(view: CallView, at: int, event: events.Utterance) -> CallView:
    row = Row(index=view.utterances, speaker=event.speaker, text=event.text, start=event.start, end=event.end, at=at)
    rows = _kept(view.rows, row, ROWS)
    view = replace(view, rows=rows, utterances=view.utterances + 1, floor=view.floor.spoke(event))
    return _asked(view, at, lambda when: when == rules.When()) if row.index == 0 else view


def _heard(view: CallView, at: int, update: updates.StepHeard) -> CallView:
    rows = _spanned(view.rows, update.evidence, step=update.step)
    rows = _row_changed(rows, update.utterance, lambda row: replace(row, steps=_with(row.steps, update.step)))
    view = _step_changed(replace(view, rows=rows), update.step, heard=update.evidence, heard_in=update.utterance)
    return _asked(view, at, lambda when: update.step in when.steps)


def _changed(view: CallView, at: int, update: updates.StepChanged) -> CallView:
    step = view.step(update.step)
    change: dict[str, Any] = {"state": update.state, "grade": update.grade, "because": update.because, "at": at}
    if step is None or step.heard_in is None or update.state != "done" or view.marked == update.step:
        return _step_changed(view, update.step, evidence=(), **change)
    rows = _row_changed(view.rows, step.heard_in, lambda row: replace(row, ticks=_with(row.ticks, update.step)))
    return _step_changed(replace(view, rows=rows), update.step, evidence=step.heard, **change)


def _flagged(view: CallView, at: int, update: updates.FlagRaised) -> CallView:
    rule = next((flag for flag in view.checklist.flags if flag.id == update.flag), None)
    if rule is None:
        rule = rules.Flag(id=update.flag, title=_words(update.flag), speaker="customer")
    flag = ShownFlag(
        id=rule.id,
        title=rule.title,
        speaker=rule.speaker,
        serious=rule.serious,
        at=at,
        utterance=update.utterance,
        text=update.evidence[0].text if update.evidence else "",
    )
    rows = _spanned(view.rows, update.evidence, flag=update.flag)
    where = update.evidence[0].utterance if update.evidence else update.utterance
    rows = _row_changed(rows, where, lambda row: replace(row, flags=_with(row.flags, update.flag)))
    view = replace(view, rows=rows, flags=_kept(view.flags, flag))
    return _asked(view, at, lambda when: update.flag in when.flags)


def _asked(view: CallView, at: int, holds: Callable[[rules.When], bool]) -> CallView:
    """Steps whose `when` comes true with this record are asked for from `at` on, or from where the clocks stand still."""
    since = at if view.paused is None else view.paused
    steps = list(view.steps)
    for place, rule in enumerate(view.checklist.steps):
        if not steps[place].asked and view.peak >= rule.when.peak and holds(rule.when):
            due = None if rule.due is None else since + round(rule.due * 1000)
            steps[place] = replace(steps[place], asked=True, due=due)
    return replace(view, steps=tuple(steps))


def _step_changed(view: CallView, id: str, **change: Any) -> CallView:
    """The view with one step changed; a step the checklist did not name is added at the end."""
    if view.step(id) is None:
        view = replace(view, steps=(*view.steps, ShownStep(id=id, title=_words(id))))
    return replace(view, steps=tuple(replace(step, **change) if step.id == id else step for step in view.steps))


def _spanned(rows: tuple[Row, ...], evidence: tuple[Evidence, ...], **of: str) -> tuple[Row, ...]:
    for piece in evidence:
        rows = _row_changed(rows, piece.utterance, partial(_with_span, Span(piece.from_, piece.to, **of)))
    return rows


def _with_span(span: Span, row: Row) -> Row:
    return replace(row, spans=_with(row.spans, span))


def _row_changed(rows: tuple[Row, ...], index: int, change: Callable[[Row], Row]) -> tuple[Row, ...]:
    """The rows with the utterance of that index changed, if it is still kept."""
    place = index - rows[0].index if rows else -1
    if not 0 <= place < len(rows):
        return rows
    return (*rows[:place], change(rows[place]), *rows[place + 1 :])


def _paused(view: CallView, at: int) -> CallView:
    return view if view.paused is not None else replace(view, paused=at)


def _resumed(view: CallView, at: int) -> CallView:
    """All clocks go on, unless another pause still holds them; what was due is due later by the pause."""
    if view.paused is None or view.hold_since is not None or view.lost_since is not None:
        return view
    pause = at - view.paused
    steps = tuple(step if step.due is None else replace(step, due=step.due + pause) for step in view.steps)
    return replace(view, paused=None, steps=steps)


def _thinned(curve: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    half = POINTS // 2
    return curve if len(curve) <= POINTS else curve[:half:2] + curve[half:]


def _kept(items: tuple[T, ...], item: T, most: int = KEPT) -> tuple[T, ...]:
    return (*items[-(most - 1) :], item)


def _with(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    return items if item in items else (*items, item)


def _without(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    return tuple(other for other in items if other != item)


def _words(id: str) -> str:
    return id.replace("_", " ")
