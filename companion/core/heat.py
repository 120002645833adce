"""How upset the customer's words are, 0–100, and how that decays."""

from companion.core.checklist import HeatRules

_CARRIED = 0.25
"""How much of the heat before is added to a hotter utterance: the third angry sentence weighs more than the first."""
_CALMER = 0.4
"""How far a calmer utterance draws the heat down to its own."""


class Heat:
    """One call's heat. `at` is whole milliseconds from the call's start and never goes back."""

    def __init__(self, rules: HeatRules) -> None:
        self._rules = rules
        self._value = 0.0
        self._at = 0

    def at(self, now: int) -> float:
        """The heat at `now`, decayed since the last words; changes nothing."""
        return self._value * float(0.5 ** ((now - self._at) / 1000 / self._rules.half_life))

    def hear(self, upset: float, soothed: float, now: int) -> float:
        """Take in one customer utterance (`Judgement.upset`, `.soothed`) and return the heat after it."""
        before = self.at(now) * (1 - soothed / 100)
        upset *= 1 - soothed / 200
        if upset >= before:
            self._value = min(100.0, upset + _CARRIED * before)
        else:
            self._value = min(100.0, before + (upset - before) * _CALMER)
        self._at = now
        return self._value
