"""The call: `receive` an event, `advance` the time, ask for the `next_deadline`, `preview` a partial.

Pure: the same checklist and the same events give the same updates, byte for byte. A deadline is stamped with its own time, never with the
time somebody noticed it, and a deadline at *t* falls before an event at *t*; `advance` may be called any number of times.
"""

import math
from typing import Any, TypeAlias

from companion.core.advice import Advice
from companion.core.checklist import Checklist
from companion.core.clock import RunningClock
from companion.core.detect import Judge, Judgement, Memory
from companion.core.escalation import Due, Escalator
from companion.core.events import (
    AnyEvent,
    CallEnded,
    HoldBegan,
    HoldEnded,
    Marked,
    Partial,
    PromptDismissed,
    Quieted,
    SourceBack,
    SourceLost,
    SpeechBegan,
    SpeechEnded,
    Utterance,
)
from companion.core.floor import Floor
from companion.core.heat import Heat
from companion.core.listening import Listening
from companion.core.prompting import Prompter
from companion.core.steps import Cause, Steps
from companion.core.summary import Curve, Story, summarise
from companion.core.updates import (
    AnyUpdate,
    CallClosed,
    Escalated,
    Evidence,
    FlagRaised,
    HeatChanged,
    Promised,
    StepChanged,
    StepHeard,
    TalkOver,
)
from companion.errors import CoreMisuse

_NEVER = 1 << 40
"""Milliseconds; longer than any call."""

Stamped: TypeAlias = list[tuple[int, AnyUpdate]]
"""Updates, each with its time in ms from the call's start."""


