"""Calls counted together: how often each step is done and how late, flags, heat and what went before it moved, talk, prompts.

A tally never says who is better. Below `FEW` calls it gives counts and no shares, and nothing is compared.
"""

import datetime
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean, median, quantiles, stdev
from typing import Literal, TypeAlias

import msgspec

from companion.core.events import Channel
from companion.report.digest import Cause, Digest

FEW = 30
"""Fewer calls than this are too few for shares and comparisons: one call more or less moves a share by over three points."""
ANSWERS = 10
"""Fewer answers than this are too few to say what went before a move of the heat."""
NOISY = 0.25
"""A kind of prompt that is acted on less often than this is noisy …"""
SHOWN = 10
"""… if it was shown so often."""
SLICES = 24
"""Points of a typical heat curve."""

By: TypeAlias = Literal["agent", "team", "checklist", "week"]


class StepTally(msgspec.Struct, frozen=True, kw_only=True):
    """One step over the calls that asked for it, or had it unasked."""

    id: str
    title: str
    key: bool
    calls: int
    full: int
    thin: int
    missed: int
    late: int
    """Done, but only after it was overdue."""
    late_by: float | None
    """Seconds, the median of those."""
    at: int | None
    """When it was done, ms into the call, the median."""

    @property
    def done(self) -> int:
        """Calls in which it was done, fully or thinly."""
        return self.full + self.thin


class FlagTally(msgspec.Struct, frozen=True, kw_only=True):
    """One flag: in how many calls, and how often."""

    id: str
    title: str
    speaker: Channel
    calls: int
    times: int


