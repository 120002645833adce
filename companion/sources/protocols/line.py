"""One line of JSON Lines: what it must hold, and in plain words what is wrong with it."""

import json
from datetime import UTC, datetime
from typing import Any, NoReturn

import msgspec

from companion.core.events import Channel
from companion.speech.redact import clean

LONGEST_TEXT = 100_000
"""Characters of one utterance; nobody says or writes more at once."""

LONGEST_NAME = 200
"""Characters of a call's name, or of the reason why it ended."""

LATEST = 1_000_000.0
"""Seconds, eleven days: a time beyond it is a clock reading put where a time of the call belongs."""

_SPEAKERS: dict[str, Channel] = {"agent": "agent", "customer": "customer"}


class Line(msgspec.Struct):
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
    agent: str | None = None
    customer: str | None = None
    team: str | None = None


_decode = msgspec.json.Decoder(Line).decode


class Rejected(Exception):
    """A line that cannot be used; the text says why.

    Attributes:
        call: what it gives as its call's name, where that much could be read.
    """

    def __init__(self, reason: str, call: str | int | None = None) -> None:
        super().__init__(reason)
        self.call = call


class JournalRecord(Rejected):
    """A line of a journal, which is no transcript."""


def read(raw: bytes | str) -> Line:
    """Read a line: quickly if nothing is wrong, else slowly, to mend what is harmless and to name what is not.

    Raises:
        Rejected: it cannot be read.
    """
    try:
        return _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    try:
        found = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Rejected(_not_json(error)) from None
    if not isinstance(found, dict):
        raise Rejected("not a JSON object")
    if "seq" in found and isinstance(found.get("event"), dict):
        raise JournalRecord("a record of a journal, not a line of a transcript")
    try:
        return msgspec.convert(_known(found), Line)
    except msgspec.ValidationError as error:
        given = found.get("call")
        raise Rejected(_wrong_type(error), given if type(given) in (str, int) else None) from None


def call_name(given: str | int) -> str:
    """A call's name, made harmless.

    Raises:
        Rejected: it is empty, or too long.
    """
    call = clean(str(given)).strip()
    if not call:
        raise Rejected("empty 'call'")
    if len(call) > LONGEST_NAME:
        raise Rejected(f"a 'call' of {len(call):,} characters, more than {LONGEST_NAME}")
    return call


def name_of(given: str | None) -> str | None:
    """The name of somebody on the call, made harmless; None where there is none."""
    return clean(given or "").strip()[:LONGEST_NAME] or None


def said(line: Line) -> tuple[Channel, str]:
    """Who speaks, and the text, made harmless.

    Raises:
        Rejected: one is missing or unknown, or the text is empty or too long.
    """
    if line.text is None:
        raise Rejected("no 'text'")
    if line.speaker is None:
        raise Rejected("no 'speaker'")
    if line.speaker not in _SPEAKERS:
        raise Rejected(f"unknown speaker {clean(line.speaker)[:40]!r}, neither 'agent' nor 'customer'")
    if len(line.text) > LONGEST_TEXT:
        raise Rejected(f"a text of {len(line.text):,} characters, more than {LONGEST_TEXT:,}")
    text = clean(line.text)
    if not text.strip(" \ufffd") or not line.text.strip():
        raise Rejected("empty 'text'")
    return _SPEAKERS[line.speaker], text


def plausible(key: str, seconds: float, least: float = 0.0) -> float:
    """A time of the call, in seconds.

    Raises:
        Rejected: it is below `least`, beyond `LATEST`, or no finite number.
    """
    if not least <= seconds <= LATEST:
        where = "negative" if seconds < 0 else f"beyond {LATEST:,.0f} s from the call's start; a time of day belongs in 'ts'"
        raise Rejected(f"{key!r} {seconds:g} is {where}")
    return seconds


def moment(line: Line) -> tuple[float | None, str | None]:
    """The line's `ts` as seconds since 1970 (a time without an offset is taken as UTC), and as ISO 8601 where it tells its offset.

    Raises:
        Rejected: it is neither.
    """
    ts = line.ts
    if ts is None:
        return None, None
    try:
        if isinstance(ts, str):
            time = datetime.fromisoformat(ts.strip())
            aware = time if time.tzinfo else time.replace(tzinfo=UTC)
            return aware.timestamp(), time.isoformat() if time.tzinfo else None
        return ts, datetime.fromtimestamp(ts, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise Rejected("'ts' is neither seconds since 1970 nor ISO 8601") from None


def began(given: str | None) -> str | None:
    """When a call began, as given.

    Raises:
        Rejected: it is not ISO 8601, or does not tell its offset, without which no promise can be dated.
    """
    if given is None:
        return None
    try:
        if datetime.fromisoformat(given.strip()).tzinfo is not None:
            return given.strip()
    except ValueError:
        pass
    raise Rejected("'began' is not ISO 8601 with an offset, such as 2026-11-21T10:00:00Z")


def _known(found: dict[str, Any]) -> dict[str, Any]:
    """Only our keys, with half surrogate pairs (which JSON can spell and UTF-8 cannot) replaced."""
    return {
        key: value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value
        for key, value in found.items()
        if key in Line.__struct_fields__
    }


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of JSON")


def _not_json(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg.lower()} at character {error.pos + 1})"
    return f"not JSON ({str(error).partition(';')[0]})"


def _wrong_type(error: msgspec.ValidationError) -> str:
    """`Expected \\`str | null\\`, got \\`int\\` - at \\`$.text\\`` as `'text' is not a text`."""
    expected, _, where = str(error).partition(" - at ")
    key = where.strip("`").removeprefix("$.") or "line"
    wanted = expected.partition(", got")[0]
    if "float" not in wanted:
        return f"{key!r} is not a text"
    return f"{key!r} is not a number" + (" or a text" if "str" in wanted else "")
