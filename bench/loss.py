#!/usr/bin/env python3
"""What a bad network costs: steps ticked when a phone system's packets go missing, come twice, or in the wrong order.

    python bench/loss.py [--file CALL] [--at-once 14] [--only twilio,audiohook]

The demo call is played over a real socket, in real time, by a peer of each protocol; each channel loses 20 ms packets at random, the
same ones in every protocol. What a peer can tell of a loss it tells: Twilio numbers its packets, AudioHook says what it discarded. The
others just leave the sound out. A cell is the steps ticked, of those that are ticked when the call is heard as a file; where the machine
was too slow for so many calls at once, it says so, and means little.
"""

import argparse
import asyncio
import base64
import json
import struct
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

from companion import sources
from companion.core.call import Rules
from companion.core.events import CallEnded, SourceLost
from companion.core.feed import Source
from companion.core.record import Record
from companion.core.updates import StepChanged
from companion.run import Run
from companion.speech.vosk import Vosk
from companion.wiring.parts import DATA, rules_of

PACKET = 160  # samples: 20 ms
Packet: TypeAlias = "NDArray[np.int16] | None"
Packets: TypeAlias = dict[str, list[Packet]]
"""Each channel's packets; None is one that went missing."""


def packets(path: Path, lost: float, seed: int) -> Packets:
    """A call at 8 kHz, cut, some of it lost."""
    sound, rate = soundfile.read(path, dtype="int16", always_2d=True)
    chance = np.random.default_rng(seed)
    cut: Packets = {}
    for column, channel in enumerate(("agent", "customer")):
        at_8k = soxr.resample(sound[:, column], rate, 8000).astype("<i2")
        cut[channel] = [
            None if chance.random() < lost else at_8k[start : start + PACKET] for start in range(0, len(at_8k) - PACKET, PACKET)
        ]
    return cut


async def clocked(count: int, every: int = 1) -> AsyncIterator[int]:
    """The numbers of packets, each when it is due; `every` so many at once."""
    began = time.monotonic()
    for n in range(0, count, every):
        await asyncio.sleep(max(0.0, began + (n + every) * 0.02 - time.monotonic()))
        yield n


async def numbered(port: int, call: str, sent: Packets, start: dict[str, Any], slots: Callable[[int, float], list[int]]) -> None:
    """Media Streams, of which each packet goes out at the `slots` that its number and a dice between 0 and 1 give."""
    chance = np.random.default_rng(5)
    tracks = {"inbound": sent["customer"], "outbound": sent["agent"]}
    due: dict[int, list[str]] = {}
    async with connect(f"ws://127.0.0.1:{port}") as peer:
        form = {"encoding": "L16", "sample_rate": 8000}
        await peer.send(json.dumps({"event": "start", "start": {**start, "media_format": form}}))
        async for n in clocked(len(sent["agent"])):
            for track, sound in tracks.items():
                if (packet := sound[n]) is not None:
                    payload = base64.b64encode(packet.tobytes()).decode()
                    told = {"track": track, "chunk": str(n + 1), "timestamp": str(20 * n), "payload": payload}
                    for slot in slots(n, chance.random()):
                        due.setdefault(slot, []).append(json.dumps({"event": "media", "media": told}))
            for message in due.pop(n, []):
                await peer.send(message)
        for messages in due.values():
            for message in messages:
                await peer.send(message)
        await peer.send('{"event": "stop"}')


async def twilio(port: int, call: str, sent: Packets) -> None:
    await numbered(port, call, sent, {"callSid": call, "accountSid": "AC1"}, lambda n, dice: [n])


async def twilio_in_trouble(port: int, call: str, sent: Packets) -> None:
    """One packet of twenty comes twice, and one of twenty after the next two."""
    start = {"callSid": call, "accountSid": "AC1"}
    await numbered(port, call, sent, start, lambda n, dice: [n + 2] if dice < 0.05 else [n, n] if dice < 0.1 else [n])


