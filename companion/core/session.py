"""The call: `receive` an event, `advance` the time, ask for the `next_deadline`, `preview` a partial.

Pure: the same checklist and the same events give the same updates, byte for byte. A deadline is stamped with its own time, never with the
time somebody noticed it, and a deadline at *t* falls before an event at *t*; `advance` may be called any number of times.
"""

from collections.abc import Sequence
from typing import TypeAlias

from companion.core.advice import Advice
from companion.core.checklist import Checklist
from companion.core.clock import RunningClock
from companion.core.detect import Judge, Judgement, Memory, StepHit
from companion.core.escalation import Due, Escalator
from companion.core.events import (
    Acknowledged,
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
from companion.core.handover import card
from companion.core.listening import Listening
from companion.core.opening import Openings
from companion.core.order import Orders
from companion.core.prompting import Prompter
from companion.core.steps import Cause, Steps
from companion.core.summary import Story, summarise
from companion.core.temper import Temper
from companion.core.updates import (
    AnyUpdate,
    CallClosed,
    Escalated,
    Evidence,
    FlagRaised,
    Promised,
    PromptClosed,
    Prompted,
    StepChanged,
    StepHeard,
    TalkOver,
)
from companion.errors import CoreMisuse

_LAST_WORDS = 3
"""Customer turns kept for the hand-over card."""

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
        self._openings = Openings(checklist.prompting, self._floor)
        self._listening = [Listening(step.id, checklist.watch, self._floor) for step in checklist.steps if step.detector == "listens"]
        self._temper = Temper(checklist.heat)
        self._steps = Steps(checklist)
        self._orders = Orders(checklist, self._steps)
        self._prompter = Prompter(checklist.prompting)
        self._advice = Advice(checklist, self._prompter)
        self._escalator = Escalator(checklist)
        self._solving = False
        self._hurried = False
        self._last_words: list[str] = []
        self._agent_said = (0, "")
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
        left: list[AnyUpdate] = [*self._steps.end(), *self._prompter.end()]
        return out + [(at, update) for update in left]

    @property
    def next_deadline(self) -> int | None:
        """When something next happens by itself, ms from the call's start; None if nothing is pending. Never before now."""
        if self._ended:
            return None
        deadlines = (
            self._steps.deadline(),
            self._escalator.deadline(),
            self._temper.deadline(),
            self._advice.deadline(self._steps),
            self._prompter.deadline(self._clock.time(self._now), self._openings.now),
        )
        times = [time for time in deadlines if time is not None]
        at = self._clock.at(min(times)) if times else None
        return None if at is None else max(self._now, at)

    @property
    def heat(self) -> float:
        """How upset the customer's words are at the time reached, 0–100; between two words it decays without a record."""
        return self._temper.at(self._clock.time(self._now))

    def preview(self, partial: Partial) -> list[StepHeard | FlagRaised]:
        """What this partial would mean if it were final: tentative, changes nothing."""
        utterance = Utterance(speaker=partial.channel, text=partial.text, start=partial.start, end=partial.end)
        judgement = self._judge.judge(utterance, self._count, self._memory)
        return [*_heard(judgement.steps, self._count), *_flagged(judgement, self._count)]

    # ── what happened ──

    def _take(self, event: AnyEvent, at: int) -> list[AnyUpdate]:
        time = self._clock.time(at)
        match event:
            case Utterance():
                return self._utterance(event, at)
            case SpeechBegan():
                silence = self._floor.began(event.channel, event.start)
                self._openings.began(time)
                return list(silence)
            case SpeechEnded():
                self._floor.ended(event.channel)
                self._openings.ended(time, self._silent(at))
            case Marked():
                return self._marked(event, at)
            case PromptDismissed():
                return list(self._prompter.dismiss(event.id))
            case Quieted():
                return list(self._prompter.mute(event.on))
            case Acknowledged():
                self._escalator.acknowledge()
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
        out = self._on_the_floor(said, index, at)
        listened = [hit for listening in self._listening if (hit := listening.hear(index, said))]
        hits = (*listened, *judgement.steps)
        out += _heard(hits, index)
        for hit in hits:
            out += self._step(hit.step, self._steps.heard(hit, at), at)
        out += [self._promise(promise.what, promise.by, promise.due, index) for promise in judgement.promises]
        self._advice.hear(judgement, said)
        flags = _flagged(judgement, index)
        if said.speaker == "customer":
            out += self._customer_turn(said, judgement, flags, index, at)
        elif self._floor.is_back_channel(said.text):
            out += self._flag(flags, at)
        else:
            out += self._agent_turn(said, judgement, hits, flags, index, at)
        self._ask(at)
        return out

    def _on_the_floor(self, said: Utterance, index: int, at: int) -> list[AnyUpdate]:
        out: list[AnyUpdate] = []
        for found in self._floor.spoke(said):
            out.append(found)
            if isinstance(found, TalkOver) and found.channel == "agent":
                out += self._talked_over(found, index, at)
        self._openings.spoke(said, self._clock.time(at), self._silent(at))
        return out

    def _customer_turn(self, said: Utterance, judgement: Judgement, flags: list[FlagRaised], index: int, at: int) -> list[AnyUpdate]:
        time = self._clock.time(at)
        before = self._temper.at(time)
        self._last_words = [*self._last_words[1 - _LAST_WORDS :], said.text]
        told = self._temper.hear(judgement.upset, judgement.soothed, index, time, at)
        heat = self._temper.at(time)
        if heat > before:
            self._advice.heated(self._steps, index, time)
        out = self._flag(flags, at, before)
        out[len(flags) : len(flags)] = told
        return out + self._escalate(self._escalator.turn(heat, judgement.refusal, time), at)

    def _agent_turn(
        self, said: Utterance, judgement: Judgement, hits: Sequence[StepHit], flags: list[FlagRaised], index: int, at: int
    ) -> list[AnyUpdate]:
        self._solving = self._solving or judgement.solving
        self._ask(at)
        self._steps.agent_turn()
        self._escalator.answered(self._clock.time(at))
        heat = self._temper.at(self._clock.time(at))
        peak = self._temper.curve.peak
        faults = self._orders.look(frozenset(hit.step for hit in hits), solving=judgement.solving, heat=heat, peak=peak)
        if self._floor.pace.hurried and not self._hurried and heat >= self._checklist.heat.warn:
            faults += [flag for flag in self._checklist.flags if flag.detector == "pace"]
        self._hurried = self._floor.pace.hurried
        whole = (Evidence(index, 0, len(said.text), said.text),)
        for flag in faults:
            why = next((hit.evidence for hit in hits if flag.order is not None and hit.step == flag.order.done), whole)
            flags.append(FlagRaised(flag=flag.id, utterance=index, evidence=why))
        return self._flag(flags, at)

    def _talked_over(self, found: TalkOver, index: int, at: int) -> list[AnyUpdate]:
        for listening in self._listening:
            listening.interrupted(found.start)
        number, text = self._agent_said
        why = (Evidence(number, 0, len(text), text),)
        flags = [FlagRaised(flag=flag.id, utterance=index, evidence=why) for flag in self._checklist.flags if flag.detector == "talk_over"]
        return self._flag(flags, at) + self._escalate(self._escalator.talk_overs(self._floor.over["agent"], self._clock.time(at)), at)

    def _step(self, id: str, changed: StepChanged | None, at: int) -> list[AnyUpdate]:
        out: list[AnyUpdate] = [changed] if changed else []
        track = self._steps.tracks[id]
        if track.state == "done":
            out += self._prompter.acted(step=id, grade=track.grade)
            if id == self._checklist.escalation.settled_by:
                self._escalator.settle()
        time = self._clock.time(at)
        self._advice.step(track, time, self._temper.at(time))
        return out

    def _flag(self, raised: Sequence[FlagRaised], at: int, before: float = 0.0) -> list[AnyUpdate]:
        """Flags are raised, when the customer's heat was `before`; first all of them, then what they escalate to."""
        time = self._clock.time(at)
        escalated: list[AnyUpdate] = []
        for each in raised:
            flag = self._checklist.flag(each.flag)
            count = self._story.flags[flag.id] = self._story.flags.get(flag.id, 0) + 1
            dues = self._escalator.flag(flag, count, before, time)
            escalated += self._escalate(dues, at)
            self._advice.flag(flag, each.utterance, count, time, escalated=any(due.level == "prompt" for due in dues))
        return [*raised, *escalated]

    def _marked(self, event: Marked, at: int) -> list[AnyUpdate]:
        changed = self._steps.mark(event.step, event.state, event.by, at)
        return self._step(event.step, changed, at) if changed else []

    def _end(self, at: int) -> list[AnyUpdate]:
        out = [update for _, update in self.wind_up(at)]
        self._ended = True
        summary = summarise(
            self._story,
            checklist=self._checklist,
            at=at,
            heat=round(self._temper.at(self._clock.time(at))),
            curve=self._temper.curve,
            steps=self._steps,
            floor=self._floor,
            prompter=self._prompter,
            fill=self._advice.fill,
        )
        return [*out, CallClosed(summary=summary)]

    # ── what time brings ──

    def _due(self, at: int) -> list[AnyUpdate]:
        out: list[AnyUpdate] = []
        time = self._clock.time(at)
        for changed in self._steps.overdue(time):
            out.append(changed)
            self._advice.step(self._steps.tracks[changed.step], time)
            if changed.state == "missed":
                missed = sum(track.state == "missed" for track in self._steps)
                out += self._escalate(self._escalator.missed(missed, self._temper.at(time), time), at)
        out += self._escalate(self._escalator.tick(self._temper.at(time), time), at)
        out += self._temper.cool(time, at)
        self._advice.remind(self._steps, time)
        return out + self._prompts(at)

    def _prompts(self, at: int) -> list[AnyUpdate]:
        if not self._clock.running:
            return []
        time = self._clock.time(at)
        self._advice.calm(self._steps, self._temper.at(time))
        out: list[PromptClosed | Prompted] = self._prompter.tick(time, self._openings.now, self._advice.fill)
        if any(isinstance(update, Prompted) and update.kind == "escalate" for update in out):
            self._escalator.seen(time)
        return list(out)

    def _ask(self, at: int) -> None:
        time = self._clock.time(at)
        heat, peak = self._temper.at(time), self._temper.curve.peak
        self._steps.ask(Cause(heat=heat, peak=peak, flags=frozenset(self._story.flags), solving=self._solving), time)

    # ── small things said in one place ──

    def _promise(self, what: str, by: str, due: str | None, index: int) -> Promised:
        self._story.promises.append({"what": what, "by": by, "due": due, "utterance": index})
        return Promised(what=what, by=by, due=due, utterance=index)

    def _escalate(self, dues: list[Due], at: int) -> list[AnyUpdate]:
        out: list[AnyUpdate] = []
        time = self._clock.time(at)
        for due in dues:
            if due.level == "prompt":
                self._advice.escalate(time)
            self._story.escalated.append({"at": at, "level": due.level, "because": due.because})
            about = card(
                because=due.because,
                at=at,
                upset_since=self._temper.upset_since,
                heat=self._temper.at(time),
                fill=self._advice.fill,
                words=self._last_words,
                promised=self._story.promises,
                flags=self._story.flags,
                steps=self._steps,
                checklist=self._checklist,
            )
            out.append(Escalated(level=due.level, because=due.because, card=about))
        return out

    def _pause(self, why: str, at: int) -> None:
        self._clock.pause(why, at)
        self._floor.hush()

    def _resume(self, why: str, at: int) -> None:
        self._clock.resume(why, at)
        self._openings.resumed(self._clock.time(at))

    def _silent(self, at: int) -> float:
        """For how many seconds nobody has spoken by `at`, as far as is known."""
        return max(0.0, at / 1000 - self._floor.silent_since) if self._timed else 0.0


def _heard(hits: Sequence[StepHit], index: int) -> list[StepHeard]:
    return [StepHeard(step=hit.step, utterance=index, grade=hit.grade, score=hit.score, evidence=hit.evidence) for hit in hits]


def _flagged(judgement: Judgement, index: int) -> list[FlagRaised]:
    return [FlagRaised(flag=hit.flag, utterance=index, evidence=hit.evidence) for hit in judgement.flags]
