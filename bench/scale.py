#!/usr/bin/env python3
"""How many calls a NATS server and the machines around it carry: synthetic calls, more and more of them, until somebody cannot keep up.

    python bench/scale.py [--gateways 2] [--supervisors 2] [--most 6400]

The demo's spoken call is heard once, which tells what recognition costs. Its records, at the times at which they came, are what every
synthetic call says, each at a place of its own in the call; one that is over begins anew. Gateways are processes with the outlet that
`serve` has; supervisors are processes that fold every record into a wall; one more process keeps every record in SQLite through a
durable consumer. All share this machine with a real nats-server with JetStream, so that what is found is what they cost together: each
one's own share is counted by its processor time. The microsecond at which a record was made travels in it as its `at`.
"""

import argparse
import asyncio
import heapq
import json
import multiprocessing
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import nats
from msgspec.structs import replace
from sides import centile, figure, spend

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_durable import kept
from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.core.record import Record
from companion.core.wall import WallRow
from companion.sinks.database import Database
from companion.sinks.reading import read
from companion.sinks.store import Store
from companion.wiring.parts import DATA

STEPS = (400, 800, 1200, 1600, 2400, 3200, 4800, 6400)
"""Calls at once."""
SETTLING, MEASURED = 4.0, 8.0
"""Seconds of a step: in which calls are added, and what is counted."""
LATE = 1.0
"""Seconds after which a record is late: on a wall at the 95th percentile, or in being made."""
TICK = 0.005

BUSY, HOURS, TEAM = 0.7, 8.0, 15
"""Assumed of agents: the share of their time in calls, hours a day, agents to a supervisor."""


def now() -> int:
    """Microseconds of the machine's clock, the same in all processes."""
    return time.monotonic_ns() // 1000


# ── gateways ──


def gateway(url: str, number: int, story: list[Record], pipe: Connection) -> None:
    """A process with calls: has as many as it is told, and says what that took."""
    asyncio.run(_gateway(url, number, story, pipe))


async def _gateway(url: str, number: int, story: list[Record], pipe: Connection) -> None:
    wanted, made, begun = 0, 0, 0
    late: list[float] = []
    due: list[tuple[float, int, int, int]] = []  # when, whose, which record of the story, its number in the call
    names: dict[int, str] = {}
    fresh: set[int] = set()
    clocked = 0.0
    async with NatsOutlet(url) as outlet:
        pipe.send("ready")
        asked = asyncio.create_task(asyncio.to_thread(pipe.recv))
        while True:
            if asked.done():
                order = asked.result()
                if order is None:
                    break
                if isinstance(order, int):
                    wanted = order
                else:
                    sent = outlet.link.client.stats
                    pipe.send((made, time.process_time(), sent["out_bytes"], sent["out_msgs"], late, time.monotonic()))
                    late = []
                asked = asyncio.create_task(asyncio.to_thread(pipe.recv))
            time_now = time.monotonic()
            for _ in range(min(wanted - len(names), 10)):
                call = len(names)
                names[call] = f"g{number}-{begun}"
                fresh.add(call)
                begun += 1
                heapq.heappush(due, (time_now, call, 0, 0))
            while due and due[0][0] <= time_now:
                when, call, place, seq = heapq.heappop(due)
                late.append(time_now - when)
                outlet.write(replace(story[place], call=names[call], seq=seq, at=now()))
                made += 1
                if place + 1 == len(story):
                    names[call] = f"g{number}-{begun}"
                    begun += 1
                    heapq.heappush(due, (when + 1.0, call, 0, 0))
                    continue
                following = place + 1
                wait = (story[following].at - story[place].at) / 1000
                if call in fresh:  # the first one of each goes on from a place of its own
                    fresh.discard(call)
                    following, wait = 1 + call * 7919 % (len(story) - 1), call % 97 / 97
                heapq.heappush(due, (when + wait, call, following, seq + 1))
            if time_now - clocked >= 1.0:
                clocked = time_now
                for name in names.values():
                    outlet.clock(name, round(time_now * 1000))
            await asyncio.sleep(TICK)