async def telnyx(port: int, call: str, sent: Packets) -> None:
    """Every packet comes up to three places late, by chance."""
    await numbered(port, call, sent, {"call_control_id": call}, lambda n, dice: [n + int(4 * dice)])


async def audiohook(port: int, call: str, sent: Packets) -> None:
    """Both channels in one message of 100 ms; where either is lost, both are, and `discarded` says so."""
    async with connect(f"ws://127.0.0.1:{port}") as peer:
        told = 0

        async def tell(kind: str, **parameters: Any) -> None:
            nonlocal told
            told += 1
            await peer.send(json.dumps({"version": "2", "type": kind, "id": "s", "seq": told, "parameters": parameters}))

        media = [{"type": "audio", "format": "L16", "channels": ["external", "internal"], "rate": 8000}]
        await tell("open", organizationId="o", conversationId=call, media=media)
        async for n in clocked(len(sent["agent"])):
            customer, agent = sent["customer"][n], sent["agent"][n]
            if customer is None or agent is None:
                await tell("discarded", start=f"PT{n * 0.02:.2f}S", discarded="PT0.02S")
            else:
                await peer.send(np.stack([customer, agent], axis=1).tobytes())
        await tell("close", reason="end")
        async for _ in peer:
            pass


async def each(sent: Packets, send: Callable[[str, list[Packet]], Awaitable[None]]) -> None:
    await asyncio.gather(*(send(channel, sound) for channel, sound in sent.items()))


async def audiosocket(ports: dict[str, int], call: str, sent: Packets) -> None:
    """A socket for each channel; what is lost is left out."""

    async def one(channel: str, sound: list[Packet]) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", ports[channel])
        writer.write(struct.pack(">BH", 0x01, 16) + uuid.UUID(call).bytes)
        async for n in clocked(len(sound)):
            if (packet := sound[n]) is not None:
                writer.write(struct.pack(">BH", 0x10, 2 * PACKET) + packet.tobytes())
                await writer.drain()
        writer.close()

    await each(sent, one)


async def asterisk(port: int, call: str, sent: Packets) -> None:
    """A connection for each channel; what is lost is left out."""

    async def one(channel: str, sound: list[Packet]) -> None:
        async with connect(f"ws://127.0.0.1:{port}/?call={call}&channel={channel}", subprotocols=["media"]) as peer:  # type: ignore[list-item]
            await peer.send("MEDIA_START channel_id:1.7 format:slin optimal_frame_size:320 ptime:20")
            await raw(peer, sound)

    await each(sent, one)


async def raw(peer: ClientConnection, sound: list[Packet]) -> None:
    async for n in clocked(len(sound)):
        if (packet := sound[n]) is not None:
            await peer.send(packet.tobytes())


async def vonage(port: int, call: str, sent: Packets) -> None:
    """A connection for each channel; what is lost is left out."""

    async def one(channel: str, sound: list[Packet]) -> None:
        async with connect(f"ws://127.0.0.1:{port}/") as peer:
            told = {"event": "websocket:connected", "content-type": "audio/l16;rate=8000", "call": call, "channel": channel}
            await peer.send(json.dumps(told))
            await raw(peer, sound)

    await each(sent, one)


async def freeswitch(port: int, call: str, sent: Packets) -> None:
    """Both channels in one message; where either is lost, both are left out."""
    async with connect(f"ws://127.0.0.1:{port}/?rate=8000&call={call}") as peer:
        async for n in clocked(len(sent["agent"])):
            customer, agent = sent["customer"][n], sent["agent"][n]
            if customer is not None and agent is not None:
                await peer.send(np.stack([customer, agent], axis=1).tobytes())


