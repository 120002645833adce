#!/usr/bin/env python3
"""What `vosk://` costs against vosk-server itself, and how long a client waits for its replies.

    git clone https://github.com/alphacep/vosk-server
    python bench/vosk_server.py --asr-server vosk-server/websocket/asr_server.py [--calls 4] [--seconds 15] [--runs 3]

The same client, of the same library, plays two-channel calls in real time to either, in turn: chunks of 0.2 s, two connections a call.
CPU is what the server's processes spend while the calls last: start-up is no part of it. A reply's wait is counted from the moment at which
its chunk was due. vosk-server is run as it is, but for its handler, which current websockets call with the connection alone.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from sides import HEADER, centile, compared, in_turn
from websockets.asyncio.client import connect

from companion.speech.audio import CHUNK
from companion.wiring.parts import DATA

CALL, MODEL = DATA / "demo" / "call4_everything.flac", DATA / "starter"

SERVER = """
import asyncio, importlib.util, sys
spec = importlib.util.spec_from_file_location("asr_server", sys.argv.pop(1))
asr = importlib.util.module_from_spec(spec)
spec.loader.exec_module(asr)
recognize = asr.recognize
asr.recognize = lambda connection: recognize(connection, connection.request.path)
asyncio.run(asr.start())
"""


class Served(NamedTuple):
    """What a server made of the calls."""

    cpu: float
    """Seconds."""
    finals: list[float]
    """Seconds that replies took which settled something."""
    replies: list[float]
    """The same of all."""


@contextmanager
def listening(command: Sequence[str], environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A server's process and port. Both servers say on stderr where they listen."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ | environment) as server:
        assert server.stderr is not None
        try:
            for line in server.stderr:
                if found := re.search(r"127\.0\.0\.1:(\d+)", line):
                    yield server.pid, int(found[1])
                    break
            else:
                raise SystemExit(f"{command[0]}: ended before it listened")
        finally:
            server.terminate()
            server.stderr.read()


def spent(pid: int) -> float:
    """Seconds of CPU of a process and its children so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(spent(int(child)) for child in children)


async def speak(
    uri: str, sound: "np.ndarray[tuple[int], np.dtype[np.int16]]", rate: int, began: float, seconds: float, served: Served
) -> None:
    """One channel, as vosk-server's own clients do it, but in time: a chunk, a reply."""
    size = round(rate * CHUNK)
    async with connect(uri) as connection:
        await connection.send(json.dumps({"config": {"sample_rate": rate}}))
        for number in range(round(seconds / CHUNK)):
            due = began + (number + 1) * CHUNK
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await connection.send(sound[number * size : (number + 1) * size].tobytes())
            said = json.loads(await connection.recv())
            for waits in (served.replies, served.finals) if said.get("text") else (served.replies,):
                waits.append(time.monotonic() - due)
        await connection.send('{"eof" : 1}')
        await connection.recv()


async def play(port: int, calls: int, seconds: float, served: Served) -> None:
    """So many calls at once, each from another place in the demo's."""
    sound, rate = soundfile.read(CALL, dtype="int16", always_2d=True)
    began = time.monotonic() + 1.0
    async with asyncio.TaskGroup() as speakers:
        for n in range(calls):
            turned = np.roll(sound, -round(n / calls * len(sound)), axis=0)
            for column, channel in enumerate(("agent", "customer")):
                start = began + (n + column / 2) / calls * CHUNK
                uri = f"ws://127.0.0.1:{port}/?call=call-{n}&channel={channel}"
                speakers.create_task(speak(uri, turned[:, column].copy(), rate, start, seconds, served))


def serve(command: Sequence[str], calls: int, seconds: float, **environment: str) -> Served:
    """Start a server, play calls to it, and end it."""
    with listening(command, environment) as (pid, port):
        served = Served(0.0, [], [])
        before = spent(pid)
        asyncio.run(play(port, calls, seconds, served))
        return served._replace(cpu=spent(pid) - before)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--asr-server", metavar="PATH", default=os.environ.get("ASR_SERVER"), help="default: $ASR_SERVER; without it, no row"
    )
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    if args.asr_server is None:
        raise SystemExit("vosk:// was not compared: name vosk-server's asr_server.py with --asr-server, or in ASR_SERVER")

    def ours() -> Served:
        with tempfile.TemporaryDirectory() as folder:
            log = [sys.executable, "-m", "companion", "log", "vosk://127.0.0.1:0", "--speech-model", str(MODEL), "--journal", folder]
            return serve(log, args.calls, args.seconds)

    def theirs() -> Served:
        command = [sys.executable, "-c", SERVER, args.asr_server, str(MODEL)]
        return serve(command, args.calls, args.seconds, VOSK_SERVER_INTERFACE="127.0.0.1", VOSK_SERVER_PORT="0")

    pairs = in_turn(ours, theirs, args.runs)
    print(HEADER)
    print(
        compared(
            f"CPU of `vosk://`, {args.calls} calls in real time / vosk-server's asr_server.py",
            [(a.cpu, b.cpu) for a, b in pairs],
            "s",
            1.05,
        )
    )
    for name, side, share in (("final, 95th percentile", "finals", 0.95), ("any reply, 95th percentile", "replies", 0.95)):
        waits = [tuple(1000 * centile(getattr(served, side), share) for served in pair) for pair in pairs]
        print(compared(f"wait for a reply of `vosk://` / asr_server.py: {name}", [(mine, theirs) for mine, theirs in waits], "ms", 1.0))


if __name__ == "__main__":
    main()
