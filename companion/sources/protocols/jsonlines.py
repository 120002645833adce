"""JSON Lines, sans I/O: one line of a transcript or chat in, items out, on the clock that the format's page promises.

No file, socket or clock here: whoever reads the lines says when a live one came.
"""

import json
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

import msgspec

from companion.core.events import Channel, HoldBegan, HoldEnded, LineRejected, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.errors import SourceError
from companion.speech.redact import clean

LONGEST_TEXT = 100_000
"""Characters of one utterance; nobody says or writes more at once."""

LONGEST_NAME = 200
"""Characters of a call's name."""

LATEST = 1_000_000.0
"""Seconds, eleven days: a time beyond it is a clock reading put where a time of the call belongs."""

BACK = 30_000
"""Milliseconds that people's overlapping may take a line back."""

WORD = 0.4
"""Seconds that a word takes where no times are given: 150 words a minute, the usual pace of English speech."""

PAUSE = 0.6
"""Seconds between two utterances where no times are given."""


class _Line(msgspec.Struct):
    """A line as it should be; unknown keys are ignored."""

    call: str | int | None = None
    speaker: str | None = None
    text: str | None = None
    start: float | None = None
    end: float | None = None
    ts: float | str | None = None
    event: str | None = None
    began: str | None = None
    reason: str | None = None


_decode = msgspec.json.Decoder(_Line).decode


class _Reject(Exception):
    """This line cannot be used; the text says why."""

    def __init__(self, reason: str, call: str | None = None) -> None:
        super().__init__(reason)
        self.call = call


class _Call:
    """One call's clock and state."""

    def __init__(self, name: str, began: str | None = None, zero: float = 0.0) -> None:
        self.name = name
        self.began = began
        self.opened = False
        self.clock = 0
        self.spoken = False
        self.paced = False
        self.zero = zero
        self.first: float | None = None
        self.waiting: list[Item] = []


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
        try:
            try:
                line = _decode(raw)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                line = self._slowly(raw)
            return self._take(line, now)
        except _Reject as why:
            return self._rejected(str(why), why.call, now)

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

    def _take(self, line: _Line, now: float | None) -> list[Item]:
        name = self._name(line.call)
        if name in self._ended:
            raise _Reject(f"call {name!r} has ended", None)
        call = self._calls.get(name)
        try:
            if line.event is not None:
                return self._event(line, name, call, now)
            return self._utterance(line, name, call, now)
        except _Reject as why:
            why.call = name
            raise

    def _name(self, given: str | int | None) -> str:
        if given is None:
            return "call-1"
        self._named = True
        name = clean(str(given)).strip()
        if not name:
            raise _Reject("empty 'call'")
        if len(name) > LONGEST_NAME:
            raise _Reject(f"a 'call' of {len(name):,} characters, more than {LONGEST_NAME}")
        return name

    def _utterance(self, line: _Line, name: str, call: _Call | None, now: float | None) -> list[Item]:
        speaker = line.speaker
        if line.text is None:
            raise _Reject("no 'text'")
        if speaker != "agent" and speaker != "customer":
            if speaker is None:
                raise _Reject("no 'speaker'")
            raise _Reject(f"unknown speaker {clean(speaker)[:40]!r}, neither 'agent' nor 'customer'")
        if len(line.text) > LONGEST_TEXT:
            raise _Reject(f"a text of {len(line.text):,} characters, more than {LONGEST_TEXT:,}")
        text = clean(line.text)
        if not line.text.strip() or not text.strip(" \ufffd"):
            raise _Reject("empty 'text'")
        call = call or _Call(name, None, now or 0.0)
        start, end, first = self._times(line, call, len(text.split()), now)
        at = self._arrival(end, call)
        # A chat's `ts` tells when a message came, not how long its words took: nothing may be judged from those.
        timed = line.start is not None or line.end is not None
        self._calls[name] = call
        call.first = first
        if not call.opened:
            call.began = call.began or _moment_of(line)[1]
            call.paced = timed or line.ts is not None
        items = self._opening(call, timed)
        call.clock = at
        call.spoken = True
        said = Utterance(speaker=cast(Channel, speaker), text=text, start=round(start, 3), end=round(end, 3))
        items.append(Happened(call=name, event=said, at=None if now is not None else at))
        return items

    def _times(self, line: _Line, call: _Call, words: int, now: float | None) -> tuple[float, float, float | None]:
        """Start and end in seconds of the call, and the call's first `ts` where it is known."""
        lasts = WORD * words
        start, end = line.start, line.end
        if start is not None:
            _plausible("start", start)
        if end is not None:
            _plausible("end", end)
            if start is None:
                return max(0.0, end - lasts), end, call.first
            if end < start:
                raise _Reject(f"'end' {end:g} is before 'start' {start:g}")
            return start, end, call.first
        if start is not None:
            return start, start + lasts, call.first
        moment, _ = _moment_of(line)
        if moment is not None:
            # A message has a moment, not a length; a call that began without one counts from where it stands.
            first = moment - call.clock / 1000 if call.first is None else call.first
            _plausible("ts", moment - first, -BACK / 1000)
            return max(0.0, moment - first), max(0.0, moment - first), first
        if now is not None:
            end = max(now - call.zero, call.clock / 1000)
            return min(end, max(call.clock / 1000, end - lasts)), end, call.first
        start = call.clock / 1000 + PAUSE if call.spoken else call.clock / 1000
        return start, start + lasts, call.first

    @staticmethod
    def _arrival(end: float, call: _Call) -> int:
        at = round(end * 1000)
        if at < call.clock - BACK:
            raise _Reject(f"goes back from {call.clock / 1000:g} s to {at / 1000:g} s, more than 30 s")
        return max(at, call.clock)

    def _event(self, line: _Line, name: str, call: _Call | None, now: float | None) -> list[Item]:
        kind = line.event
        if kind == "start":
            if call is not None:
                raise _Reject(f"call {name!r} has already begun")
            self._calls[name] = _Call(name, _began(line.began), now or 0.0)
            return []
        if kind not in ("end", "hold", "unhold"):
            raise _Reject(f"unknown event {clean(str(kind))[:40]!r}, none of start, hold, unhold, end")
        if call is None:
            raise _Reject(f"event {kind!r} of a call that has not begun")
        call.clock = self._event_arrival(line, call)
        items = self._opening(call)
        at = None if now is not None else call.clock
        if kind == "end":
            reason = clean(line.reason or "").strip()[:LONGEST_NAME] or "ended"
            return items + self._closing(call, reason, at)
        items.append(Happened(call=name, event=HoldBegan() if kind == "hold" else HoldEnded(), at=at))
        return items

    def _event_arrival(self, line: _Line, call: _Call) -> int:
        time = line.end if line.end is not None else line.start
        if time is None:
            moment, _ = _moment_of(line)
            if moment is None or call.first is None:
                return call.clock
            time = moment - call.first
        return self._arrival(_plausible("time", time, -BACK / 1000), call)

    def _opening(self, call: _Call, timed: bool = True) -> list[Item]:
        if call.opened:
            return []
        call.opened = True
        items: list[Item] = [Opened(call=call.name, source=self._source, began=call.began, timed=timed), *call.waiting]
        call.waiting = []
        return items

    def _closing(self, call: _Call, reason: str, at: int | None) -> list[Item]:
        del self._calls[call.name]
        self._ended.add(call.name)
        return [Closed(call=call.name, reason=reason, at=at)]

    def _rejected(self, reason: str, name: str | None, now: float | None) -> list[Item]:
        if self._strict:
            raise SourceError(f"{self.name}:{self._number}: {reason}")
        items: list[Item] = [Complaint(text=f"{self.name}:{self._number}: {reason}; line skipped")]
        if name is None and not self._named:
            name = "call-1"  # no line has named a call, so there is only one
        call = self._calls.get(name or "")
        if call is not None:
            at = None if now is not None else call.clock
            event = Happened(call=call.name, event=LineRejected(line=self._number, reason=reason), at=at)
            (items if call.opened else call.waiting).append(event)
        return items

    def _slowly(self, raw: bytes | str) -> _Line:
        """Read a line that the quick way refused: find what is wrong, or mend what is harmless."""
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        try:
            found = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise _Reject(_not_json(error)) from None
        if not isinstance(found, dict):
            raise _Reject("not a JSON object")
        if self._number == 1 and "seq" in found and isinstance(found.get("event"), dict):
            raise SourceError(f"{self.name}: is a journal; play it with: companion replay {self.name}")
        name = None
        try:
            given = found.get("call")
            name = self._name(given) if given is None or type(given) in (str, int) else None
            return msgspec.convert(_known(found), _Line)
        except msgspec.ValidationError as error:
            raise _Reject(_wrong_type(error), name) from None


