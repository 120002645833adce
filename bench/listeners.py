#!/usr/bin/env python3
"""What a phone system's call costs beside its recognition: taking its packets in, putting them right, making them 16 kHz.

    python bench/listeners.py [--calls 10] [--seconds 15]

So many calls at once, in real time, over real sockets, from peers in another process (those of `loss.py`), to a listener whose recogniser
hears nothing. Processor time is the listener's own, from when the first call opened to when the last is over.
"""

import argparse
import asyncio
import json
import sys
import time
import uuid
from typing import Any

from loss import PEERS, Ticks, packets

from companion import sources
from companion.core.feed import Source
from companion.run import Run
from companion.speech.recogniser import Scripted
from companion.wiring.parts import DATA, rules_of


async def play(name: str, place: Any, calls: int, seconds: float) -> None:
    """The peers' side."""
    sent = {channel: sound[: round(seconds * 50)] for channel, sound in packets(DATA / "demo" / "call4_everything.flac", 0.0, 7).items()}
    await asyncio.gather(*(PEERS[name][1](place, str(uuid.uuid4()), sent) for _ in range(calls)))


async def spent(name: str, calls: int, seconds: float) -> float:
    """Processor time that so many calls took, seconds."""
    source: Source = sources.open(PEERS[name][0], recogniser=lambda call: Scripted([]))
    run = Run(source, rules_of("complaint"), [Ticks()])
    running = asyncio.create_task(run.go())
    await source.listening.wait()  # type: ignore[attr-defined]
    place = json.dumps(getattr(source, "ports", None) or source.port)  # type: ignore[attr-defined]
    command = [sys.executable, __file__, "--play", name, place, str(calls), str(seconds)]
    before = time.process_time()
    peers = await asyncio.create_subprocess_exec(*command)
    await peers.wait()
    await run.stop("played")
    await running
    return time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--play", nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.play:
        name, place, calls, seconds = args.play
        asyncio.run(play(name, json.loads(place), int(calls), float(seconds)))
        return
    print("| | of a core, each call |\n|---|---|")
    for name in (name for name in PEERS if "besides" not in name):
        share = asyncio.run(spent(name, args.calls, args.seconds)) / args.calls / args.seconds
        print(f"| {name.partition(',')[0]} | {share:.1%} |", flush=True)


if __name__ == "__main__":
    main()
