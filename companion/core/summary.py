"""What is kept of a call when it is over: the numbers and words of `call_closed`."""

from typing import Any

import msgspec

from companion.core.checklist import Checklist
from companion.core.closing import Facts, message, to_try, went_well
from companion.core.floor import Floor
from companion.core.language.pack import Language
from companion.core.prompting import Prompter
from companion.core.steps import Steps, Track
from companion.core.temper import Curve


class Story(msgspec.Struct):
    """What a call has brought so far, as the summary tells it."""

    call: str = ""
    began: str | None = None
    flags: dict[str, int] = {}
    promises: list[dict[str, Any]] = []
    escalated: list[dict[str, Any]] = []


def summarise(
    story: Story,
    *,
    checklist: Checklist,
    at: int,
    heat: int,
    curve: Curve,
    steps: Steps,
    floor: Floor,
    prompter: Prompter,
    fill: dict[str, str],
    told: str,
    language: Language,
) -> dict[str, Any]:
    """The summary of a call that ends at `at`, ms from its start, in the form promised in docs/journal.md."""
    facts = Facts(
        peak=curve.peak, end=heat, curve=curve.points, talk_overs=floor.over["agent"], flags=story.flags, promises=story.promises,
        fill=fill, told=told,
    )  # fmt: skip
    return {
        "call": story.call,
        "began": story.began,
        "duration": at / 1000,
        "steps": {track.step.id: _step(track) for track in steps},
        "flags": story.flags,
        "heat": {"start": curve.start or 0, "peak": curve.peak, "end": heat, "curve": curve.points},
        "talk": {name: round(value, 2) for name, value in msgspec.structs.asdict(floor.talk).items()} | {"share": floor.share},
        "talk_overs": floor.over,
        "pace": {"agent": floor.pace.overall, "baseline": floor.pace.baseline, "lately": floor.pace.lately},
        "prompts": {kind: msgspec.to_builtins(counts) for kind, counts in sorted(prompter.counts.items())},
        "promises": story.promises,
        "escalated": story.escalated,
        "well": went_well(facts, steps, checklist, language.closing),
        "try": to_try(facts, steps, checklist, language.closing),
        "message": message(facts, language.closing),
    }


def _step(track: Track) -> dict[str, Any]:
    evidence = [msgspec.to_builtins(piece) for piece in track.evidence]
    return {"state": track.state, "grade": track.grade, "at": track.at, "heard": track.heard, "evidence": evidence}
