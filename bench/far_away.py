#!/usr/bin/env python3
"""What distance to a recogniser costs a live call: words, gaps, and how late finals are.

    git clone https://github.com/alphacep/vosk-server
    python bench/far_away.py --asr-server vosk-server/websocket/asr_server.py [--seconds 30] [--round-trips 0,50,200,500,1000]

Both channels of the demo call are played in real time by a Twilio peer to `twilio://`, which has them recognised by a real vosk-server
behind a network that is so late; and once here, for comparison. How late a final is, is counted from the end of its last word.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.append(str(Path(__file__).parents[1]))  # the tests' network

from loss import PACKET, Packets, packets, twilio
from vosk_server import CALL, MODEL, SERVER, listening

from companion import sources
from companion.core.events import SourceLost, Utterance
from companion.core.feed import Closed
from companion.net.connection import dial
from companion.speech.server import Server
from companion.speech.vosk import Vosk
from tests.faults.proxy import Proxy


class Call(NamedTuple):
    """What was heard of one."""

    said: list[tuple[str, str]]
    late: list[float]
    """Seconds from the end of each one's last word."""
    gaps: list[str]


async def play(recogniser: Callable[[str], Any], sent: Packets) -> Call:
    """Have the call heard while it is played."""
    source: Any = sources.open("twilio://:0", recogniser=recogniser)
    call = Call([], [], [])
    began = 0.0

    async def take() -> None:
        async for item in source:
            event = getattr(item, "event", None)
            if isinstance(event, Utterance):
                call.said.append((event.speaker, event.text))
                call.late.append(time.monotonic() - began - event.end)
            elif isinstance(event, SourceLost):
                call.gaps.append(event.reason)
            elif isinstance(item, Closed):
                await source.close()

    taking = asyncio.create_task(take())
    await source.listening.wait()
    began = time.monotonic()
    await twilio(source.port, "CA7", sent)
    await taking
    return call


async def measure(port: int, seconds: float, trips: list[int]) -> None:
    sent = {channel: sound[: round(seconds * 8000 / PACKET)] for channel, sound in packets(CALL, 0.0, 1).items()}
    async with Vosk(MODEL) as here:
        known = await play(here.call, sent)
    print("| recogniser | finals | words | gaps | a final after its last word, median (most) |\n|---|---|---|---|---|")

    def row(name: str, call: Call) -> None:
        same = "the same" if sorted(call.said) == sorted(known.said) else f"{len(set(call.said) & set(known.said))} the same"
        late = f"{statistics.median(call.late):.2f} s ({max(call.late):.2f} s)"
        print(f"| {name} | {len(call.said)} | {same} | {len(call.gaps)} | {late} |", flush=True)

    row("here", known)
    for trip in trips:
        async with Proxy(port, lag=trip / 2000) as network:
            address = f"ws://127.0.0.1:{network.port}"
            async with Server("vosk-server://there", partial(dial, address), patience=10.0) as server:
                row(f"vosk-server, {trip} ms there and back", await play(server.call, sent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asr-server", metavar="PATH", default=os.environ.get("ASR_SERVER"), help="default: $ASR_SERVER")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--round-trips", default="0,50,200,500,1000", help="milliseconds, with commas between")
    args = parser.parse_args()
    if args.asr_server is None:
        raise SystemExit("there is no vosk-server: name its asr_server.py with --asr-server, or in ASR_SERVER")
    command = [sys.executable, "-c", SERVER, args.asr_server, str(MODEL)]
    with listening(command, {"VOSK_SERVER_INTERFACE": "127.0.0.1", "VOSK_SERVER_PORT": "0"}) as (_, port):
        asyncio.run(measure(port, args.seconds, [int(trip) for trip in args.round_trips.split(",")]))


if __name__ == "__main__":
    main()