class Session:
    """One call.

    Args:
        checklist: what is listened for.
        judge: the same checklist, compiled; shared by all calls.
        call: the call's name, for the summary.
        began: when the call began, ISO 8601, to resolve promises; None where unknown.
        timed: False where the times of words are made up: then nothing is judged from them.
    """

    def __init__(self, checklist: Checklist, judge: Judge, *, call: str = "", began: str | None = None, timed: bool = True) -> None:
        self._checklist = checklist
        self._judge = judge
        self._timed = timed
        self._now = 0
        self._ended = False
        self._clock = RunningClock()
        self._memory = Memory(began)
        self._count = 0
        self._floor = Floor(checklist.watch, timed)
        self._listening = {
            step.id: Listening(step.id, checklist.watch, self._floor) for step in checklist.steps if step.detector == "listens"
        }
        self._heat = Heat(checklist.heat)
        self._shown_heat = 0
        self._cools_at: int | None = None
        self._curve = Curve()
        self._steps = Steps(checklist)
        self._prompter = Prompter(checklist.prompting)
        self._advice = Advice(checklist, self._prompter)
        self._escalator = Escalator(checklist)
        self._solving = False
        self._last_words: list[str] = []
        self._agent_said = (0, "")
        self._pause_from = 0
        self._story = Story(call=call, began=began)

    # ── the way in ──

    def receive(self, event: AnyEvent, at: int) -> Stamped:
        """Take in what happened at `at`, ms from the call's start, never earlier than what came before.

        Raises:
            CoreMisuse: time goes back, or the call is over.
        """
        if at < self._now or self._ended:
            raise CoreMisuse(f"{type(event).__name__} at {at} ms, after {self._now} ms{' and the end' if self._ended else ''}")
        out = self.advance(at)
        out += [(at, update) for update in self._take(event, at)]
        if not self._ended:
            out += [(at, update) for update in self._prompts(at)]
        return out + self.advance(at)

    def advance(self, to: int) -> Stamped:
        """Let time pass up to and including `to`; asking twice gives nothing new."""
        out: Stamped = []
        while (at := self.next_deadline) is not None and at <= to:
            self._now = at
            out += [(at, update) for update in self._due(at)]
        self._now = max(self._now, to)
        return out

    def wind_up(self, at: int) -> Stamped:
        """What is still open when the call ends at `at`: steps not said, a prompt on the screen. Asking twice gives nothing new.

        Comes before `CallEnded` is received, so that a call's last records are `call_ended` and `call_closed`.
        """
        out = self.advance(at)
        open_: list[AnyUpdate] = [*self._steps.end(), *self._prompter.end()]
        return out + [(at, update) for update in open_]

    @property
    def next_deadline(self) -> int | None:
        """When something next happens by itself, ms from the call's start; None if nothing is pending. Never before now."""
        if self._ended:
            return None
        deadlines = (
            self._steps.deadline(),
            self._escalator.deadline(),
            self._cools_at,
            self._advice.deadline(self._steps),
            self._prompter.deadline(self._quiet_from()),
        )
        times = [time for time in deadlines if time is not None]
        at = self._clock.at(min(times)) if times else None
        return None if at is None else max(self._now, at)

    @property
    def heat(self) -> float:
        """How upset the customer's words are at the time reached, 0–100; between two words it decays without a record."""
        return self._heat.at(self._clock.time(self._now))

    def preview(self, partial: Partial) -> list[StepHeard | FlagRaised]:
        """What this partial would mean if it were final: tentative, changes nothing."""
        utterance = Utterance(speaker=partial.channel, text=partial.text, start=partial.start, end=partial.end)
        judgement = self._judge.judge(utterance, self._count, self._memory)
        return [*self._heard(judgement, self._count), *self._flagged(judgement, self._count)]

    # ── what happened ──

    def _take(self, event: AnyEvent, at: int) -> list[AnyUpdate]:
        match event:
            case Utterance():
                return self._utterance(event, at)
            case SpeechBegan():
                return list(self._floor.began(event.channel, event.start))
            case SpeechEnded():
                self._floor.ended(event.channel)
            case Marked():
                return self._marked(event, at)
            case PromptDismissed():
                return list(self._prompter.dismiss(event.id))
            case Quieted():
                return list(self._prompter.mute(event.on))
            case HoldBegan():
                self._pause("hold", at)
            case HoldEnded():
                self._resume("hold", at)
            case SourceLost():
                self._steps.lost()
                self._pause("lost", at)
            case SourceBack():
                self._resume("lost", at)
            case CallEnded():
                return self._end(at)
            case _:
                pass  # bookmarks, nudges, rejected lines and failed sinks are kept, and change nothing
        return []

    def _utterance(self, said: Utterance, at: int) -> list[AnyUpdate]:
        index, self._count = self._count, self._count + 1
        judgement = self._judge.judge(said, index, self._memory)
        self._memory.add(index, said)
        if said.speaker == "agent":
            self._agent_said = (index, said.text)
        out: list[AnyUpdate] = []
        for found in self._floor.spoke(said):
            out.append(found)
            if isinstance(found, TalkOver) and found.channel == "agent":
                out += self._talked_over(found, index, at)
        hits = [hit for listening in self._listening.values() if (hit := listening.hear(index, said))]
        if hits:
            judgement = _with(judgement, hits)
        self._pause_from = self._clock.time(at)
        if said.speaker == "agent" and self._timed:
            self._pause_from += self._breath(at)
        out += self._heard(judgement, index)
        for hit in judgement.steps:
            out += self._step(hit.step, self._steps.heard(hit, at), at)
        for raised in self._flagged(judgement, index):
            out += self._flag(raised, at)
        out += [self._promise(promise.what, promise.by, promise.due, index) for promise in judgement.promises]
        if said.speaker == "customer":
            out += self._customer_turn(said, judgement, index, at)
        elif not self._floor.is_back_channel(said.text):
            self._steps.agent_turn()
            self._solving = self._solving or judgement.solving
        self._advice.hear(judgement, said)
        self._ask(at)
        return out

    def _customer_turn(self, said: Utterance, judgement: Judgement, index: int, at: int) -> list[AnyUpdate]:
        time = self._clock.time(at)
        self._last_words = [*self._last_words[-2:], said.text]
        heat = self._heat.hear(judgement.upset, judgement.soothed, time)
        out: list[AnyUpdate] = []
        if round(heat) != self._shown_heat:
            out.append(self._show_heat(round(heat), index, at))
        return out + self._escalate(self._escalator.turn(heat, judgement.refusal, time), at)

    def _talked_over(self, found: TalkOver, index: int, at: int) -> list[AnyUpdate]:
        for listening in self._listening.values():
            listening.interrupted(found.start)
        number, text = self._agent_said
        out: list[AnyUpdate] = []
        for flag in self._checklist.flags:
            if flag.detector == "talk_over":
                out += self._flag(FlagRaised(flag=flag.id, utterance=index, evidence=(Evidence(number, 0, len(text), text),)), at)
        return out + self._escalate(self._escalator.talk_overs(self._floor.over["agent"], self._clock.time(at)), at)

    def _step(self, id: str, changed: StepChanged | None, at: int) -> list[AnyUpdate]:
        out: list[AnyUpdate] = [changed] if changed else []
        track = self._steps.tracks[id]
        out += self._prompter.acted(step=id, grade=track.grade)
        self._advice.step(track, self._clock.time(at))
        if id == self._checklist.escalation.settled_by:
            self._escalator.settle()
            out += self._prompter.acted(kind="escalate")
        return out

    def _flag(self, raised: FlagRaised, at: int) -> list[AnyUpdate]:
        flag = self._checklist.flag(raised.flag)
        self._story.flags[flag.id] = self._story.flags.get(flag.id, 0) + 1
        time = self._clock.time(at)
        self._advice.flag(flag, raised.utterance, self._story.flags[flag.id], time)
        return [raised, *(self._escalate(self._escalator.flag(flag.id, flag.title, flag.now, time), at) if flag.serious else [])]

    def _marked(self, event: Marked, at: int) -> list[AnyUpdate]:
        changed = self._steps.mark(event.step, event.state, event.by, at)
        return self._step(event.step, changed, at) if changed else []

    def _end(self, at: int) -> list[AnyUpdate]:
        out = [update for _, update in self.wind_up(at)]
        self._ended = True
        heat = round(self._heat.at(self._clock.time(at)))
        return [*out, CallClosed(summary=summarise(self._story, at, heat, self._curve, self._steps, self._floor, self._prompter))]

    # ── what time brings ──

    def _due(self, at: int) -> list[AnyUpdate]:
        out: list[AnyUpdate] = []
        time = self._clock.time(at)
        for changed in self._steps.overdue(time):
            out.append(changed)
            self._advice.step(self._steps.tracks[changed.step], time)
            if changed.state == "missed":
                missed = sum(track.state == "missed" for track in self._steps)
                out += self._escalate(self._escalator.missed(missed, time), at)
        heat = self._heat.at(time)
        out += self._escalate(self._escalator.tick(heat, time), at)
        if self._cools_at is not None and time >= self._cools_at:
            out.append(self._show_heat(math.floor(heat), None, at))
        self._advice.remind(self._steps, time)
        return out + self._prompts(at)

    def _prompts(self, at: int) -> list[AnyUpdate]:
        return list(self._prompter.tick(self._clock.time(at), self._quiet_from(), self._advice.fill))

    def _ask(self, at: int) -> None:
        time = self._clock.time(at)
        flags = frozenset(self._story.flags)
        self._steps.ask(Cause(heat=self._heat.at(time), flags=flags, solving=self._solving), time)

    # ── small things said in one place ──

    def _heard(self, judgement: Judgement, index: int) -> list[StepHeard]:
        return [
            StepHeard(step=hit.step, utterance=index, grade=hit.grade, score=hit.score, evidence=hit.evidence) for hit in judgement.steps
        ]

    def _flagged(self, judgement: Judgement, index: int) -> list[FlagRaised]:
        return [FlagRaised(flag=hit.flag, utterance=index, evidence=hit.evidence) for hit in judgement.flags]

    def _show_heat(self, heat: int, utterance: int | None, at: int) -> HeatChanged:
        self._shown_heat = heat
        self._curve.add(at, heat)
        limits = [limit for limit in (self._checklist.heat.warn, self._checklist.heat.alert) if limit <= heat]
        self._cools_at = _falls_below(max(limits), self._heat, self._clock.time(at)) if limits else None
        return HeatChanged(heat=heat, utterance=utterance)

    def _promise(self, what: str, by: str, due: str | None, index: int) -> Promised:
        self._story.promises.append({"what": what, "by": by, "due": due, "utterance": index})
        return Promised(what=what, by=by, due=due, utterance=index)

    def _escalate(self, dues: list[Due], at: int) -> list[AnyUpdate]:
        out: list[AnyUpdate] = []
        for due in dues:
            if due.level == "prompt":
                self._advice.escalate(self._clock.time(at))
            self._story.escalated.append({"at": at, "level": due.level, "because": due.because})
            out.append(Escalated(level=due.level, because=due.because, card=self._card(due.because, at)))
        return out

    def _card(self, because: str, at: int) -> dict[str, Any]:
        """The hand-over card: what a supervisor must know before the first word."""
        return {
            "because": because,
            "heat": round(self._heat.at(self._clock.time(at))),
            "customer": list(self._last_words),
            "promised": [promise["what"] for promise in self._story.promises[-3:]],
            "steps": {track.step.id: track.state for track in self._steps if track.step.key},
            "flags": dict(self._story.flags),
        }

    def _pause(self, why: str, at: int) -> None:
        self._clock.pause(why, at)
        self._floor.hush()

    def _resume(self, why: str, at: int) -> None:
        self._clock.resume(why, at)
        self._pause_from = self._clock.time(at)

    def _quiet_from(self) -> int | None:
        """Running time since or from which there is a pause to speak into; None while somebody speaks or the call stands still."""
        return self._pause_from if self._floor.free and self._clock.running else None

    def _breath(self, at: int) -> int:
        """How long still, in ms, until the agent's silence is a pause: they may only be drawing breath."""
        return max(0, round((self._floor.silent_since + self._checklist.prompting.pause) * 1000) - at)


def _falls_below(limit: int, heat: Heat, time: int) -> int:
    """The first running time after `time`, in ms, at which the heat is below `limit`; found by halving, whatever its decay looks like."""
    low, high = time, time + 1
    while heat.at(high) >= limit and high - time < _NEVER:
        low, high = high, time + 2 * (high - time)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if heat.at(middle) >= limit else (low, middle)
    return high


def _with(judgement: Judgement, hits: list[Any]) -> Judgement:
    return Judgement(
        steps=(*hits, *judgement.steps),
        flags=judgement.flags,
        promises=judgement.promises,
        upset=judgement.upset,
        soothed=judgement.soothed,
        solving=judgement.solving,
        refusal=judgement.refusal,
        problem=judgement.problem,
    )
