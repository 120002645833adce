"""A working day of eight hours in minutes: a gateway with its hub and its database has at the end what it had in the morning."""

import asyncio
import itertools
import json
import os
import random
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import soundfile
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from companion.broadcast.lookout import HubLookout
from companion.broadcast.messages import Role
from companion.core.events import Bookmarked, CallStarted, Marked
from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.wiring.parts import DATA
from tests.faults.processes import PATIENCE, ended, gateway, stored, whole
from tests.faults.size import times

pytestmark = pytest.mark.timeout(times(180, 7200))

WARM = times(2, 4)
"""Hours that fill what is meant to be filled: caches, and the 200 calls that a hub keeps when they have ended."""
HOURS = WARM + times(4, 8)
ROUNDS = times(1, 26)
"""In an hour."""
AT_ONCE = 2
"""Calls in a round, side by side."""
TURNS = times(6, 80)
"""Utterances of a typed call, one in three seconds."""
SPOKEN = (0, WARM)
"""Hours in which a call is spoken, too."""
SECONDS = times(1.0, 82.0)
"""Of a spoken call."""
WORDS = ["".join(letters) for letters in itertools.islice(itertools.product("lmnrst", "aeiou", "mnrst", "aeiou", "lns"), 2000)]
"""Made up; people's words are many but not without end, and the first hour says them all."""
RATE = 16000


@dataclass(frozen=True)
class Sample:
    """What a process has of the system."""

    memory: float  # MB that are resident
    files: int
    threads: int
    children: int

    @classmethod
    def of(cls, pid: int) -> "Sample":
        status = Path(f"/proc/{pid}/status").read_text()
        memory, threads = (int(re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[1]) for name in ("VmRSS", "Threads"))  # type: ignore[index]
        children = sum(len(path.read_text().split()) for path in Path(f"/proc/{pid}/task").glob("*/children"))
        return cls(memory / 1000, len(os.listdir(f"/proc/{pid}/fd")), threads, children)

    def within(self, other: "Sample") -> bool:
        """Whether nothing is held that was not held then; memory counts at the end of the day."""
        return self.files <= other.files and self.threads <= other.threads and self.children <= other.children


class Guest:
    """Somebody who looks on, and which calls they have seen begin and end."""

    def __init__(self, lookout: HubLookout) -> None:
        self.lookout = lookout
        self.begun: set[str] = set()
        self.closed: set[str] = set()
        self.marked: set[str] = set()

    async def look(self) -> None:
        async for seen in self.lookout:
            if isinstance(seen, Record):
                if isinstance(seen.event, CallStarted):
                    self.begun.add(seen.call)
                if isinstance(seen.event, Marked):
                    self.marked.add(seen.call)
                if isinstance(seen.update, CallClosed):
                    self.closed.add(seen.call)


@asynccontextmanager
async def looking(hub: str, role: Role, name: str, *follow: str) -> AsyncIterator[Guest]:
    """Somebody comes, and leaves again: all calls, or those that are named."""
    guest = Guest(HubLookout(hub, role=role, name=name, every=not follow))
    for call in follow:
        await guest.lookout.follow(call)
    task = asyncio.create_task(guest.look())
    try:
        yield guest
    finally:
        await guest.lookout.close()
        await task


async def until(done: Callable[[], object], what: str) -> None:
    """Wait for the gateway."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not done():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE:g} s: {what}") from None


def lines(call: str, chance: random.Random) -> list[dict[str, object]]:
    """What is said in a typed call: the demo's chat, each line with two more words: hardly one is said twice, and no cache knows it."""
    said = [turn for line in (DATA / "demo" / "chat.jsonl").read_text().splitlines() if "speaker" in (turn := json.loads(line))]
    turns: list[dict[str, object]] = [{"call": call, "event": "start", "agent": "Anna"}]
    for number, turn in enumerate(itertools.islice(itertools.cycle(said), TURNS)):
        text = f"{turn['text']} {' '.join(chance.choices(WORDS, k=2))}"
        turns.append({"call": call, "speaker": turn["speaker"], "text": text, "start": number * 3.0, "end": number * 3.0 + 2.7})
    return [*turns, {"call": call, "event": "end"}]


async def typed(typing: ServerConnection, calls: list[list[dict[str, object]]]) -> None:
    """Several calls side by side, as fast as they are taken."""
    for side_by_side in zip(*calls, strict=True):
        for line in side_by_side:
            await typing.send(json.dumps(line))


