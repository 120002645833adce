"""Reading a stream on from a place: as fast as its taker takes, however much there is to read."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Self

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import api

from companion.broadcast.nats_link import PATIENCE, Link

AT_ONCE = 100
"""Messages that are on their way to a taker at most; a taker that stops costs the server a number, and us these."""

SILENCE = 12.0
"""Seconds without a sign of life from what we read, after which it is opened anew."""

_FORGOTTEN = 120.0  # seconds, after which the server lets go of what nobody reads
_WAIT = 30.0  # seconds that a request waits for messages
_DEAL = 10.0  # seconds for dealing with a message that is to be acknowledged, before it comes again
_SOON = 1.0  # the same, where they are there already
_BEAT = 4.0  # seconds between signs of life
_OVER = ("404", "408")  # nothing there, waited long enough: the request is over


class Message(msgspec.Struct, frozen=True):
    """One message of a stream."""

    subject: str
    data: bytes
    seq: int
    """Its number in the stream."""
    stored: float
    """When it came, seconds of Unix time by the server's clock."""
    number: int
    """Its number among those that this reader was given."""
    left: int
    """How many more there were behind it, by the server's estimate."""
    raw: Msg


class Reader:
    """Reads a stream; opened with `open`, and then told by `taken` of every message that was dealt with.

    Args:
        link: to the server.
        stream: which one.
        subject: of which messages.
        give: takes a message, or None when it must be opened anew.
        start: the number of the first message wanted.
        past: whether only what is there now is wanted: then None is given as well when nothing comes.
        durable: the name under which the server keeps the place, instead of `start`; messages then come one by one, each when the one
            before was acknowledged.
    """

    def __init__(
        self,
        link: Link,
        stream: str,
        subject: str,
        give: Callable[[Message | None], None],
        *,
        start: int = 0,
        past: bool = False,
        durable: str | None = None,
    ) -> None:
        self._link = link
        self._stream = stream
        self._give = give
        self._config = api.ConsumerConfig(filter_subject=subject)
        if durable:
            self._config.durable_name = durable
            self._config.ack_policy = api.AckPolicy.EXPLICIT
            self._config.max_ack_pending = 1
            self._config.ack_wait = _DEAL
        else:
            self._config.ack_policy = api.AckPolicy.NONE
            self._config.deliver_policy = api.DeliverPolicy.BY_START_SEQUENCE
            self._config.opt_start_seq = max(start, 1)
            self._config.inactive_threshold = _FORGOTTEN
            self._config.mem_storage = True
            self._config.num_replicas = 1
        self._past = past
        self._durable = durable is not None
        self._at_once = 1 if durable else AT_ONCE  # what is asked for ahead would be kept waiting for us when we have gone
        self._consumer = ""
        self._client: Client | None = None
        self._inbox: Subscription | None = None
        self._given = 0  # messages so far
        self._coming = 0  # messages that the requests under way may still bring
        self._here = 0  # messages given and not yet taken
        self._heard = 0.0
        self._failed = False
        self._watch: asyncio.TimerHandle | None = None

    async def open(self) -> int:
        """Begin; how many messages there are already.

        Raises:
            Away: there is no connection.
        """
        self._client = self._link.client
        found = await self._link.streams.add_consumer(self._stream, self._config)
        self._consumer = found.name
        self._inbox = await self._client.subscribe(self._client.new_inbox(), cb=self._receive)
        await self._ask()
        return found.num_pending or 0

    async def taken(self) -> None:
        """A message was dealt with."""
        self._here -= 1
        await self._ask()

    async def close(self) -> None:
        """Read no further."""
        if self._watch is not None:
            self._watch.cancel()
        inbox, self._inbox = self._inbox, None
        if inbox is not None and self._client is not None and not self._client.is_closed:
            await inbox.unsubscribe()

    async def _ask(self) -> None:
        """Ask for more once half of it is here, so that nothing waits for the question."""
        room = self._at_once - self._coming - self._here
        if 2 * room < self._at_once or self._failed or self._inbox is None or self._client is None or self._client.is_closed:
            return
        if not self._durable and self._heard and asyncio.get_running_loop().time() - self._heard > _FORGOTTEN / 2:
            self._fail()
            return
        self._coming += room
        wanted = {"batch": room, "expires": int(_SOON * 1e9)}
        if not self._past:
            wanted |= {"expires": int(_WAIT * 1e9), "idle_heartbeat": int(_BEAT * 1e9)}
        asked = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}"
        self._listen()
        await self._client.publish(asked, json.dumps(wanted).encode(), reply=self._inbox.subject)

    async def _receive(self, message: Msg) -> None:
        self._heard = asyncio.get_running_loop().time()
        headers = message.headers or {}
        status = headers.get("Status") if not message.data else None
        if self._failed:
            return
        if status is None:
            found = _read(message)
            self._given += 1
            if not self._durable and found.number != self._given:
                self._fail()
                return
            self._coming -= 1
            self._here += 1
            self._give(found)
        elif status == "100":
            if not self._durable and int(headers.get("Nats-Last-Consumer", 0)) > self._given:
                self._fail()  # the last ones were lost on their way
        elif status in _OVER and not self._past:
            self._coming -= int(headers.get("Nats-Pending-Messages", self._coming))
            await self._ask()
        else:  # there is no more, it was deleted, or the server stops
            self._fail()

    def _fail(self) -> None:
        """It must be opened anew: say so once, and give nothing more."""
        if not self._failed:
            self._failed = True
            self._give(None)

    def _listen(self) -> None:
        """Notice when nothing is heard any more: who reads a place that was forgotten gets no answer at all."""
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        if self._watch is not None:
            self._watch.cancel()

        def look() -> None:
            if self._coming and not self._here and loop.time() - self._heard > SILENCE:
                self._fail()
            else:
                self._watch = loop.call_later(SILENCE / 2, look)

        self._watch = loop.call_later(SILENCE / 2, look)


def _read(message: Msg) -> Message:
    """A message with what stands in its reply subject: `$JS.ACK.[domain.account.]stream.consumer.tries.number.number.time.left`."""
    parts = message.reply.split(".")
    _, seq, number, stored, left = parts[4:9] if len(parts) == 9 else parts[6:11]
    return Message(message.subject, message.data, int(seq), int(stored) / 1e9, int(number), int(left), message)


class Past:
    """What a stream holds now, from a place on; a context, and an iterator that ends. The arguments are those of `Reader`.

    It ends where the stream ended when it was opened, or where the server has nothing more: how many are left by a message is an
    estimate, which is too high once one of them was deleted, and too low while others come.

    Raises:
        Away: the connection broke off, or the server stopped answering.
    """

    def __init__(self, link: Link, stream: str, subject: str, start: int = 1) -> None:
        self._link = link
        self._stream = stream
        self._subject = subject
        self._next = start
        self._end = 0
        self._left = 0

    async def __aenter__(self) -> Self:
        self._end = (await self._link.streams.stream_info(self._stream)).state.last_seq
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reader.close()

    async def __aiter__(self) -> AsyncIterator[Message]:
        while self._left and self._next <= self._end:
            async with asyncio.timeout(PATIENCE):
                message = await self._queue.get()
            if message is not None:
                self._next = message.seq + 1
                yield message
                await self._reader.taken()
            if message is None or (not message.left and self._next <= self._end):
                await self._reader.close()
                await self._open()

    async def _open(self) -> None:
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue()
        self._reader = Reader(self._link, self._stream, self._subject, self._queue.put_nowait, start=self._next, past=True)
        self._left = await self._reader.open()
