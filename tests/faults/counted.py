"""Sound that says numbers, and a recogniser that hears exactly what is in it: what a network lost, doubled or garbled can be told."""

import asyncio
import base64
import json
import uuid
from collections.abc import Iterator, Sequence

import numpy as np
from websockets.asyncio.client import connect

from companion.core.events import Channel, Utterance
from companion.speech.audio import Wire
from companion.speech.recogniser import AudioChunk, Hearing

RATE = 8000
LOUD = 2500  # the number 1 is so loud, 2 twice as loud, and so on
SAID = 0.4  # seconds that a number lasts
EVERY = 0.5  # seconds from one to the next
_BLOCK = 320  # samples at 16 kHz: 20 ms


def sound(first: int, last: int) -> np.ndarray:
    """The numbers from `first` to `last`, at most 12, at 8 kHz."""
    hush = np.zeros(round((EVERY - SAID) * RATE))
    words = [np.concatenate([np.full(round(SAID * RATE), n * LOUD), hush]) for n in range(first, last + 1)]
    return np.concatenate(words).astype("<i2")


class Counting:
    """A recogniser of such sound."""

    model = "counting"
    rate = 16000

    def __init__(self) -> None:
        self._levels: dict[Channel, list[float]] = {"agent": [], "customer": []}
        self._began: dict[Channel, float] = {"agent": 0.0, "customer": 0.0}
        self._end = 0.0

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        """The numbers that are over in this chunk."""
        samples = np.abs(np.frombuffer(chunk.pcm, "<i2").astype(float))
        heard: list[Hearing] = []
        for start in range(0, len(samples), _BLOCK):
            level, at = float(samples[start : start + _BLOCK].mean()), chunk.start + start / self.rate
            if level < LOUD / 2:
                heard += self._over(chunk.channel, at)
            else:
                if not self._levels[chunk.channel]:
                    self._began[chunk.channel] = at
                self._levels[chunk.channel].append(level)
        self._end = chunk.start + len(samples) / self.rate
        return heard

    async def finish(self, channel: Channel) -> Sequence[Hearing]:
        """The number that was being said."""
        return list(self._over(channel, self._end))

    async def close(self) -> None:
        """Nothing is held."""

    def _over(self, channel: Channel, at: float) -> Iterator[Hearing]:
        levels, self._levels[channel] = self._levels[channel], []
        if levels:
            text, begin, end = str(round(float(np.median(levels)) / LOUD)), round(self._began[channel], 3), round(at, 3)
            yield Utterance(speaker=channel, text=text, start=begin, end=end, words=((text, begin, end, 1.0),))


def counting(call: str) -> Counting:
    """Makes a call's recogniser."""
    return Counting()


# Peers that say numbers: the first of them from the stream's beginning, then those that are asked for.


class Twilio:
    """Sends what Twilio sends."""

    uri = "twilio://:0"

    async def say(self, port: int, first: int, last: int, *, bye: bool = True, paced: float = 0.0) -> None:
        """Dial, say the numbers, at once or so many times as fast as life, and say good-bye, or stay silent until the connection breaks."""
        loop = asyncio.get_running_loop()
        async with connect(f"ws://127.0.0.1:{port}/", ping_interval=None) as connection:
            start = {"accountSid": "AC1", "callSid": "CA7", "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1}}
            await connection.send(json.dumps({"event": "start", "start": start, "streamSid": "MZ1"}))
            data, began = mulaw(sound(first, last)), loop.time()
            for count, begin in enumerate(range(0, len(data), 160), 1):
                if paced:
                    await asyncio.sleep(max(0.0, began + begin / RATE / paced - loop.time()))
                payload = base64.b64encode(data[begin : begin + 160]).decode()
                media = {"track": "inbound", "chunk": str(count), "timestamp": str(begin // 8), "payload": payload}
                await connection.send(json.dumps({"event": "media", "media": media, "streamSid": "MZ1"}))
            if bye:
                await connection.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
            else:
                await connection.wait_closed()


class Vosk:
    """Sends what clients of vosk-server send: each frame once the one before is answered."""

    uri = "vosk://:0"

    async def say(self, port: int, first: int, last: int, *, bye: bool = True) -> None:
        """As Twilio's."""
        async with connect(f"ws://127.0.0.1:{port}/?call=CA7&channel=customer", ping_interval=None) as connection:
            await connection.send(json.dumps({"config": {"sample_rate": RATE}}))
            data = sound(first, last).tobytes()
            for begin in range(0, len(data), 8000):
                await connection.send(data[begin : begin + 8000])
                await connection.recv()
            if bye:
                await connection.send('{"eof" : 1}')
                await connection.recv()
            await connection.wait_closed()


class AudioSocket:
    """Sends what Asterisk's AudioSocket sends."""

    uri = "audiosocket://:0"

    async def say(self, port: int, first: int, last: int, *, bye: bool = True) -> None:
        """As Twilio's."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x01\x00\x10" + uuid.UUID("40325ec2-5efd-4bd3-805f-53576e581d13").bytes)
        data = sound(first, last).tobytes()
        for begin in range(0, len(data), 320):
            frame = data[begin : begin + 320]
            writer.write(b"\x10" + len(frame).to_bytes(2, "big") + frame)
            await writer.drain()
        if bye:
            writer.write(b"\x00\x00\x00")
        await reader.read()
        writer.close()


def mulaw(samples: np.ndarray) -> bytes:
    """Samples as µ-law: of the 256 codes, the one whose sample is closest."""
    known = Wire("mulaw").decode(bytes(range(256)))[:, 0].astype(np.int32)
    order = np.argsort(known)
    between = (known[order][1:] + known[order][:-1]) / 2
    codes: np.ndarray = order[np.searchsorted(between, samples)]
    return codes.astype(np.uint8).tobytes()
