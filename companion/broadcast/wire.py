"""Our end of a connection to a hub: who we are, what the hub says, made harmless, and dialling again when it breaks."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import TypeAlias

from companion.broadcast.cleaning import clean_json
from companion.broadcast.messages import Bye, FromHub, Hello, Welcome, encode, from_hub
from companion.core.seen import Message
from companion.errors import ConfigError, PeerError, SourceError
from companion.net.dialling import WAITS, Line, Lost
from companion.speech.redact import shown

Heard: TypeAlias = FromHub | Lost


class TurnedAway(SourceError):
    """Raised when the hub does not let us in: a wrong token, or another version. Coming again helps with another token only."""


class Wire:
    """A connection to a hub.

    Args:
        url: what is dialled: `ws://host:2750`, or `wss://…`.
        hello: who we are, asked anew for each connection.
        waits: seconds before each try to come back; the last is repeated.

    Raises:
        ConfigError: the address is none, or there is a user or a password in it.
    """

    def __init__(self, url: str, hello: Callable[[], Hello], waits: Sequence[float] = WAITS) -> None:
        self.name = name_of(url)
        """How it is called in errors."""

        def greeting() -> list[str]:
            return [encode([hello()]).decode("utf-8", "replace")]

        self._line = Line(url, self.name, waits, kept=True, greeting=greeting, subprotocol="companion.v1")

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Yield what the hub says, a `Welcome` first on each connection, and `Lost` when one breaks.

        Raises:
            SourceError: it cannot be reached in the first place.
            TurnedAway: it does not let us in.
        """
        welcome, bye = False, ""
        async for heard in self._line:
            if isinstance(heard, Lost):
                yield Lost(bye or heard.reason, heard.wait)
                welcome, bye = False, ""
            elif isinstance(heard, str | bytes):
                try:
                    messages = _messages(heard)
                except PeerError as error:
                    await self._line.hang_up(str(error))
                    continue
                for message in messages:
                    if isinstance(message, Bye):
                        bye = message.reason
                        if not welcome:
                            await self.close()
                            raise TurnedAway(f"{self.name}: {bye}")
                    welcome = welcome or isinstance(message, Welcome)
                    yield message

    async def send(self, messages: Iterable[Message]) -> None:
        """Say something; nobody hears it while there is no connection."""
        await self.send_frame(encode(messages))

    async def send_frame(self, frame: bytes) -> None:
        """The same, ready for the wire."""
        await self._line.send(frame)

    async def hang_up(self, why: str) -> None:
        """End this connection, to dial anew."""
        await self._line.hang_up(why)

    async def close(self) -> None:
        """Hang up for good."""
        await self._line.close()


def name_of(url: str) -> str:
    """What a hub is called in messages.

    Raises:
        ConfigError: it is no address of a hub, or there is a user or a password in it.
    """
    if not re.match("wss?://[^/]", url, re.IGNORECASE):
        raise ConfigError(f"hub {shown(url)}: is no hub's address; give ws://host:2750 or wss://host:2750, or a bus, nats://host:4222")
    if "@" in re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0]:
        raise ConfigError(f"hub {shown(url)}: a password does not belong there; put a token into a file, and give --broadcast-token-file")
    return f"hub {shown(url)}"


def _messages(frame: str | bytes) -> list[FromHub]:
    frame = frame.encode("utf-8", "replace") if isinstance(frame, str) else frame
    return from_hub(b"\n".join(map(clean_json, frame.split(b"\n"))))
