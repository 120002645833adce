#!/usr/bin/env python3
"""What a bad network costs: steps ticked when a phone system's packets go missing, come twice, or in the wrong order.

    python bench/loss.py [--file CALL] [--at-once 4] [--only twilio,audiohook]

The demo call is played over a real socket, in real time, by a peer of each protocol; each channel loses 20 ms packets at random, the
same ones in every protocol. What a peer can tell of a loss it tells: Twilio numbers its packets, AudioHook says what it discarded. The
others just leave the sound out. A cell is the steps ticked, of those that are ticked when the call is heard as a file.
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
from companion.core.events import CallEnded
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


async def twilio(port: int, call: str, sent: Packets, trouble: bool = False) -> None:
    """Media Streams; in trouble, one packet of twenty comes twice and one of twenty after the next two."""
    chance = np.random.default_rng(5)
    tracks = {"inbound": sent["customer"], "outbound": sent["agent"]}
    late: dict[int, list[str]] = {}
    async with connect(f"ws://127.0.0.1:{port}") as peer:
        form = {"encoding": "audio/x-l16", "sampleRate": 8000}
        await peer.send(json.dumps({"event": "start", "start": {"callSid": call, "accountSid": "AC1", "mediaFormat": form}}))
        async for n in clocked(len(sent["agent"])):
            for track, sound in tracks.items():
                if (packet := sound[n]) is not None:
                    payload = base64.b64encode(packet.tobytes()).decode()
                    told = {"track": track, "chunk": str(n + 1), "timestamp": str(20 * n), "payload": payload}
                    dice = chance.random() if trouble else 1.0
                    due = late.setdefault(n + 2 if dice < 0.05 else n, [])
                    due += [json.dumps({"event": "media", "media": told})] * (2 if 0.05 <= dice < 0.1 else 1)
            for message in late.pop(n, []):
                await peer.send(message)
        for messages in late.values():
            for message in messages:
                await peer.send(message)
        await peer.send('{"event": "stop"}')


async def twilio_in_trouble(port: int, call: str, sent: Packets) -> None:
    await twilio(port, call, sent, trouble=True)


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
    "twilio": ("twilio://:0", twilio),
    "twilio, 5 % twice and 5 % late": ("twilio://:0", twilio_in_trouble),
    "audiohook": ("audiohook://:0", audiohook),
    "audiosocket": ("audiosocket://:0?agent=0", audiosocket),
    "asterisk": ("asterisk://:0", asterisk),
    "freeswitch": ("freeswitch://:0", freeswitch),
    "vonage": ("vonage://:0", vonage),
    "vosk": ("vosk://:0", vosk),
}


class Ticks:
    """A sink that keeps the steps of one call which are done."""

    name = "ticks"

    def __init__(self) -> None:
        self.done: set[str] = set()
        self.over = asyncio.Event()

    def write(self, record: Record) -> None:
        if isinstance(record.update, StepChanged):
            (self.done.add if record.update.state == "done" else self.done.discard)(record.update.step)
        if isinstance(record.event, CallEnded):
            self.over.set()

    def close(self) -> None:
        pass


async def heard(source: Source, rules: Rules, play: Callable[[Any], Awaitable[None]] | None = None) -> int:
    """Steps ticked in the one call of a source, while somebody plays to it."""
    ticks = Ticks()
    run = Run(source, rules, [ticks])
    running = asyncio.create_task(run.go())
    if play is not None:
        await source.listening.wait()  # type: ignore[attr-defined]
        await play(getattr(source, "ports", None) or source.port)  # type: ignore[attr-defined]
        await ticks.over.wait()
        await run.stop("played")
    await running
    return len(ticks.done)


async def measure(path: Path, names: list[str], losses: list[float], at_once: int) -> None:
    rules, room = rules_of("complaint"), asyncio.Semaphore(at_once)
    async with Vosk(DATA / "starter", name="starter") as speech:

        async def cell(name: str, lost: float) -> int:
            uri, peer = PEERS[name]
            async with room:
                sent = packets(path, lost, seed=7)
                source = sources.open(uri, recogniser=speech.call)
                return await heard(source, rules, lambda place: peer(place, str(uuid.uuid4()), sent))

        best = await heard(sources.open(str(path), recogniser=speech.call), rules)
        print("| packets lost | " + " | ".join(f"{lost:.0%}" for lost in losses) + " |\n|---" + "|---" * len(losses) + "|")
        rows = [[asyncio.create_task(cell(name, lost)) for lost in losses] for name in names]
        for name, row in zip(names, rows, strict=True):
            print(f"| {name} | " + " | ".join(f"{ticked} of {best}" for ticked in await asyncio.gather(*row)) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=DATA / "demo" / "call4_everything.flac")
    parser.add_argument("--at-once", type=int, default=4, help="calls played side by side")
    parser.add_argument("--only", default=",".join(name for name in PEERS if "," not in name), help="protocols, with commas between")
    args = parser.parse_args()
    asyncio.run(measure(args.file, [name for name in PEERS if name.split(",")[0] in args.only.split(",")], [0.0, 0.02, 0.05], args.at_once))


if __name__ == "__main__":
    main()
