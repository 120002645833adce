"""Scenarios: little calls with a pretend clock, written as lines of what happens and what is expected.

With a clock, every line begins with a time (`0:09`), or `end` for what is expected when the call is over:

    0:03 customer: words        somebody begins to speak; each word takes 0.4 s, and the words arrive with the last of them
    0:30 hold   0:40 unhold   0:50 lost   0:55 back   1:30 end
    0:25 apologized done        done | thin | full | open | overdue | missed | waived | unknown, or `not` and one of these
    0:40 prompt apologized      that prompt is on the screen: a step's or flag's id, or `escalate`; `no prompt` for none
    0:41 flag churn_threat      raised by then; `no flag churn_threat`
    0:45 heat > 60              also <, >= and <=
    0:50 escalated alert        or `prompt`, raised by then; `not escalated`
    end no prompts              none came up so far

Without one (`timed: no`) the lines stand in their order and bear no times.
"""

import re
from collections.abc import Iterator

import msgspec

from companion.core.checklist import Scenario
from companion.core.events import (
    AnyEvent,
    CallEnded,
    Channel,
    HoldBegan,
    HoldEnded,
    SourceBack,
    SourceLost,
    SpeechBegan,
    SpeechEnded,
    Utterance,
)

PER_WORD = 0.4
"""Seconds that a spoken word takes; the same as in transcripts without end times (docs/journal.md)."""

BETWEEN = 0.6
"""Seconds between two utterances where there is no clock; likewise."""

ACTS = ("hold", "unhold", "lost", "back", "end")

_TIME = re.compile(r"(?:(\d{1,9}):)?(\d{1,9}):([0-5]\d(?:\.\d+)?)")
_EVENTS, _END, _EXPECTATION = range(3)
"""What comes first where several things happen at the same time."""


class Line(msgspec.Struct, frozen=True):
    """A line of a scenario."""

    number: int
    """Counted from 0."""
    at: int | None
    """ms, or None for "when the call is over" and where there is no clock."""
    words: str
    """What follows the time."""
    text: str
    """The whole line."""

    @property
    def at_end(self) -> bool:
        """Expected when the call is over."""
        return self.at is None and self.words != self.text


class Moment(msgspec.Struct, frozen=True):
    """Something happens (`events`), or something is expected (no events)."""

    at: int
    """ms from the call's start."""
    line: Line | None
    events: tuple[AnyEvent, ...] = ()


class Unclear(Exception):
    """Raised for a line that cannot be understood; the scenario is then not played."""

    def __init__(self, line: Line, text: str) -> None:
        super().__init__(f"{line.text}: {text}")
        self.number = line.number


def moments(scenario: Scenario) -> list[Moment]:
    """All that happens and is expected, in the order of the call's clock; what is expected comes after what happens at the same time.

    Raises:
        Unclear: a line cannot be understood, or cannot happen where it stands.
    """
    lines = [_line(number, text, scenario.timed) for number, text in enumerate(scenario.lines)]
    played = list(_by_clock(lines) if scenario.timed else _in_order(lines))
    last = max((moment.at for moment in played), default=0)
    if not any(isinstance(event, CallEnded) for moment in played for event in moment.events):
        played.append(Moment(last, None, (CallEnded(reason="scenario"),)))
    return [*played, *(Moment(last, line) for line in lines if line.at_end)]


def _line(number: int, text: str, timed: bool) -> Line:
    text = text.strip()
    first, _, rest = text.partition(" ")
    clock = _TIME.fullmatch(first)
    if clock and not timed:
        raise Unclear(Line(number, None, text, text), "this scenario has no clock; take the time away")
    if clock:
        at = int(clock[1] or 0) * 3_600_000 + int(clock[2]) * 60_000 + round(float(clock[3]) * 1000)
        return Line(number, at, rest.strip(), text)
    if first == "end" and rest.strip():
        return Line(number, None, rest.strip(), text)
    line = Line(number, None, text, text)
    if timed:
        raise Unclear(line, "begin with a time such as 0:09")
    return line


def _by_clock(lines: list[Line]) -> list[Moment]:
    """A voice call: somebody begins to speak at the line's time, and the words arrive with the last of them."""
    ranked: list[tuple[int, int, Moment]] = []
    until: dict[Channel, int] = {"agent": 0, "customer": 0}
    lost_at = 0
    for line in sorted((line for line in lines if line.at is not None), key=lambda line: (line.at, line.number)):
        at = line.at or 0
        if said := _said(line, at / 1000):
            if at < until[said.speaker]:
                raise Unclear(line, f"the {said.speaker} is still speaking, until {clock(until[said.speaker])}; begin later")
            until[said.speaker] = arrives = round(said.end * 1000)
            ranked.append((at, _EVENTS, Moment(at, line, (SpeechBegan(channel=said.speaker, start=said.start),))))
            ended = SpeechEnded(channel=said.speaker, end=said.end)
            ranked.append((arrives, _EVENTS, Moment(arrives, line, (ended, said))))
        elif line.words in ACTS:
            lost_at = at if line.words == "lost" else lost_at
            event = _event(line.words, (at - lost_at) / 1000)
            ranked.append((at, _END if line.words == "end" else _EVENTS, Moment(at, line, (event,))))
        else:
            ranked.append((at, _EXPECTATION, Moment(at, line)))
    ranked.sort(key=lambda each: each[:2])
    _refuse_after_the_end(moment for _, _, moment in ranked)
    return [moment for _, _, moment in ranked]


def _in_order(lines: list[Line]) -> list[Moment]:
    """A conversation without times."""
    played: list[Moment] = []
    now = 0
    for line in lines:
        if line.at_end:
            continue
        if said := _said(line, now / 1000 + BETWEEN):
            now = round(said.end * 1000)
            played.append(Moment(now, line, (said,)))
        else:
            played.append(Moment(now, line, (_event(line.words, 0.0),) if line.words in ACTS else ()))
    _refuse_after_the_end(iter(played))
    return played


def _refuse_after_the_end(played: Iterator[Moment]) -> None:
    for moment in played:
        if any(isinstance(event, CallEnded) for event in moment.events):
            late = next((later for later in played if later.events and later.line), None)
            if late is not None and late.line is not None:
                raise Unclear(late.line, f"the call ends before, at {clock(moment.at)}")


def _said(line: Line, start: float) -> Utterance | None:
    speaker, colon, words = line.words.partition(":")
    if not colon or speaker not in ("agent", "customer"):
        return None
    if not words.strip():
        raise Unclear(line, "nothing is said")
    end = round(start + len(words.split()) * PER_WORD, 3)
    return Utterance(speaker="agent" if speaker == "agent" else "customer", text=words.strip(), start=round(start, 3), end=end)


def _event(act: str, gap: float) -> AnyEvent:
    match act:
        case "hold":
            return HoldBegan()
        case "unhold":
            return HoldEnded()
        case "lost":
            return SourceLost(reason="scenario")
        case "back":
            return SourceBack(gap=gap)
        case _:
            return CallEnded(reason="scenario")


def clock(at: int) -> str:
    """`m:ss.t` of a time in ms."""
    return f"{at // 60_000}:{at % 60_000 / 1000:04.1f}"
