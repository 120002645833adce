"""JSON Lines, sans I/O: one line of a transcript or chat in, items out, on the clock that the format's page promises.

No file, socket or clock here: whoever reads the lines says when a live one came.
"""

from companion.core.events import HoldBegan, HoldEnded, LineRejected, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.errors import SourceError
from companion.sources.protocols.line import (
    LONGEST_NAME,
    JournalRecord,
    Line,
    Rejected,
    began,
    call_name,
    moment,
    name_of,
    plausible,
    read,
    said,
)
from companion.speech.redact import clean

BACK = 30_000
"""Milliseconds that people's overlapping may take a line back."""

WORD = 0.4
"""Seconds that a word takes where no times are given: 150 words a minute, the usual pace of English speech."""

PAUSE = 0.6
"""Seconds between two utterances where no times are given."""

ONLY = "call-1"
"""The call of lines that name none."""


class _Call:
    """One call and its clock, in milliseconds."""

    def __init__(self, name: str, began: str | None = None, zero: float = 0.0, line: Line | None = None) -> None:
        self.name = name
        self.began = began
        self.start = line or Line()
        self.opened = False
        self.paced = False
        self.clock = 0
        self.waiting: list[Item] = []
        """What happened before the first utterance told whether the call is timed."""
        self._zero = zero  # of a live call: the clock's reading at its start
        self._spoken = False
        self._first: float | None = None  # of a chat: the `ts` that is the call's start

    def hear(self, line: Line, words: int, now: float | None) -> tuple[float, float]:
        """Take in an utterance: its start and end in seconds of the call.

        Raises:
            Rejected: its times are impossible; then nothing has changed.
        """
        start, end, first = self._times(line, words, now)
        self.clock = self._arrival(end)
        self._first = first
        self._spoken = True
        return round(start, 3), round(end, 3)

    def pass_to(self, line: Line) -> None:
        """Let the clock run to the time of an event, if it tells one.

        Raises:
            Rejected: the time is impossible; then nothing has changed.
        """
        time = line.end if line.end is not None else line.start
        if time is None:
            when, _ = moment(line)
            if when is None or self._first is None:
                return
            time = when - self._first
        self.clock = self._arrival(plausible("time", time, -BACK / 1000))

    def _times(self, line: Line, words: int, now: float | None) -> tuple[float, float, float | None]:
        start, end, clock = line.start, line.end, self.clock / 1000
        lasts = WORD * words
        if start is not None:
            plausible("start", start)
        if end is not None:
            plausible("end", end)
            if start is not None and end < start:
                raise Rejected(f"'end' {end:g} is before 'start' {start:g}")
            return (max(0.0, end - lasts) if start is None else start), end, self._first
        if start is not None:
            return start, start + lasts, self._first
        when, _ = moment(line)
        if when is not None:
            # A message has a moment, not a length; a call that began without one counts from where it stands.
            first = when - clock if self._first is None else self._first
            end = max(0.0, plausible("ts", when - first, -BACK / 1000))
            return end, end, first
        if now is not None:
            end = max(now - self._zero, clock)  # a live message has a moment too
            return end, end, self._first
        start = clock + PAUSE if self._spoken else clock
        return start, start + lasts, self._first

    def _arrival(self, end: float) -> int:
        at = round(end * 1000)
        if at < self.clock - BACK:
            raise Rejected(f"goes back from {self.clock / 1000:g} s to {at / 1000:g} s, more than 30 s")
        return max(at, self.clock)


