"""When a call needs a supervisor: first a prompt to the agent, then an alert.

A cause prompts the agent to offer the supervisor. If the agent has seen the prompt, has spoken, and has not acted within
`escalation.patience`, and the customer has not calmed, the supervisor is called; a threat of harm calls at once, and so does another cause
meanwhile. The same cause is then quiet for `escalation.again`, and a supervisor who was called for anything need not be called for the
heat again before it has fallen below `heat.warn`: a flapping value raises one alert, not ten. Causes that a supervisor has acknowledged
stay quiet.
"""

from itertools import pairwise
from typing import Literal

import msgspec

from companion.core.checklist import Checklist, Flag

Level = Literal["prompt", "alert"]

_CALM = 0.5
"""Below this share of `heat.warn` a customer has calmed: what was only about heat needs no supervisor any more."""

_TURNS = 2
"""Customer turns that make heat last: a single furious one may be answered well."""


class Due(msgspec.Struct, frozen=True):
    """An escalation whose time has come."""

    level: Level
    because: str


class _Waiting(msgspec.Struct):
    """The agent is told; the supervisor will be."""

    because: str
    since: int
    patience: int
    """The end of it, if the agent has spoken meanwhile."""
    alert: int
    """When the supervisor is called in any case."""
    mood: bool
    """Only a matter of mood: off the table once the customer has calmed."""


class Escalator:
    """The escalations of one call. All times are running time in ms."""

    def __init__(self, checklist: Checklist) -> None:
        self._rules = checklist.escalation
        self._heat = checklist.heat
        self._patience = _ms(self._rules.patience)
        self._unseen = _ms(checklist.prompting.cooldown + checklist.prompting.lasts)
        self._hot_turns: list[int] = []
        self._called = False
        self._curve: list[float] = []
        self._quiet_until: dict[str, int] = {}
        self._acknowledged: set[str] = set()
        self._waiting: _Waiting | None = None
        self._refusals = 0

    def turn(self, heat: float, refusal: bool, time: int) -> list[Due]:
        """The customer has spoken, and their heat is this now."""
        self._cool(heat)
        if heat >= self._heat.alert:
            self._hot_turns = [*self._hot_turns[: _TURNS - 1], time]
        self._curve = [*self._curve[-self._rules.rising :], heat]
        steps = list(pairwise(self._curve))
        out = []
        if len(steps) == self._rules.rising and all(a < b for a, b in steps) and heat >= self._heat.warn:
            out += self._raise("rising", f"the customer got hotter {self._rules.rising} turns in a row", time, mood=True)
        self._refusals += refusal
        if refusal and self._refusals >= self._rules.refusals:
            out += self._raise("refusals", f"the customer turned down {self._refusals} offers", time)
        return out

    def answered(self, time: int) -> None:
        """The agent has taken a turn; if they have seen the prompt, their patience is as the checklist says."""
        waiting = self._waiting
        if waiting is not None and waiting.patience:
            waiting.alert = max(time, waiting.patience)

    def flag(self, flag: Flag, count: int, before: float, time: int) -> list[Due]:
        """A flag was raised for the `count`th time, when the customer's heat was `before`."""
        if not flag.serious or (count < flag.repeated and (flag.hot is None or before < flag.hot)):
            return []
        if flag.now:
            return self._call(flag.title) if self._awake(flag.id, time) else []
        return self._raise(flag.id, flag.title, time)

    def talk_overs(self, count: int, time: int) -> list[Due]:
        """The agent has talked over the customer so often."""
        if count < self._rules.talk_overs:
            return []
        return self._raise("talk_overs", f"the agent talked over the customer {count} times", time, mood=True)

    def missed(self, count: int, heat: float, time: int) -> list[Due]:
        """So many steps were missed, at this heat."""
        if count < self._rules.missed or heat < self._heat.warn:
            return []
        return self._raise("missed", f"{count} steps were missed", time, mood=True)

    def seen(self, time: int) -> None:
        """The agent sees the prompt now: from here on counts the patience."""
        if self._waiting is not None:
            self._waiting.patience = time + self._patience
            self._waiting.alert = time + 2 * self._patience

    def settle(self) -> None:
        """The agent offered the supervisor: no alert is needed for what was prompted."""
        self._waiting = None

    def acknowledge(self) -> None:
        """A supervisor has seen it: the causes so far stay quiet."""
        self._waiting = None
        self._acknowledged |= set(self._quiet_until)

    def deadline(self) -> int | None:
        """The next running time at which something here is due."""
        alert = self._waiting.alert if self._waiting is not None else None
        return min((time for time in (self._hot(), alert) if time is not None), default=None)

    def tick(self, heat: float, time: int) -> list[Due]:
        """What time alone has made due."""
        out = []
        waiting = self._waiting
        if waiting is not None and time >= waiting.alert:
            self._waiting = None
            if not waiting.mood or heat >= _CALM * self._heat.warn:
                out += self._call(waiting.because)
        self._cool(heat)
        hot = self._hot()
        if hot is not None and time >= hot:
            self._hot_turns = []
            out += self._raise("hot", f"heat above {self._heat.alert} for {self._rules.hot:g} s", time, mood=True)
        return out

    def _hot(self) -> int | None:
        """When the heat will have been too high for too long."""
        return self._hot_turns[0] + _ms(self._rules.hot) if len(self._hot_turns) == _TURNS else None

    def _cool(self, heat: float) -> None:
        if heat < self._heat.alert:
            self._hot_turns = []
        if heat < self._heat.warn:
            self._called = False

    def _awake(self, cause: str, time: int) -> bool:
        """Whether this cause may speak now; it is quiet for a while afterwards."""
        awake = cause not in self._acknowledged and time >= self._quiet_until.get(cause, 0)
        if awake:
            self._quiet_until[cause] = time + _ms(self._rules.again)
        return awake

    def _call(self, because: str) -> list[Due]:
        self._called = True
        return [Due("alert", because)]

    def _raise(self, cause: str, because: str, time: int, *, mood: bool = False) -> list[Due]:
        if (mood and self._called) or not self._awake(cause, time):
            return []
        waiting = self._waiting
        if waiting is None:
            self._waiting = _Waiting(because, time, 0, time + self._unseen + self._patience, mood)
            return [Due("prompt", because)]
        waiting.because = f"{waiting.because}; {because}"
        waiting.mood = waiting.mood and mood
        if time == waiting.since:  # the same words: one cause more, not a second chance missed
            return []
        self._waiting = None
        return self._call(waiting.because)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
