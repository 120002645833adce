"""A call with promises, to follow up."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from companion.core.updates import Promised
from companion.report.digest import Digest
from tests.report.week import MONDAY, digest

NOW = datetime.fromisoformat("2026-11-18T12:00:00+01:00")
"""Wednesday, the promises' day being Monday."""


def promise(what: str, due: str | None, by: str = "then", utterance: int = 1) -> Promised:
    """A promise."""
    return Promised(what=what, by=by, due=due, utterance=utterance)


def call(*promises: Promised, **change: Any) -> Digest:
    """A call of Monday, nine o'clock, in which these were given."""
    made = replace(digest("chat", began=MONDAY.isoformat()), agent="maria", customer="Ada", journal="kept/c-1.jsonl", promises=promises)
    return replace(made, **change)


PROMISES = (
    promise("I will ring you on Tuesday", "2026-11-17"),
    promise("I will write by noon", "2026-11-18T12:00+01:00"),
    promise("it will be there today", "2026-11-18"),
    promise("you will have it on Friday", "2026-11-20"),
    promise("I will look into it soon", None, "soon"),
)
