"""A pytest plugin: every property test of `tests/sources/protocols` with very many inputs, counted and timed. `make fuzz` runs it.

Each file of `companion/sources/protocols` must have property tests, and together they get `FUZZ_EXAMPLES` inputs (100,000). What an
input may do is for the tests to say; here, none may take longer than a second, and memory may not grow. An input that ever failed belongs
into the test as an `@example`, or, if it was a frame, into tests/recordings.
"""

import functools
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100000"))
LONGEST = 1.0  # seconds of processor time for one input
MOST = 256  # MiB by which memory may grow: Hypothesis itself remembers what it tried
PROTOCOLS = Path(__file__).parent.parent / "companion" / "sources" / "protocols"


class Count:
    """What the tests of one file have done."""

    def __init__(self) -> None:
        self.tests: list[pytest.Item] = []
        self.inputs = 0
        self.seconds = 0.0
        self.slowest = 0.0
        self.grown = 0

    def faults(self) -> list[str]:
        """What is not as it has to be, besides what a test says."""
        return [
            *(["has no property tests"] if not self.tests else []),
            *([f"only {self.inputs:,} inputs"] if self.tests and self.inputs < EXAMPLES else []),
            *([f"an input took {self.slowest:.1f} s"] if self.slowest > LONGEST else []),
            *([f"memory grew by {self.grown} MiB"] if self.grown > MOST else []),
        ]


_FREELY = settings(deadline=None, database=None, derandomize=False, suppress_health_check=list(HealthCheck))

_counts: dict[str, Count] = defaultdict(Count)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only property tests stay; the inputs of a file are shared out among its own."""
    chosen = [item for item in items if getattr(getattr(item, "function", None), "is_hypothesis_test", False)]
    for path in sorted(PROTOCOLS.glob("[a-z]*.py")):
        count = _counts[path.stem]
        count.tests = [item for item in chosen if item.path.name == f"test_{path.stem}.py"]
        for item in count.tests:
            # Some tests have few possible inputs and end early, so that each gets a little more than its share.
            most = -(-11 * EXAMPLES // (10 * len(count.tests)))
            share = settings(_FREELY, max_examples=most)
            function: Any = item.function  # type: ignore[attr-defined]
            share(function)
            function.hypothesis.inner_test = _counted(function.hypothesis.inner_test, count)
            item.add_marker(pytest.mark.timeout(0))
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _counted(test: Callable[..., None], count: Count) -> Callable[..., None]:
    @functools.wraps(test)
    def run(*args: Any, **keys: Any) -> None:
        began = time.process_time()
        try:
            test(*args, **keys)
        finally:
            took = time.process_time() - began
            count.inputs += 1
            count.seconds += took
            count.slowest = max(count.slowest, took)

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Watch the memory."""
    before = _memory()
    try:
        return (yield)
    finally:
        _counts[item.path.stem.removeprefix("test_")].grown += _memory() - before


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A file that was not tested enough is a failure."""
    if any(count.faults() for count in _counts.values()) and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A row for each file."""
    terminalreporter.write_line("| protocol | inputs | inputs/s | slowest | memory |\n|---|---|---|---|---|")
    for name, count in _counts.items():
        if count.tests or count.faults():
            rate = f"{count.inputs / count.seconds:,.0f}" if count.seconds else "–"
            said = "; ".join(count.faults())
            row = f"| {name} | {count.inputs:,} | {rate} | {count.slowest * 1000:.1f} ms | +{count.grown} MiB |"
            terminalreporter.write_line(f"{row} {said}", red=bool(said))


def _memory() -> int:
    """The most that this process ever held, MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)
