#!/usr/bin/env python3
"""What a database beside the journal costs: `companion log -` with it and without, and how long a call waits for it.

    python bench/database.py [--calls 200] [--runs 5] [--database postgresql://…]

Both sides of each pair run in turn, A B A B …; the ratio is taken pair by pair. CPU is user + system seconds of the process. The calls
are the typed demo under other names. Without --database it is an SQLite file, new for each run; a server's tables are used as they are.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sides import spend

from companion.core.record import Record
from companion.sinks.database import Database
from companion.sinks.reading import read
from companion.sinks.store import Store
from companion.wiring.parts import DATA

CHAT = DATA / "demo" / "chat.jsonl"


def calls(count: int) -> str:
    """The demo chat as so many calls, their lines mixed."""
    lines = [json.loads(line) for line in CHAT.read_text(encoding="utf-8").splitlines()]
    mark = time.time_ns()
    return "".join(json.dumps({**line, "call": f"{mark}-{number}"}) + "\n" for line in lines for number in range(count))


def waits(records: list[Record], url: str) -> list[float]:
    """Microseconds that each record's call waits while the database stores."""
    taken = []
    with Database(Store(url), print) as database:
        for record in records:
            start = time.perf_counter()
            database.write(record)
            taken.append((time.perf_counter() - start) * 1e6)
            time.sleep(0.001)
    return sorted(taken)


def main() -> None:
    """Run the pairs and print what they say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--database")
    given = parser.parse_args()
    pairs = []
    for number in range(given.runs):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "calls.jsonl").write_text(calls(given.calls), encoding="utf-8")
            url = given.database or f"sqlite:///{folder}/calls.db"
            command = [sys.executable, "-m", "companion", "log", f"{folder}/calls.jsonl", "--journal"]
            without = spend([*command, f"{folder}/a"])
            beside = spend([*command, f"{folder}/b", "--database", url])
            records = [record for path in sorted(Path(folder, "b").iterdir())[:5] for record in read(path)]
            pairs.append((without, beside))
            print(f"{number + 1}: without {without[0]:.2f} s CPU, {without[1]:.2f} s; with {beside[0]:.2f} s CPU, {beside[1]:.2f} s")
            taken = waits(records, given.database or f"sqlite:///{folder}/again.db")
    for what, place in (("CPU", 0), ("wall", 1)):
        ratios = [beside[place] / without[place] for without, beside in pairs]
        print(f"{what}: {statistics.median(ratios):.2f}× ({min(ratios):.2f}–{max(ratios):.2f})")
    print(f"a record's call waits {statistics.median(taken):.0f} µs, 99 in 100 at most {taken[int(len(taken) * 0.99)]:.0f} µs")


if __name__ == "__main__":
    main()
