"""Chats whose messages are JSON of their own kind: a small mapping says which field is what. Sans I/O."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from companion.core.events import Channel
from companion.sources.protocols.dialect import read
from companion.sources.protocols.jsonlines import ONLY
from companion.sources.protocols.room import Act, Ask, Odd, Refused, Said, when
from companion.speech.redact import clean

_SHOWN = 12
"""Keys of a message that a complaint names."""


class Fields(msgspec.Struct, frozen=True, kw_only=True):
    """Where things stand in a message; dots lead into objects, figures into lists: `data.items.0.body`."""

    text: str = "text"
    speaker: str = "speaker"
    call: str = "call"
    time: str = "ts"
    agents: tuple[str, ...] = ()
    """What the speaker's field holds where the agent speaks; everybody else is the customer. Without any, `agent` or `customer` itself."""
    ignore: tuple[tuple[str, str], ...] = ()
    """Fields with values: a message that has one of these is none."""


class Mapped:
    """A chat whose messages are read by a mapping.

    Args:
        address: what is dialled.
        fields: the mapping.
        strict: a message that cannot be used ends everything.
    """

    def __init__(self, address: str, fields: Fields, *, strict: bool = False) -> None:
        self.address = address
        self._fields = fields
        self._strict = strict
        self._agents = {name.casefold() for name in fields.agents}
        self._told: set[str] = set()

    def enter(self) -> Ask | None:
        """Nothing has to be asked."""
        return None

    def receive(self, message: str | bytes, now: float) -> list[Act]:
        """What a message says, by the mapping. What it lacks is said once for each field.

        Raises:
            PeerError: it is no JSON object.
        """
        found = read(message)
        if any(_plain(_at(found, field)) == value for field, value in self._fields.ignore):
            return []
        text, speaker = _at(found, self._fields.text), _plain(_at(found, self._fields.speaker))
        if not isinstance(text, str):
            return self._odd("text", f"no text in {self._fields.text!r}; {_keys(found)}")
        if not speaker:
            return self._odd("speaker", f"no speaker in {self._fields.speaker!r}; {_keys(found)}")
        channel = self._channel(speaker)
        if channel is None:
            return self._odd("agents", f"speaker {clean(speaker)[:40]!r} is neither 'agent' nor 'customer'; name the agents: --chat-agents")
        call = _plain(_at(found, self._fields.call)) or ONLY
        return [Said(call=call, speaker=channel, text=text, time=when(_at(found, self._fields.time)))]

    def answer(self, ask: Ask, status: int, body: Any) -> list[Act]:
        """Nothing was asked."""
        return []

    def tick(self, now: float) -> list[Act]:
        """Nothing falls due."""
        return []

    def missed(self, last: Mapping[str, Said]) -> list[Ask]:
        """What was missed cannot be had."""
        return []

    def _channel(self, speaker: str) -> Channel | None:
        if self._agents:
            return "agent" if speaker.casefold() in self._agents else "customer"
        return "agent" if speaker == "agent" else "customer" if speaker == "customer" else None

    def _odd(self, what: str, reason: str) -> list[Act]:
        if self._strict:
            return [Refused(reason)]
        if what in self._told:
            return []
        self._told.add(what)
        return [Odd(f"{reason}; such messages are left out")]


def _at(found: Any, path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    for key in path.split("."):
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list) and key.isascii() and key.isdigit() and len(key) < 6:
            found = found[int(key)] if int(key) < len(found) else None
        else:
            return None
    return found


def _plain(value: Any) -> str:
    """A text, number or truth value as one would write it; anything else as nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value}"[:200] if isinstance(value, int | float) else ""


def _keys(found: dict[str, Any]) -> str:
    """`the message has: id, message.body, …`."""
    keys: list[str] = []
    for key in _leaves(found, ""):
        if len(keys) == _SHOWN:
            keys.append("…")
            break
        keys.append(clean(key)[:60])
    return f"the message has: {', '.join(keys) or 'nothing'}"


def _leaves(found: dict[str, Any], above: str) -> Iterator[str]:
    for key, value in found.items():
        if isinstance(value, dict) and value and above.count(".") < 4:
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield above + key
