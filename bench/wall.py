"""What a wall of live calls costs: `python bench/wall.py [--calls 500] [--records 1000] [--seconds 12]`.

The wall runs in a terminal of its own (120×40) and takes in so many records a second; meanwhile a key is pressed now and then. Printed are
the time to take in a record, the process's share of a core, the refreshes, what goes to the terminal, and how long a key takes to be seen.
"""

import argparse
import asyncio
import fcntl
import json
import os
import pty
import random
import select
import struct
import sys
import termios
import time
from pathlib import Path

from companion.core.call import Call, Rules
from companion.core.events import Introduced, SpeechBegan, SpeechEnded, Utterance
from companion.core.record import Record
from companion.core.seen import Clock, Here
from companion.rules.load import load
from companion.tui.wall_app import WallApp

ROOT = Path(__file__).resolve().parent.parent
WARM = 3.0
"""Seconds before the first key."""
KEY, SEEN = b"w", b"w shows all"
"""Only calls that wait: the key, and the words that are then below the rows. The same key goes back."""
TALK = (
    ("customer", "my router drops out every evening and this is the fourth time i call"),
    ("agent", "so the router drops out every evening i am sorry that you had to call four times"),
    ("customer", "i am really angry this is ridiculous i want to speak to a supervisor"),
    ("agent", "i can send a new router or book an engineer which would you prefer he comes tomorrow"),
)


def records(rules: Rules) -> list[Record]:
    """A call that goes in circles, judged by the shipped checklist."""
    call = Call("", rules.started(source="bench", began=None, timed=True, speech=None), rules)
    found = [call.begin()]
    for turn in range(200):
        speaker, text = TALK[turn % len(TALK)]
        start, end = 8 * turn + 1, 8 * turn + 7
        found += call.receive(SpeechBegan(channel=speaker, start=start), 1000 * start + 600)  # type: ignore[arg-type]
        found += call.receive(SpeechEnded(channel=speaker, end=end), 1000 * end + 800)  # type: ignore[arg-type]
        said = Utterance(speaker=speaker, text=text, start=start, end=end)  # type: ignore[arg-type]
        found += call.receive(said, 1000 * end + 800)
    return found


async def show(calls: int, rate: int, seconds: float) -> dict[str, float]:
    """Feed a wall, and say what it cost."""
    journal = records(Rules.of(load(ROOT / "checklists" / "complaint.yaml")))
    app = WallApp(follow=lambda call: None, leave=lambda call: None)
    app.show(Here(role="supervisor", name="Sue"))
    seqs = dict.fromkeys((f"c-{number}" for number in range(calls)), 0)

    def push(call: str) -> None:
        seq = seqs[call]
        seqs[call] += 1
        source = journal[min(seq, len(journal) - 1)]
        app.show(Record(call=call, seq=seq, at=source.at, event=source.event, update=source.update))

    for number, call in enumerate(seqs):
        app.show(Record(call=call, seq=0, at=0, event=Introduced(agent=f"agent {number}", customer=f"Customer {number}", team="north")))
        for _ in range(random.randrange(2, 60)):
            push(call)
    going = asyncio.create_task(app.run_async())
    await asyncio.sleep(1.0)
    clock = asyncio.get_running_loop().time
    start, cpu, refreshes = clock(), time.process_time(), app.refreshes
    done, folding = 0, 0.0
    names = list(seqs)
    while (passed := clock() - start) < seconds:
        began = time.perf_counter()
        while done < passed * rate:
            call = random.choice(names)
            push(call)
            done += 1
            if done % 3 == 0:
                app.show(Clock(call=random.choice(names), at=round(passed * 1000) + 600_000))
        folding += time.perf_counter() - began
        await asyncio.sleep(0.005)
    cost = {
        "taking in, µs a record": folding / done * 1e6,
        "CPU, % of a core": (time.process_time() - cpu) / seconds * 100,
        "refreshes a second": (app.refreshes - refreshes) / seconds,
    }
    app.exit()
    await going
    return cost


def watch(terminal: int) -> tuple[list[float], int]:
    """Press a key now and then and wait for what it shows; all that came out is counted."""
    waits: list[float] = []
    total, seen = 0, b""
    pressed, following = 0.0, time.monotonic() + WARM
    while True:
        if select.select([terminal], [], [], 0.002)[0]:
            try:
                came = os.read(terminal, 65536)
            except OSError:
                return waits, total
            if not came:
                return waits, total
            total += len(came)
            seen += came
        now = time.monotonic()
        if pressed and SEEN in seen:
            waits.append(now - pressed)
            os.write(terminal, KEY)
            pressed, following = 0.0, now + 0.5
        elif not pressed and now > following:
            os.write(terminal, KEY)
            pressed, seen = now, b""


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=500)
    options.add_argument("--records", type=int, default=1000)
    options.add_argument("--seconds", type=float, default=12)
    given = options.parse_args()
    answer, reply = os.pipe()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
        cost = asyncio.run(show(given.calls, given.records, given.seconds))
        os.write(reply, json.dumps(cost).encode())
        sys.exit()
    os.close(reply)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    waits, total = watch(terminal)
    os.waitpid(child, 0)
    cost = json.loads(os.read(answer, 65536))
    for what, figure in cost.items():
        print(f"{what:<28} {figure:8.1f}")
    waits.sort()
    print(f"{'to the terminal, KB/s':<28} {total / 1024 / given.seconds:8.1f}")
    if waits:
        print(f"{'key to screen, ms':<28} {waits[len(waits) // 2] * 1000:8.0f} median, {waits[-1] * 1000:.0f} worst of {len(waits)}")


if __name__ == "__main__":
    main()
