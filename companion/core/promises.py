"""Promises: what the agent said would be done, by when, and on what day that is.

A promise is an agent's "I will …" or "you will have …" with a time close by. Days and hours are counted from the moment of speaking, in the
time zone that the call's beginning is given in (`dates`); vague times ("shortly") are kept in the words spoken, without a date.
"""

from collections.abc import Sequence

import msgspec

from companion.core.dates import due
from companion.core.reading import Reading
from companion.core.words import Span

LISTS = ("@promise",)
_REACH, _BESIDE = 16, 2


class Made(msgspec.Struct, frozen=True):
    """A promise: the words of what and of by when, and the day or minute it is due, where that can be told."""

    what: Span
    by: Span
    due: str | None


def promises(reading: Reading, times: Sequence[Span], began: str | None, spoken: float = 0.0) -> list[Made]:
    """The promises of an agent's utterance.

    Args:
        times: the words of the times promised, as the detector `times` found them.
        began: when the call began, ISO 8601, or None.
        spoken: seconds from the call's beginning to the utterance.
    """
    found: list[Made] = []
    for by in _joined(times):
        before = [span for span in reading.spans("@promise") if 0 <= by[0] - span[1] <= _REACH]
        after = [span for span in reading.spans("@promise") if 0 <= span[0] - by[1] <= 4]
        if before:
            start = max(span[0] for span in before)
            start = min((span[0] for span in before if span[1] > start), default=start)
            what = (start, by[1])
        elif after:
            what = (by[0], reading.sentence(after[0][1] - 1, _REACH))
        else:
            what = by
        found.append(Made(what, by, due(reading.words[by[0] : by[1]], began, spoken, language=reading.language)))
    return found


def _joined(times: Sequence[Span]) -> list[Span]:
    """Times that stand beside each other are one: "on Friday" "by five"."""
    joined: list[Span] = []
    for start, end in sorted(times):
        if joined and start - joined[-1][1] <= _BESIDE:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
