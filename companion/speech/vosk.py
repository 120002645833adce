"""Recognition with Vosk, in a child process that is started again when it dies or hangs.

`Vosk` holds one model in one process; `Vosk.call` gives a `Recogniser` for each call. What a channel has heard since its last final is kept
(half a minute at most) and heard again after a restart, so that an accident costs no words; only sound that itself brings the process down
is given up, and then said to be a gap.
"""

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from companion.core.events import Channel, Partial, SourceBack, SourceLost, Utterance, Word
from companion.errors import SpeechError
from companion.speech import worker
from companion.speech.child import Child, ChildLost
from companion.speech.recogniser import AudioChunk, Hearing

PATIENCE = 10.0
"""Seconds without an answer after which the recogniser counts as hung: fifty times what a chunk of 0.2 s may take."""

LOAD_PATIENCE = 600.0
"""Seconds a model may take to load: the largest ones take minutes from a slow disk."""

_RESTARTS = 3  # without getting any further
_KEPT = 300  # chunks kept to be heard again: a minute; Vosk itself settles after 20 s of speech at most
_JUMP = 0.05  # seconds by which a chunk may be off before it counts as a gap in the sound

# How long after the sound of a word it shows up in a partial, in seconds. Partials carry no times (worker.py), so these are estimates: medians
# over three calls with the starter model and chunks of 0.2 s; nine in ten utterances begin within −0.1 and +0.25 s of the estimate.
_BEGIN_LAG = 0.6
_END_LAG = 0.4


class _Heard(msgspec.Struct):
    word: str
    start: float
    end: float
    conf: float = 1.0


class _Final(msgspec.Struct):
    text: str = ""
    result: list[_Heard] = []


class _Guess(msgspec.Struct):
    partial: str = ""


_final = msgspec.json.Decoder(_Final)
_guess = msgspec.json.Decoder(_Guess)
_T = TypeVar("_T")
_NOT_A_NUMBER = re.compile(rb":\s*-?(nan|inf)\b")


class Vosk:
    """One model in one child process, for any number of calls.

    Args:
        path: the model's folder, looked at before by `models.inspect`.
        name: what the journal calls it; the folder's name if not given.
        rate: samples a second the model was trained with; it is never fed another.
        patience: seconds without an answer after which the process is ended and started again.
        load_patience: seconds the model may take to load.
    """

    def __init__(
        self, path: Path, *, name: str = "", rate: int = 16000, patience: float = PATIENCE, load_patience: float = LOAD_PATIENCE
    ) -> None:
        self.path = Path(path)
        self.name = name or self.path.name
        self.rate = rate
        self._patience = patience
        self._load_patience = load_patience
        self._child: Child | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def __aenter__(self) -> "Vosk":
        """Load the model; the event loop goes on meanwhile.

        Raises:
            SpeechError: the model cannot be loaded.
        """
        try:
            await self.child()
        except ChildLost as lost:
            raise SpeechError(f"speech model {self.name}: {lost}; choose another with --speech-model, or ask 'companion doctor'") from None
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        await self.close()

    def call(self, call: str = "") -> "Call":
        """A recogniser for one call, both channels; `call`, its id, is for whoever needs a factory by id."""
        return Call(self)

    async def child(self) -> Child:
        """The process, started (again) if there is none.

        Raises:
            ChildLost: it cannot be.
        """
        if self._child is not None and self._child.lost is None:
            return self._child
        async with self._starting:
            if self._closed:
                raise ChildLost("the recogniser is closed", loading=True)
            if self._child is None or self._child.lost is not None:
                if self._child is not None:
                    await self._child.close()
                    self._child = None
                self._child = await Child.start(self.path, self.rate, patience=self._patience, load_patience=self._load_patience)
            return self._child

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        self._closed = True
        if self._child is not None:
            await self._child.close()


