"""One channel's way through the recogniser: chunks go in ahead, words come out in order, and an accident costs as few of them as can be.

What was heard since the last final is kept (half a minute at most) and heard again after a restart. Only sound that brings the process
down a second time is left out, and then said to be a gap.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from companion.core.events import Channel, Partial, SourceBack, SourceLost, Utterance, Word
from companion.errors import SpeechError
from companion.speech import worker
from companion.speech.engine import Engine, EngineLost
from companion.speech.recogniser import AudioChunk, Hearing

_RESTARTS = 3  # without getting any further
_KEPT = 300  # chunks kept to be heard again: a minute; Vosk itself settles after 20 s of speech at most
_TAIL = 2  # chunks before a final that Vosk's look-ahead reached into, and which may hold the beginning of the next word
_HUSH = 1.0  # seconds that a restart may take before the call is told of the loss
_JUMP = 0.05  # seconds by which a chunk may be off before it counts as a gap in the sound

# How long after the sound of a word it shows up in a partial, in seconds. Partials carry no times (worker.py), so these are estimates:
# medians over three calls with the starter model and chunks of 0.2 s; nine in ten utterances begin within −0.1 and +0.25 s of the estimate.
_BEGIN_LAG = 0.6
_END_LAG = 0.4


class Heard(msgspec.Struct):
    """A word in Vosk's JSON; times in seconds from the stream's start."""

    word: str
    start: float
    end: float
    conf: float = 1.0


class _Final(msgspec.Struct):
    text: str = ""
    result: list[Heard] = []


class _Guess(msgspec.Struct):
    partial: str = ""


_T = TypeVar("_T")
_final = msgspec.json.Decoder(_Final)
_guess = msgspec.json.Decoder(_Guess)
_NOT_A_NUMBER = re.compile(rb":\s*-?(nan|inf)\b")


class _Request:
    """Something asked, and where the answer goes: None for what is heard again."""

    __slots__ = ("answer", "chunk", "kind", "origin")

    def __init__(self, kind: bytes, chunk: AudioChunk | None, answer: "asyncio.Future[Sequence[Hearing]] | None") -> None:
        self.kind = kind
        self.chunk = chunk
        self.answer = answer
        self.origin = 0.0  # audio time in the call at which the stream's clock stood at 0


class Ear:
    """One channel of one call.

    Args:
        channel: whose.
        rate: samples a second of the chunks.
        engine: gives one that works, started or dialled again if need be.
        mourn: told of one that was lost; whether that is news to the call.
    """

    def __init__(self, channel: Channel, rate: int, engine: Callable[[], Awaitable[Engine]], mourn: Callable[[EngineLost], bool]) -> None:
        self.ending: asyncio.Future[Sequence[Hearing]] | None = None
        """The last words, once they were asked for."""
        self._channel = channel
        self._rate = rate
        self._get_engine = engine
        self._mourn = mourn
        self._engine: Engine | None = None
        self._stream = 0
        self._reviving: asyncio.Task[None] | None = None
        self._requests: deque[_Request] = deque()  # not answered yet
        self._unsettled: deque[AudioChunk] = deque(maxlen=_KEPT)  # answered
        self._late: list[Hearing] = []  # for the next answer
        self._deaf = False  # a loss was told, and not yet its end
        self._losses = 0  # since a new chunk was answered
        self._origin = 0.0
        self._fed = 0  # samples sent on this stream
        self._reached: float | None = None  # audio time up to which sound was taken in
        self._said = ""  # the last partial
        self._began = self._until = 0.0  # its first and last word's time
        self._settled = 0.0  # end of the last word settled

    def hear(self, chunk: AudioChunk) -> "asyncio.Future[Sequence[Hearing]]":
        """What this chunk brought; see `Recogniser.hear`."""
        if self._reached is not None and abs(chunk.start - self._reached) > _JUMP:
            self._add(worker.SETTLE, None, None)
        self._reached = self._end(chunk)
        answer: asyncio.Future[Sequence[Hearing]] = asyncio.get_running_loop().create_future()
        self._add(worker.SOUND, chunk, answer)
        return answer

    async def finish(self) -> Sequence[Hearing]:
        """The last words; see `Recogniser.finish`."""
        if self.ending is None:
            self.ending = asyncio.get_running_loop().create_future()
            self._add(worker.END, None, self.ending)
        return await asyncio.shield(self.ending)

    async def close(self) -> None:
        """Let go of the stream."""
        if self._reviving is not None:
            self._reviving.cancel()
            await asyncio.gather(self._reviving, return_exceptions=True)
        if self._engine is not None and self._engine.lost is None and self.ending is None:
            self._engine.ask(self._stream, worker.DROP)
        for request in self._requests:
            if request.answer is not None and not request.answer.done():
                request.answer.set_result([])
        self._requests.clear()

    # What the engine calls.

    def answered(self, kind: bytes, payload: bytes) -> None:
        request = self._requests.popleft()
        if request.chunk is not None:
            self._unsettled.append(request.chunk)
        if kind == worker.PARTIAL:
            self._partial(read(_guess, payload).partial, request)
        elif kind == worker.FINAL:
            self._final(read(_final, payload), request)
        if request.answer is None:
            return
        self._losses = 0
        if request.kind == worker.END and self._engine is not None:
            self._engine.forget(self._stream)
        self._give(request.answer)

    def lost(self, lost: EngineLost) -> None:
        self._losses += 1
        if not self._requests:
            return  # begun again with the next chunk, if there is one
        if self._losses > _RESTARTS:
            self._despair(lost)
        elif self._losses > 1:
            self._leave_out(lost)
        if self._requests:
            self._revive()

    # Sending.

    def _add(self, kind: bytes, chunk: AudioChunk | None, answer: "asyncio.Future[Sequence[Hearing]] | None") -> None:
        request = _Request(kind, chunk, answer)
        self._requests.append(request)
        if self._reviving is not None:
            return
        if self._engine is None or self._engine.lost is not None:
            self._revive()
        else:
            self._send(request)

    def _send(self, request: _Request) -> None:
        assert self._engine is not None
        pcm = b""
        if request.chunk is not None:
            pcm = request.chunk.pcm
            origin = request.chunk.start - self._fed / self._rate
            if not self._fed or abs(origin - self._origin) > _JUMP:
                self._origin = origin
            self._fed += len(pcm) // 2
        request.origin = self._origin
        self._engine.ask(self._stream, request.kind, pcm)

    def _revive(self) -> None:
        if self._reviving is None:
            self._reviving = asyncio.get_running_loop().create_task(self._begin())

    async def _begin(self) -> None:
        """A new stream in an engine that works; all that was not settled is sent (again)."""
        gone = self._engine
        if gone is not None and gone.lost is not None and self._mourn(gone.lost):
            self._deaf = True
            self._late.append(SourceLost(reason=str(gone.lost)))
        telling = asyncio.get_running_loop().call_later(_HUSH, self._tell)
        try:
            while True:
                try:
                    engine = await self._get_engine()
                    break
                except EngineLost as lost:
                    self._losses += 1
                    if self._losses > _RESTARTS:
                        self._despair(lost)
                        return
        except Exception as error:  # this task's outer edge: whoever waits for an answer must hear of it
            self._despair(EngineLost(f"{type(error).__name__}: {error}", loading=True))
            return
        finally:
            telling.cancel()
            self._reviving = None
        if self._deaf:
            self._deaf = False
            self._late.append(SourceBack(gap=0.0))
        self._engine = engine
        self._stream = engine.open(self)
        self._fed = 0
        again = [_Request(worker.SOUND, chunk, None) for chunk in self._unsettled]
        self._unsettled.clear()
        self._requests = deque([*again, *self._requests])
        for request in self._requests:
            self._send(request)

    # Hard cases.

    def _tell(self) -> None:
        """Let the call know meanwhile that it is not heard: what the oldest chunk brings comes with the next one's answer."""
        for request in self._requests:
            if request.kind == worker.SOUND and request.answer is not None:
                self._give(request.answer)
                request.answer = None
                return

    def _leave_out(self, lost: EngineLost) -> None:
        """Leave out sound that brings the process down, up to the first chunk that is new. What was understood before stays."""
        sound = list(self._unsettled)
        request = self._requests.popleft()
        while request.answer is None and self._requests:
            sound += [request.chunk] if request.chunk else []
            request = self._requests.popleft()
        sound += [request.chunk] if request.chunk else []
        end = self._end(sound[-1]) if sound else self._settled
        heard = sound[0].start if sound else end
        if self._said:
            heard = min(end, max(heard, self._until))
            self._late.append(Utterance(speaker=self._channel, text=self._said, start=self._began, end=heard))
            self._settled = heard
            self._said = ""
        self._unsettled.clear()
        self._mourn(lost)
        self._late += [SourceLost(reason=str(lost)), SourceBack(gap=round(end - heard, 3))]
        if request.answer is not None:
            self._give(request.answer)

    def _despair(self, lost: EngineLost) -> None:
        error = f"speech: {lost}, {self._losses} times in a row; {lost.advice}"
        for request in self._requests:
            if request.answer is not None and not request.answer.done():
                request.answer.set_exception(SpeechError(error))
        self._requests.clear()

    # Understanding.

    def _give(self, answer: "asyncio.Future[Sequence[Hearing]]") -> None:
        """Hand over what there is; if the asker was cancelled, the next one gets it."""
        if not answer.done():
            answer.set_result(self._late)
            self._late = []

    def _partial(self, text: str, request: _Request) -> None:
        if text == self._said:
            return
        now = self._end(request.chunk) if request.chunk is not None else self._until
        if not self._said:
            self._began = round(max(self._settled, now - _BEGIN_LAG), 3)
        self._until = round(max(self._began, now - _END_LAG), 3)
        self._said = text
        self._late.append(Partial(channel=self._channel, text=text, start=self._began, end=self._until))

    def _final(self, final: _Final, request: _Request) -> None:
        tail = list(self._unsettled)[-_TAIL:]
        self._unsettled.clear()
        if not final.text:
            self._unsettled.extend(tail)
            self._partial("", request)
            return
        self._said = ""
        words: tuple[Word, ...] = tuple(
            (
                word.word,
                round(request.origin + word.start, 3),
                round(request.origin + word.end, 3),
                round(min(1.0, max(0.0, word.conf)), 3),
            )
            for word in final.result
        )
        start, end = (words[0][1], words[-1][2]) if words else (self._began, self._until)
        self._settled = end
        self._unsettled.extend(chunk for chunk in tail if chunk.start >= end)
        self._late.append(Utterance(speaker=self._channel, text=final.text, start=start, end=end, words=words or None))

    def _end(self, chunk: AudioChunk) -> float:
        return chunk.start + len(chunk.pcm) / 2 / self._rate


def read(decoder: "msgspec.json.Decoder[_T]", payload: bytes) -> "_T":
    """Vosk's JSON, which may be none: libvosk prints a confidence that is no number as `nan`.

    Raises:
        msgspec.DecodeError: it is something else altogether.
    """
    try:
        return decoder.decode(payload)
    except msgspec.DecodeError:
        return decoder.decode(_NOT_A_NUMBER.sub(b": 0", payload))
