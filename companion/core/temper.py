"""The customer's heat over the call: what is told of it, when it is told, and the curve that is kept."""

import math

from companion.core.checklist import HeatRules
from companion.core.heat import PLENTY, Heat
from companion.core.updates import HeatChanged

_POINTS = 400
"""Points kept of the heat curve; a longer one is thinned to every other point, again and again."""

_NEVER = 1 << 40
"""Milliseconds; longer than any call."""


class Curve:
    """The heat over the call, as [at, heat] pairs, of bounded length."""

    def __init__(self) -> None:
        self.points: list[list[int]] = []
        self.start: int | None = None
        """The heat after the customer's first words; None before them."""
        self.peak = 0

    def add(self, at: int, heat: int) -> None:
        """One more point, later than the last."""
        self.peak = max(self.peak, heat)
        self.points.append([at, heat])
        if len(self.points) > _POINTS:
            self.points = self.points[:1] + self.points[1:-1:2] + self.points[-1:]


class Temper:
    """One call's heat. `time` is running time, `at` arrival, both in ms."""

    def __init__(self, rules: HeatRules) -> None:
        self.curve = Curve()
        self.upset_since: int | None = None
        """When (`at`) the customer first reached `heat.warn`."""
        self._rules = rules
        self._heat = Heat(rules)
        self._shown = 0
        self._cools: int | None = None

    def at(self, time: int) -> float:
        """The heat at that time, 0–100; between two words it decays without a record."""
        return self._heat.at(time)

    def hear(self, upset: float, soothed: float, index: int, time: int, at: int, words: int = PLENTY) -> list[HeatChanged]:
        """A customer's words; what is told of it, if the shown heat moves."""
        heat = self._heat.hear(upset, soothed, time, words)
        if self.curve.start is None:
            self.curve.start = round(heat)
        if self.upset_since is None and heat >= self._rules.warn:
            self.upset_since = at
        return [self._show(round(heat), index, time, at)] if round(heat) != self._shown else []

    def deadline(self) -> int | None:
        """The next running time at which the heat falls below `warn` or `alert` by itself."""
        return self._cools

    def cool(self, time: int, at: int) -> list[HeatChanged]:
        """What is told of a heat that has fallen below a threshold by `time`."""
        if self._cools is None or time < self._cools:
            return []
        return [self._show(math.floor(self._heat.at(time)), None, time, at)]

    def _show(self, heat: int, utterance: int | None, time: int, at: int) -> HeatChanged:
        self._shown = heat
        self.curve.add(at, heat)
        limits = [limit for limit in (self._rules.warn, self._rules.alert) if limit <= heat]
        self._cools = _falls_below(max(limits), self._heat, time) if limits else None
        return HeatChanged(heat=heat, utterance=utterance)


def _falls_below(limit: int, heat: Heat, time: int) -> int:
    """The first running time after `time`, in ms, at which the heat is below `limit`; found by halving, whatever its decay looks like."""
    low, high = time, time + 1
    while heat.at(high) >= limit and high - time < _NEVER:
        low, high = high, time + 2 * (high - time)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if heat.at(middle) >= limit else (low, middle)
    return high
