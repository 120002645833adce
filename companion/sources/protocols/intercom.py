"""Intercom's webhooks: the topics that matter to a call, and the signature `X-Hub-Signature`. Sans I/O.

After developers.intercom.com ("Webhooks", "Conversation part") and Intercom's OpenAPI description 2.16.
"""

import contextlib
import hmac
import re
from html import unescape
from typing import Any

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import inner, read, word
from companion.sources.protocols.hook import JSON, Request, Told, alike
from companion.sources.protocols.room import Over, Said, when

_AUTHORS: dict[str, Channel] = {"user": "customer", "lead": "customer", "contact": "customer", "admin": "agent", "team": "agent"}
"""Who writes; a `bot` is nobody."""

_SEEN = ("comment", "close", "assignment", "quick_reply")
"""Kinds of parts that the customer sees; a `note` is for colleagues only."""

_BEGUN = ("conversation.user.created", "conversation.admin.single.created")
"""Topics whose message stands in `source`: the conversation's first. Elsewhere that is an old one."""

_ENDED = {"conversation.admin.closed": "closed", "conversation.deleted": "deleted"}

_TAG = re.compile(r"</?(?P<breaks>(?:p|br|div|li|ul|ol|h[1-6]|pre|blockquote|t[drh])\b)?[^<>]*>")


class Intercom:
    """Deliveries of Intercom: each tells one thing about one conversation."""

    media = JSON

    def signed(self, request: Request, secret: str) -> bool:
        """Whether the body is signed (HMAC-SHA1, hexadecimal) with the app's client secret."""
        scheme, _, digest = request.header("x-hub-signature").partition("=")
        return scheme == "sha1" and alike(digest, hmac.digest(secret.encode(), request.body, "sha1").hex())

    def read(self, body: bytes) -> list[Told]:
        """What the delivery tells.

        Raises:
            PeerError: no JSON object with a `topic`.
        """
        found = read(body)
        topic = found.get("topic")
        if not isinstance(topic, str):
            raise PeerError("a delivery without a 'topic'")
        item = inner(inner(found, "data"), "item")
        call = word(item.get("id"))
        if not call or not topic.startswith("conversation."):
            return []
        told: list[Told] = []
        if topic in _BEGUN:
            told += _said(call, "source", inner(item, "source"), item.get("created_at"))
        parts = inner(item, "conversation_parts").get("conversation_parts")
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict) and part.get("part_type") in _SEEN:
                told += _said(call, "part", part, part.get("created_at"))
        if topic in _ENDED:
            told.append(Over(call=call, reason=_ENDED[topic]))
        return told


def _said(call: str, kind: str, message: dict[str, Any], written: object) -> list[Told]:
    author, text = inner(message, "author"), message.get("body")
    speaker = _AUTHORS.get(word(author.get("type")))
    if speaker is None or author.get("from_ai_agent") is True or not isinstance(text, str):
        return []
    # A part comes again with each topic that it fits, so it is known by its own id and not by the delivery's.
    told = f"{kind} {word(message.get('id'))}"
    return [Said(call=call, id=told, speaker=speaker, text=_plain(text), time=when(written), name=word(author.get("name")))]


def _plain(body: str) -> str:
    """The text of a body: HTML, or from API version 2.15 on plain text, which may hold a `<` of its own."""
    if not body.lstrip().startswith("<"):
        return body
    text = _TAG.sub(lambda tag: " " if tag["breaks"] else "", body)
    with contextlib.suppress(ValueError):  # a character of thousands of digits
        text = unescape(text)
    return " ".join(text.split())
