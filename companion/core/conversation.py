"""What is said and what follows from it: one call's steps, flags, heat, prompts and escalations, turn by turn.

`Session` keeps the time; here is the meaning. Every method is told the `Moment` it happens at, and returns the updates in the order in
which they stand in the journal.
"""

from collections.abc import Sequence
from typing import NamedTuple

from companion.core.advice import Advice
from companion.core.checklist import Checklist
from companion.core.detect import Judge, Judgement, Memory, StepHit
from companion.core.escalation import Due, Escalator
from companion.core.events import Channel, Partial, StepState, Utterance
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

_TOLD = 240
"""Characters kept of the customer's first telling."""
_LAST_WORDS = 3
"""Customer turns kept for the hand-over card."""


class Moment(NamedTuple):
    """When something happens, in ms: `at` from the call's start, `time` without the pauses (`clock.RunningClock`)."""

    at: int
    time: int


class Conversation:
    """One call's conversation. Arguments as for `Session`."""

    def __init__(self, checklist: Checklist, judge: Judge, *, call: str, began: str | None, timed: bool) -> None:
        language = judge.language
        self.floor = Floor(checklist.watch, timed, language)
        self.openings = Openings(checklist.prompting, self.floor)
        self.prompter = Prompter(checklist.prompting)
        self.escalator = Escalator(checklist)
        self.steps = Steps(checklist)
        self._checklist = checklist
        self._judge = judge
        self._timed = timed
        self._memory = Memory(began, language=language)
        self._count = 0
        listens = [step.id for step in checklist.steps if step.detector == "listens"]
        self._listening = [Listening(step, checklist.watch, self.floor, language) for step in listens]
        self._temper = Temper(checklist.heat)
        self._orders = Orders(checklist, self.steps)
        self._advice = Advice(checklist, self.prompter, language)
        self._solving = False
        self._hurried = False
        self._turn_of_agent = False
        self._told = ""
        self._last_words: list[str] = []
        self._agent_said = (0, "")
        self._story = Story(call=call, began=began)

    # ── a turn ──

    def utterance(self, said: Utterance, now: Moment) -> list[AnyUpdate]:
        """Somebody has taken a turn, or given a back-channel."""
        index, self._count = self._count, self._count + 1
        before = self.heat(now.time)
        judgement = self._judge.judge(said, index, self._memory)
        self._memory.add(index, said)
        if said.speaker == "agent":
            self._agent_said = (index, said.text)
        out = self._on_the_floor(said, index, now)
        listened = [hit for listening in self._listening if (hit := listening.hear(index, said))]
        hits = (*listened, *judgement.steps)
        out += _heard(hits, index)
        for hit in hits:
            out += self._step(hit.step, self.steps.heard(hit, now.at), now)
        out += [self._promise(promise.what, promise.by, promise.due, index) for promise in judgement.promises]
        self._advice.hear(judgement, said)
        flags = _flagged(judgement, index)
        if said.speaker == "customer":
            out += self._customer_turn(said, judgement, flags, index, now)
        elif self.floor.is_back_channel(said.text):
            out += self._flag(flags, now)
        else:
            out += self._agent_turn(said, judgement, hits, flags, index, now)
        heat = self.heat(now.time)
        calm = heat < self._checklist.heat.warn and heat <= before
        if calm and any(hit.step in self._checklist.prompting.closed_by for hit in hits):
            self._advice.closing()
        self._ask(now)
        return out

    def began(self, channel: Channel, start: float, now: Moment) -> list[AnyUpdate]:
        """Somebody was heard to begin."""
        silence = self.floor.began(channel, start)
        self.openings.began(now.time)
        if channel == "customer":
            self._end_of_agents_turn()
        return list(silence)

    def ended(self, channel: Channel, end: float, now: Moment) -> None:
        """Somebody was heard to end; their words follow, if there were any."""
        self.floor.ended(channel, end)
        self.openings.ended(now.time, self._silent(now.at))

    def preview(self, partial: Partial) -> list[StepHeard | FlagRaised]:
        """What this partial would mean if it were final; changes nothing."""
        utterance = Utterance(speaker=partial.channel, text=partial.text, start=partial.start, end=partial.end)
        judgement = self._judge.judge(utterance, self._count, self._memory)
        return [*_heard(judgement.steps, self._count), *_flagged(judgement, self._count)]

    def mark(self, step: str, state: StepState, by: str, now: Moment) -> list[AnyUpdate]:
        """A person set a step's state."""
        changed = self.steps.mark(step, state, by, now.at)
        return self._step(step, changed, now) if changed else []

    # ── what time brings ──

    def deadline(self, time: int) -> int | None:
        """The running time, from `time` on, at which something next happens by itself."""
        deadlines = (
            self.steps.deadline(),
            self.escalator.deadline(),
            self._temper.deadline(),
            self._advice.deadline(self.steps),
            self.prompter.deadline(time, self.openings.now),
        )
        return min((each for each in deadlines if each is not None), default=None)

    def due(self, now: Moment) -> list[AnyUpdate]:
        """What has fallen due by now, but for prompts."""
        out: list[AnyUpdate] = []
        for changed in self.steps.overdue(now.time):
            out.append(changed)
            self._advice.step(self.steps.tracks[changed.step], now.time)
            if changed.state == "missed":
                missed = sum(track.state == "missed" for track in self.steps)
                out += self._escalate(self.escalator.missed(missed, self.heat(now.time), now.time), now)
        out += self._escalate(self.escalator.tick(self.heat(now.time), now.time), now)
        out += self._temper.cool(now.time, now.at)
        self._advice.remind(self.steps, now.time)
        return out

    def prompts(self, now: Moment) -> list[PromptClosed | Prompted]:
        """Prompts that go or come up now."""
        self._advice.calm(self.steps, self.heat(now.time))
        out = self.prompter.tick(now.time, self.openings.now, self._advice.fill)
        if any(isinstance(update, Prompted) and update.kind == "escalate" for update in out):
            self.escalator.seen(now.time)
        return out

    def heat(self, time: int) -> float:
        """How upset the customer's words are, 0–100."""
        return self._temper.at(time)

    def close(self, now: Moment) -> CallClosed:
        """The summary of the call, which ends now."""
        summary = summarise(
            self._story,
            checklist=self._checklist,
            at=now.at,
            heat=round(self.heat(now.time)),
            curve=self._temper.curve,
            steps=self.steps,
            floor=self.floor,
            prompter=self.prompter,
            fill=self._advice.fill,
            told=self._told,
            language=self._judge.language,
        )
        return CallClosed(summary=summary)

    # ── parts of a turn ──

    def _on_the_floor(self, said: Utterance, index: int, now: Moment) -> list[AnyUpdate]:
        out: list[AnyUpdate] = []
        for found in self.floor.spoke(said):
            out.append(found)
            if isinstance(found, TalkOver) and found.channel == "agent":
                out += self._talked_over(found, index, now)
        self.openings.spoke(said, now.time, self._silent(now.at))
        return out

    def _talked_over(self, found: TalkOver, index: int, now: Moment) -> list[AnyUpdate]:
        for listening in self._listening:
            listening.interrupted(found.start)
        number, text = self._agent_said
        why = (Evidence(number, 0, len(text), text),)
        flags = [FlagRaised(flag=flag.id, utterance=index, evidence=why) for flag in self._checklist.flags if flag.detector == "talk_over"]
        return self._flag(flags, now) + self._escalate(self.escalator.talk_overs(self.floor.over["agent"], now.time), now)

    def _customer_turn(self, said: Utterance, judgement: Judgement, flags: list[FlagRaised], index: int, now: Moment) -> list[AnyUpdate]:
        self._end_of_agents_turn()
        before = self.heat(now.time)
        self._last_words = [*self._last_words[1 - _LAST_WORDS :], said.text]
        if not self._told and len(said.text.split()) >= self._checklist.watch.explanation:
            self._told = said.text if len(said.text) <= _TOLD else said.text[:_TOLD].rsplit(" ", 1)[0] + " …"
        told = self._temper.hear(judgement.upset, judgement.soothed, index, now.time, now.at, judgement.length)
        heat = self.heat(now.time)
        if heat > before:
            self._advice.heated(self.steps, index, now.time, heat)
        out = self._flag(flags, now, before)
        out[len(flags) : len(flags)] = told
        dues = self.escalator.turn(heat, judgement.refusal, now.time) + self.escalator.tick(heat, now.time)
        return out + self._escalate(dues, now)

    def _agent_turn(
        self, said: Utterance, judgement: Judgement, hits: Sequence[StepHit], flags: list[FlagRaised], index: int, now: Moment
    ) -> list[AnyUpdate]:
        self._solving = self._solving or judgement.solving
        self._ask(now)
        self._turn_of_agent = True
        self.escalator.answered(now.time)
        heat, peak = self.heat(now.time), self._temper.curve.peak
        faults = self._orders.look(frozenset(hit.step for hit in hits), solving=judgement.solving, heat=heat, peak=peak)
        if self.floor.pace.hurried and not self._hurried and heat >= self._checklist.heat.warn:
            faults += [flag for flag in self._checklist.flags if flag.detector == "pace"]
        self._hurried = self.floor.pace.hurried
        whole = (Evidence(index, 0, len(said.text), said.text),)
        for flag in faults:
            why = next((hit.evidence for hit in hits if flag.order is not None and hit.step == flag.order.done), whole)
            flags.append(FlagRaised(flag=flag.id, utterance=index, evidence=why))
        return self._flag(flags, now)

    def _step(self, id: str, changed: StepChanged | None, now: Moment) -> list[AnyUpdate]:
        out: list[AnyUpdate] = [changed] if changed else []
        track = self.steps.tracks[id]
        if track.state == "done":
            out += self.prompter.acted(step=id, grade=2 if track.enough else track.grade)
            if id == self._checklist.escalation.settled_by:
                self.escalator.settle()
                self._advice.settled()
        self._advice.step(track, now.time, self.heat(now.time))
        return out

    def _flag(self, raised: Sequence[FlagRaised], now: Moment, before: float = 0.0) -> list[AnyUpdate]:
        """Flags are raised, when the customer's heat was `before`; first all of them, then what they escalate to."""
        escalated: list[AnyUpdate] = []
        for each in raised:
            flag = self._checklist.flag(each.flag)
            count = self._story.flags[flag.id] = self._story.flags.get(flag.id, 0) + 1
            dues = self.escalator.flag(flag, count, before, now.time)
            escalated += self._escalate(dues, now)
            told = any(due.level == "prompt" for due in dues)
            self._advice.flag(flag, each.utterance, count, now.time, heat=self.heat(now.time), escalated=told)
        return [*raised, *escalated]

    def _escalate(self, dues: list[Due], now: Moment) -> list[AnyUpdate]:
        out: list[AnyUpdate] = []
        for due in dues:
            if due.level == "prompt":
                self._advice.escalate(now.time)
            else:
                self._advice.called()
            self._story.escalated.append({"at": now.at, "level": due.level, "because": due.because})
            about = card(
                because=due.because,
                at=now.at,
                upset_since=self._temper.upset_since,
                heat=self.heat(now.time),
                fill=self._advice.fill,
                told=self._told,
                words=self._last_words,
                promised=self._story.promises,
                flags=self._story.flags,
                steps=self.steps,
                checklist=self._checklist,
            )
            out.append(Escalated(level=due.level, because=due.because, card=about))
        return out

    def _end_of_agents_turn(self) -> None:
        """The customer takes the floor: only now is it known what the agent's turn did not hold."""
        if self._turn_of_agent:
            self._turn_of_agent = False
            self.steps.agent_turn()

    def _silent(self, at: int) -> float:
        """For how many seconds nobody has spoken by `at`, as far as is known."""
        return max(0.0, at / 1000 - self.floor.silent_since) if self._timed else 0.0

    def _ask(self, now: Moment) -> None:
        heat, peak = self.heat(now.time), self._temper.curve.peak
        self.steps.ask(Cause(heat=heat, peak=peak, flags=frozenset(self._story.flags), solving=self._solving), now.time)

    def _promise(self, what: str, by: str, due: str | None, index: int) -> Promised:
        self._story.promises.append({"what": what, "by": by, "due": due, "utterance": index})
        return Promised(what=what, by=by, due=due, utterance=index)


def _heard(hits: Sequence[StepHit], index: int) -> list[StepHeard]:
    return [StepHeard(step=hit.step, utterance=index, grade=hit.grade, score=hit.score, evidence=hit.evidence) for hit in hits]


def _flagged(judgement: Judgement, index: int) -> list[FlagRaised]:
    return [FlagRaised(flag=hit.flag, utterance=index, evidence=hit.evidence) for hit in judgement.flags]
