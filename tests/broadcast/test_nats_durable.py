"""Whoever keeps all records gets each of them, however often it stops."""

import asyncio
import contextlib
import re
import sqlite3
import sys
from contextlib import aclosing
from pathlib import Path

from companion.broadcast.nats_durable import kept
from companion.broadcast.nats_outlet import NatsOutlet
from companion.core.record import Record, encode
from tests.broadcast.nats_server import NatsServer, Talk, needs_nats_server, server, until

pytestmark = needs_nats_server
__all__ = ["server"]

HOW_TO = (Path(__file__).resolve().parents[2] / "docs" / "nats.md").read_text(encoding="utf-8")


async def take(url: str, count: int) -> list[Record]:
    """So many records, and then it stops."""
    taken: list[Record] = []
    async with aclosing(kept(url, "database")) as records:
        async with asyncio.timeout(20):
            async for record in records:
                taken.append(record)
                if len(taken) == count:
                    break
    return taken


async def test_a_keeper_that_stops_goes_on_where_it_was(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42", agent="ann")
        for record in talk.records:
            outlet.write(record)
        for _ in range(30):
            for record in talk.say():
                outlet.write(record)
            await asyncio.sleep(0.005)  # many messages
        for record in talk.end():
            outlet.write(record)
        await until(lambda: not outlet.calls)
        first = await take(server.url, 20)
        rest = await take(server.url, len(talk.records) - first[-1].seq)
    assert list(map(encode, first)) == talk.journal[:20]
    again = rest[0].seq
    assert again <= 20  # what was not acknowledged came once more
    assert list(map(encode, rest)) == talk.journal[again : again + len(rest)]


async def test_a_keeper_outlives_the_server(server: NatsServer) -> None:
    taken: dict[int, bytes] = {}

    async def keep() -> None:
        async for record in kept(server.url, "database"):
            taken[record.seq] = encode(record)

    async with NatsOutlet(server.url) as outlet:
        task = asyncio.create_task(keep())
        talk = Talk("42")
        for record in [*talk.records, *talk.say(5)]:
            outlet.write(record)
        await until(lambda: len(taken) == len(talk.records))
        server.kill()
        for record in [*talk.say(5), *talk.end()]:
            outlet.write(record)
        server.start()
        await until(lambda: len(taken) == len(talk.records))
        assert [taken[seq] for seq in sorted(taken)] == talk.journal
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_database_of_the_how_to(server: NatsServer, tmp_path: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", HOW_TO, re.DOTALL)
    (tmp_path / "writer.py").write_text(script.replace("nats://127.0.0.1:4222", server.url))
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        for record in [*talk.records, *talk.say(5), *talk.end()]:
            outlet.write(record)
        writer = await asyncio.create_subprocess_exec(sys.executable, "writer.py", cwd=tmp_path)
        try:
            with contextlib.closing(sqlite3.connect(tmp_path / "calls.db")) as database:
                await until(lambda: len(_seqs(database)) == len(talk.records))
                assert _seqs(database) == list(range(len(talk.records)))
        finally:
            writer.kill()
            await writer.wait()


def _seqs(database: sqlite3.Connection) -> list[int]:
    try:
        return [seq for (seq,) in database.execute("SELECT seq FROM records WHERE call = '42' ORDER BY seq")]
    except sqlite3.OperationalError:  # not made yet
        return []
