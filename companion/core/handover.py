"""The hand-over card: what a supervisor must know before the first word, so that the customer need not tell it all again."""

from collections.abc import Sequence
from typing import Any

from companion.core.checklist import Checklist
from companion.core.prompting import filled
from companion.core.steps import Steps

_WORDS = 3
"""Customer turns quoted: the last ones."""
_PROMISES = 3


def card(
    *,
    because: str,
    at: int,
    upset_since: int | None,
    heat: float,
    fill: dict[str, str],
    told: str,
    words: Sequence[str],
    promised: Sequence[dict[str, Any]],
    flags: dict[str, int],
    steps: Steps,
    checklist: Checklist,
) -> dict[str, Any]:
    """The card, in the form promised in docs/journal.md.

    Args:
        because: why it is raised, in plain words.
        at: when, ms from the call's start.
        upset_since: when the customer first was clearly upset, ms; None if never.
        heat: 0–100, now.
        fill: the customer's name and words for the problem, where known.
        told: what happened, as the customer first told it.
        words: what the customer said last, oldest first.
        promised: the call's promises so far.
        flags: how often each was raised.
    """
    first = (filled(line, fill) for line in checklist.escalation.first)
    return {
        "because": because,
        "who": fill.get("name"),
        "at": at,
        "upset_since": upset_since,
        "heat": round(heat),
        "problem": fill.get("problem"),
        "told": told,
        "customer": list(words[-_WORDS:]),
        "promised": [_promise(promise) for promise in promised[-_PROMISES:]],
        "steps": {track.step.id: track.state for track in steps if track.step.key},
        "open": [track.step.title for track in steps if track.step.key and track.state not in ("done", "waived")],
        "flags": dict(flags),
        "first": next((line for line in first if line), ""),
    }


def _promise(promise: dict[str, Any]) -> str:
    return f"{promise['what']} ({promise['by']})" if promise["by"] and promise["by"] not in promise["what"] else str(promise["what"])
