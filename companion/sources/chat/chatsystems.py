"""Which chat system a SOURCE is, and what it needs: the room, the token, and who the agents are."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from urllib.parse import urlsplit

from companion.errors import ConfigError
from companion.net.dialling import WAITS
from companion.sources.chat.asking import Asker
from companion.sources.chat.chatroom import ChatRoom
from companion.sources.protocols.chatwoot import Chatwoot
from companion.sources.protocols.mapping import Fields, Mapped
from companion.sources.protocols.rocketchat import CONNECT, MINE, RocketChat
from companion.sources.protocols.slack import Slack
from companion.sources.uri import Address


def mapped(address: Address, chat: Mapping[str, str | None], *, strict: bool = False) -> ChatRoom:
    """A chat whose messages are JSON of their own kind.

    Args:
        address: a SOURCE of kind `stream` that sends no sound.
        chat: the mapping: `text`, `speaker`, `call`, `time`, `agents` and `ignore`, as far as they are given.
        strict: a message that cannot be used ends everything.

    Raises:
        ConfigError: the mapping cannot be used.
    """
    ignore = []
    for pair in _several(chat.get("ignore")):
        field, equals, value = pair.partition("=")
        if not field or not equals:
            raise ConfigError(f"chat.ignore {pair[:80]!r}: is no field=value; write it like type=typing")
        ignore.append((field, value))
    paths = {key: path for key in ("text", "speaker", "call", "time") if (path := chat.get(key))}
    fields = Fields(agents=_several(chat.get("agents")), ignore=tuple(ignore), **paths)
    return ChatRoom(Mapped(address.where, fields, strict=strict), name=address.name, kept=False)


def system(address: Address, *, token: Callable[[], str] | None, agents: str | None, waits: Sequence[float] = WAITS) -> ChatRoom:
    """A chat system that is joined with a token.

    Args:
        address: a SOURCE of kind `chat`.
        token: what the token file holds just now.
        agents: who the agents are, parted by commas, where the system itself does not tell.
        waits: seconds before each try to join again.

    Raises:
        ConfigError: something is missing, or cannot be used.
    """
    if token is None:
        raise ConfigError(f"{address.name}: is joined with a token; put it into a file, and give --chat-token-file")
    keys, site, name = address.keys, address.where, address.name
    match address.scheme.partition("+")[0]:
        case "chatwoot":
            account = _number(name, keys, "account")
            if account is None:
                raise ConfigError(f"{name}: no account; add ?account=1, the number in the dashboard's address")
            room = Chatwoot(site, account, _only(name, token()), _number(name, keys, "conversation"))
            split = urlsplit(site)
            origin = f"{split.scheme}://{split.netloc}"  # without one, Rails takes us for another site's page
            renew = partial(_renew, name, room, token)
            return ChatRoom(room, name=name, asker=Asker(), renew=renew, subprotocol="actioncable-v1-json", origin=origin, waits=waits)
        case "rocketchat":
            chat = RocketChat(site, keys.get("room") or MINE, _only(name, token()), _several(agents))
            return ChatRoom(chat, name=name, asker=Asker(), renew=partial(_renew, name, chat, token), greeting=[CONNECT], waits=waits)
    if not _several(agents):
        raise ConfigError(f"{name}: nothing tells who the agents are; give --chat-agents with their member ids: U012AB3CD,U045EF6GH")
    app, bot = _slacks(token())
    if not app:
        raise ConfigError(f"{name}: no app's token in the token file; write it there in a line of its own, as Slack shows it: xapp-…")
    slack = Slack(f"{site}/api", app, bot, _several(agents), keys.get("channel") or None)

    def renew_both() -> None:
        new = _slacks(token())
        if new[0]:  # else what it said before still counts
            slack.app, slack.bot = new

    return ChatRoom(slack, name=name, asker=Asker(), renew=renew_both, waits=waits)


def _several(given: str | None) -> tuple[str, ...]:
    return tuple(one.strip() for one in (given or "").split(",") if one.strip())


def _number(name: str, keys: Mapping[str, str], key: str) -> int | None:
    given = keys.get(key)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise ConfigError(f"{name}: {key} {given[:40]!r} is no number; take it from the dashboard's address")
    return int(given)


def _renew(name: str, room: Chatwoot | RocketChat, token: Callable[[], str]) -> None:
    with contextlib.suppress(ConfigError):  # what it said before still counts
        room.token = _only(name, token())


def _slacks(given: str) -> tuple[str, str | None]:
    """The app's and the bot's token."""
    tokens = given.split()
    return next((one for one in tokens if one.startswith("xapp-")), ""), next((one for one in tokens if one.startswith("xox")), None)


def _only(name: str, token: str) -> str:
    if len(token.split()) != 1 or not token.isascii():
        raise ConfigError(f"{name}: the token file holds more than a token; leave that in it, and nothing else")
    return token
