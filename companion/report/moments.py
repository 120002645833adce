"""Coachable moments: where in a call it is worth listening again, with the words, and where it went well."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

from companion.report.digest import Digest, Move, Said

MOST = 4
"""Moments of one call: more are a list of faults, and nobody listens to five."""
JUMP = 12
"""A move of the heat of this much is worth a moment."""
LONG = 12.0
"""Seconds of silence that are worth one."""

Sort: TypeAlias = Literal["slip", "missed", "heat", "silence", "calmed"]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One place in a call."""

    sort: Sort
    weight: int
    """The more, the more it has to teach."""
    at: int
    """Where to listen from, ms."""
    title: str
    why: str
    words: str
    excerpt: tuple[Said, ...]
    """The turns around it."""


def moments(call: Digest) -> list[Moment]:
    """The call's moments, at most `MOST`, in its own order; the best of what went well is among them."""
    every = sorted(_all(call) if call.said else (), key=lambda moment: -moment.weight)
    good = [moment for moment in every if moment.sort == "calmed"][:1]
    kept: list[Moment] = []
    for moment in every:
        alike = any(other.title == moment.title or abs(other.at - moment.at) < 1000 for other in kept)
        if moment.sort != "calmed" and not alike and len(kept) < MOST - len(good):
            kept.append(moment)
    return sorted(kept + good, key=lambda moment: moment.at)


def _all(call: Digest) -> Iterator[Moment]:
    rises = {move.answer: move for move in call.moves if move.after - move.before >= JUMP}
    for flag in call.flags:
        if flag.speaker == "agent":
            rise = rises.pop(flag.utterance, None)
            what = f"{flag.title}; the heat rose from {rise.before} to {rise.after}" if rise else flag.title
            yield _moment(call, "slip", 20 + (rise.after - rise.before if rise else 0), flag.utterance, what, flag.why, flag.words)
    for move in rises.values():
        yield _moment(call, "heat", move.after - move.before, move.answer, f"The heat rose from {move.before} to {move.after}", "")
    yield from _missed(call)
    for silence in call.silences:
        if silence.seconds >= LONG:
            what, why = f"{silence.seconds:.0f} s of silence", "An upset customer hears silence as not being cared for."
            yield _moment(call, "silence", round(silence.seconds / 2), silence.utterance, what, why)
    for move in call.moves:
        if move.before - move.after >= JUMP and {kind for kind, _ in move.causes} == {"step"}:
            yield _calmed(call, move)


def _missed(call: Digest) -> Iterator[Moment]:
    """The steps that never came, as one moment: where the customer was at their most upset."""
    missed = [step for step in call.steps if step.key and step.state in ("missed", "overdue")]
    if not missed or not call.upset:
        return
    top = next(at for at, heat in call.curve if heat == call.peak)
    heard = [index for index, said in enumerate(call.said) if said.speaker == "customer" and said.at <= top]
    if heard:
        titles = ", ".join(step.title for step in missed)
        yield _moment(call, "missed", 10 + 2 * len(missed), heard[-1], f"Not said after this: {titles}", "")


def _calmed(call: Digest, move: Move) -> Moment:
    titles = {step.id: step.title for step in call.steps}
    steps = ", ".join(titles.get(id, id) for kind, id in move.causes if kind == "step")
    what = f"The heat fell from {move.before} to {move.after} after this: {steps}"
    return _moment(call, "calmed", move.before - move.after, move.answer, what, "")


def _moment(call: Digest, sort: Sort, weight: int, utterance: int, title: str, why: str, words: str = "") -> Moment:
    place = min(max(0, utterance), len(call.said) - 1)
    said = call.said[place]
    return Moment(
        sort=sort, weight=weight, at=said.at, title=title, why=why, words=words or said.text,
        excerpt=call.said[max(0, place - 1) : place + 2],
    )  # fmt: skip