# ── who looks on, and who keeps ──


def supervisor(url: str, number: int, pipe: Connection) -> None:
    """A process with one wall."""
    asyncio.run(_tell(_wall(url, number), pipe))


def keeper(url: str, number: int, file: Path, pipe: Connection) -> None:
    """A process with a database."""
    asyncio.run(_tell(_database(url, file), pipe))


class Seen:
    """What came."""

    def __init__(self) -> None:
        self.count = 0
        self.took = array("q")

    def add(self, record: Record) -> None:
        self.count += 1
        self.took.append(now() - record.at)


async def _wall(url: str, number: int) -> Any:
    rows: dict[str, WallRow] = {}
    async for seen in NatsLookout(url, name=f"supervisor {number}"):
        if isinstance(seen, Record):
            rows[seen.call] = rows.get(seen.call, WallRow()).fold(seen)
            yield seen


async def _database(url: str, file: Path) -> Any:
    with Database(Store(f"sqlite:///{file}"), print, patient=True) as database:
        async for record in kept(url, "bench"):
            database.write(record)
            yield record


async def _tell(records: Any, pipe: Connection) -> None:
    seen = Seen()

    async def take() -> None:
        async for record in records:
            seen.add(record)

    task = asyncio.create_task(take())
    pipe.send("ready")
    while await asyncio.to_thread(pipe.recv):
        if task.done():
            task.result()
        pipe.send((seen.count, time.process_time(), seen.took, time.monotonic()))
        seen.took = array("q")


# ── the whole ──