async def vosk(port: int, call: str, sent: Packets) -> None:
    """A client for each channel, which waits for the reply to each 100 ms; what is lost is left out."""

    async def one(channel: str, sound: list[Packet]) -> None:
        async with connect(f"ws://127.0.0.1:{port}/?call={call}&channel={channel}") as peer:
            await peer.send('{"config": {"sample_rate": 8000}}')
            async for n in clocked(len(sound), every=5):
                await peer.send(b"".join(packet.tobytes() for packet in sound[n : n + 5] if packet is not None))
                await peer.recv()
            await peer.send('{"eof": 1}')
            await peer.recv()

    await each(sent, one)


PEERS: dict[str, tuple[str, Callable[..., Awaitable[None]]]] = {
    "Twilio, packets numbered": ("twilio://:0", twilio),
    "Twilio, besides 5 % twice and 5 % two places late": ("twilio://:0", twilio_in_trouble),
    "Telnyx, besides in any order": ("twilio://:0", telnyx),
    "AudioHook, the peer says what it discarded": ("audiohook://:0", audiohook),
    "AudioSocket, what is lost is left out": ("audiosocket://:0?agent=0", audiosocket),
    "Asterisk, likewise": ("asterisk://:0", asterisk),
    "FreeSWITCH, likewise": ("freeswitch://:0", freeswitch),
    "Vonage, likewise": ("vonage://:0", vonage),
    "vosk-server, likewise": ("vosk://:0", vosk),
}


class Ticks:
    """A sink that keeps the steps of one call which are done, and whether the machine was too slow for it."""

    name = "ticks"

    def __init__(self) -> None:
        self.done: set[str] = set()
        self.slow = False
        self.over = asyncio.Event()

    def write(self, record: Record) -> None:
        if isinstance(record.update, StepChanged):
            (self.done.add if record.update.state == "done" else self.done.discard)(record.update.step)
        if isinstance(record.event, SourceLost):
            self.slow = self.slow or "too much" in record.event.reason
        if isinstance(record.event, CallEnded):
            self.over.set()

    def close(self) -> None:
        pass


async def heard(source: Source, rules: Rules, play: Callable[[Any], Awaitable[None]] | None = None) -> Ticks:
    """What became of the one call of a source, while somebody plays to it."""
    ticks = Ticks()
    run = Run(source, rules, [ticks])
    running = asyncio.create_task(run.go())
    if play is not None:
        await source.listening.wait()  # type: ignore[attr-defined]
        await play(getattr(source, "ports", None) or source.port)  # type: ignore[attr-defined]
        await ticks.over.wait()
        await run.stop("played")
    await running
    return ticks


async def measure(path: Path, names: list[str], losses: list[float], at_once: int) -> None:
    rules, room = rules_of("complaint"), asyncio.Semaphore(at_once)
    async with Vosk(DATA / "starter", name="starter") as speech:

        async def cell(name: str, lost: float) -> Ticks:
            uri, peer = PEERS[name]
            async with room:
                sent = packets(path, lost, seed=7)
                source = sources.open(uri, recogniser=speech.call)
                return await heard(source, rules, lambda place: peer(place, str(uuid.uuid4()), sent))

        best = len((await heard(sources.open(str(path), recogniser=speech.call), rules)).done)
        print("| packets lost | " + " | ".join(f"{lost:.0%}" for lost in losses) + " |\n|---" + "|---" * len(losses) + "|")
        rows = [[asyncio.create_task(cell(name, lost)) for lost in losses] for name in names]
        for name, row in zip(names, rows, strict=True):
            cells = [f"{len(ticks.done)} of {best}" + ", too slow" * ticks.slow for ticks in await asyncio.gather(*row)]
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DATA / "demo" / "call4_everything.flac")
    parser.add_argument("--at-once", type=int, default=14, help="calls played side by side")
    parser.add_argument("--only", default="", help="systems, with commas between")
    args = parser.parse_args()
    names = [name for name in PEERS if not args.only or name.partition(",")[0].lower() in args.only.lower().split(",")]
    asyncio.run(measure(args.file, names, [0.0, 0.02, 0.05], args.at_once))


if __name__ == "__main__":
    main()
