#!/usr/bin/env python3
"""What it costs to show calls to supervisors: from record to wall, over the hub, over NATS, and by a plain WebSocket broadcast.

    python bench/broadcast.py [--calls 500] [--supervisors 20] [--seconds 4] [--rounds 3] [--ways plain,hub,nats]

One process owns the calls, four others hold the supervisors, each of whom folds every record into a row of a wall. Records are those of
the demo's chat, over and over; the microsecond at which each was made travels in it as its `at`. `plain` is the least there can be: the
same bytes to the same peers with `websockets`' own `broadcast`, a frame a record, nobody may come late, be slow or be told apart. `nats`
needs `nats-server` and nats-py; the server's memory and processor time count as the gateway's. `driver` makes and encodes the records and
sends them nowhere: its processor time is taken off the others'.
"""

import argparse
import asyncio
import contextlib
import gc
import importlib
import json
import math
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from array import array
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from sides import HEADER, centile, compared, figure
from websockets.asyncio.client import connect
from websockets.asyncio.server import broadcast, serve

from companion.broadcast.hub import Hub
from companion.broadcast.lookout import HubLookout
from companion.broadcast.messages import VERSION, Hello, Subscribe, encode
from companion.core.call import Call, Rules
from companion.core.events import Utterance
from companion.core.record import Record, decode
from companion.core.record import encode as as_line
from companion.core.seen import Clock
from companion.core.wall import WallRow
from companion.rules.load import find, load
from companion.wiring.parts import DATA

ROWS = {
    "record to wall, median": "ms", "99 in 100": "ms",
    "median beside one who does not read": "ms", "99 in 100 beside one who does not read": "ms",
    "memory a call": "kB", "memory a supervisor": "kB", "until all late comers have all": "s",
}  # fmt: skip
"""What is found of each way, and its unit."""

PROCESSES = 4
TICK = 0.005  # seconds between looks at the clock


def now() -> int:
    """Microseconds of the machine's clock, the same in all processes."""
    return time.monotonic_ns() // 1000


def memory(outlet: "Driver") -> int:
    """Bytes that this process has in memory, and a server that belongs to it."""
    gc.collect()
    processes = ["self", *([str(outlet._server.process.pid)] if isinstance(outlet, Nats) else [])]
    return sum(int(Path(f"/proc/{process}/statm").read_text().split()[1]) for process in processes) * os.sysconf("SC_PAGE_SIZE")


# ── whoever owns the calls ──


class Driver:
    """Sends records nowhere."""

    address: Any = None

    async def __aenter__(self) -> "Driver":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def write(self, record: Record) -> None:
        as_line(record)

    def clock(self, call: str, at: int) -> None: ...


class Plain(Driver):
    """Sends each record to everybody as it is."""

    async def __aenter__(self) -> "Plain":
        async def stay(connection: Any) -> None:
            await connection.wait_closed()

        self._server = await serve(stay, "127.0.0.1", 0, compression=None)
        self.address = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def write(self, record: Record) -> None:
        broadcast(self._server.connections, as_line(record))

    def clock(self, call: str, at: int) -> None:
        broadcast(self._server.connections, encode([Clock(call=call, at=at)]))


class OurHub(Driver):
    """The hub."""

    async def __aenter__(self) -> "OurHub":
        self._hub = await Hub("", 0).__aenter__()
        self.address, self.write, self.clock = self._hub.port, self._hub.write, self._hub.clock  # type: ignore[method-assign]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._hub.__aexit__()


class Nats(Driver):
    """A NATS server of our own."""

    async def __aenter__(self) -> "Nats":
        from scale import Server

        from companion.broadcast.nats_outlet import NatsOutlet

        self._folder = tempfile.TemporaryDirectory()
        self._server = Server(Path(self._folder.name))
        self.address = self._server.url
        self._outlet = await NatsOutlet(self.address).__aenter__()
        self.write, self.clock = self._outlet.write, self._outlet.clock  # type: ignore[method-assign]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._outlet.__aexit__(None, None, None)
        self._server.process.kill()
        self._server.process.wait()
        self._folder.cleanup()


WAYS = {"driver": Driver, "plain": Plain, "hub": OurHub, "nats": Nats}


def journal(*, short: bool) -> list[Record]:
    """The records of the demo's chat without its end; if `short`, with the checklist's digest only, as over the hub."""
    rules = Rules.of(load(find("complaint")))
    call = Call("x", rules.started(source="bench", began=None, timed=False, speech=None), rules)
    records = [call.begin()]
    for number, line in enumerate((DATA / "demo" / "chat.jsonl").read_text().splitlines()):
        if text := json.loads(line).get("text"):
            said = Utterance(speaker=json.loads(line)["speaker"], text=text, start=number * 7.0, end=number * 7.0 + 4)
            records += call.receive(said, number * 7000 + 4000)
    if short:
        records[0] = replace(records[0], event=replace(records[0].event, checklist={}))
    return records


