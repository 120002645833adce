"""How upset the customer's words are, 0–100, and how that decays."""

from companion.core.checklist import HeatRules

_CARRIED = 0.45
"""How much of the heat before counts as one more sign beside the words: a third angry sentence weighs more than the first, and after calm
ones little is left."""
PLENTY = 2
"""A turn of so many words tells how calm they are; fewer let the heat fall by less ("yes"), none not at all (an account number, "um")."""


class Heat:
    """One call's heat. `at` is whole milliseconds from the call's start and never goes back."""

    def __init__(self, rules: HeatRules) -> None:
        self._rules = rules
        self._value = 0.0
        self._at = 0

    def at(self, now: int) -> float:
        """The heat at `now`, decayed since the last words; changes nothing."""
        return self._value * float(0.5 ** ((now - self._at) / 1000 / self._rules.half_life))

    def hear(self, upset: float, soothed: float, now: int, words: int = PLENTY) -> float:
        """Take in one customer utterance (`Judgement.upset`, `.soothed`, `.length`) and return the heat after it."""
        before = self.at(now) * (1 - soothed / 100)
        upset *= 1 - soothed / 200
        carried = _CARRIED ** (1.0 if soothed else min(1.0, words / PLENTY))
        self._value = upset + carried * before * (1 - upset / 100)
        self._at = now
        return self._value
