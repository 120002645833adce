#!/usr/bin/env python3
"""Runs the benches one after the other and writes what they print into docs/performance.md.

    python bench/all.py [NAME …]        # all, or only those named: python bench/all.py start log

Each has a place of its own there, between `<!-- bench: NAME -->` and `<!-- end -->`, so that one may be run alone. The rows that answer a
question (`sides.HEADER`) are gathered from all places at the head of the page. A bench that fails keeps what it said last.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from sides import HEADER

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BENCHES: dict[str, tuple[str, ...]] = {
    "cost": (),
    "vosk_server": (),
    "screen": (),
    "detect": (),
    "long_call": (),
    "log": (),
    "start": (),
    "concurrency": (),
    "listeners": (),
    "many_calls": (),
    "speech": (),
    "loss": ("--at-once", "7"),  # four rounds of the call for 27 cells
    "database": (),
    "wall": (),
    "broadcast": (),
    "scale": (),
}
"""Those that `make bench` runs, in order, with their options."""
ELSEWHERE = {"scale": PAGE.with_name("scale.md")}
"""The page of those that have one of their own."""

_PLACE = r"(<!-- bench: {name} -->\n).*?(\n<!-- end -->)"


def fill(page: str, name: str, text: str) -> str:
    """The page with another text in a place.

    Raises:
        SystemExit: there is no such place.
    """
    found, count = re.subn(_PLACE.format(name=re.escape(name)), lambda place: place[1] + text + place[2], page, count=1, flags=re.DOTALL)
    if not count:
        raise SystemExit(f"{PAGE}: has no place for {name}; put <!-- bench: {name} --> and <!-- end --> there")
    return found


def questions(page: str) -> str:
    """All rows that answer a question, as one table."""
    tables = re.findall(re.escape(HEADER) + r"\n((?:\|.*\n)+)", fill(page, "questions", ""))
    return f"{HEADER}\n" + "".join(tables).rstrip("\n")


def machine() -> str:
    """What everything ran on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = len(os.sched_getaffinity(0))
    versions = f"Python {platform.python_version()}, Vosk {version('vosk')}, Textual {version('textual')}"
    return f"{model[1] if model else platform.machine()}, {cores} cores, {platform.system()} {platform.release()}, {versions}."


def run(name: str, options: tuple[str, ...]) -> str | None:
    """What a bench prints, with the circumstances; None if it failed."""
    command = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), *options]
    load, start = os.getloadavg()[0], time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return None
    took = time.monotonic() - start
    said = done.stdout.strip("\n")
    body = said if "|\n" in said else f"```\n{said}\n```"
    shown = " ".join(["python", f"bench/{name}.py", *options])
    return f"`{shown}`, {time.strftime('%Y-%m-%d')}, {took:.0f} s, load {load:.1f} at the start:\n\n{body}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BENCHES, []])
    names = parser.parse_args().names or list(BENCHES)
    for name in names:  # a place that is missing is found before anything has run
        fill(ELSEWHERE.get(name, PAGE).read_text("utf-8"), name, "")
    failed = []
    for number, name in enumerate(names, 1):
        print(f"{number} of {len(names)}: {name}", file=sys.stderr)
        text = run(name, BENCHES[name])
        if text is None:
            failed.append(name)
            continue
        own = ELSEWHERE.get(name, PAGE)
        own.write_text(fill(own.read_text("utf-8"), name, text), encoding="utf-8")
        page = fill(PAGE.read_text("utf-8"), "machine", machine())
        PAGE.write_text(fill(page, "questions", questions(page)), encoding="utf-8")
    if failed:
        raise SystemExit(f"failed, and left as they were: {', '.join(failed)}")


if __name__ == "__main__":
    main()