class Call:
    """One call's recogniser (a `Recogniser`). Its channels may be fed at the same time, from two tasks, and are then worked on in parallel.

    Made by `Vosk.call`.
    """

    def __init__(self, vosk: Vosk) -> None:
        self.vosk = vosk
        self.mourned: Child | None = None
        """The last process whose loss was told: both channels notice it, the call is told once."""
        self._ears: dict[Channel, _Ear] = {}

    @property
    def model(self) -> str:
        """The model's name, for the journal."""
        return self.vosk.name

    @property
    def rate(self) -> int:
        """Samples a second it must be fed."""
        return self.vosk.rate

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        """What this chunk brought. A `Partial` without text takes back one that came to nothing.

        Raises:
            SpeechError: the recogniser cannot be brought back to work.
        """
        ear = self._ears.get(chunk.channel)
        if ear is None:
            ear = self._ears[chunk.channel] = _Ear(self, chunk.channel)
        async with ear.lock:
            return await ear.hear(chunk)

    async def finish(self, channel: Channel) -> Sequence[Hearing]:
        """The channel's last final text. It may begin anew afterwards.

        Raises:
            SpeechError: the recogniser cannot be brought back to work.
        """
        ear = self._ears.get(channel)
        if ear is None:
            return []
        async with ear.lock:
            hearings = await ear.settle(worker.END)
        self._ears.pop(channel, None)
        return hearings

    async def close(self) -> None:
        """Free both channels' recognisers without waiting for their last words."""
        for ear in self._ears.values():
            ear.drop()
        self._ears.clear()


