"""When a call needs a supervisor: first a prompt to the agent, then an alert.

A cause prompts the agent to offer the supervisor. If it lasts, and the agent has not acted within `escalation.patience`, the supervisor is
called; a threat of harm calls at once. The same cause is quiet for `escalation.again` afterwards, so that a flapping value raises one
alert, not ten.
"""

from typing import Literal

import msgspec

from companion.core.checklist import Checklist

Level = Literal["prompt", "alert"]


class Due(msgspec.Struct, frozen=True):
    """An escalation whose time has come."""

    level: Level
    because: str


class Escalator:
    """The escalations of one call. All times are running time in ms."""

    def __init__(self, checklist: Checklist) -> None:
        self._rules = checklist.escalation
        self._heat = checklist.heat
        self._since_hot: int | None = None
        self._curve: list[float] = []
        self._quiet_until: dict[str, int] = {}
        self._alert_at: int | None = None
        self._prompted = 0
        self._because = ""
        self._refusals = 0

    def turn(self, heat: float, refusal: bool, time: int) -> list[Due]:
        """The customer has spoken."""
        self._curve = [*self._curve[-self._rules.rising :], heat]
        self._cool_or_heat(heat, time)
        out = []
        steps = list(zip(self._curve, self._curve[1:], strict=False))
        if len(steps) == self._rules.rising and all(a < b for a, b in steps) and heat >= self._heat.warn:
            out += self._raise("rising", f"the customer got hotter {self._rules.rising} turns in a row", time)
        self._refusals += refusal
        if self._refusals >= self._rules.refusals:
            out += self._raise("refusals", f"the customer turned down {self._refusals} offers", time)
        return out

    def flag(self, id: str, title: str, at_once: bool, time: int) -> list[Due]:
        """A serious flag was raised."""
        if at_once:
            return [Due("alert", title)] if self._awake(id, time) else []
        return self._raise(id, title, time)

    def talk_overs(self, count: int, time: int) -> list[Due]:
        """The agent has talked over the customer so often."""
        if count < self._rules.talk_overs:
            return []
        return self._raise("talk_overs", f"the agent talked over the customer {count} times", time)

    def missed(self, count: int, time: int) -> list[Due]:
        """So many steps were missed."""
        return self._raise("missed", f"{count} steps were missed", time) if count >= self._rules.missed else []

    def settle(self) -> None:
        """The agent offered the supervisor: no alert is needed for what was prompted."""
        self._alert_at = None

    def deadline(self) -> int | None:
        """The next running time at which something here is due."""
        hot = self._since_hot + round(self._rules.hot * 1000) if self._since_hot is not None else None
        return min((time for time in (hot, self._alert_at) if time is not None), default=None)

    def tick(self, heat: float, time: int) -> list[Due]:
        """What time alone has made due."""
        out = []
        if self._alert_at is not None and time >= self._alert_at:
            self._alert_at = None
            out.append(Due("alert", self._because))
        self._cool_or_heat(heat, time)
        if self._since_hot is not None and time >= self._since_hot + round(self._rules.hot * 1000):
            self._since_hot = time
            out += self._raise("hot", f"heat above {self._heat.alert} for {self._rules.hot:g} s", time)
        return out

    def _cool_or_heat(self, heat: float, time: int) -> None:
        if heat < self._heat.alert:
            self._since_hot = None
        elif self._since_hot is None:
            self._since_hot = time

    def _awake(self, cause: str, time: int) -> bool:
        """Whether this cause may speak now; it is quiet for a while afterwards."""
        awake = time >= self._quiet_until.get(cause, 0)
        if awake:
            self._quiet_until[cause] = time + round(self._rules.again * 1000)
        return awake

    def _raise(self, cause: str, because: str, time: int) -> list[Due]:
        if not self._awake(cause, time):
            return []
        if self._alert_at is None:
            self._alert_at = time + round(self._rules.patience * 1000)
            self._prompted, self._because = time, because
            return [Due("prompt", because)]
        self._because = f"{self._because}; {because}"
        if time == self._prompted:  # the same words: one cause more, not a second chance missed
            return []
        self._alert_at = None
        return [Due("alert", self._because)]