def own(way: str, pipe: Connection, options: argparse.Namespace) -> None:
    """The process of whoever owns the calls: does what `pipe` says."""
    asyncio.run(_own(way, pipe, options))


async def _own(way: str, pipe: Connection, options: argparse.Namespace) -> None:
    whole, names = journal(short=way == "plain"), [f"call-{number}" for number in range(options.calls)]
    async with WAYS[way]() as outlet:
        empty = memory(outlet)
        counts = dict.fromkeys(names, 0)
        for name in names:
            while counts[name] < (options.history if way != "plain" else 0):
                counts[name] = _next(outlet, whole, name, counts[name], 0)
            await asyncio.sleep(0)
        pipe.send({"address": outlet.address, "memory": memory(outlet) - empty})
        turn = 0
        while (order := await asyncio.to_thread(pipe.recv)) is not None:
            resting, began, cpu = memory(outlet), time.monotonic(), _cpu(outlet)
            made = 0
            while (passed := time.monotonic() - began) < order:
                for _ in range(int(passed * options.calls * options.rate) - made):
                    name = names[turn % len(names)]
                    counts[name] = _next(outlet, whole, name, counts[name], now())
                    outlet.clock(name, round(passed * 1000))
                    turn, made = turn + 1, made + 1
                await asyncio.sleep(TICK)
            pipe.send({"made": made, "cpu": (_cpu(outlet) - cpu) / (time.monotonic() - began), "memory": resting})


def _next(outlet: Driver, whole: list[Record], name: str, count: int, at: int) -> int:
    record = whole[0] if count == 0 else whole[1 + (count - 1) % (len(whole) - 1)]
    outlet.write(replace(record, call=name, seq=count, at=at))
    return count + 1


def _cpu(outlet: Driver) -> float:
    """Processor seconds of this process, and of a server that belongs to it."""
    return time.process_time() + (outlet._server.cpu() if isinstance(outlet, Nats) else 0.0)


# ── the supervisors ──


def look(way: str, address: Any, count: int, pipe: Connection) -> None:
    """The process of some supervisors: tells through `pipe` what they saw."""
    asyncio.run(_look(way, address, count, pipe))


async def _look(way: str, address: Any, count: int, pipe: Connection) -> None:
    walls = [Wall() for _ in range(count)]
    if way == "nats":
        importlib.import_module("companion.broadcast.nats_lookout")
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    tasks = [asyncio.create_task(wall.watch(_seen(way, address, number))) for number, wall in enumerate(walls)]
    while (order := await asyncio.to_thread(pipe.recv)) is not None:
        for task in tasks:
            if task.done():
                task.result()
        if order == "count":
            pipe.send([wall.count for wall in walls])
        else:
            pipe.send([list(wall.took) for wall in walls])
            for wall in walls:
                wall.took = array("q")
    for task in tasks:
        task.cancel()


class Wall:
    """A supervisor's wall: a row for each call."""

    def __init__(self) -> None:
        self.count = -1
        self.took = array("q")
        self._rows: dict[str, WallRow] = {}

    async def watch(self, seen: AsyncIterator[Any]) -> None:
        async for one in seen:
            self.count = max(self.count, 0)
            if isinstance(one, Record):
                self._rows[one.call] = self._rows.get(one.call, WallRow()).fold(one)
                self.count += 1
                if one.at:
                    self.took.append(now() - one.at)


async def _seen(way: str, address: Any, number: int) -> AsyncIterator[Any]:
    if way == "plain":
        async with connect(f"ws://127.0.0.1:{address}", compression=None) as connection:
            yield "here"
            async for line in connection:
                if not line.startswith(b'{"type":"clock"'):
                    yield decode(line)
    elif way == "nats":
        from companion.broadcast.nats_lookout import NatsLookout

        async for seen in NatsLookout(address, name=f"supervisor {number}"):
            yield seen
    else:
        async for seen in HubLookout(f"ws://127.0.0.1:{address}", name=f"supervisor {number}"):
            yield seen


@contextlib.asynccontextmanager
async def asleep(way: str, address: Any) -> AsyncIterator[None]:
    """A supervisor that wants everything and reads nothing."""
    if way == "nats":
        reader, writer = await asyncio.open_connection(*address.removeprefix("nats://").split(":"))
        await reader.readline()
        writer.write(b'CONNECT {"verbose":false}\r\nSUB companion.> 1\r\n')
        writer.transport.pause_reading()
        yield
        writer.transport.abort()
        return
    connection = await connect(f"ws://127.0.0.1:{address}", compression=None, max_queue=1, ping_interval=None)
    if way == "hub":
        await connection.send(encode([Hello(version=VERSION, role="supervisor", name="asleep"), Subscribe()]))
    connection.transport.pause_reading()
    yield
    connection.transport.abort()


# ── the measurement ──


