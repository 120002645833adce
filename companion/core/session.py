"""The call: `receive` an event, `advance` the time, ask for the `next_deadline`, `preview` a partial.

Pure: the same checklist and the same events give the same updates, byte for byte. A deadline is stamped with its own time, never with the
time somebody noticed it, and a deadline at *t* falls before an event at *t*; `advance` may be called any number of times.
"""

from typing import TypeAlias

from companion.core.checklist import Checklist
from companion.core.clock import RunningClock
from companion.core.conversation import Conversation, Moment
from companion.core.detect import Judge
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
from companion.core.updates import AnyUpdate, FlagRaised, StepHeard
from companion.errors import CoreMisuse

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
        self._talk = Conversation(checklist, judge, call=call, began=began, timed=timed)
        self._clock = RunningClock()
        self._at = 0
        self._ended = False
        self._next: int | None = None
        self._changed = True
        """Whether something happened since `_next` was worked out; time alone changes no deadline before it is reached."""

    def receive(self, event: AnyEvent, at: int) -> Stamped:
        """Take in what happened at `at`, ms from the call's start, never earlier than what came before.

        Raises:
            CoreMisuse: time goes back, or the call is over.
        """
        if at < self._at or self._ended:
            raise CoreMisuse(f"{type(event).__name__} at {at} ms, after {self._at} ms{' and the end' if self._ended else ''}")
        out = self.advance(at)
        out += [(at, update) for update in self._take(event, self._moment(at))]
        return out + self._due(at) + self.advance(at)

    def advance(self, to: int) -> Stamped:
        """Let time pass up to and including `to`; asking twice gives nothing new."""
        out: Stamped = []
        while (at := self.next_deadline) is not None and at <= to:
            self._at = at
            out += self._due(at)
        self._at = max(self._at, to)
        return out

    def wind_up(self, at: int) -> Stamped:
        """What is still open when the call ends at `at`: steps not said, a prompt on the screen. Asking twice gives nothing new.

        Comes before `CallEnded` is received, so that a call's last records are `call_ended` and `call_closed`.
        """
        out = self.advance(at)
        self._changed = True
        if self._clock.stands_for("lost"):
            self._talk.steps.lost()
        left: list[AnyUpdate] = [*self._talk.steps.end(), *self._talk.prompter.end()]
        return out + [(at, update) for update in left]

    @property
    def next_deadline(self) -> int | None:
        """When something next happens by itself, ms from the call's start; None if nothing is pending. Never before now."""
        if self._ended:
            return None
        if self._changed:
            due = self._talk.deadline(self._clock.time(self._at))
            self._next = self._clock.at(due) if due is not None else None
            self._changed = False
        return None if self._next is None else max(self._at, self._next)

    @property
    def heat(self) -> float:
        """How upset the customer's words are at the time reached, 0–100; between two words it decays without a record."""
        return self._talk.heat(self._clock.time(self._at))

    def preview(self, partial: Partial) -> list[StepHeard | FlagRaised]:
        """What this partial would mean if it were final: tentative, changes nothing."""
        return self._talk.preview(partial)

    def _take(self, event: AnyEvent, now: Moment) -> list[AnyUpdate]:
        self._changed = True
        talk = self._talk
        match event:
            case Utterance():
                return talk.utterance(event, now)
            case SpeechBegan():
                return talk.began(event.channel, event.start, now)
            case SpeechEnded():
                talk.ended(event.channel, event.end, now)
            case Marked():
                return talk.mark(event.step, event.state, event.by, now)
            case PromptDismissed():
                return list(talk.prompter.dismiss(event.id))
            case Quieted():
                return list(talk.prompter.mute(event.on))
            case Acknowledged():
                talk.escalator.acknowledge()
            case HoldBegan():
                self._pause("hold", now.at)
            case HoldEnded():
                self._resume("hold", now.at)
            case SourceLost():
                self._pause("lost", now.at)
            case SourceBack():
                if event.gap > 0:  # a recogniser that was started again may have lost nothing
                    talk.steps.lost()
                self._resume("lost", now.at)
            case CallEnded():
                return self._end(now.at)
            case _:
                pass  # names, bookmarks, nudges, rejected lines, failed sinks and that sound is kept stand there, and change nothing
        return []

    def _due(self, at: int) -> Stamped:
        """What has fallen due, and only then the prompts: they choose among all there is to say."""
        if self._ended or not self._clock.running:
            return []
        self._changed = True
        now = self._moment(at)
        return [(at, update) for update in (*self._talk.due(now), *self._talk.prompts(now))]

    def _end(self, at: int) -> list[AnyUpdate]:
        out = [update for _, update in self.wind_up(at)]
        self._ended = True
        return [*out, self._talk.close(self._moment(at))]

    def _pause(self, why: str, at: int) -> None:
        self._clock.pause(why, at)
        self._talk.floor.hush()

    def _resume(self, why: str, at: int) -> None:
        self._clock.resume(why, at)
        self._talk.openings.resumed(self._clock.time(at))

    def _moment(self, at: int) -> Moment:
        return Moment(at, self._clock.time(at))