class _Ear:
    """One channel of one call: what it has heard, and where that lies in the call's time."""

    def __init__(self, call: Call, channel: Channel) -> None:
        self.lock = asyncio.Lock()
        self._call = call
        self._channel = channel
        self._child: Child | None = None
        self._stream = 0
        self._over = False  # the stream was ended
        self._origin = 0.0  # audio time of the stream's first sample, later by what was left out since
        self._fed = 0  # samples
        self._unsettled: deque[AudioChunk] = deque(maxlen=_KEPT)
        self._unread: asyncio.Future[tuple[bytes, bytes]] | None = None  # an answer whose asker was cancelled
        self._said = ""  # the last partial
        self._began = self._until = 0.0  # its first and last word's time
        self._settled = 0.0  # end of the last word settled
        self._losses = 0

    async def hear(self, chunk: AudioChunk) -> list[Hearing]:
        hearings: list[Hearing] = []
        if self._child is not None and abs(chunk.start - self._now()) > _JUMP:
            hearings += await self.settle(worker.SETTLE)
            self._origin = chunk.start - self._fed / self._call.rate
        return hearings + await self._bring([chunk], None)

    async def settle(self, kind: bytes) -> list[Hearing]:
        if self._child is None or (self._child.lost is not None and not self._unsettled):
            return []
        return await self._bring([], kind)

    def drop(self) -> None:
        if self._child is not None and self._child.lost is None and not self._over:
            self._child.tell(worker.DROP, self._stream)
        self._child = None

    async def _bring(self, new: list[AudioChunk], then: bytes | None) -> list[Hearing]:
        """Bring sound, and all that is unsettled after a loss, to the child; then settle, if `then` says so."""
        hearings: list[Hearing] = []
        while True:
            try:
                if self._unread is not None:
                    hearings += self._take(*await self._answer(self._unread))
                child = await self._call.vosk.child()
                if self._child is not child or self._over:
                    hearings += self._mourn()
                    new = [*self._unsettled, *new]
                    self._begin(child, new)
                while new:
                    chunk = new.pop(0)
                    self._unsettled.append(chunk)
                    self._fed += len(chunk.pcm) // 2
                    hearings += self._take(*await self._answer(child.ask(worker.SOUND, self._stream, chunk.pcm)))
                if then is not None:
                    answer = child.ask(then, self._stream)
                    self._over = then == worker.END
                    hearings += self._take(*await self._answer(answer))
                self._losses = 0
                return hearings
            except ChildLost as lost:
                self._unread = None
                self._losses += 1
                if self._losses > _RESTARTS:
                    raise SpeechError(f"speech: {lost}, {self._losses} times in a row; try another model (companion model list)") from None
                if self._losses > 1 and not lost.loading:
                    return hearings + self._give_up(str(lost), [*self._unsettled, *new])
            except asyncio.CancelledError:
                if new:
                    self._unsettled.extend(new)
                    self.drop()
                raise

    async def _answer(self, answer: "asyncio.Future[tuple[bytes, bytes]]") -> tuple[bytes, bytes]:
        """Wait, so that the answer is not lost if this wait is cancelled."""
        self._unread = answer
        got = await asyncio.shield(answer)
        self._unread = None
        return got

    def _begin(self, child: Child, sound: list[AudioChunk]) -> None:
        """A new stream, whose first sound will be the first of `sound`."""
        self._child = child
        self._stream = child.stream()
        self._over = False
        self._origin = sound[0].start if sound else self._settled
        self._fed = 0
        self._unsettled.clear()

    def _mourn(self) -> list[Hearing]:
        """Tell the call that the process was lost, once, and that no words were."""
        gone = self._child
        if gone is None or gone.lost is None or gone is self._call.mourned:
            return []
        self._call.mourned = gone
        return [SourceLost(reason=str(gone.lost)), SourceBack(gap=0.0)]

    def _give_up(self, reason: str, sound: list[AudioChunk]) -> list[Hearing]:
        """Leave out sound that brings the process down. What was understood before stays."""
        self._call.mourned = self._child
        hearings: list[Hearing] = []
        end = sound[-1].start + len(sound[-1].pcm) / 2 / self._call.rate if sound else self._now()
        heard = sound[0].start if sound else end
        if self._said:
            heard = min(end, max(heard, self._until))
            hearings.append(Utterance(speaker=self._channel, text=self._said, start=self._began, end=heard))
            self._settled = heard
        self._said = ""
        self._unsettled.clear()
        return [*hearings, SourceLost(reason=reason), SourceBack(gap=round(end - heard, 3))]

    def _take(self, kind: bytes, payload: bytes) -> list[Hearing]:
        if kind == worker.PARTIAL:
            return self._partial(_read(_guess, payload).partial)
        if kind == worker.FINAL:
            return self._final(_read(_final, payload))
        return []

    def _partial(self, text: str) -> list[Hearing]:
        if text == self._said:
            return []
        now = self._now()
        if not self._said:
            self._began = round(max(self._settled, now - _BEGIN_LAG), 3)
        self._until = round(max(self._began, now - _END_LAG), 3)
        self._said = text
        return [Partial(channel=self._channel, text=text, start=self._began, end=self._until)]

    def _final(self, final: _Final) -> list[Hearing]:
        self._unsettled.clear()
        taken_back = bool(self._said) and not final.text
        if taken_back:
            return self._partial("")
        self._said = ""
        if not final.text:
            return []
        words: tuple[Word, ...] = tuple(
            (word.word, self._time(word.start), self._time(word.end), round(min(1.0, max(0.0, word.conf)), 3)) for word in final.result
        )
        start, end = (words[0][1], words[-1][2]) if words else (self._began, self._until)
        self._settled = end
        return [Utterance(speaker=self._channel, text=final.text, start=start, end=end, words=words or None)]

    def _time(self, seconds: float) -> float:
        """A time in the stream as a time in the call, in whole milliseconds."""
        return round(self._origin + seconds, 3)

    def _now(self) -> float:
        """Audio time up to which sound was fed."""
        return self._origin + self._fed / self._call.rate


def _read(decoder: "msgspec.json.Decoder[_T]", payload: bytes) -> "_T":
    try:
        return decoder.decode(payload)
    except msgspec.DecodeError:
        return decoder.decode(_NOT_A_NUMBER.sub(b": 0", payload))  # a confidence that libvosk printed as nan
