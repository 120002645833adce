"""Chatwoot, as its own dashboard hears it: ActionCable for what happens, its REST API for the token and for what was missed. Sans I/O.

After Chatwoot's source: `RoomChannel`, `ActionCableListener`, `Message#push_event_data`, `MessageFinder`.
"""

import json
from collections.abc import Mapping
from typing import Any

from companion.core.events import Channel
from companion.sources.protocols.dialect import inner, read, word
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Over, Redial, Refused, Said, Say, Typing, when

PRESENCE = 20.0
"""Seconds between two signs that we are still there, as the dashboard gives them."""

PATIENCE = 10.0
"""Seconds for the answer to a subscription. One with an old token gets none: the server merely notes an error."""

RENEWAL = 300.0
"""Seconds between two looks whether the stream's token has changed: to the old one nothing is sent any more, and nobody says so."""

_TRIES = 3  # subscriptions in a row, each with a token fetched for it
_PAGE = 100  # messages that the server gives at once
_PAGES = 100  # such portions that are taken after one gap
_SPEAKERS: dict[int, Channel] = {0: "customer", 1: "agent"}  # 2 is activity, 3 a template


class Chatwoot:
    """One account.

    Args:
        site: the installation, such as `https://app.chatwoot.com`.
        account: the account's number.
        token: the access token of an agent.
        conversation: the only conversation that is wanted; all where it is None.
    """

    def __init__(self, site: str, account: int, token: str, conversation: int | None = None) -> None:
        self.address = f"ws{site.removeprefix('http')}/cable"
        self._site = site
        self._account = account
        self.token = token
        """The same; may be replaced by a new one."""
        self._only = conversation
        self._pubsub: tuple[str, int] | None = None
        self._channel = ""
        self._asked: float | None = None
        self._tries = 0
        self._pages = 0
        self._joined = False
        self._presence = self._renewed = 0.0

    def enter(self) -> Ask | None:
        """The profile tells the token for the stream, which changes from time to time."""
        self._asked, self._joined = None, False
        return self._ask("/api/v1/profile", "the profile")

    def receive(self, message: str | bytes, now: float) -> list[Act]:
        """What a message means.

        Raises:
            PeerError: it is no JSON object.
        """
        found = read(message)
        match found.get("type"):
            case "welcome":
                self._renewed = now
                return self._subscribe(now)
            case "confirm_subscription" if found.get("identifier") == self._channel:
                self._asked, self._tries, self._joined, self._presence = None, 0, True, now
                return [Joined()]
            case "reject_subscription" if found.get("identifier") == self._channel:
                return self._again("rejects the subscription")
            case "disconnect":
                if found.get("reconnect") is False:
                    return [Refused(f"does not let us in ({word(found.get('reason'))}); check the address")]
                return [Redial(word(found.get("reason")) or "hung up")]
        return self._event(inner(found, "message")) if found.get("identifier") == self._channel else []

    def answer(self, ask: Ask, status: int, body: Any) -> list[Act]:
        """What the REST API says."""
        found: dict[str, Any] = body if isinstance(body, dict) else {}
        if ask.about == "the profile":
            return self._profile(status, found)
        messages = found.get("payload")
        if status != 200 or not isinstance(messages, list):
            return [Odd(f"HTTP status {status} for {ask.about}; they are not known")]
        acts = [act for message in messages if isinstance(message, dict) for act in self._message(message)]
        newest = max((message["id"] for message in messages if isinstance(message, dict) and type(message.get("id")) is int), default=0)
        if len(messages) >= _PAGE and self._pages > 0:
            self._pages -= 1
            acts.append(self._ask(ask.url.removeprefix(self._site), ask.about, after=str(newest)))
        return acts

    def tick(self, now: float) -> list[Act]:
        """Presence, a subscription that nobody answers, and the token that may have changed."""
        if self._asked is not None and now - self._asked >= PATIENCE:
            return self._again("does not answer the subscription")
        acts: list[Act] = []
        if self._joined and now - self._presence >= PRESENCE:
            self._presence = now
            acts.append(self._say("message", data=json.dumps({"action": "update_presence"})))
        if self._joined and now - self._renewed >= RENEWAL:
            self._renewed = now
            acts.append(self._ask("/api/v1/profile", "the profile"))
        return acts

    def missed(self, last: Mapping[str, Said]) -> list[Ask]:
        """The messages after the newest that is known of each conversation."""
        self._pages = _PAGES
        path = f"/api/v1/accounts/{self._account}/conversations"
        return [
            self._ask(f"{path}/{call}/messages", f"missed messages of conversation {call}", after=said.id) for call, said in last.items()
        ]

    def _profile(self, status: int, found: dict[str, Any]) -> list[Act]:
        if status in (401, 403):
            return [Refused(f"refuses the token (HTTP status {status}); put your access token, from the profile settings, into the file")]
        if status != 200:
            return [Redial(f"gives HTTP status {status} for the profile")]
        pubsub, user = word(found.get("pubsub_token")), found.get("id")
        if not pubsub or type(user) is not int:
            return [Refused("gives a profile without a 'pubsub_token'; check that this is Chatwoot's address")]
        old, self._pubsub = self._pubsub, (pubsub, user)
        if not self._joined or old == self._pubsub:
            return []
        # The channel is changed by dialling anew: what comes in between is then missed and asked for, by the same road as ever.
        return [Redial("has a new token for the stream")]

    def _subscribe(self, now: float) -> list[Act]:
        if self._pubsub is None:
            return [Redial("greets before the profile is known")]
        token, user = self._pubsub
        self._channel = json.dumps({"channel": "RoomChannel", "pubsub_token": token, "account_id": self._account, "user_id": user})
        self._asked = now
        return [self._say("subscribe")]

    def _again(self, why: str) -> list[Act]:
        self._asked, self._joined = None, False
        self._tries += 1
        if self._tries >= _TRIES:
            return [Refused(f"{why}, with a fresh token; check the account's number")]
        return [Redial(why)]

    def _event(self, message: dict[str, Any]) -> list[Act]:
        data = inner(message, "data")
        if data.get("account_id") != self._account:
            return []  # the stream is the person's, whatever accounts they have
        match message.get("event"):
            case "message.created":
                return self._message(data)
            case "conversation.status_changed" if data.get("status") == "resolved":
                return [Over(call=str(data["id"]), reason="resolved")] if self._wanted(data.get("id")) else []
            case "conversation.typing_on" | "conversation.typing_off" as kind:
                call = inner(data, "conversation").get("id")
                if self._wanted(call) and inner(data, "user").get("type") == "contact":
                    return [Typing(call=str(call), on=kind.endswith("on"))]
        return []

    def _message(self, data: dict[str, Any]) -> list[Act]:
        call, number, kind, text = (data.get(key) for key in ("conversation_id", "id", "message_type", "content"))
        if not self._wanted(call) or type(number) is not int or type(kind) is not int or kind not in _SPEAKERS:
            return []
        sender = inner(data, "sender")
        if data.get("private") or not isinstance(text, str) or sender.get("type") == "agent_bot":
            return []
        time, name = when(data.get("created_at")), word(sender.get("name"))
        return [Said(call=str(call), id=str(number), speaker=_SPEAKERS[kind], text=text, time=time, name=name)]

    def _wanted(self, call: Any) -> bool:
        return type(call) is int and 0 < call < 1 << 63 and self._only in (None, call)

    def _say(self, command: str, **more: str) -> Say:
        return Say(json.dumps({"command": command, "identifier": self._channel, **more}))

    def _ask(self, path: str, about: str, **query: str) -> Ask:
        return Ask(url=self._site + path, headers={"api_access_token": self.token}, query=query, about=about)
