#!/usr/bin/env python3
"""Whether a gateway grows: many short calls, one after the other, through one `companion serve`.

    python bench/many_calls.py [--calls 1000] [--warm 50]

Each call is two clients of `vosk://`, one a channel, that send a second of the demo's speech as fast as it is taken. They come on
real sockets; calls are recognised, judged, kept in journals and shown by the hub, which keeps those that ended last for whoever looks on.
Memory is what the operating system says is resident, of the gateway and of its recogniser: the most of it in the ten calls up to a moment,
since that of a recogniser goes up and down by a stream's worth.
"""

import argparse
import asyncio
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import soundfile
from sides import HEADER, figure, row
from websockets.asyncio.client import connect

from companion.wiring.parts import DATA

RATE = 16000
AROUND = 10
"""Calls in which the most counts."""
SPOKEN = {"agent": 15.0, "customer": 17.5}
"""From where in the demo's call, seconds, each channel's second is."""


def speech() -> dict[str, bytes]:
    """A second of each channel, 16-bit mono."""
    sound, _ = soundfile.read(DATA / "demo" / "call4_everything.flac", dtype="int16", always_2d=True)
    return {name: sound[round(at * RATE) : round((at + 1) * RATE), column].tobytes() for column, (name, at) in enumerate(SPOKEN.items())}


async def speak(url: str, pcm: bytes) -> None:
    """One client, to its end."""
    async with connect(url) as connection:
        await connection.send(json.dumps({"config": {"sample_rate": RATE}}))
        for start in range(0, len(pcm), 6400):
            await connection.send(pcm[start : start + 6400])
            await connection.recv()
        await connection.send('{"eof" : 1}')
        await connection.recv()


async def call(port: str, name: str, spoken: dict[str, bytes]) -> None:
    """One call, both channels at once."""
    await asyncio.gather(*(speak(f"ws://127.0.0.1:{port}/?call={name}&channel={channel}", pcm) for channel, pcm in spoken.items()))


def resident(pid: int) -> float:
    """MB of a process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1000


def recogniser(pid: int) -> int:
    """The number of a gateway's recogniser."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


async def one_by_one(port: str, calls: int, after: Callable[[int], None]) -> None:
    """So many calls; `after` each, somebody takes a look."""
    spoken = speech()
    for number in range(1, calls + 1):
        await call(port, f"call-of-{number}", spoken)
        after(number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--warm", type=int, default=50, help="calls after which memory is read first")
    options = parser.parse_args()
    seen: dict[int, tuple[float, ...]] = {}
    with tempfile.TemporaryDirectory() as journals:
        listen = ["--listen", "vosk://127.0.0.1:0", "--hub", "127.0.0.1:0", "--journal", journals, "--speech-model", str(DATA / "starter")]
        gateway = subprocess.Popen([sys.executable, "-m", "companion", "serve", *listen], stderr=subprocess.PIPE, text=True)
        assert gateway.stderr is not None
        port = next(found[1] for line in gateway.stderr if (found := re.search(r"vosk://127\.0\.0\.1:(\d+)", line)))

        def after(number: int) -> None:
            moment = next((moment for moment in moments if moment - AROUND < number <= moment), None)
            if moment is not None:
                memory = resident(gateway.pid), resident(recogniser(gateway.pid))
                seen[moment] = tuple(map(max, memory, seen.get(moment, memory)))
            if number in moments:
                print(f"  {number} calls", file=sys.stderr)

        began = time.monotonic()
        moments = (options.warm, options.calls // 4, options.calls // 2, options.calls)
        asyncio.run(one_by_one(port, options.calls, after))
        took = time.monotonic() - began
        gateway.send_signal(signal.SIGINT)
        gateway.wait()
        kept = len(list(Path(journals).iterdir()))
    if kept != options.calls:
        raise SystemExit(f"{kept} journals of {options.calls} calls")
    print(HEADER)
    for place, who in enumerate(("a gateway", "its recogniser")):
        before, after = seen[options.warm][place], seen[options.calls][place]
        question = f"memory of {who} after {options.calls:,} calls / after {options.warm}"
        print(row(question, figure(after, "MB"), figure(before, "MB"), [after / before], 1.1))
    print("\n| calls so far | gateway, MB | recogniser, MB |\n|---|---|---|")
    for number, (ours, vosk) in sorted(seen.items()):
        print(f"| {number:,} | {ours:.1f} | {vosk:.1f} |")
    print(f"\n{took / options.calls * 1000:.0f} ms a call, one after the other.")


if __name__ == "__main__":
    main()
