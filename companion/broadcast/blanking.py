"""Records without what was said: every letter and figure is a dot, so that spans, lengths and turns stay what they were.

For whoever may see how calls go, but not hear them. What the checklist says, and what supervisors write, is left as it is.
"""

import re
from typing import Any

from msgspec.structs import replace

from companion.core import events, updates
from companion.core.events import Partial
from companion.core.record import Record, Unknown
from companion.core.updates import Evidence, FlagRaised, StepHeard

DOT = "·"
"""Stands for one letter."""

_LETTER = re.compile(r"\w")
# Keys of what nobody spoke.
_OF_CARDS = frozenset(["because", "steps", "open", "flags"])
_OF_SUMMARIES = frozenset(["call", "began", "state", "due", "level", "because"])
_OF_ANYTHING = frozenset(["type"])


def dots(text: str) -> str:
    """The text with a dot for each letter."""
    return _LETTER.sub(DOT, text)


def blanked(record: Record) -> Record:
    """The record without what was said. No record is ever left out: numbers have no holes."""
    if record.event is not None:
        return replace(record, event=_blank(record.event))
    return replace(record, update=_blank(record.update))


def blank_partial(partial: Partial) -> Partial:
    """The same for a partial."""
    return replace(partial, text=dots(partial.text))


def blank_mark(mark: StepHeard | FlagRaised) -> StepHeard | FlagRaised:
    """The same for what a partial would mean."""
    return replace(mark, evidence=_evidence(mark.evidence))


def _blank(what: Any) -> Any:
    match what:
        case events.Utterance():
            words = what.words and tuple((dots(text), start, end, sure) for text, start, end, sure in what.words)
            return replace(what, text=dots(what.text), words=words)
        case events.LineRejected():
            return replace(what, reason=dots(what.reason))
        case updates.StepHeard() | updates.FlagRaised():
            return replace(what, evidence=_evidence(what.evidence))
        case updates.Prompted():
            return replace(what, say=dots(what.say), also=tuple(map(dots, what.also)))
        case updates.Escalated():
            return replace(what, card=_texts(what.card, _OF_CARDS))
        case updates.Promised():
            return replace(what, what=dots(what.what), by=dots(what.by))
        case updates.CallClosed():
            return replace(what, summary=_texts(what.summary, _OF_SUMMARIES))
        case Unknown():
            return Unknown(_texts(what.raw, _OF_ANYTHING))
    return what


def _evidence(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(replace(piece, text=dots(piece.text)) for piece in evidence)


def _texts(value: Any, kept: frozenset[str]) -> Any:
    """A value from JSON with all texts in it blanked, but for those under keys that are `kept`."""
    if isinstance(value, str):
        return dots(value)
    if isinstance(value, list | tuple):
        return [_texts(item, kept) for item in value]
    if isinstance(value, dict):
        return {key: item if key in kept else _texts(item, kept) for key, item in value.items()}
    return value
