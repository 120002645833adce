"""When a call needs a supervisor: first a prompt to the agent, then an alert.

A cause prompts the agent to offer the supervisor. If the agent has not acted `escalation.patience` after seeing the prompt, and the
customer has not calmed, the supervisor is called; a threat of harm calls at once, and so does another cause meanwhile. The same cause is
then quiet for `escalation.again`, and heat must first have fallen below `heat.warn`, so that a flapping value raises one alert, not ten.
Causes that a supervisor has acknowledged stay quiet.
"""

from typing import Literal

import msgspec

from companion.core.checklist import Checklist, Flag

Level = Literal["prompt", "alert"]

_CALM = 0.5
"""Below this share of `heat.warn` a customer has calmed: what was only about heat needs no supervisor any more."""


class Due(msgspec.Struct, frozen=True):
    """An escalation whose time has come."""

    level: Level
    because: str


class _Waiting(msgspec.Struct):
    """The agent was told; the supervisor will be."""

    because: str
    since: int
    alert: int
    lasting: bool
    """Only a matter of heat: off the table once the customer has calmed."""


class Escalator:
    """The escalations of one call. All times are running time in ms."""

    def __init__(self, checklist: Checklist) -> None:
        self._rules = checklist.escalation
        self._heat = checklist.heat
        self._patience = _ms(self._rules.patience)
        self._unseen = _ms(checklist.prompting.cooldown + checklist.prompting.lasts)
        self._since_hot: int | None = None
        self._armed = True
        self._curve: list[float] = []
        self._quiet_until: dict[str, int] = {}
        self._acknowledged: set[str] = set()
        self._waiting: _Waiting | None = None
        self._refusals = 0

    def turn(self, heat: float, refusal: bool, time: int) -> list[Due]:
        """The customer has spoken."""
        self._curve = [*self._curve[-self._rules.rising :], heat]
        self._cool_or_heat(heat, time)
        out = []
        steps = list(zip(self._curve, self._curve[1:], strict=False))
        if len(steps) == self._rules.rising and all(a < b for a, b in steps) and heat >= self._heat.warn:
            out += self._raise("rising", f"the customer got hotter {self._rules.rising} turns in a row", time, lasting=True)
        self._refusals += refusal
        if refusal and self._refusals >= self._rules.refusals:
            out += self._raise("refusals", f"the customer turned down {self._refusals} offers", time)
        return out

    def flag(self, flag: Flag, count: int, heat: float, time: int) -> list[Due]:
        """A flag was raised for the `count`th time, at this heat of the customer."""
        if not flag.serious or (count < flag.repeated and (flag.hot is None or heat < flag.hot)):
            return []
        if flag.now:
            return [Due("alert", flag.title)] if self._awake(flag.id, time) else []
        return self._raise(flag.id, flag.title, time)

    def talk_overs(self, count: int, time: int) -> list[Due]:
        """The agent has talked over the customer so often."""
        if count < self._rules.talk_overs:
            return []
        return self._raise("talk_overs", f"the agent talked over the customer {count} times", time, lasting=True)

    def missed(self, count: int, time: int) -> list[Due]:
        """So many steps were missed."""
        if count < self._rules.missed:
            return []
        return self._raise("missed", f"{count} steps were missed", time, lasting=True)

    def seen(self, time: int) -> None:
        """The agent sees the prompt now: from here on counts the patience."""
        if self._waiting is not None:
            self._waiting.alert = time + self._patience

    def settle(self) -> None:
        """The agent offered the supervisor: no alert is needed for what was prompted."""
        self._waiting = None

    def acknowledge(self) -> None:
        """A supervisor has seen it: the causes so far stay quiet."""
        self._waiting = None
        self._acknowledged |= set(self._quiet_until)

    def deadline(self) -> int | None:
        """The next running time at which something here is due."""
        hot = self._since_hot + _ms(self._rules.hot) if self._since_hot is not None else None
        alert = self._waiting.alert if self._waiting is not None else None
        return min((time for time in (hot, alert) if time is not None), default=None)

    def tick(self, heat: float, time: int) -> list[Due]:
        """What time alone has made due."""
        out = []
        waiting = self._waiting
        if waiting is not None and time >= waiting.alert:
            self._waiting = None
            if not waiting.lasting or heat >= _CALM * self._heat.warn:
                out.append(Due("alert", waiting.because))
        self._cool_or_heat(heat, time)
        if self._since_hot is not None and time >= self._since_hot + _ms(self._rules.hot):
            self._since_hot, self._armed = None, False
            out += self._raise("hot", f"heat above {self._heat.alert} for {self._rules.hot:g} s", time, lasting=True)
        return out

    def _cool_or_heat(self, heat: float, time: int) -> None:
        self._armed = self._armed or heat < self._heat.warn
        if heat < self._heat.alert:
            self._since_hot = None
        elif self._since_hot is None and self._armed:
            self._since_hot = time

    def _awake(self, cause: str, time: int) -> bool:
        """Whether this cause may speak now; it is quiet for a while afterwards."""
        awake = cause not in self._acknowledged and time >= self._quiet_until.get(cause, 0)
        if awake:
            self._quiet_until[cause] = time + _ms(self._rules.again)
        return awake

    def _raise(self, cause: str, because: str, time: int, *, lasting: bool = False) -> list[Due]:
        if not self._awake(cause, time):
            return []
        waiting = self._waiting
        if waiting is None:
            self._waiting = _Waiting(because, time, time + self._unseen + self._patience, lasting)
            return [Due("prompt", because)]
        waiting.because = f"{waiting.because}; {because}"
        waiting.lasting = waiting.lasting and lasting
        if time == waiting.since:  # the same words: one cause more, not a second chance missed
            return []
        self._waiting = None
        return [Due("alert", waiting.because)]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