class Server:
    """A nats-server of our own."""

    def __init__(self, folder: Path) -> None:
        command = ["nats-server", "-js", "-a", "127.0.0.1", "-p", "-1", "-sd", str(folder / "store"), "--ports_file_dir", str(folder)]
        self.process = subprocess.Popen([*command, "-l", os.devnull])
        while not (found := [json.loads(file.read_text() or "{}").get("nats") for file in folder.glob("*.ports")]) or not found[0]:
            time.sleep(0.05)
        self.url = f"nats://127.0.0.1:{found[0][0].rsplit(':', 1)[1]}"

    def cpu(self) -> float:
        """Processor seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bench:
    """Server, gateways and followers, and what a step of it costs."""

    def __init__(self, folder: Path, story: list[Record], options: argparse.Namespace) -> None:
        self._spawn = multiprocessing.get_context("spawn")
        self.server = Server(folder)
        self._gateways = [self._start(gateway, number, story) for number in range(options.gateways)]
        self._walls: list[Connection] = []
        self._keepers: list[Connection] = []
        self._options = options
        self.database = folder / "calls.db"

    def look_on(self) -> None:
        """Let the followers come."""
        self._walls = [self._start(supervisor, number) for number in range(self._options.supervisors)]
        self._keepers = [self._start(keeper, 0, self.database)]

    def step(self, calls: int) -> dict[str, float]:
        """Have so many calls at once; what it took, a second, and how late it all was."""
        for number, pipe in enumerate(self._gateways):
            pipe.send(len(range(number, calls, len(self._gateways))))
        time.sleep(SETTLING + calls / 2000)
        before = self.told()
        time.sleep(MEASURED)
        after = self.told()

        def rate(part: str, place: int) -> float:  # each by its own clock: on a busy machine some answer late
            return sum((b[place] - a[place]) / (b[-1] - a[-1]) for a, b in zip(before[part], after[part], strict=True))

        found = {
            "calls": calls, "records": rate("gateways", 0), "gateways": rate("gateways", 1), "bytes": rate("gateways", 2),
            "messages": rate("gateways", 3), "server": rate("server", 0), "walls": rate("walls", 1), "keeper": rate("keepers", 1),
            "seen": rate("walls", 0) / max(1, len(self._walls)), "stored": rate("keepers", 0),
            "late": centile([each for gateway in after["gateways"] for each in gateway[4]], 0.95),
        }  # fmt: skip
        waits = [each / 1e6 for wall in after["walls"] for each in wall[2]]
        if waits:
            found |= {"median": statistics.median(waits), "p95": centile(waits, 0.95)}
        return found

    def told(self) -> dict[str, list[Any]]:
        """What each process says of itself so far."""
        parts = {"gateways": self._gateways, "walls": self._walls, "keepers": self._keepers}
        for pipe in (*self._gateways, *self._walls, *self._keepers):
            pipe.send("how")
        return {name: [pipe.recv() for pipe in pipes] for name, pipes in parts.items()} | {
            "server": [(self.server.cpu(), time.monotonic())]
        }

    def _start(self, what: Any, number: int, *more: Any) -> Connection:
        ours, theirs = self._spawn.Pipe()
        self._spawn.Process(target=what, args=(self.server.url, number, *more, theirs), daemon=True).start()
        ours.recv()
        return ours

    def close(self) -> None:
        """End them all; the server first, so that nobody is in the middle of anything."""
        self.server.process.send_signal(signal.SIGKILL)
        self.server.process.wait()
        for process in multiprocessing.active_children():
            process.kill()
            process.join()


def behind(step: dict[str, float]) -> str:
    """Who could not keep up; empty if everybody could."""
    found = {
        "gateways": step["late"] >= LATE,
        "walls": step["p95"] >= LATE or step["seen"] < 0.95 * step["records"],
        "database": step["stored"] < 0.95 * step["records"],
    }
    return " and ".join(who for who, late in found.items() if late)


def story(folder: Path) -> tuple[list[Record], float]:
    """The demo's records, with the checklist's digest only, as they go over NATS; processor seconds that a second of the call took."""
    sound = DATA / "demo" / "call4_everything.flac"
    command = [sys.executable, "-m", "companion", "log", str(sound), "--speech-model", str(DATA / "starter"), "--journal", str(folder)]
    spent = spend(command)
    records = list(read(next(folder.glob("*.jsonl"))))
    return records, spent.cpu / (records[-1].at / 1000)


async def stored(url: str) -> float:
    """Bytes that the server keeps of calls."""
    client = await nats.connect(url)
    state = (await client.jetstream().stream_info(subjects.CALLS)).state
    await client.close()
    return float(state.bytes)


def row(step: dict[str, float], cores: int) -> str:
    """A step, for the table."""
    parts = {name: step[name] for name in ("server", "gateways", "walls", "keeper")}
    cells = [f"{step['calls']:,.0f}", f"{step['records']:,.0f}", *(f"{100 * each:.0f} %" for each in parts.values())]
    full = " (the machine is full)" if sum(parts.values()) > 0.85 * cores else ""
    verdict = f"no: {late} behind{full}" if (late := behind(step)) else "yes"
    return "| " + " | ".join([*cells, f"{1000 * step['median']:.0f} ms", f"{1000 * step['p95']:.0f} ms", verdict]) + " |"


def kept_as(size: float, cost: dict[str, float]) -> str:
    """Bytes of a record, and what an hour's call comes to."""
    return f"{figure(size, 'bytes')}, {figure(size * cost['records'] * 3600 / 1e6, 'MB')} an hour of call"