def _known(found: dict[str, Any]) -> dict[str, Any]:
    """Only our keys, with half surrogate pairs (which JSON can spell and UTF-8 cannot) replaced."""
    return {
        key: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value
        for key, value in found.items()
        if key in _Line.__struct_fields__
    }


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _not_json(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg.lower()} at character {error.pos + 1})"
    return f"not JSON ({str(error).split(';')[0]})"


def _wrong_type(error: msgspec.ValidationError) -> str:
    """`Expected \\`str | null\\`, got \\`int\\` - at \\`$.text\\`` → `'text' is a number, not a text`."""
    said, _, where = str(error).partition(" - at ")
    key = where.strip("`").removeprefix("$.") or "line"
    wanted = said.partition(", got")[0]
    if "float" not in wanted:
        return f"{key!r} is not a text"
    return f"{key!r} is not a number" + (" or a text" if "str" in wanted else "")


def _plausible(key: str, seconds: float, least: float = 0.0) -> float:
    if not least <= seconds <= LATEST:  # false for nan and the infinities too
        where = "negative" if seconds < 0 else f"beyond {LATEST:,.0f} s from the call's start"
        raise _Reject(f"{key!r} {seconds:g} is {where}")
    return seconds


def _moment_of(line: _Line) -> tuple[float | None, str | None]:
    """The line's `ts` as epoch seconds, and as ISO 8601 with an offset where it tells one."""
    ts = line.ts
    if ts is None:
        return None, None
    try:
        if isinstance(ts, str):
            read = datetime.fromisoformat(ts.strip())
            aware = read if read.tzinfo else read.replace(tzinfo=UTC)
            return aware.timestamp(), read.isoformat() if read.tzinfo else None
        return ts, datetime.fromtimestamp(ts, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise _Reject("'ts' is neither seconds since 1970 nor ISO 8601") from None


def _began(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        if datetime.fromisoformat(given.strip()).tzinfo is not None:
            return given.strip()
    except ValueError:
        pass
    raise _Reject("'began' is not ISO 8601 with an offset, such as 2026-11-21T10:00:00Z")