async def spoken(port: str, call: str) -> None:
    """The demo's call by two clients, each frame once the one before is answered."""
    sound, _ = soundfile.read(DATA / "demo" / "call4_everything.flac", frames=round(SECONDS * RATE), dtype="int16", always_2d=True)

    async def speak(channel: str, pcm: bytes) -> None:
        async with connect(f"ws://127.0.0.1:{port}/?call={call}&channel={channel}", ping_interval=None) as connection:
            await connection.send(json.dumps({"config": {"sample_rate": RATE}}))
            for start in range(0, len(pcm), 6400):
                await connection.send(pcm[start : start + 6400])
                await connection.recv()
            await connection.send('{"eof" : 1}')
            await connection.recv()

    await asyncio.gather(speak("agent", sound[:, 0].tobytes()), speak("customer", sound[:, 1].tobytes()))


async def one_round(typing: ServerConnection, hub: str, supervisor: Guest, names: list[str], chance: random.Random) -> None:
    """Some calls: an agent's screen comes in the middle of the first, ticks a step, and goes."""
    calls = [lines(name, chance) for name in names]
    half = 1 + TURNS // 2
    await typed(typing, [call[:half] for call in calls])
    await until(lambda: supervisor.begun.issuperset(names), f"the beginning of {names}")
    async with looking(hub, "agent", "Anna", names[0]) as agent:
        await until(lambda: names[0] in agent.begun, f"{names[0]} on its agent's screen")
        assert await agent.lookout.act(names[0], Marked(step="apologized", state="done", by="Anna")) == ""
        await until(lambda: names[0] in agent.marked, f"the tick in {names[0]}")
    assert await supervisor.lookout.act(names[-1], Bookmarked(by="Sue")) == ""
    await typed(typing, [call[half:] for call in calls])
    await until(lambda: supervisor.closed.issuperset(names), f"the end of {names}")


async def test_a_day_of_eight_hours_leaves_nothing_behind(tmp_path: Path) -> None:
    came: asyncio.Future[ServerConnection] = asyncio.get_running_loop().create_future()
    samples: list[Sample] = []
    chance = random.Random(8)
    names: list[str] = []
    journals, database = tmp_path / "journals", f"sqlite:///{tmp_path}/calls.db"

    async def take(connection: ServerConnection) -> None:
        came.set_result(connection)
        await connection.wait_closed()

    async def hour(number: int) -> None:
        async with looking(hub, "supervisor", "Sue") as supervisor:
            async with asyncio.TaskGroup() as calls:
                if number in SPOKEN:
                    calls.create_task(spoken(port, f"spoken-{number}"))
                    names.append(f"spoken-{number}")
                for turn in range(ROUNDS):
                    now = [f"typed-{number}-{turn}-{place}" for place in range(AT_ONCE)]
                    await one_round(typing, hub, supervisor, now, chance)
                    names.extend(now)
            if number in SPOKEN:
                await until(lambda: f"spoken-{number}" in supervisor.closed, "the end of what was spoken")

    async with serve(take, "127.0.0.1", 0, ping_interval=None) as chat:
        listens = [f"--listen=ws://127.0.0.1:{chat.sockets[0].getsockname()[1]}/", "--listen=vosk://127.0.0.1:0"]
        with gateway(*listens, "--journal", journals, "--database", database, "--speech-model", DATA / "starter") as (process, hub):
            port = await asyncio.to_thread(process.told, r"vosk://127\.0\.0\.1:(\d+)")
            typing = await came
            for number in range(HOURS):
                await hour(number)
                if number >= WARM:
                    await until(lambda: Sample.of(process.pid).within(samples[WARM - 1]), f"no more than in {samples[WARM - 1]}")
                samples.append(Sample.of(process.pid))
            assert await asyncio.to_thread(process.end, signal.SIGINT) == 130
    print(told := "\n".join(map(str, samples)))
    assert max(sample.memory for sample in samples[WARM:]) <= samples[WARM - 1].memory * 1.1, told
    assert "Traceback" not in process.said
    lengths = {path.stem: path.read_bytes().count(b"\n") for path in journals.iterdir()}
    assert set(lengths) == set(names)
    assert stored(database) == {name: list(range(length)) for name, length in lengths.items()}
    assert all(ended(whole(journals / f"{name}.jsonl")) for name in names[:: times(5, 20)])
