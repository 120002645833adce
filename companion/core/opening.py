"""When may something be put before the agent's eyes? Never while the agent speaks; while they listen, or in a pause.

A recogniser tells late: that somebody began, about 0.6 s after they did; that they ended, about a second after. Right after the customer's
last word the agent may therefore be speaking already. So a prompt waits until the customer has the floor – then the agent listens, and can
read – or until nobody has spoken for `prompting.pause`. Where the source does not tell who is speaking (typed messages, transcripts), the
openings are the moments between two turns.
"""

import msgspec

from companion.core.checklist import Prompting
from companion.core.events import Utterance
from companion.core.floor import Floor

_BETWEEN = 300
"""Milliseconds after a turn of a transcript in which nobody speaks yet; there, turns are at least 0.6 s apart (docs/journal.md)."""

_TURN = 90_000
"""Milliseconds; no turn of a transcript takes longer: after that nobody is speaking, they are thinking or typing."""

_WORDS = 250
"""Milliseconds in which the words follow that somebody ended with; they may change what is to be prompted."""


class Opening(msgspec.Struct, frozen=True):
    """From when, and until when, a prompt may come up: running time in ms; `until` is None where only speech ends it."""

    since: int
    until: int | None = None
    again: int = 0
    """After `until`, it is open again from here on."""

    def after(self, time: int) -> int:
        """The first moment from `time` on at which it is open."""
        time = max(time, self.since)
        return time if self.until is None or time <= self.until else max(time, self.again)


class Openings:
    """The openings of one call. `time` is running time in ms."""

    def __init__(self, rules: Prompting, floor: Floor) -> None:
        self._pause = round(rules.pause * 1000)
        self._floor = floor
        self._told = False
        self.now: Opening | None = None
        """The opening there is, or the next one, as far as is known; None while the agent speaks."""

    def began(self, time: int) -> None:
        """Somebody was heard to begin, which the source tells."""
        self._told = True
        self._look(time, 0)

    def ended(self, time: int, silent: float) -> None:
        """Somebody was heard to end; nobody has spoken for `silent` seconds, if nobody does."""
        self._look(time + _WORDS, round(silent * 1000) + _WORDS)

    def spoke(self, said: Utterance, time: int, silent: float) -> None:
        """A turn has arrived."""
        if self._told:
            self._look(time, round(silent * 1000))
        elif said.end <= said.start:  # typed
            self.now = Opening(time if said.speaker == "customer" else time + self._pause)
        elif said.speaker == "customer":
            self.now = Opening(time, time + _BETWEEN, time + _TURN)
        else:
            self.now = Opening(time + _BETWEEN, time + _BETWEEN, time + _TURN)

    def resumed(self, time: int) -> None:
        """The call goes on after a hold or a gap."""
        self._look(time, 0)

    def _look(self, time: int, silent: int) -> None:
        if self._floor.speaking("agent"):
            self.now = None
        elif self._floor.speaking("customer"):
            self.now = Opening(time)
        else:
            self.now = Opening(time + max(0, self._pause - silent))