def measure(way: str, options: argparse.Namespace) -> dict[str, list[float]]:
    """Let a way go, in turn without and with somebody who does not read; what was found in each round."""
    spawn = multiprocessing.get_context("spawn")
    owner, theirs = spawn.Pipe()
    processes = [spawn.Process(target=own, args=(way, theirs, options), daemon=True)]
    processes[0].start()
    begun = owner.recv()
    walls: list[Connection] = []
    found: dict[str, list[float]] = {row: [] for row in ROWS} | {"cpu": [], "resting": []}
    found["memory a call"].append(begun["memory"] / options.calls / 1000 if way != "plain" else math.nan)
    expected = options.calls * options.history if way != "plain" else 0
    owner.send(0.0)
    alone = owner.recv()["memory"]
    if way != "driver":
        for number in range(PROCESSES):
            ours, theirs = spawn.Pipe()
            walls.append(ours)
            share = len(range(number, options.supervisors, PROCESSES))
            processes.append(spawn.Process(target=look, args=(way, begun["address"], share, theirs), daemon=True))
            processes[-1].start()
        for wall in walls:
            wall.recv()
        began = time.monotonic()
        for wall in walls:
            wall.send("go")
        _until(walls, expected)
        found["until all late comers have all"].append(time.monotonic() - began if expected else math.nan)
    for stall in (False, True) * options.rounds if walls else (False,) * options.rounds:
        made = asyncio.run(_turn(way, begun["address"], stall, owner, options, found))
        expected += made
        _until(walls, expected)
        took = []
        for wall in walls:
            wall.send("took")
            took += [each / 1000 for one in wall.recv() for each in one]
        if took:
            beside = " beside one who does not read" if stall else ""
            found[f"median{beside}" if stall else "record to wall, median"].append(statistics.median(took))
            found[f"99 in 100{beside}"].append(centile(took, 0.99))
    found["memory a supervisor"].append((found["resting"][0] - alone) / options.supervisors / 1000)
    for pipe in (owner, *walls):
        pipe.send(None)
    for process in processes:
        process.join(10)
        process.kill()
    return found


async def _turn(way: str, address: Any, stall: bool, owner: Connection, options: argparse.Namespace, found: dict[str, list[float]]) -> int:
    """One measurement; how many records were made."""
    async with asleep(way, address) if stall else contextlib.nullcontext():
        await asyncio.sleep(1.0)
        owner.send(options.seconds)
        done = await asyncio.to_thread(owner.recv)
    if not stall:
        found["cpu"].append(done["cpu"])
        found["resting"].append(done["memory"])
    return int(done["made"])


def _until(walls: list[Connection], expected: int) -> None:
    """Wait until every supervisor has seen so many records: none too few, none twice."""
    end = time.monotonic() + 90
    while True:
        counts = []
        for wall in walls:
            wall.send("count")
            counts += wall.recv()
        if all(count == expected for count in counts):
            return
        if time.monotonic() > end:
            raise SystemExit(f"supervisors saw {min(counts):,} to {max(counts):,} records of {expected:,}")
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--supervisors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each way, without and with somebody who does not read")
    parser.add_argument("--rate", type=float, default=1.0, help="records a second of each call")
    parser.add_argument("--history", type=int, default=50, help="records of each call before anybody looks on")
    parser.add_argument("--ways", default="plain,hub,nats")
    options = parser.parse_args()
    ways = [way for way in options.ways.split(",") if way != "nats" or shutil.which("nats-server")]
    base = statistics.median(measure("driver", options)["cpu"])
    results = {way: measure(way, options) for way in ways}
    calls = f"{options.calls} calls, {options.history} records each before anybody came and then {options.rate:g} and a clock a second"
    print(f"{calls}; {options.supervisors} supervisors; median (range) of {options.rounds} rounds:\n")
    print(f"| | {' | '.join(ways)} |\n|---{'|---' * len(ways)}|")
    for row, unit in ROWS.items():
        print(f"| {row} | {' | '.join(_figure(results[way][row], unit) for way in ways)} |")
    cost = {way: [(cpu - base) * 1000 / options.calls for cpu in results[way]["cpu"]] for way in ways}
    print(f"| processor time of whoever owns the calls, a call | {' | '.join(_figure(cost[way], 'ms a second') for way in ways)} |")
    plain = statistics.median(cost.get("plain", [math.nan]))
    print(f"| … against plain | {' | '.join(f'{statistics.median(cost[way]) / plain:.2f}×' for way in ways)} |")
    print(f"\n{HEADER}")
    for way in (way for way in ways if way != "plain"):
        rounds = list(zip(results[way]["99 in 100 beside one who does not read"], results[way]["99 in 100"], strict=True))
        print(compared(f"99 in 100 on the walls after, over {way}: beside a stalled supervisor; without", rounds, "ms", 1.25))


def _figure(found: list[float], unit: str) -> str:
    if not found or math.isnan(found[0]):
        return "–"
    spread = f" ({figure(min(found), '').strip()}–{figure(max(found), '').strip()})" if len(found) > 1 else ""
    return figure(statistics.median(found), unit) + spread


if __name__ == "__main__":
    main()
