"""What there is to advise: turns the state of a call into wishes for prompts, and fills them with the customer's own words."""

from companion.core.checklist import Checklist, Flag, Prompt
from companion.core.detect import Judgement
from companion.core.events import Utterance
from companion.core.naming import name
from companion.core.prompting import Prompter, Wish
from companion.core.steps import Steps, Track

_HARM, _ESCALATE, _MISSTEP, _FLAG, _OVERDUE, _REMIND, _THIN = range(7)
"""The order of usefulness: what cannot wait, what the agent can still mend, what is late, what could be better."""

_FRESH = {_MISSTEP: 12, _FLAG: 20, _THIN: 15}
"""Seconds for which a prompt of this rank is still about the moment; the others wait as long as their cause lasts."""

_LONG = 600

_CALMED = 0.5
"""A step that an upset customer needs is no longer asked for once the heat is below this share of its `when.heat` or `when.peak`."""


class Advice:
    """The wishes of one call. All times are running time in ms."""

    def __init__(self, checklist: Checklist, prompter: Prompter) -> None:
        self._checklist = checklist
        self._prompter = prompter
        self._order = {step.id: number for number, step in enumerate(checklist.steps)}
        self._upset = 0
        self.fill: dict[str, str] = {}
        """The customer's own words for the prompts' placeholders: `problem`, `name`."""

    def hear(self, judgement: Judgement, said: Utterance) -> None:
        """Keep the customer's words for what went wrong, and their name where it is stated."""
        if said.speaker == "customer" and judgement.problem:
            self.fill["problem"] = judgement.problem[0]
        if found := name(said):
            self.fill.setdefault("name", found)

    def flag(self, flag: Flag, utterance: int, count: int, time: int) -> None:
        """A flag was raised, the `count`th time: a better wording for the agent, or how to answer the customer."""
        if flag.prompt is None or (flag.detector == "talk_over" and count % self._checklist.watch.talk_overs):
            return
        rank = _HARM if flag.now else _MISSTEP if flag.speaker == "agent" else _FLAG
        missing = flag.order.without[0] if flag.order is not None and flag.order.without else None
        met = frozenset(flag.prompt.met if missing is None else (missing, *flag.prompt.met))
        topic = missing or f"flag:{flag.id}"
        self._wish(f"flag:{flag.id}", rank, utterance, time, flag.prompt, step=missing, flag=flag.id, topic=topic, met=met, now=flag.now)

    def heated(self, steps: Steps, utterance: int, time: int) -> None:
        """The customer got hotter with these words: what is overdue is wanted anew."""
        self._upset = utterance
        for track in steps:
            if track.state == "overdue":
                self.step(track, time)

    def step(self, track: Track, time: int) -> None:
        """A step's state changed, or it was heard again."""
        step = track.step
        if track.state != "open":
            self._prompter.forget(f"step:{step.id}")
        if track.state == "done" and track.grade == 1 and step.thin is not None and track.asked is not None:
            self._wish(f"thin:{step.id}", _THIN, 0, time, step.thin, step=step.id, topic=f"thin:{step.id}")
        elif track.state == "done" and track.grade == 2:
            self._prompter.forget(f"thin:{step.id}")
        elif track.state == "overdue" and step.prompt is not None:
            self._wish(f"step:{step.id}", _OVERDUE, self._upset, time, step.prompt, step=step.id, topic=step.id)

    def remind(self, steps: Steps, time: int) -> None:
        """Ask for the steps whose time to be reminded of has come."""
        for track in steps:
            due = _reminder(track)
            if due is not None and time >= due and track.step.prompt is not None:
                track.reminded = True
                self._wish(f"step:{track.step.id}", _REMIND, self._upset, time, track.step.prompt, step=track.step.id, topic=track.step.id)

    def calm(self, steps: Steps, heat: float) -> None:
        """The customer's heat is this now: what only an upset customer needs is no longer asked for once they have calmed."""
        for track in steps:
            when = track.step.when
            if heat < _CALMED * max(when.heat or 0, when.peak):
                self._prompter.forget(f"step:{track.step.id}")

    def deadline(self, steps: Steps) -> int | None:
        """The next running time at which a step is to be reminded of."""
        return min((due for track in steps if (due := _reminder(track)) is not None), default=None)

    def escalate(self, time: int) -> None:
        """The agent should offer the supervisor."""
        rules = self._checklist.escalation
        met = frozenset((rules.settled_by, *rules.prompt.met))
        self._wish("escalate", _ESCALATE, time, time, rules.prompt, topic="escalate", met=met)

    def _wish(
        self,
        kind: str,
        rank: int,
        cause: int,
        time: int,
        prompt: Prompt,
        *,
        topic: str,
        step: str | None = None,
        flag: str | None = None,
        met: frozenset[str] = frozenset(),
        now: bool = False,
    ) -> None:
        # Steps of one rank come in the checklist's order.
        place = rank * 100 + (self._order.get(step, 0) if step else 0)
        until = time + _FRESH.get(rank, _LONG) * 1000
        met |= {step} if step else set()
        self._prompter.wish(
            Wish(kind=kind, rank=place, cause=cause, until=until, prompt=prompt, step=step, flag=flag, topic=topic, met=met, now=now)
        )


def _reminder(track: Track) -> int | None:
    """Running time at which this step is to be reminded of, once."""
    if track.reminded or track.state != "open" or track.asked is None or track.step.remind is None or track.step.prompt is None:
        return None
    return track.asked + round(track.step.remind * 1000)