def needs(agents: int, cost: dict[str, float]) -> str:
    """What so many agents need, for the table; supervisors see the calls of a site of a thousand agents at most."""
    calls, site = agents * BUSY, min(agents, 1000)
    watching, sites = site / TEAM, agents / site
    rate = site * BUSY * cost["records"]  # records a second of one site
    serving = sites * rate * (cost["taking"] + cost["giving"] * (watching + 1))
    day = calls * HOURS * 3600
    network = sites * rate * cost["bytes"] * (watching + 1) * 8 / 1e6
    records = calls * cost["records"]
    cells = [
        f"{agents:,}", f"{calls:,.0f}", f"{records:,.0f}", figure(calls * cost["hearing"], ""), figure(records * cost["gateway"], ""),
        f"{sites:,.0f} × {figure(serving / sites, '')}", figure(records * cost["keeper"], ""), figure(network, "Mbit/s"),
        figure(day * cost["records"] * cost["kept"] / 1e9, "GB"), figure(day * cost["records"] * cost["rows"] / 1e9, "GB"),
    ]  # fmt: skip
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateways", type=int, default=2)
    parser.add_argument("--supervisors", type=int, default=2)
    parser.add_argument("--most", type=int, default=STEPS[-1], help="calls at once at most")
    options = parser.parse_args()
    if shutil.which("nats-server") is None:
        raise SystemExit("nats-server is not installed (Debian: nats-server)")
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "journal").mkdir()
        records, hearing = story(folder / "journal")
        length = records[-1].at / 1000
        spoken = [replace(record, event=replace(record.event, checklist={})) if not record.seq else record for record in records]
        bench = Bench(folder, spoken, options)
        try:
            alone = bench.step(STEPS[0])
            bench.look_on()
            steps: list[dict[str, float]] = []
            for calls in STEPS:
                if calls <= options.most:
                    print(f"  {calls} calls", file=sys.stderr)
                    steps.append(bench.step(calls))
                    if behind(steps[-1]):
                        break
            kept_bytes = asyncio.run(stored(bench.server.url))
            last = bench.told()
            made, in_rows = sum(each[0] for each in last["gateways"]), last["keepers"][0][0]
            rows = sum(file.stat().st_size for file in folder.glob("calls.db*"))
        finally:
            bench.close()
    best = next((step for step in reversed(steps) if not behind(step)), steps[0])
    taking = alone["server"] / alone["records"]
    followed = max(0.0, best["server"] / best["records"] - taking) / (options.supervisors + 1)
    cost = {
        "hearing": hearing,
        "records": len(records) / length,
        "gateway": best["gateways"] / best["records"],
        "taking": taking,
        "giving": followed,
        "wall": best["walls"] / options.supervisors / best["records"],
        "keeper": best["keeper"] / best["records"],
        "bytes": best["bytes"] / best["records"],
        "kept": kept_bytes / made,
        "rows": rows / max(1, in_rows),
    }
    print(
        f"{options.gateways} gateways, {options.supervisors} supervisors who see every call, a database; {cores} cores for all of them:\n"
    )
    print("| calls at once | records a second | server | gateways | supervisors | database | record to wall, median | 95 in 100 | held |")
    print("|---|---|---|---|---|---|---|---|---|")
    print("\n".join(row(step, cores) for step in steps))
    print("\n| what | costs |\n|---|---|")
    for what, value in {
        "recognition and judging, a call (starter model)": f"{hearing:.3f} cores, so {1 / hearing:.0f} calls a core",
        "records of a call": f"{cost['records']:.2f} a second, {best['records'] / best['messages']:.2f} a message",
        "gateway, passing a record on": figure(1e6 * cost["gateway"], "µs"),
        "server, taking a record (followed by nobody)": figure(1e6 * taking, "µs"),
        "server, giving it to one follower": figure(1e6 * cost["giving"], "µs"),
        "a supervisor's screen, without drawing": figure(1e6 * cost["wall"], "µs a record"),
        "database (SQLite), storing a record": figure(1e6 * cost["keeper"], "µs"),
        "over the wire, a record": figure(cost["bytes"], "bytes"),
        "in the stream, a record": kept_as(cost["kept"], cost),
        "in the database, a record": kept_as(cost["rows"], cost),
    }.items():
        print(f"| {what} | {value} |")
    print(
        f"\nAgents who are in calls {BUSY:.0%} of {HOURS:g} hours, a supervisor for {TEAM} of them, sites of 1,000; worked out, not run:\n"
    )
    print("| agents | calls | records/s | cores: recognition | outlets | NATS | database | network | stream a day | database a day |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    print("\n".join(needs(agents, cost) for agents in (100, 1000, 100_000)))


if __name__ == "__main__":
    main()
