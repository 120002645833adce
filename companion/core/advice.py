"""What there is to advise: turns the state of a call into wishes for prompts, and fills them with the customer's own words."""

from companion.core.checklist import Checklist, Flag, Prompt
from companion.core.detect import Judgement
from companion.core.events import Utterance
from companion.core.language.pack import Language, Problem
from companion.core.naming import name
from companion.core.prompting import Prompter, Wish
from companion.core.steps import Steps, Track

_HARM, _ESCALATE, _URGENT, _WORDS, _OVERDUE, _REMIND, _PACE, _THIN = range(8)
"""The order of usefulness: what cannot wait, what was just said, what is late, what could be better."""

_FRESH = {_WORDS: 15, _THIN: 15}
"""Seconds for which a prompt of this rank is still about the moment; the others wait as long as their cause lasts."""

_LONG = 600

_CALMED = 0.9
_CALMED_URGENT = 0.5
"""A step that an upset customer needs is no longer asked for once the heat is below this share of its `when.heat`."""


class Advice:
    """The wishes of one call. All times are running time in ms."""

    def __init__(self, checklist: Checklist, prompter: Prompter, language: Language) -> None:
        self._checklist = checklist
        self._language = language
        self._prompter = prompter
        # Of one cause, the agent's own misstep comes before the customer's flag, and steps come in the checklist's order.
        flags = sorted(checklist.flags, key=lambda flag: flag.speaker != "agent")
        ids = [flag.id for flag in flags] + [step.id for step in checklist.steps]
        self._place = {id: number for number, id in enumerate(ids)}
        self._called = False
        self._handed_over = False
        self._closing = False
        self._upset = 0
        self.fill: dict[str, str] = {}
        """The customer's own words for the prompts' placeholders: `problem`, `name`."""

    def hear(self, judgement: Judgement, said: Utterance) -> None:
        """Keep the customer's words for what went wrong, and their name where it is stated."""
        rules = self._language.problem
        if said.speaker == "customer" and (found := next((words for words in judgement.problem if _sayable(words, rules)), "")):
            # A thing is not what went wrong, but something happened with it; what was done to them says more, and the first thing most.
            if found.split()[0] == rules.undergone:
                self.fill["problem"] = found
            else:
                self.fill.setdefault("problem", rules.thing.format(thing=found))
        if found := name(said, self._language):
            self.fill.setdefault("name", found)

    def flag(self, flag: Flag, utterance: int, count: int, time: int, *, heat: float, escalated: bool = False) -> None:
        """A flag was raised, the `count`th time, at this heat: a better wording for the agent, or how to answer the customer.

        Where it `escalated`, its prompt is the one to offer the supervisor.
        """
        if flag.prompt is not None and escalated:
            self._escalate(flag.prompt, time)
            return
        often = flag.detector != "talk_over" or count % self._checklist.watch.talk_overs == 0
        theirs = self._called and flag.serious and not flag.now
        if flag.prompt is None or heat < flag.heat or not often or theirs:
            return
        rank = _HARM if flag.now else _PACE if flag.detector == "pace" else _WORDS
        missing = flag.order.without[0] if flag.order is not None and flag.order.without else None
        met = frozenset(flag.prompt.met if missing is None else (missing, *flag.prompt.met))
        topic = missing or ("escalate" if flag.serious and not flag.now else f"flag:{flag.id}")
        self._wish(f"flag:{flag.id}", rank, utterance, time, flag.prompt, step=missing, flag=flag.id, topic=topic, met=met, now=flag.now)

    def heated(self, steps: Steps, utterance: int, time: int, heat: float) -> None:
        """The customer got hotter with these words: what is overdue is wanted anew, and what is urgent even if it was said before."""
        self._upset = utterance
        self._closing = False
        for track in steps:
            if track.state == "overdue":
                self.step(track, time)
            elif track.step.urgent and (track.state == "missed" or (track.state == "done" and heat >= self._checklist.heat.alert)):
                self._late(track, time)

    def step(self, track: Track, time: int, heat: float = 0.0) -> None:
        """A step's state changed, or it was heard again, at this heat of the customer."""
        step = track.step
        if track.state != "open":
            self._prompter.forget(f"step:{step.id}")
        if track.enough or (track.state == "done" and track.grade == 2):
            self._prompter.forget(f"thin:{step.id}")
        elif track.state == "done" and track.grade == 1 and step.thin is not None and heat >= self._checklist.heat.warn:
            self._wish(f"thin:{step.id}", _THIN, 0, time, step.thin, step=step.id, topic=f"thin:{step.id}")
        elif track.state == "overdue":
            self._late(track, time)

    def _late(self, track: Track, time: int) -> None:
        step = track.step
        if step.prompt is not None:
            rank = _URGENT if step.urgent else _OVERDUE
            self._wish(f"step:{step.id}", rank, self._upset, time, step.prompt, step=step.id, topic=step.id)

    def remind(self, steps: Steps, time: int) -> None:
        """Ask for the steps whose time to be reminded of has come; while the talk is being closed they are kept for later."""
        if self._closing:
            return
        for track in steps:
            due = _reminder(track)
            if due is not None and time >= due and track.step.prompt is not None:
                track.reminded = True
                self._wish(f"step:{track.step.id}", _REMIND, self._upset, time, track.step.prompt, step=track.step.id, topic=track.step.id)

    def calm(self, steps: Steps, heat: float) -> None:
        """The customer's heat is this now: what only an upset customer needs is no longer asked for once they have calmed."""
        for track in steps:
            when = track.step.when
            if heat < self._checklist.heat.warn:
                self._prompter.forget(f"thin:{track.step.id}")
            calmed = _CALMED_URGENT if track.step.urgent else _CALMED
            if when.heat is not None and heat < calmed * when.heat:
                self._prompter.forget(f"step:{track.step.id}")

    def deadline(self, steps: Steps) -> int | None:
        """The next running time at which a step is to be reminded of."""
        if self._closing:
            return None
        return min((due for track in steps if (due := _reminder(track)) is not None), default=None)

    def escalate(self, time: int) -> None:
        """The agent should offer the supervisor."""
        self._escalate(self._checklist.escalation.prompt, time)

    def called(self) -> None:
        """The supervisor was called: what calls for one need not be told again."""
        self._called = True
        self._prompter.forget("escalate")

    def settled(self) -> None:
        """The supervisor comes: the steps, and how to answer the customer's threats, are theirs from here on."""
        self._handed_over = True
        for flag in self._checklist.flags:
            if flag.speaker == "customer":
                self._prompter.forget(f"flag:{flag.id}")
        self._forget_steps()

    def closing(self) -> None:
        """The talk is being closed: no step is asked for any more, until the customer gets hotter again."""
        self._closing = True
        self._forget_steps()

    def _forget_steps(self) -> None:
        for step in self._checklist.steps:
            self._prompter.forget(f"step:{step.id}")
            self._prompter.forget(f"thin:{step.id}")

    def _escalate(self, prompt: Prompt, time: int) -> None:
        met = frozenset((self._checklist.escalation.settled_by, *prompt.met))
        self._wish("escalate", _ESCALATE, time, time, prompt, topic="escalate", met=met)

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
        if (self._handed_over or self._closing) and rank in (_URGENT, _OVERDUE, _REMIND, _THIN):
            return
        place = self._place.get(flag or step or "", 0)
        until = time + _FRESH.get(rank, _LONG) * 1000
        met |= {step} if step else set()
        wish = Wish(
            kind=kind, rank=rank, cause=cause, place=place, until=until, prompt=prompt, step=step, flag=flag, topic=topic, met=met, now=now
        )
        self._prompter.wish(wish)


def _sayable(problem: str, rules: Problem) -> bool:
    """Whether an agent can say these words after "about" without stumbling: a thing of the customer's, or what was done to them."""
    first, *rest = problem.split()
    if not rest or len(rest) > 5 or rest[-1] in rules.loose_ends or not rest[-1].isalpha():
        return False
    if first == rules.undergone:
        words, endings = rules.participles
        return rest[0].endswith(endings) or rest[0] in words
    return first == rules.yours and rules.articles.isdisjoint(rest)


def _reminder(track: Track) -> int | None:
    """Running time at which this step is to be reminded of, once."""
    if track.reminded or track.state != "open" or track.asked is None or track.step.remind is None or track.step.prompt is None:
        return None
    return track.asked + round(track.step.remind * 1000)