class PromptTally(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one kind of prompt; `replaced` by one that was more urgent."""

    kind: str
    title: str
    shown: int
    acted: int
    dismissed: int
    ignored: int
    replaced: int

    @property
    def noisy(self) -> bool:
        """Shown often, and seldom acted on. What was replaced had no chance and does not count."""
        had_its_chance = self.shown - self.replaced
        return had_its_chance >= SHOWN and self.acted < NOISY * had_its_chance


class MoveTally(msgspec.Struct, frozen=True, kw_only=True):
    """How the heat changed, on average, at the customer's next words after answers that held `cause`; None: nothing that counts."""

    cause: Cause | None
    title: str
    times: int
    mean: float
    reach: float
    """The true mean lies within so much of it, 19 times in 20, as far as chance goes: 1.96 standard errors."""

    @property
    def sure(self) -> bool:
        """More than chance, by that measure."""
        return abs(self.mean) > self.reach


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """Over the calls whose times are real; medians, None where there are none."""

    calls: int
    share: float | None
    talk_overs: int
    over_calls: int
    """Calls in which the agent talked over the customer."""
    silences: int
    silent: float
    """Seconds of dead air, all together."""


class Heat(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over the calls, 0–100, and the typical curve from the start of a call to its end."""

    start: float
    peak: float
    end: float
    curve: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    """The middle half of the calls lies between `low` and `high`."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Some calls, counted."""

    name: str
    calls: int
    upset: int
    cut_off: int
    alerts: int
    """Calls in which a supervisor was called or offered."""
    seconds: float
    """How long a call was, the median."""
    steps: tuple[StepTally, ...]
    flags: tuple[FlagTally, ...]
    heat: Heat
    moves: tuple[MoveTally, ...]
    talk: Talk
    prompts: tuple[PromptTally, ...]

    @property
    def few(self) -> bool:
        """Too few calls to compare."""
        return self.calls < FEW


def tally(name: str, calls: Sequence[Digest]) -> Tally:
    """Count calls together; at least one."""
    return Tally(
        name=name,
        calls=len(calls),
        upset=sum(call.upset for call in calls),
        cut_off=sum(not call.whole for call in calls),
        alerts=sum(bool(call.escalated) for call in calls),
        seconds=median(call.duration for call in calls),
        steps=_steps(calls),
        flags=_flags(calls),
        heat=_heat(calls),
        moves=_moves(calls),
        talk=_talk([call for call in calls if call.timed]),
        prompts=_prompts(calls),
    )


def grouped(calls: Iterable[Digest], by: By) -> list[Tally]:
    """The calls of each agent, team, checklist or week, in the order of their names: never by what they reached."""
    groups: dict[str, list[Digest]] = {}
    for call in calls:
        groups.setdefault(_group(call, by), []).append(call)
    return [tally(name, groups[name]) for name in sorted(groups, key=lambda name: (not name, name.casefold(), name))]


def weekly(calls: Sequence[Digest]) -> bool:
    """Whether the calls reach over more than three weeks: then their trend is drawn by week."""
    days = [call.began.date() for call in calls if call.began]
    return bool(days) and (max(days) - min(days)).days > 21


def by_day(calls: Sequence[Digest]) -> list[tuple[datetime.date, list[Digest]]]:
    """The calls of each day on which there were any, or of each week, named by its Monday."""
    weeks = weekly(calls)
    found: dict[datetime.date, list[Digest]] = {}
    for call in calls:
        if call.began:
            day = call.began.date()
            found.setdefault(_monday(day) if weeks else day, []).append(call)
    return sorted(found.items())


def interval(hits: int, of: int) -> tuple[float, float]:
    """Between which shares the true one lies, 19 times in 20, given `hits` of `of` (at least one).

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    >>> [round(end, 2) for end in interval(15, 30)]
    [0.33, 0.67]
    """
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _group(call: Digest, by: By) -> str:
    if by == "week":
        return _monday(call.began.date()).isoformat() if call.began else ""
    return {"agent": call.agent, "team": call.team, "checklist": call.checklist}[by] or ""


def _monday(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def _steps(calls: Sequence[Digest]) -> tuple[StepTally, ...]:
    titles = {step.id: step for call in calls for step in call.steps}
    found = []
    for id, named in titles.items():
        taken = [step for call in calls for step in call.steps if step.id == id and step.wanted]
        late = [step.late for step in taken if step.late is not None]
        done = [step for step in taken if step.state == "done"]
        found.append(
            StepTally(
                id=id, title=named.title, key=named.key, calls=len(taken),
                full=sum(step.grade == 2 for step in done), thin=sum(step.grade != 2 for step in done),
                missed=len(taken) - len(done), late=len(late), late_by=median(late) if late else None,
                at=round(median(times)) if (times := [step.at for step in done if step.at is not None]) else None,
            )
        )  # fmt: skip
    return tuple(found)


def _flags(calls: Sequence[Digest]) -> tuple[FlagTally, ...]:
    named = {flag.id: flag for call in calls for flag in call.flags}
    times = Counter(flag.id for call in calls for flag in call.flags)
    within = Counter(id for call in calls for id in {flag.id for flag in call.flags})
    found = [
        FlagTally(id=id, title=flag.title, speaker=flag.speaker, calls=within[id], times=times[id]) for id, flag in named.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda flag: (flag.speaker, -flag.calls, flag.title)))


def _heat(calls: Sequence[Digest]) -> Heat:
    curves = [[heat_at(call, round(place * call.duration * 1000 / (SLICES - 1))) for place in range(SLICES)] for call in calls]
    quarters = [quantiles(slice_, n=4, method="inclusive") if len(slice_) > 1 else [*slice_] * 3 for slice_ in zip(*curves, strict=True)]
    return Heat(
        start=median(call.start for call in calls),
        peak=median(call.peak for call in calls),
        end=median(call.end for call in calls),
        low=tuple(low for low, _, _ in quarters),
        curve=tuple(middle for _, middle, _ in quarters),
        high=tuple(high for _, _, high in quarters),
    )


def heat_at(call: Digest, at: int) -> int:
    """The heat last told before or at `at` ms; the start's before that."""
    place = bisect_right(call.curve, at, key=lambda point: point[0])
    return call.curve[place - 1][1] if place else call.start


def _moves(calls: Sequence[Digest]) -> tuple[MoveTally, ...]:
    """Only answers to a customer who was at least half-way to upset: in a calm call there is nothing to move."""
    found: dict[Cause | None, list[int]] = {}
    titles: dict[Cause, str] = {}
    for call in calls:
        titles |= {("step", step.id): step.title for step in call.steps} | {("flag", flag.id): flag.title for flag in call.flags}
        for move in call.moves:
            if move.before >= call.warn / 2:
                for cause in move.causes or (None,):
                    found.setdefault(cause, []).append(move.after - move.before)
    tallies = [
        MoveTally(
            cause=cause, title=titles.get(cause, cause[1]) if cause else "", times=len(changes), mean=fmean(changes),
            reach=1.96 * stdev(changes) / math.sqrt(len(changes)) if len(changes) > 1 else math.inf,
        )
        for cause, changes in found.items()
    ]  # fmt: skip
    return tuple(sorted(tallies, key=lambda move: (move.mean, move.title)))


def _talk(calls: Sequence[Digest]) -> Talk:
    shares = [call.share for call in calls if call.share is not None]
    return Talk(
        calls=len(calls),
        share=median(shares) if shares else None,
        talk_overs=sum(call.talk_overs for call in calls),
        over_calls=sum(call.talk_overs > 0 for call in calls),
        silences=sum(len(call.silences) for call in calls),
        silent=sum(silence.seconds for call in calls for silence in call.silences),
    )


def _prompts(calls: Sequence[Digest]) -> tuple[PromptTally, ...]:
    shown = [prompt for call in calls for prompt in call.prompts]
    titles = {prompt.kind: prompt.title for prompt in shown}
    counts = Counter((prompt.kind, prompt.outcome) for prompt in shown)
    times = Counter(prompt.kind for prompt in shown)
    found = [
        PromptTally(
            kind=kind, title=title, shown=times[kind], acted=counts[kind, "acted"], dismissed=counts[kind, "dismissed"],
            ignored=counts[kind, "expired"], replaced=counts[kind, "overridden"],
        )
        for kind, title in titles.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda prompt: (-prompt.shown, prompt.kind)))
