"""What is kept of a call when it is over: the numbers and words of `call_closed`."""

from typing import Any

import msgspec

from companion.core.floor import Floor
from companion.core.prompting import Prompter
from companion.core.steps import Steps, Track

_POINTS = 400
"""Points kept of the heat curve; a longer one is thinned to every other point, again and again."""


class Curve:
    """The heat over the call, as [at, heat] pairs, of bounded length."""

    def __init__(self) -> None:
        self.points: list[list[int]] = []
        self.peak = 0

    def add(self, at: int, heat: int) -> None:
        """One more point, later than the last."""
        self.peak = max(self.peak, heat)
        self.points.append([at, heat])
        if len(self.points) > _POINTS:
            self.points = self.points[:1] + self.points[1:-1:2] + self.points[-1:]


class Story(msgspec.Struct):
    """What a call has brought so far, as the summary tells it."""

    call: str = ""
    began: str | None = None
    flags: dict[str, int] = {}
    promises: list[dict[str, Any]] = []
    escalated: list[dict[str, Any]] = []


def summarise(story: Story, at: int, heat: int, curve: Curve, steps: Steps, floor: Floor, prompter: Prompter) -> dict[str, Any]:
    """The summary of a call that ends at `at`, ms from its start, in the form promised in docs/journal.md."""
    return {
        "call": story.call,
        "began": story.began,
        "duration": at / 1000,
        "steps": {track.step.id: _step(track) for track in steps},
        "flags": story.flags,
        "heat": {"start": curve.points[0][1] if curve.points else 0, "peak": curve.peak, "end": heat, "curve": curve.points},
        "talk": {name: round(value, 2) for name, value in msgspec.structs.asdict(floor.talk).items()},
        "talk_overs": floor.over,
        "pace": {"agent": floor.pace},
        "prompts": {kind: msgspec.to_builtins(counts) for kind, counts in sorted(prompter.counts.items())},
        "promises": story.promises,
        "escalated": story.escalated,
    }


def _step(track: Track) -> dict[str, Any]:
    evidence = msgspec.to_builtins(track.evidence)
    return {"state": track.state, "grade": track.grade, "at": track.at, "heard": track.heard, "evidence": evidence}
