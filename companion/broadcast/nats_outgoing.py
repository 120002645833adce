"""One call on its way to NATS: message after message, each naming the one before it as the newest, so that nobody can write between."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Sequence

import msgspec
from nats.aio.subscription import Subscription
from nats.js.errors import APIError, ServerError

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.allowance import Allowance
from companion.broadcast.nats_link import PATIENCE, Link
from companion.broadcast.nats_subjects import Entry

_MESSAGE = 256 * 1024  # bytes of lines in one message, where many wait
_MARGIN = 4096  # bytes of a message's headers, at most
_WRONG_LAST = 10071  # the server's error for a subject whose newest message is another than expected
_ACTS = 5.0  # acts a second, by everybody
_ACTS_AT_ONCE = 20.0


class Refused(Exception):
    """Raised where the server will not take a call, now or ever; says why."""


class Outgoing:
    """A call on its way out.

    Args:
        name: of the call.
        recalled: the lines of it that another gateway has written; they come by once more before the call goes on here.
        first: number of its first message there; 0 before there is one.
        last: number of its newest.
    """

    def __init__(self, name: str, recalled: Sequence[bytes] = (), first: int = 0, last: int = 0) -> None:
        self.name = name
        self.token = subjects.token(name)
        self.recalled = deque(recalled)
        self.waiting: deque[bytes] = deque()
        """Lines that the server does not have yet."""
        self.closed = False
        """Its last record is here."""
        self.lost = ""
        """Why it is given up there."""
        self.told = False
        self.sending: asyncio.Task[None] | None = None
        self.agent = ""
        """Who takes it, without regard to case."""
        self.ear: Subscription | None = None
        """Where we hear what people want of it."""
        self.allowance = Allowance(_ACTS, _ACTS_AT_ONCE)
        self.second = -1
        """Of its time, when that was last passed on."""
        self.watched = 0.0
        """Until when partials are wanted, by the loop's clock."""
        self._claim = secrets.token_hex(8)  # names our part of the call: a message that was sent twice is known by it
        self._sent = 0  # messages
        self._under_way = 0  # lines of the message that is being sent: sent again, it must be the same
        self._first = first
        self._last = last
        self._listed = bool(first)  # whether it stands among the live calls
        self._retired = False  # whether it stands among those that ended

    @property
    def is_settled(self) -> bool:
        """Whether the server has all there is of it."""
        return not self.waiting and (self._retired if self.closed else self._listed)

    async def send_some(self, link: Link) -> int:
        """One message, and whether it is live; how many bytes of lines went out. Done again after any failure, it goes on where it was.

        Raises:
            Refused: it is not ours to write there, or too long.
            Away: there is no connection.
        """
        size = 0
        if self.waiting:
            most = min(_MESSAGE, link.client.max_payload - _MARGIN)
            self._under_way = self._under_way or subjects.fitting(self.waiting, most)
            lines = [self.waiting[place] for place in range(self._under_way)]
            self._last = await self._publish(link, fitting(link, b"\n".join(lines)))
            self._first = self._first or self._last
            self._sent += 1
            self._under_way = 0
            if self.lost:
                return 0
            for line in lines:
                self.waiting.popleft()
                size += len(line)
        entry = Entry(call=self.name, first=self._first)
        if self.closed and not self.waiting:
            await retire(link, entry)
            self._retired = True
        elif not self.closed and not self._listed:
            await keep(link, subjects.live(self.token), entry)
            self._listed = True
        return size

    async def _publish(self, link: Link, payload: bytes) -> int:
        """The number under which a message is kept."""
        subject, name = subjects.records(self.token), f"{self._claim}.{self._sent}"
        headers = {"Nats-Msg-Id": name, "Nats-Expected-Last-Subject-Sequence": str(self._last)}
        try:
            return (await link.streams.publish(subject, payload, timeout=PATIENCE, headers=headers)).seq
        except APIError as error:
            if error.err_code != _WRONG_LAST:
                raise
        newest = await link.last(subject)
        number = newest.seq or 0 if newest is not None else 0
        if newest is not None and (newest.headers or {}).get("Nats-Msg-Id") == name:
            return number  # it was kept, and the answer got lost
        if not self._first and (newest is None or subjects.closes(newest.data or b"")):
            self._last = number  # an earlier call of that name is over
            return await self._publish(link, payload)
        if newest is None:
            raise Refused("the server has lost the beginning of it")
        raise Refused("another gateway has it now" if self._first else "another gateway has a call of that name")


async def keep(link: Link, subject: str, value: object, stream: str = subjects.NOW) -> None:
    """Put down what holds now.

    Raises:
        Refused: it is too long.
        Away: there is no connection.
    """
    await link.streams.publish(subject, fitting(link, msgspec.json.encode(value)), timeout=PATIENCE, stream=stream)


async def retire(link: Link, entry: Entry) -> None:
    """A call is over: it stands among those that ended, and after that no longer among the live ones, so that it is always to be found.

    Raises:
        Refused: it is too long.
        Away: there is no connection.
    """
    await keep(link, subjects.ended(subjects.token(entry.call)), entry, subjects.ENDED)
    await unlist(link, entry)


async def unlist(link: Link, entry: Entry) -> None:
    """Take a call from among the live ones, but no later one of its name.

    Raises:
        Away: there is no connection.
    """
    listed = await link.last(subjects.live(subjects.token(entry.call)), subjects.NOW)
    if listed is not None and listed.seq is not None and subjects.read_entry(listed.data or b"") == entry:
        # purging its subject would make whoever is reading the list miss the rest of it: nats-server before 2.9.12 (its pull request 3838)
        with contextlib.suppress(ServerError):  # somebody else was first
            await link.streams.delete_msg(subjects.NOW, listed.seq)


def fitting(link: Link, payload: bytes) -> bytes:
    """The payload itself, if the server takes one of that length.

    Raises:
        Refused: it does not.
        Away: there is no connection.
    """
    most = link.client.max_payload - _MARGIN
    if len(payload) > most:
        raise Refused(f"a message of {len(payload):,} bytes, where the server takes {most:,} (max_payload)")
    return payload
