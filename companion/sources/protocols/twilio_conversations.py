"""Twilio Conversations' webhooks: forms, signed over the URL and their fields. Sans I/O.

After twilio.com ("Conversations Webhooks", "Validating Signatures") and requests as Twilio has sent them; the signature is that of
twilio-python's `RequestValidator` (9.13).
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl

from companion.core.events import Channel
from companion.errors import PeerError
from companion.sources.protocols.dialect import word
from companion.sources.protocols.hook import Request, Told
from companion.sources.protocols.room import Over, Said, when
from companion.sources.protocols.twilio_signature import signed, spellings

_FIELDS = 200
"""Of a form, at most; Twilio sends some twenty."""

_OURS = ("SDK", "API")
"""Sources of messages that did not come in by SMS, WhatsApp or the like: where nothing else is said, the agent's."""


class TwilioConversations:
    """Deliveries of Twilio Conversations: each tells one thing about one conversation.

    Args:
        public: the URL that Twilio was given, where ours is another; then the header `Host` is not believed.
        agents: identities of agents, as patterns: `agent-*`; empty takes for the agent's what did not come in from a phone.
    """

    media = "application/x-www-form-urlencoded"

    def __init__(self, public: str | None = None, agents: Sequence[str] = ()) -> None:
        self._public = public
        self._agents = agents

    def signed(self, request: Request, secret: str) -> bool:
        """Whether `X-Twilio-Signature` was made with the account's auth token, over the URL and the fields in order of their names."""
        try:
            fields = "".join(name + value for name, value in sorted(set(_fields(request.body))))
        except PeerError:
            return False
        urls = [url + fields for url in spellings(request.path, request.header("host"), self._public)]
        settings = request.header("x-twilio-webhooks-signature-settings")
        return signed(secret, request.header("x-twilio-signature"), settings, urls)

    def read(self, body: bytes) -> list[Told]:
        """What the delivery tells.

        Raises:
            PeerError: no form with an `EventType`.
        """
        form = dict(_fields(body))
        if "EventType" not in form:
            raise PeerError("a delivery without an 'EventType'")
        call = word(form.get("ConversationSid"))
        if not call:
            return []
        match form["EventType"]:
            case "onMessageAdded":
                return self._said(call, form)
            case "onConversationRemoved":
                return [Over(call=call, reason="deleted")]
            case "onConversationStateUpdated" if form.get("StateTo") == "closed":
                return [Over(call=call, reason="closed")]
        return []

    def _said(self, call: str, form: dict[str, str]) -> list[Told]:
        author, text = form.get("Author", ""), form.get("Body", "")
        speaker = self._speaker(author, form.get("Source", ""))
        if speaker is None:
            return []
        time = when(form.get("DateCreated"))
        return [Said(call=call, id=word(form.get("MessageSid")), speaker=speaker, text=text, time=time, name=word(author))]

    def _speaker(self, author: str, source: str) -> Channel | None:
        if self._agents:
            ours = any(fnmatchcase(author, pattern) for pattern in self._agents)
        elif author == "system":  # what an application writes in nobody's name
            return None
        else:
            ours = source in _OURS
        return "agent" if ours else "customer"


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise PeerError(f"a form of more than {_FIELDS} fields") from None
