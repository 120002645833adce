"""Slack's Socket Mode, and its Web API for the address and for what was missed. Sans I/O.

After Slack's documentation and python-slack-sdk. An app's token opens the stream; a bot's token, if there is one, reads what was missed.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from companion.core.events import Channel
from companion.sources.protocols.dialect import inner, read, word
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Redial, Refused, Said, Say, when

_SPOKEN = frozenset(
    {"", "file_share", "me_message", "thread_broadcast"}
)  # kinds of message that people write; others are edits and notices
_LATER = frozenset({"internal_error", "ratelimited", "request_timeout", "service_unavailable", "fatal_error", "team_added_to_org"})
_PAGE = 200  # messages asked for at once
_PAGES = 25
_MARK = re.compile(r"<([@#!]?)([^<>|\s][^<>|]{0,2000})(?:\|([^<>]{0,2000}))?>")


class Slack:
    """One channel, or all that the app is in.

    Args:
        api: where the Web API is, such as `https://slack.com/api`.
        app: the app's token (`xapp-…`).
        bot: the bot's token (`xoxb-…`), where there is one.
        agents: who the agents are, by the ids of their users or bots.
        channel: the only channel that is wanted; all where it is None.
    """

    def __init__(self, api: str, app: str, bot: str | None, agents: tuple[str, ...], channel: str | None = None) -> None:
        self.address = ""
        self._api = api
        self.app, self.bot = app, bot
        """The same; may be replaced by new ones."""
        self._agents = frozenset(agents)
        self._only = channel
        self._pages = 0

    def enter(self) -> Ask | None:
        """Each connection has an address of its own."""
        return Ask(url=f"{self._api}/apps.connections.open", method="POST", headers=_bearer(self.app), about="the address")

    def receive(self, message: str | bytes, now: float) -> list[Act]:
        """What a message means; every envelope is acknowledged at once.

        Raises:
            PeerError: it is no JSON object.
        """
        found = read(message)
        match found.get("type"):
            case "hello":
                return [Joined()]
            case "disconnect" if found.get("reason") == "link_disabled":
                return [Refused("has Socket Mode switched off; switch it on in the app's settings")]
            case "disconnect":
                return [Redial(word(found.get("reason")) or "asks for a new connection", at_once=True)]
        envelope = found.get("envelope_id")
        if not isinstance(envelope, str) or not isinstance(found.get("type"), str):
            return []
        acts: list[Act] = [Say(json.dumps({"envelope_id": envelope}))]
        if found.get("type") == "events_api":
            event = inner(inner(found, "payload"), "event")
            if event.get("type") == "message":
                acts += self._message(event, event.get("channel"))
        return acts

    def answer(self, ask: Ask, status: int, body: Any) -> list[Act]:
        """What the Web API says."""
        found: dict[str, Any] = body if isinstance(body, dict) else {}
        error = "" if found.get("ok") is True else word(found.get("error")) or f"HTTP status {status}"
        if ask.about == "the address":
            return self._opened(found.get("url"), error)
        messages = found.get("messages")
        if error or not isinstance(messages, list):
            return [Odd(f"{error or 'no messages'} for {ask.about}; they are not known")]
        channel, cursor = ask.query["channel"], word(inner(found, "response_metadata").get("next_cursor"))
        # Newest first, and the pages too: those before are asked for, and said, before these.
        acts = [act for message in reversed(messages) if isinstance(message, dict) for act in self._message(message, channel)]
        if cursor and self._pages > 0:
            self._pages -= 1
            return [self._history(channel, ask.query["oldest"], cursor), *acts]
        return acts

    def tick(self, now: float) -> list[Act]:
        """Nothing falls due: Slack says when a connection has to be changed."""
        return []

    def missed(self, last: Mapping[str, Said]) -> list[Ask]:
        """The messages after the newest that is known of each channel; nothing without a bot's token."""
        self._pages = _PAGES
        return [self._history(channel, said.id) for channel, said in last.items()] if self.bot else []

    def _opened(self, url: Any, error: str) -> list[Act]:
        if error:
            if error in _LATER or error.startswith("HTTP"):
                return [Redial(f"gives no address ({error})")]
            return [Refused(f"refuses the app's token ({error}); check the xapp-… line of the file, and that Socket Mode is on")]
        schemes = ("wss",) if self._api.startswith("https:") else ("ws", "wss")
        if not isinstance(url, str) or not _is_address(url, schemes):
            return [Refused("gives an address that is none; check that this is Slack's")]
        self.address = url
        return []

    def _message(self, event: dict[str, Any], channel: Any) -> list[Act]:
        time, text = event.get("ts"), event.get("text")
        if not isinstance(channel, str) or not isinstance(time, str) or not isinstance(text, str) or self._only not in (None, channel):
            return []
        kind, user, bot = (word(event.get(key)) for key in ("subtype", "user", "bot_id"))
        ours = bool({user, bot} & self._agents - {""})
        if not (ours and kind == "bot_message") and (kind not in _SPOKEN or (bot and not ours)):
            return []
        speaker: Channel = "agent" if ours else "customer"
        return [Said(call=channel, id=time[:40], speaker=speaker, text=plain(text), time=when(time))]

    def _history(self, channel: str, oldest: str, cursor: str = "") -> Ask:
        query = {"channel": channel, "oldest": oldest, "limit": str(_PAGE), **({"cursor": cursor} if cursor else {})}
        about = f"missed messages of channel {word(channel)}"
        return Ask(url=f"{self._api}/conversations.history", headers=_bearer(self.bot or ""), query=query, about=about)


def plain(text: str) -> str:
    """Slack's marks as what people see: `<https://a.b|this page>` is `this page`, `<@U1|ann>` is `@ann`, `&lt;` is `<`."""
    return html.unescape(_MARK.sub(_seen, text))


def _seen(mark: re.Match[str]) -> str:
    kind, target, label = mark.groups()
    if kind == "!":
        return label or "@" + target.partition("^")[0]
    return kind + (label or target)


def _is_address(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        split = urlsplit(url)
        return split.scheme in schemes and bool(split.hostname) and url.isprintable() and (split.port is None or split.port > 0)
    except ValueError:
        return False


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
