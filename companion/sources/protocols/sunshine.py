"""Zendesk's Sunshine Conversations, webhooks of version 2: their events, and the shared secret. Sans I/O.

After developer.zendesk.com ("Receiving messages") and the models of sunshine-conversations-client 17.0.1.
"""

from typing import Any

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import inner, read, word
from companion.sources.protocols.hook import JSON, Request, Told, alike
from companion.sources.protocols.room import Over, Said, Typing, when

_AUTHORS: dict[str, Channel] = {"user": "customer", "business": "agent"}

_WRITTEN = ("text", "image", "file")
"""Kinds of content whose `text` a person wrote; a form's or a place's is made up by the system."""

_MACHINES = {"AI", "activity"}
"""Subtypes of an author that is nobody."""

_CLOSED = {"ticketClosed": "ticket closed", "transferToEmail": "went on by e-mail"}


class Sunshine:
    """Deliveries of Sunshine Conversations: each holds any number of events."""

    media = JSON

    def signed(self, request: Request, secret: str) -> bool:
        """Whether the header `X-API-Key` is the webhook's secret."""
        return alike(request.header("x-api-key"), secret)

    def read(self, body: bytes) -> list[Told]:
        """What the events tell.

        Raises:
            PeerError: no JSON object with `events`.
        """
        events = read(body).get("events")
        if not isinstance(events, list):
            raise PeerError("a delivery without 'events'; set the webhook's version to v2")
        return [told for event in events if isinstance(event, dict) and (told := _told(event)) is not None]


def _told(event: dict[str, Any]) -> Told | None:
    payload = inner(event, "payload")
    call = word(inner(payload, "conversation").get("id"))
    if not call:
        return None
    match event.get("type"):
        case "conversation:message":
            return _said(call, word(event.get("id")), inner(payload, "message"))
        case "conversation:typing":
            activity = inner(payload, "activity")
            if inner(activity, "author").get("type") == "user":
                return Typing(call=call, on=activity.get("type") == "typing:start")
        case "conversation:remove":
            return Over(call=call, reason="deleted")
        case "switchboard:releaseControl" if word(payload.get("reason")) in _CLOSED:
            return Over(call=call, reason=_CLOSED[word(payload.get("reason"))])
    return None


def _said(call: str, event: str, message: dict[str, Any]) -> Said | None:
    author, content, source = (inner(message, key) for key in ("author", "content", "source"))
    speaker, text = _AUTHORS.get(word(author.get("type"))), content.get("text")
    if speaker is None or not isinstance(text, str) or content.get("type") not in _WRITTEN or message.get("deleted") is True:
        return None
    subtypes = author.get("subtypes")
    if source.get("type") == "zd:answerBot" or (isinstance(subtypes, list) and _MACHINES.intersection(map(word, subtypes))):
        return None
    return Said(
        call=call,
        id=word(message.get("id")) or event,
        speaker=speaker,
        text=text,
        time=when(message.get("received")),
        name=word(author.get("displayName")),
    )
