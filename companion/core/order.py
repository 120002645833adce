"""The order of things: a fix before the feeling was seen, an apology before hearing out, a third apology with nothing concrete behind it.

What is a fault is the checklist's to say (`Flag.order`); here it is found. Each is raised once in a call: it is about how the agent goes
about things, and saying it again would be nagging.
"""

from companion.core.checklist import Checklist, Flag, Order
from companion.core.steps import Steps

SOLUTION = "solution"
"""What `Order.done` calls the agent's moving on to solving."""


class Orders:
    """The order faults of one call."""

    def __init__(self, checklist: Checklist, steps: Steps) -> None:
        self._orders = [(flag, flag.order) for flag in checklist.flags if flag.detector == "order" and flag.order is not None]
        self._steps = steps
        self._solved = 0

    def look(self, heard: frozenset[str], *, solving: bool, heat: float, peak: float) -> list[Flag]:
        """The faults that the agent's turn makes, once its steps are counted.

        Args:
            heard: the steps that the turn met.
            solving: it moves on to solving.
            heat: the customer's, 0–100, now.
            peak: the highest it has been.
        """
        self._solved += solving
        faults = [
            flag for flag, order in self._orders
            if heat >= order.heat and peak >= order.peak and self._is_fault(order, heard, solving)
        ]  # fmt: skip
        self._orders = [(flag, order) for flag, order in self._orders if flag not in faults]
        return faults

    def _is_fault(self, order: Order, heard: frozenset[str], solving: bool) -> bool:
        did, times = (solving, self._solved) if order.done == SOLUTION else (order.done in heard, self._count(order.done))
        before = [track for track in self._steps if track.step.id in order.without]
        return did and times >= order.times and not any(track.heard or track.state in ("done", "waived") for track in before)

    def _count(self, step: str) -> int:
        return self._steps.tracks[step].heard if step in self._steps.tracks else 0
