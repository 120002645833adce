"""The order of things: a fix before the feeling was seen, an apology before hearing out, a third apology with nothing concrete behind it.

What is a fault is the checklist's to say (`Flag.order`); here it is found. Each is raised once in a call: it is about how the agent goes
about things, and saying it again would be nagging.
"""

from companion.core.checklist import Checklist, Flag
from companion.core.steps import Steps

SOLUTION = "solution"
"""What `Order.done` calls the agent's moving on to solving."""


class Orders:
    """The order faults of one call."""

    def __init__(self, checklist: Checklist, steps: Steps) -> None:
        self._flags = [flag for flag in checklist.flags if flag.detector == "order" and flag.order is not None]
        self._steps = steps
        self._solved = 0

    def look(self, heard: frozenset[str], solving: bool, heat: float) -> list[Flag]:
        """The faults that the agent's turn makes, once its steps are counted.

        Args:
            heard: the steps that the turn met.
            solving: it moves on to solving.
            heat: the customer's, 0–100, now.
        """
        self._solved += solving
        return [flag for flag in list(self._flags) if self._is_fault(flag, heard, solving, heat)]

    def _is_fault(self, flag: Flag, heard: frozenset[str], solving: bool, heat: float) -> bool:
        order = flag.order
        assert order is not None  # only such flags are kept
        did, times = (solving, self._solved) if order.done == SOLUTION else (order.done in heard, self._count(order.done))
        missing = [self._steps.tracks[id] for id in order.without if id in self._steps.tracks]
        fault = (
            did
            and times >= order.times
            and heat >= order.heat
            and not any(track.heard or track.state in ("done", "waived") for track in missing)
            and any(track.asked is not None for track in missing)
        )
        if fault:
            self._flags.remove(flag)
        return fault

    def _count(self, step: str) -> int:
        return self._steps.tracks[step].heard if step in self._steps.tracks else 0
