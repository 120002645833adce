"""Chats of systems that tell by webhook: any number of conversations, delivered by HTTP. A delivery is answered before it is judged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from companion.core.feed import Item
from companion.errors import ConfigError, PeerError
from companion.net.reach import address, is_here, is_local, not_listening, tls
from companion.sources.chat.chats import QUIET, Chats
from companion.sources.listeners.door import Refusals, opened
from companion.sources.protocols.hook import Hook, Request
from companion.sources.protocols.intercom import Intercom
from companion.sources.protocols.room import Over, Said
from companion.sources.protocols.sunshine import Sunshine
from companion.sources.protocols.twilio_conversations import TwilioConversations
from companion.sources.uri import Address

TICK = 1.0
"""Seconds between two looks at who has gone quiet."""

_WAITING = 1000  # items not yet taken, from which on deliveries are put off


class WebhookListener:
    """A source of any number of conversations.

    Args:
        scheme: how the listener is called: `intercom`.
        host: what to bind to; empty means this machine only.
        port: TCP port; 0 picks a free one.
        hook: what deliveries mean, and how they are signed.
        secret: what they are signed with just now; None believes everything.
        quiet: seconds without a message after which a conversation is over.
        certificate: a PEM file; with it, TLS is spoken.
        key: the certificate's private key, where it is not in the same file.

    Raises:
        ConfigError: no secret for a host beyond this machine, a certificate that cannot be used, or no HTTP library.
    """

    def __init__(
        self,
        scheme: str,
        host: str,
        port: int,
        *,
        hook: Hook,
        secret: Callable[[], str] | None,
        quiet: float = QUIET,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        try:
            from companion.sources.chat.http import Posts
        except ModuleNotFoundError as error:
            raise ConfigError(f"{scheme}: needs {error.name}; install it with: pip install 'companion[chat]'") from error
        self._scheme = scheme
        self._host = host or "127.0.0.1"
        self.port = port
        """The TCP port; the real one once `listening`."""
        if not is_local(self._host) and secret is None:
            raise ConfigError(f"{self.name}: reaches beyond this machine without a secret; give --listen-token-file, or leave the host out")
        self._hook = hook
        self._secret = secret
        self._quiet = quiet
        self._tls = tls(certificate, key)
        self._posts = Posts(hook.media, self._take)
        self._chats = Chats(self.name, quiet)
        self._queue: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
        self._stopped = False
        self._refusals = Refusals()
        self.listening = asyncio.Event()
        """Set once deliveries can come."""

    @property
    def name(self) -> str:
        """Where deliveries go."""
        return address(self._scheme, self._host, self.port)

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen, and yield what is said in all conversations, until closed.

        Raises:
            SourceError: the port cannot be had.
        """
        try:
            self.port = await self._posts.listen(self._host, self.port, self._tls)
        except OSError as error:
            raise not_listening(self.name, error) from error
        self._chats = Chats(self.name, self._quiet)
        self.listening.set()
        self._give(*opened(self.name, self._host, safe=self._tls is not None, what="messages", waits_for="messages"))
        try:
            while (item := await self._next()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self._stopped = True
            await self._posts.close()

    async def close(self) -> None:
        """Take no more deliveries; the conversations end."""
        if not self._stopped:
            self._stopped = True
            self._give(*self._chats.close("stopped"))
            self._queue.put_nowait(None)

    def _give(self, *items: Item) -> None:
        for item in items:
            self._queue.put_nowait(item)

    async def _next(self) -> Item | Exception | None:
        """What happens next; meanwhile, time passes for the conversations."""
        loop = asyncio.get_running_loop()
        while True:
            if not self._stopped:
                self._give(*self._chats.tick(loop.time()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(TICK, self._quiet)):
                    return await self._queue.get()

    def _take(self, request: Request, peer: str) -> tuple[int, str]:
        """Answer a delivery: with 200 once it is sure to be judged, and not to be lost."""
        if self._stopped or self._queue.qsize() >= _WAITING:
            return 503, "busy; come again"
        try:
            return self._read(request, peer)
        except Exception as error:  # the room's outer edge: a fault of ours must not die in the library's log
            self._queue.put_nowait(error)
            return 500, "a fault of ours"

    def _read(self, request: Request, peer: str) -> tuple[int, str]:
        if self._secret is not None:
            if not self._hook.signed(request, self._secret()):
                return self._refuse(401, peer, "a delivery that is not signed with our secret; check --listen-token-file")
        elif (origin := request.header("origin")) and not is_here(origin):
            # Any page that somebody has open in a browser can send forms to this machine.
            return self._refuse(403, peer, "a page of another site; systems send no Origin")
        try:
            told = self._hook.read(request.body)
        except PeerError as error:
            return self._refuse(400, peer, str(error))
        now = asyncio.get_running_loop().time()
        for one in told:
            match one:
                case Said():
                    self._give(*self._chats.said(one, now))
                case Over():
                    self._give(*self._chats.over(one))
                case _:
                    self._give(*self._chats.typing(one, now))
        return 200, "ok"

    def _refuse(self, status: int, peer: str, why: str) -> tuple[int, str]:
        """Refuse a delivery."""
        self._give(*self._refusals.first(f"{self.name}, {peer}", status, why))
        return status, why.partition(";")[0]


def listener(address: Address, *, secret: Callable[[], str] | None, certificate: Path | None, key: Path | None) -> WebhookListener:
    """The listener for one system.

    Args:
        address: a SOURCE of kind `webhook`.
        secret: what its deliveries are signed with just now.
        certificate: a PEM file, with which TLS is spoken.
        key: its private key, where it is not in the same file.

    Raises:
        ConfigError: a key of the URI, or the lack of a secret, makes it unusable.
    """
    public, agents = address.keys.get("public"), address.keys.get("agent", "")
    if public is not None and not public.startswith(("https://", "http://")):
        raise ConfigError(f"{address.name}: public {public[:80]!r} is no URL; give public=https://the.name.they.call")
    hooks: dict[str, Hook] = {
        "sunshine": Sunshine(),
        "intercom": Intercom(),
        "twilio-conversations": TwilioConversations(public, [agent for agent in agents.split(",") if agent]),
    }
    return WebhookListener(
        address.scheme,
        address.host,
        address.port,
        hook=hooks[address.scheme],
        secret=secret,
        quiet=_minutes(address) * 60,
        certificate=certificate,
        key=key,
    )


def _minutes(address: Address) -> float:
    """How long nobody may write before a conversation is over."""
    given = address.keys.get("idle", f"{QUIET / 60:g}")
    with contextlib.suppress(ValueError):
        if 0 < float(given) <= 1440:
            return float(given)
    raise ConfigError(f"{address.name}: idle {given[:40]!r} cannot be used; give minutes, at most 1440")
