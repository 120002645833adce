"""The state of each step of a call: open → done (thin | full) | overdue → missed | waived | unknown.

All times here are running time in ms (`clock.RunningClock`): they stand still on hold and while the stream is lost.
"""

from collections.abc import Iterator

import msgspec

from companion.core.checklist import Checklist, Step
from companion.core.detect import StepHit
from companion.core.events import StepState
from companion.core.updates import Evidence, Grade, StepChanged


class Track(msgspec.Struct):
    """One step of one call."""

    step: Step
    state: StepState = "open"
    grade: Grade = 0
    at: int | None = None
    """When it was done, ms from the call's start."""
    heard: int = 0
    enough: bool = False
    """It need not be said more fully, as it was said the last time."""
    evidence: tuple[Evidence, ...] = ()
    asked: int | None = None
    """Running time at which its `when` came true."""
    why: str = ""
    """What made it come true."""
    turns: int = 0
    """Agent turns since then."""
    reminded: bool = False
    gap: bool = False
    """The stream broke off before it was done: it may have been said unheard."""

    @property
    def waiting(self) -> bool:
        """Asked for, and not yet done."""
        return self.asked is not None and self.state in ("open", "overdue")


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What the call has come to, for the steps' `when`."""

    heat: float
    peak: float
    flags: frozenset[str]
    solving: bool


class Steps:
    """All steps of one call."""

    def __init__(self, checklist: Checklist) -> None:
        self.tracks = {step.id: Track(step) for step in checklist.steps}

    def __iter__(self) -> Iterator[Track]:
        return iter(self.tracks.values())

    def heard(self, hit: StepHit, at: int) -> StepChanged | None:
        """A step was heard; what that changes, if anything."""
        track = self.tracks[hit.step]
        track.heard += 1
        track.enough = hit.enough
        if track.state == "waived" or (track.state == "done" and track.grade >= hit.grade):
            return None
        better = track.state == "done"
        track.evidence, track.grade, track.at = hit.evidence, hit.grade, at
        because = "said more fully" if better else "said, but thin" if hit.grade == 1 else "said"
        return self._to(track, "done", because)

    def mark(self, id: str, state: StepState, by: str, at: int) -> StepChanged | None:
        """A person set a step's state; None where nothing changes or there is no such step."""
        track = self.tracks.get(id)
        if track is None or (track.state == state and state != "done") or (track.state == state == "done" and track.grade == 2):
            return None
        track.grade = 2 if state == "done" else 0
        track.at = at if state == "done" else None
        track.evidence = ()
        track.enough = False
        return self._to(track, state, f"marked by {by}")

    def ask(self, cause: Cause, time: int) -> None:
        """See which steps the call now asks for. A step without a reminder or due time is only listened for."""
        for track in self:
            if track.step.wanted and track.asked is None and (why := self._why(track.step, cause)):
                track.asked, track.why = time, why

    def agent_turn(self) -> None:
        """The agent has taken a turn."""
        for track in self:
            track.turns += track.waiting

    def lost(self) -> None:
        """The stream broke off: what is not done yet may be said unheard."""
        for track in self:
            track.gap = track.gap or track.state in ("open", "overdue")

    def deadline(self) -> int | None:
        """The next running time at which a step becomes overdue or missed."""
        return min((time for track in self for time in self._times(track)), default=None)

    def overdue(self, time: int) -> list[StepChanged]:
        """What time alone has changed by `time`, running."""
        changes = []
        for track in self:
            step = track.step
            if track.asked is None:
                continue
            if track.state == "open" and step.turns is not None and track.turns >= step.turns:
                changes.append(self._to(track, "overdue", f"{step.turns} of your turns since {track.why}"))
            elif track.state == "open" and step.due is not None and time >= track.asked + _ms(step.due):
                changes.append(self._to(track, "overdue", f"{step.due:g} s since {track.why}"))
            missed = self._missed(track)
            if track.state == "overdue" and missed is not None and time >= missed:
                changes.append(self._miss(track, "never said"))
        return changes

    def end(self) -> list[StepChanged]:
        """The call is over: what was asked for and never came was missed, or is unknown."""
        return [self._miss(track, "not said before the call ended") for track in self if track.waiting]

    def _why(self, step: Step, cause: Cause) -> str:
        when = step.when
        if cause.peak < when.peak:
            return ""
        if not (when.heat is not None or when.flags or when.steps or when.solution):
            return "the call began"
        if when.heat is not None and cause.heat >= when.heat:
            return "the customer got upset"
        if cause.flags & frozenset(when.flags):
            return "what the customer said"
        if any(self.tracks[id].heard for id in when.steps if id in self.tracks):
            return "the step before it"
        return "you moved on to solving" if when.solution and cause.solving else ""

    def _times(self, track: Track) -> Iterator[int]:
        if track.asked is None:
            return
        if track.state == "open" and track.step.turns is not None and track.turns >= track.step.turns:
            yield track.asked
        if track.state == "open" and track.step.due is not None:
            yield track.asked + _ms(track.step.due)
        missed = self._missed(track)
        if track.state == "overdue" and missed is not None:
            yield missed

    def _missed(self, track: Track) -> int | None:
        step = track.step
        if step.escalate is None or track.asked is None:
            return None
        return track.asked + _ms(step.due or 0) + _ms(step.escalate)

    def _miss(self, track: Track, because: str) -> StepChanged:
        return self._to(track, "unknown", "the stream was lost meanwhile") if track.gap else self._to(track, "missed", because)

    def _to(self, track: Track, state: StepState, because: str) -> StepChanged:
        track.state = state
        return StepChanged(step=track.step.id, state=state, grade=track.grade, because=because)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
