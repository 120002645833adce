"""The conversations of a chat system as calls: opened by their first message, without doubles, and closed when they are over or quiet."""

from collections import OrderedDict
from datetime import UTC, datetime

from companion.core.events import Introduced, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.sources.protocols.dialect import word
from companion.sources.protocols.line import LONGEST_NAME, Line, Rejected, call_name, said
from companion.sources.protocols.room import Over, Said, Typing

MOST = 500
"""Conversations at once; one more, and the one that has been quiet for longest ends."""

QUIET = 1800.0
"""Seconds without a message after which a conversation is over. In many systems none ever ends: a room is there for good."""

TYPING = 30.0
"""Seconds after which somebody is no longer typing, whatever was heard of them; as in Chatwoot's own screen."""

REMEMBERED = 10_000
"""Messages whose ids are kept to know doubles by."""


class _Conversation:
    """One conversation; times are readings of the steady clock, in seconds."""

    def __init__(self, call: str, now: float, first: float | None) -> None:
        self.call = call
        self.zero = now
        self.first = first
        """When its first message was written, seconds since 1970."""
        self.heard = now
        self.typing: float | None = None
        self.names = {"agent": "", "customer": ""}
        self.last: Said | None = None


class Chats:
    """All conversations of one source.

    Args:
        name: how the source is called in complaints and in the journal.
        quiet: seconds without a message after which a conversation is over.
    """

    def __init__(self, name: str, quiet: float = QUIET) -> None:
        self._name = name
        self._quiet = quiet
        self._open: OrderedDict[str, _Conversation] = OrderedDict()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    @property
    def last(self) -> dict[str, Said]:
        """The newest message of each open conversation, without its text: up to where everything is known."""
        return {chat.last.call: chat.last for chat in self._open.values() if chat.last is not None}

    def said(self, message: Said, now: float) -> list[Item]:
        """Take in a message."""
        try:
            call = call_name(message.call)
            key = (call, message.id[:LONGEST_NAME])
            if message.id and key in self._seen:
                return []
            speaker, text = said(Line(speaker=message.speaker, text=message.text))
        except Rejected as why:
            return [Complaint(text=f"{self._name}: {why}; message left out")] if message.text.strip() else []
        if message.id:
            self._seen[key] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        items: list[Item] = []
        name = word(message.name)
        chat = self._open.get(call)
        if chat is None:
            if len(self._open) >= MOST:
                items += self._close(next(iter(self._open)), "too many conversations at once")
            chat = self._open[call] = _Conversation(call, now, message.time)
            items.append(Opened(call=call, source=self._name, began=_iso(message.time), timed=False, **{speaker: name or None}))
        elif name and name != chat.names[speaker]:
            items.append(Happened(call=call, event=Introduced(**{speaker: name})))
        if speaker == "customer":
            items += self._typed(chat, now)
        chat.names[speaker] = name or chat.names[speaker]
        chat.heard = now
        if chat.last is None or message.time is None or message.time >= (chat.last.time or 0.0):
            chat.last = Said(call=call, id=key[1], speaker=speaker, text="", time=message.time)
        self._open.move_to_end(call)
        time = self._time(chat, message, now)
        return [*items, Happened(call=call, event=Utterance(speaker=speaker, text=text, start=time, end=time))]

    def typing(self, typing: Typing, now: float) -> list[Item]:
        """The customer types, or stopped: their turn has begun. Of a conversation without messages nothing is known yet."""
        chat = self._open.get(typing.call)
        if chat is None:
            return []
        if not typing.on:
            return self._typed(chat, now)
        begun, chat.typing = chat.typing is not None, now
        start = round(now - chat.zero, 3)
        return [] if begun else [Happened(call=chat.call, event=SpeechBegan(channel="customer", start=start))]

    def over(self, over: Over) -> list[Item]:
        """A conversation is closed."""
        return self._close(over.call, word(over.reason) or "ended") if over.call in self._open else []

    def tick(self, now: float) -> list[Item]:
        """Let time pass: who has typed for too long has stopped, and who has been quiet for too long has gone."""
        items: list[Item] = []
        for chat in list(self._open.values()):
            if chat.typing is not None and now - chat.typing >= TYPING:
                items += self._typed(chat, now)
            if now - chat.heard >= self._quiet:
                items += self._close(chat.call, f"no message for {self._quiet / 60:g} minutes")
        return items

    def lost(self, reason: str) -> list[Item]:
        """The connection broke off."""
        for chat in self._open.values():
            chat.typing = None
        return [Happened(call=call, event=SourceLost(reason=reason)) for call in self._open]

    def back(self, gap: float) -> list[Item]:
        """The connection is back after `gap` seconds."""
        return [Happened(call=call, event=SourceBack(gap=gap)) for call in self._open]

    def close(self, reason: str) -> list[Item]:
        """The source is over: close what is still open."""
        return [item for call in list(self._open) for item in self._close(call, reason)]

    def _close(self, call: str, reason: str) -> list[Item]:
        del self._open[call]
        return [Closed(call=call, reason=reason)]

    def _typed(self, chat: _Conversation, now: float) -> list[Item]:
        if chat.typing is None:
            return []
        chat.typing = None
        return [Happened(call=chat.call, event=SpeechEnded(channel="customer", end=round(now - chat.zero, 3)))]

    def _time(self, chat: _Conversation, message: Said, now: float) -> float:
        """Seconds of the call: by the peer's clock where it tells, but never later than now."""
        elapsed = now - chat.zero
        if message.time is not None and chat.first is not None:
            elapsed = min(max(0.0, message.time - chat.first), elapsed)
        return round(elapsed, 3)


def _iso(time: float | None) -> str | None:
    try:
        return None if time is None else datetime.fromtimestamp(time, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
