"""A connection to NATS that is made anew whenever it breaks, and the streams that calls need there."""

import asyncio
import contextlib
import os
import random
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import nats
import nkeys
from nats.aio.client import Client
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError, ServiceUnavailableError

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.ledger import LINGER, MOST_ENDED
from companion.core.checklist import fingerprint
from companion.errors import ConfigError, SourceError
from companion.net.dialling import JITTER, WAITS

FAILURES = (nats.errors.Error, OSError, TimeoutError)
"""What the library raises when the server is away or says no."""

PATIENCE = 5.0
"""Seconds that the server may take to answer."""

_PING = 5  # seconds; a server that leaves two unanswered is away


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the stream of all records may hold, where it is not there yet and we make it. The oldest goes first."""

    days: float = 7.0
    gigabytes: float = 4.0
    replicas: int = 1
    """How many servers of a cluster hold it."""


class Away(Exception):
    """Raised where there is no connection just now."""


class Link:
    """A connection to NATS, as a context.

    Args:
        url: `nats://` or `tls://`, one or more hosts of one cluster with commas between them; `?days=`, `gigabytes=` and `replicas=` as in
            `Limits`; `name@` before the first host says who we are.
        credentials: a file with a user's JWT and seed, an nkey seed, or TOML with `user` and `password`, or `token`;
            read anew for each connection.
        up: told of every new connection, before anybody else uses it.
        away: told why there is none any more; called once until the next.
        makes: whether the streams are made where they are missing; else they are waited for.

    Raises:
        ConfigError: the URL or the file cannot be used.
    """

    def __init__(
        self,
        url: str,
        credentials: Path | None = None,
        *,
        up: Callable[[Client], Awaitable[None]],
        away: Callable[[str], None],
        makes: bool = False,
    ) -> None:
        self._servers, self.user, self.limits = _place(url)
        self._credentials = credentials
        self._secrets = _secrets(credentials) if credentials else {}
        self.name = self._servers[0]
        """The first server, as it is called in messages."""
        self.user = self._secrets.get("user", self.user)
        """Who we are, as far as the credentials or the URL tell."""
        self.denied = ""
        """What was last not permitted; the server tells it aside, and leaves the request unanswered."""
        self._up = up
        self._away = away
        self._makes = makes
        self._checklists: dict[str, Any] = {}
        self._client: Client | None = None
        self._reachable = asyncio.Event()
        self._gone = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect for the first time.

        Raises:
            SourceError: it cannot be reached, or lets nobody in with these credentials.
        """
        try:
            await self._connect()
        except Away as error:
            raise SourceError(f"{self.name}: {error}; start one: companion serve --bus {self.name}") from error
        except FAILURES as error:
            what = "check that nats-server runs there with JetStream, and --bus-credentials"
            raise SourceError(f"{self.name}: {_reason(error)}; {what}") from error
        self._task = asyncio.create_task(self._hold())

    async def close(self) -> None:
        """Hang up; safe to call twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @property
    def client(self) -> Client:
        """The connection.

        Raises:
            Away: there is none just now.
        """
        if self._client is None:
            raise Away("not connected")
        return self._client

    @property
    def streams(self) -> JetStreamContext:
        """The same, to ask JetStream.

        Raises:
            Away: there is no connection just now.
        """
        return self.client.jetstream(timeout=PATIENCE)

    @property
    def is_up(self) -> bool:
        """Whether there is a connection."""
        return self._client is not None

    async def back(self) -> None:
        """Wait until there is a connection."""
        await self._reachable.wait()

    async def last(self, subject: str, stream: str = subjects.CALLS) -> api.RawStreamMsg | None:
        """The newest message of a subject, if there is one.

        Raises:
            Away: there is no connection just now.
        """
        try:
            return await self.streams.get_msg(stream, subject=subject)
        except NotFoundError:
            return None

    async def checklist(self, digest: str) -> Any:
        """A checklist by value; its digest alone where nobody has published it, or something else.

        Raises:
            Away: there is no connection just now.
        """
        if digest not in self._checklists:
            found = await self.last(subjects.checklist(digest), subjects.NOW)
            value = msgspec.json.decode(found.data) if found is not None and found.data else None
            if fingerprint(value) != digest:
                return {"digest": digest}
            self._checklists[digest] = value
        return self._checklists[digest]

    async def _hold(self) -> None:
        tries = 0
        while True:
            await self._gone.wait()
            self._reachable.clear()
            client, self._client = self._client, None
            if client is not None:
                _clear(client)
            self._away("the connection broke off")
            while not self._reachable.is_set():
                await asyncio.sleep(WAITS[min(tries, len(WAITS) - 1)] * random.uniform(1 - JITTER, 1 + JITTER))
                tries += 1
                try:
                    await self._connect()
                except (*FAILURES, Away):
                    continue
            tries = 0

    async def _connect(self) -> None:
        gone = asyncio.Event()
        failure: list[Exception] = []

        async def closed() -> None:
            gone.set()

        async def failed(error: Exception) -> None:
            failure[:] = [error]
            if "permissions violation" in str(error).lower():
                self.denied = str(error).removeprefix("nats: ")

        if self._credentials is not None:
            with contextlib.suppress(ConfigError):  # what it said before counts until it can be used again
                self._secrets = _secrets(self._credentials)
        self.denied = ""
        client = Client()
        try:
            await client.connect(
                servers=list(self._servers),
                name="companion",
                allow_reconnect=False,  # we do it, and know then what has to be asked anew
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=int(PATIENCE),
                ping_interval=_PING,
                closed_cb=closed,
                error_cb=failed,
                **self._secrets,
            )
        except nats.errors.NoServersError as error:
            raise (failure[0] if failure else error) from None
        for task in (client._reading_task, client._flusher_task):
            assert task is not None
            task.add_done_callback(partial(_over, gone))
        try:
            await self._furnish(client)
            self._client, self._gone = client, gone
            await self._up(client)
        except BaseException as error:
            self._client = None
            await client.close()
            if isinstance(error, TimeoutError) and failure:
                raise failure[0] from None  # what is not permitted is not answered, but complained of aside
            raise
        self._reachable.set()

    async def _furnish(self, client: Client) -> None:
        """See that the streams are there; those that are there stay as they are."""
        streams = client.jetstream(timeout=PATIENCE)
        for config in _streams(self.limits):
            assert config.name is not None
            try:
                await streams.stream_info(config.name)
            except NotFoundError:
                if self._makes:
                    await streams.add_stream(config)
                elif config.name != subjects.ENDED:  # an earlier companion's gateways have none
                    raise Away("no gateway has published calls there yet") from None


def _over(gone: asyncio.Event, task: asyncio.Task[None]) -> None:
    """Nothing is read or sent any more. The library forgets to say so where the connection is reset while there is something to send."""
    if not task.cancelled():
        task.exception()  # else asyncio would print it
    gone.set()


def _clear(client: Client) -> None:
    """Put away what the library leaves where it fails in the middle of closing: asyncio would print that it was left."""
    for subscription in client._subs.values():
        subscription._stop_processing()
    if client._transport is not None:
        client._transport.close()  # type: ignore[no-untyped-call]


def _streams(limits: Limits) -> Sequence[api.StreamConfig]:
    calls = api.StreamConfig(
        name=subjects.CALLS,
        description="Records of calls, as in their journals.",
        subjects=[subjects.records()],
        max_age=limits.days * 86400,
        max_bytes=int(limits.gigabytes * 1e9),
        num_replicas=limits.replicas,
    )
    now = api.StreamConfig(
        name=subjects.NOW,
        description="Which calls are live, and the checklists that records name.",
        subjects=[subjects.live(), subjects.checklist("*")],
        max_msgs_per_subject=1,
        num_replicas=limits.replicas,
    )
    ended = api.StreamConfig(
        name=subjects.ENDED,
        description="Which calls ended lately.",
        subjects=[subjects.ended()],
        max_age=LINGER,
        max_msgs=MOST_ENDED,
        max_msgs_per_subject=1,
        num_replicas=limits.replicas,
    )
    return calls, now, ended


def _place(url: str) -> tuple[tuple[str, ...], str, Limits]:
    """Servers, who we are, and the limits."""
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    if parts.scheme not in ("nats", "tls") or not hosts or parts.path.strip("/") or ":" in user:
        what = (
            "a password does not belong here: put it into a file, and name that with --bus-credentials" if ":" in user else "no NATS server"
        )
        raise ConfigError(f"{parts.scheme}://{hosts}: {what}; write it like nats://127.0.0.1:4222")
    try:
        limits = msgspec.convert(dict(parse_qsl(parts.query)), Limits, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{parts.scheme}://{hosts}: {error}; there are days, gigabytes and replicas") from None
    return tuple(f"{parts.scheme}://{host}" for host in hosts.split(",")), user, limits


def _secrets(file: Path) -> dict[str, Any]:
    """What the library wants to know, from a file of any of the four kinds."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}; name a file with the bus's credentials") from error
    if "NATS USER JWT" in text:
        _check_seed(file, text.partition("BEGIN USER NKEY SEED")[2].partition("\n")[2].partition("\n")[0])
        return {"user_credentials": str(file)}
    if text.strip().startswith("SU"):
        _check_seed(file, text.strip())
        return {"nkeys_seed_str": text.strip()}
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    if set(found) not in ({"user", "password"}, {"token"}) or not all(isinstance(value, str) for value in found.values()):
        raise ConfigError(f'{file}: no credentials; write user = "…" and password = "…", or token = "…", or name a .creds or nkey file')
    return found


def _check_seed(file: Path, seed: str) -> None:
    """Raise ConfigError where nothing can be signed with it: the library would find out in the middle of connecting."""
    try:
        nkeys.from_seed(bytearray(seed.strip(), "utf-8"))
    except (nkeys.NkeysError, ValueError, IndexError) as error:
        raise ConfigError(f"{file}: its nkey's seed cannot be used; take the file as your NATS made it") from error


def _reason(error: Exception) -> str:
    if isinstance(error, nats.errors.AuthorizationError) or "authorization" in str(error).lower():
        return "it does not let us in"
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno).lower()  # the event loop's own text has no reason
    if isinstance(error, ServiceUnavailableError):
        return "JetStream is off there"
    if isinstance(error, TimeoutError):
        return "no answer"
    return str(error).removeprefix("nats: ") or type(error).__name__