class JsonLines:
    """All calls of one input.

    Args:
        name: how the input is called in complaints, such as `stdin` or a path.
        source: how it is called in the journal; `name` where it is not given.
        strict: a line that cannot be used ends everything.
    """

    def __init__(self, name: str, *, source: str | None = None, strict: bool = False) -> None:
        self.name = name
        self._source = source or name
        self._strict = strict
        self._number = 0
        self._calls: dict[str, _Call] = {}
        self._ended: set[str] = set()
        self._named = False
        self._refused = False

    @property
    def barren(self) -> bool:
        """Whether there were lines, and none of them could be used."""
        return self._refused and not self._calls and not self._ended

    @property
    def open_calls(self) -> tuple[str, ...]:
        """The calls that have been opened and not closed, oldest first."""
        return tuple(call.name for call in self._calls.values() if call.opened)

    def is_paced(self, call: str) -> bool:
        """Whether the open call's times are the input's own, so that it can be played in real time."""
        return call in self._calls and self._calls[call].paced

    def line(self, raw: bytes | str, now: float | None = None) -> list[Item]:
        """Take in one line, without its end.

        Args:
            raw: the line; bytes that are not UTF-8 are replaced.
            now: for a live stream, seconds on any steady clock; arrival is then left to whoever takes the items.

        Raises:
            SourceError: the input is a journal; or, when strict, the line cannot be used.
        """
        self._number += 1
        if not raw.strip():
            return []
        call = None
        try:
            line = read(raw)
            call = self._name(line.call)
            return self._take(line, call, now)
        except JournalRecord as why:
            if self._number == 1:
                raise SourceError(f"{self.name}: is a journal; play it with: companion replay {self.name}") from None
            return self._rejected(str(why), call, now)
        except Rejected as why:
            return self._rejected(str(why), call or self._name_in(why), now)

    def oversized(self, limit: int, now: float | None = None) -> list[Item]:
        """Count a line that was thrown away unread because it is longer than `limit` bytes."""
        self._number += 1
        return self._rejected(f"a line of more than {limit:,} bytes", None, now)

    def close(self, reason: str, live: bool = False) -> list[Item]:
        """The input is over: close every call that is still open."""
        items: list[Item] = []
        for call in list(self._calls.values()):
            items += self._opening(call)
            items += self._closing(call, reason, None if live else call.clock)
        return items

    def _name(self, given: str | int | None) -> str:
        if given is None:
            return ONLY
        self._named = True
        return call_name(given)

    def _name_in(self, why: Rejected) -> str | None:
        try:
            return None if why.call is None else self._name(why.call)
        except Rejected:
            return None

    def _take(self, line: Line, name: str, now: float | None) -> list[Item]:
        if name in self._ended:
            raise Rejected(f"call {name!r} has ended")
        call = self._calls.get(name)
        if line.event is not None:
            return self._event(line, line.event, name, call, now)
        speaker, text = said(line)
        call = call or _Call(name, zero=now or 0.0)
        start, end = call.hear(line, len(text.split()), now)
        self._calls[name] = call
        # A chat's `ts` tells when a message came, not how long its words took: nothing may be judged from those.
        timed = line.start is not None or line.end is not None
        if not call.opened:
            call.began = call.began or moment(line)[1]
            call.paced = timed or line.ts is not None
        utterance = Utterance(speaker=speaker, text=text, start=start, end=end)
        return [*self._opening(call, timed), Happened(call=name, event=utterance, at=None if now is not None else call.clock)]

    def _event(self, line: Line, kind: str, name: str, call: _Call | None, now: float | None) -> list[Item]:
        if kind == "start":
            if call is not None:
                raise Rejected(f"call {name!r} has already begun")
            self._calls[name] = _Call(name, began(line.began), now or 0.0, line)
            return []
        if kind not in ("end", "hold", "unhold"):
            raise Rejected(f"unknown event {clean(kind)[:40]!r}, none of start, hold, unhold, end")
        if call is None:
            raise Rejected(f"event {kind!r} of a call that has not begun")
        call.pass_to(line)
        at = None if now is not None else call.clock
        if kind == "end":
            reason = clean(line.reason or "").strip()[:LONGEST_NAME] or "ended"
            return [*self._opening(call), *self._closing(call, reason, at)]
        return [*self._opening(call), Happened(call=name, event=HoldBegan() if kind == "hold" else HoldEnded(), at=at)]

    def _opening(self, call: _Call, timed: bool = True) -> list[Item]:
        if call.opened:
            return []
        call.opened = True
        waiting, call.waiting = call.waiting, []
        agent, customer, team = map(name_of, (call.start.agent, call.start.customer, call.start.team))
        opened = Opened(call=call.name, source=self._source, began=call.began, timed=timed, agent=agent, customer=customer, team=team)
        return [opened, *waiting]

    def _closing(self, call: _Call, reason: str, at: int | None) -> list[Item]:
        del self._calls[call.name]
        self._ended.add(call.name)
        return [Closed(call=call.name, reason=reason, at=at)]

    def _rejected(self, reason: str, name: str | None, now: float | None) -> list[Item]:
        if self._strict:
            raise SourceError(f"{self.name}:{self._number}: {reason}")
        self._refused = True
        items: list[Item] = [Complaint(text=f"{self.name}:{self._number}: {reason}; line skipped")]
        if name is None and not self._named:
            name = ONLY  # no line has named a call, so there is only this one
        call = self._calls.get(name or "")
        if call is not None:
            at = None if now is not None else call.clock
            event = Happened(call=call.name, event=LineRejected(line=self._number, reason=reason), at=at)
            (items if call.opened else call.waiting).append(event)
        return items
