"""What is said of a call when it is over: one thing that went well, one to try next time, and a message to the customer.

Said from what was heard, nothing else: where nothing was heard, nothing is praised, and what nobody promised is not in the message.
"""

import re
from itertools import pairwise
from typing import Any

import msgspec

from companion.core.checklist import Checklist
from companion.core.language.pack import Closing
from companion.core.steps import Steps, Track

_MOST = 6
"""Promises in the message: the last ones."""
_FELL = 20
"""By so much must the heat have come down from its peak to be worth a word."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the words are drawn from."""

    peak: int
    end: int
    """Heat, 0–100, at its highest and at the end."""
    curve: list[list[int]] = []
    """The heat over the call, as [at, heat] pairs."""
    talk_overs: int
    """The agent's."""
    flags: dict[str, int]
    promises: list[dict[str, Any]]
    fill: dict[str, str]
    """The customer's name and words for the problem, where known."""
    told: str = ""
    """What happened, as the customer first told it."""


def went_well(facts: Facts, steps: Steps, checklist: Checklist, said: Closing) -> str:
    """The strongest of what went well; empty if nothing was heard to."""
    done = [track for track in steps if track.step.key and track.state == "done"]
    full = [track for track in done if track.grade == 2]
    if facts.peak >= checklist.heat.warn and facts.end <= facts.peak - _FELL:
        quote = _quote(cause) if (cause := _what_cooled(facts.curve, done)) is not None else ""
        return (said.fell_after if quote else said.fell).format(peak=facts.peak, end=facts.end, quote=quote)
    best = next(iter(full), None) or next(iter(done), None)
    if best is None:
        return ""
    quote, title = _quote(best), _capital(best.step.title)
    return f"{title}: “{quote}”." if quote else f"{title}."


def to_try(facts: Facts, steps: Steps, checklist: Checklist, said: Closing) -> str:
    """The one thing most worth trying next time; empty if nothing is missing."""
    key = [track for track in steps if track.step.key]
    for state in ("missed", "overdue"):
        for track in key:
            if track.state == state:
                return _say(track.step.prompt.text if track.step.prompt else track.step.title, track.step.why)
    if facts.talk_overs >= 2:
        return said.talked_over.format(count=facts.talk_overs)
    slips = [flag for flag in checklist.flags if flag.speaker == "agent" and flag.prompt and facts.flags.get(flag.id)]
    if slips:
        worst = max(slips, key=lambda flag: facts.flags[flag.id])
        return _say(worst.prompt.text if worst.prompt else worst.title, worst.why)
    thin = [track for track in key if track.asked is not None and track.state == "done" and track.grade == 1 and track.step.thin]
    return next((_say(track.step.thin.text, track.step.why) for track in thin if track.step.thin), "")


def message(facts: Facts, said: Closing) -> str:
    """A draft to send after the call, in the customer's words; empty where there is nothing to write about."""
    problem, name = facts.fill.get("problem"), facts.fill.get("name")
    agreed = list(dict.fromkeys(_promise(promise, said) for promise in facts.promises if promise["what"] != promise["by"]))[-_MOST:]
    if not problem and not facts.told and not agreed:
        return ""
    lines = [said.dear.format(name=name) if name else said.hello, ""]
    lines.append(said.thanks_for.format(problem=problem) if problem else said.thanks)
    if facts.told:
        lines.append(said.told.format(told=_capital(facts.told)))
    if agreed:
        lines += [said.agreed, *(f"– {promise}" for promise in agreed)]
    return "\n".join([*lines, "", said.ends])


def _promise(promise: dict[str, Any], said: Closing) -> str:
    # A recogniser writes "i will call you".
    what, by = promise["what"], promise["by"]
    for word, written in said.capitals.items():
        what = re.sub(rf"\b{word}\b", written, what)
    what = _capital(what)
    return f"{what} ({by})" if by and by.lower() not in what.lower() else what


def _what_cooled(curve: list[list[int]], done: list[Track]) -> Track | None:
    """The last step done before the heat fell furthest from one turn of the customer's to the next."""
    fall = max(pairwise(curve), key=lambda pair: pair[0][1] - pair[1][1], default=None)
    if fall is None:
        return None
    return max((track for track in done if (track.at or 0) <= fall[1][0]), key=lambda track: track.at or 0, default=None)


def _say(what: str, why: str) -> str:
    return f"{_capital(what)}. {why}".strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quote(track: Track) -> str:
    return track.evidence[0].text if track.evidence else ""
