"""Streams that we join: a WebSocket that sends chat as JSON, or sound."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

from companion.core.events import Channel, SourceBack, SourceLost
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.errors import SourceError
from companion.net.dialling import WAITS, Back, Line, Lost, Message
from companion.sources.listening import Listening
from companion.sources.pairs.side import Heard, Sound
from companion.sources.protocols.jsonlines import JsonLines
from companion.speech.audio import Wire
from companion.speech.recogniser import Recogniser


class Chat:
    """A chat, or a transcript being made elsewhere: JSON messages with the keys of JSON Lines. It may carry several calls.

    Args:
        uri: what is dialled.
        name: how it is called in complaints and in the journal.
        strict: a message that cannot be used ends everything.
        waits: seconds before each try to join again.
    """

    def __init__(self, uri: str, *, name: str, strict: bool = False, waits: Sequence[float] = WAITS) -> None:
        self._name = name
        self._line = Line(uri, name, waits)
        self._lines = JsonLines(name, strict=strict)
        self._binary = False

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Yield what is said until the stream ends.

        Raises:
            SourceError: it cannot be joined, was lost for good, or (strict) a message cannot be used.
        """
        loop = asyncio.get_running_loop()
        lost = ""  # why
        async for message in self._line:
            items: list[Item] = []
            match message:
                case Lost(reason, wait):
                    if reason != lost or wait is None:  # what is the same as at the last try was said then
                        items.append(Complaint(text=f"{self._name}: {message}"))
                    if not lost:
                        items += [Happened(call=call, event=SourceLost(reason=reason)) for call in self._lines.open_calls]
                    lost = reason
                case Back():
                    items.append(Complaint(text=f"{self._name}: {message}"))
                    items += [Happened(call=call, event=SourceBack(gap=message.gap)) for call in self._lines.open_calls]
                    lost = ""
                case bytes() if not message.lstrip().startswith(b"{"):
                    items += self._sound()
                case str() | bytes():
                    items += self._lines.line(message, loop.time())
            for item in items:
                yield item
        for item in self._lines.close(_why(self._line, lost), live=True):
            yield item
        if lost and not self._line.stopped:
            raise _gone(self._name)

    async def close(self) -> None:
        """Hang up; what has arrived still comes out."""
        await self._line.close()

    def _sound(self) -> list[Item]:
        if self._binary:
            return []
        self._binary = True
        todo = "add ?rate=16000&channels=2 if it is sound"
        return [Complaint(text=f"{self._name}: binary messages where text belongs; {todo}, they are left out")]


class SoundStream:
    """A call as binary messages of interleaved samples.

    Args:
        uri: what is dialled.
        name: how it is called in complaints and in the journal.
        columns: whose sound each channel is.
        rate: samples a second.
        encoding: `s16le`, `mulaw` or `alaw`.
        call: the call's id.
        recogniser: makes a call's recogniser.
        waits: seconds before each try to join again.
    """

    def __init__(
        self,
        uri: str,
        *,
        name: str,
        columns: Sequence[Channel],
        rate: int,
        encoding: str,
        call: str,
        recogniser: Callable[[str], Recogniser],
        waits: Sequence[float] = WAITS,
    ) -> None:
        self._name = name
        self._columns = columns
        self._rate = rate
        self._encoding = encoding
        self._call = call
        self._make = recogniser
        self._line = Line(uri, name, waits)
        self._news = asyncio.Event()
        self._text = False

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Listen until the stream ends.

        Raises:
            SourceError: it cannot be joined, or was lost for good.
            SpeechError: the recogniser keeps failing.
        """
        recogniser = self._make(self._call)
        opened, lost = False, ""
        listening, wire = self._begin(recogniser, 0.0)
        messages = self._messages()
        try:
            async for message in messages:
                if not opened:
                    opened = True
                    yield Opened(call=self._call, source=self._name, speech=recogniser.model)
                items = listening.answered()
                match message:
                    case bytes():
                        for round_ in listening.feed(wire.decode(message)):
                            items += await listening.hear(round_)
                    case str():
                        items += self._words()
                    case Lost(reason, wait):
                        if not lost:
                            items += [item async for item in listening.last()]
                            items.append(Happened(call=self._call, event=SourceLost(reason=reason)))
                        if reason != lost or wait is None:
                            items.append(Complaint(text=f"{self._name}: {message}"))
                        lost = reason
                    case Back():
                        lost = ""
                        listening, wire = self._begin(recogniser, listening.now + message.gap)
                        items += [Complaint(text=f"{self._name}: {message}"), Happened(call=self._call, event=SourceBack(gap=message.gap))]
                for item in items:
                    yield item
            if opened:
                if not lost:
                    async for item in listening.last():
                        yield item
                yield Closed(call=self._call, reason=_why(self._line, lost))
            if lost and not self._line.stopped:
                raise _gone(self._name)
        finally:
            await messages.aclose()
            await recogniser.close()

    async def close(self) -> None:
        """Hang up; the last final texts of what was heard still come."""
        await self._line.close()

    async def _messages(self) -> AsyncGenerator[Message | None]:
        """What the stream sends, and None when the recogniser has answered: one that is far away does so while no sound comes, too.

        Raises:
            SourceError: it cannot be joined.
        """
        messages = aiter(self._line)
        coming: asyncio.Future[Message | None] | None = None
        try:
            while True:
                if coming is None:
                    coming = asyncio.ensure_future(anext(messages, None))
                    coming.add_done_callback(lambda _: self._news.set())
                await self._news.wait()
                self._news.clear()
                if not coming.done():
                    yield None
                elif (message := coming.result()) is None:
                    return
                else:
                    coming = None
                    yield message
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)

    def _begin(self, recogniser: Recogniser, start: float) -> tuple[Listening, Wire]:
        listening = Listening(self._call, recogniser, self._columns, self._rate, start=start, clocked=False, wake=self._news.set)
        return listening, Wire(self._encoding, len(self._columns))

    def _words(self) -> list[Item]:
        if self._text:
            return []
        self._text = True
        return [Complaint(text=f"{self._name}: text messages where sound belongs; they are left out")]


class StreamSide:
    """One channel of a call as binary messages of samples.

    Args:
        uri: what is dialled.
        name: how it is called in complaints and in the journal.
        rate: samples a second.
        encoding: `s16le`, `mulaw` or `alaw`.
        waits: seconds before each try to join again.
    """

    recorded = False

    def __init__(self, uri: str, *, name: str, rate: int, encoding: str, waits: Sequence[float] = WAITS) -> None:
        self.name = name
        self._line = Line(uri, name, waits)
        self._rate = rate
        self._encoding = encoding

    async def __aiter__(self) -> AsyncIterator[Heard]:
        """Listen until the stream ends.

        Raises:
            SourceError: it cannot be joined, or was lost for good.
        """
        wire = Wire(self._encoding)
        lost = False
        async for message in self._line:
            match message:
                case bytes():
                    yield Sound(wire.decode(message)[:, 0], self._rate)
                case Lost():
                    wire, lost = Wire(self._encoding), True
                    yield Lost(f"{self.name}: {message.reason}", message.wait)
                case Back():
                    lost = False
                    yield message
        if lost and not self._line.stopped:
            raise _gone(self.name)

    async def close(self) -> None:
        """Hang up."""
        await self._line.close()


def _why(line: Line, lost: str) -> str:
    """Why a call ended."""
    return "stopped" if line.stopped else "stream lost" if lost else "stream ended"


def _gone(name: str) -> SourceError:
    return SourceError(f"{name}: was lost, and is not to be had again; what was heard until then is judged")
