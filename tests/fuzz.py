"""A pytest plugin: every property test of `tests/sources/protocols` with very many inputs, counted and timed. `make fuzz` runs it.

Each file of `companion/sources/protocols` must have property tests, and together they get `FUZZ_EXAMPLES` inputs (100,000): where there
are tests over `recorded.seeded` inputs these get them all, without Hypothesis, and the others a hundredth each on top. What an
input may do is for the tests to say; here, none may take longer than a second, or more than a few MiB. An input that ever failed belongs
into the test as an `@example`, or, if it was a frame, into tests/recordings.
"""

import functools
import os
import random
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100000"))
LONGEST = 1.0  # seconds of processor time for one input
MOST = 8.0  # MiB that one input may take
SAMPLED = 50  # of so many inputs one is watched for its memory, which is slow
PROTOCOLS = Path(__file__).parent.parent / "companion" / "sources" / "protocols"


class Count:
    """What the tests of one file have done."""

    def __init__(self) -> None:
        self.tests: list[pytest.Item] = []
        self.inputs = 0
        self.seconds = 0.0
        self.slowest = 0.0
        self.largest = 0.0

    def faults(self) -> list[str]:
        """What is not as it has to be, besides what a test says."""
        return [
            *(["has no property tests"] if not self.tests else []),
            *([f"only {self.inputs:,} inputs"] if self.tests and self.inputs < EXAMPLES else []),
            *([f"an input took {self.slowest:.1f} s"] if self.slowest > LONGEST else []),
            *([f"an input took {self.largest:.0f} MiB"] if self.largest > MOST else []),
        ]


_FREELY = settings(deadline=None, database=None, derandomize=False, suppress_health_check=list(HealthCheck))

_counts: dict[str, Count] = defaultdict(Count)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only property tests stay; the inputs of a file are shared out among its own."""
    chosen = [item for item in items if getattr(getattr(item, "function", None), "is_hypothesis_test", False)]
    for path in sorted(PROTOCOLS.glob("[a-z]*.py")):
        count = _counts[path.stem]
        count.tests = [item for item in chosen if item.path.name == f"test_{path.stem}.py"]
        made = [item for item in count.tests if _seeded(item)]
        for item in count.tests:
            function: Any = item.function  # type: ignore[attr-defined]
            test = _counted(function.hypothesis.inner_test, count)
            if item in made:
                item.obj = _many(test, _seeded(item), -(-EXAMPLES // len(made)))  # type: ignore[attr-defined]
            else:
                # Some tests have few possible inputs and end early, so that each gets a little more than its share.
                most = EXAMPLES // 100 if made else 11 * EXAMPLES // (10 * len(count.tests))
                settings(_FREELY, max_examples=max(1, most))(function)
                function.hypothesis.inner_test = test
            item.add_marker(pytest.mark.timeout(0))
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _seeded(item: pytest.Item) -> dict[str, Any]:
    """How each of a test's inputs is made by chance; empty where one is Hypothesis' own."""
    given = item.function.hypothesis._given_kwargs  # type: ignore[attr-defined]
    makes = {name: getattr(strategy, "make", None) for name, strategy in given.items()}
    return {} if None in makes.values() else makes


def _many(test: Callable[..., None], makes: dict[str, Any], count: int) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            seed = random.getrandbits(64)
            inputs = {name: make(random.Random(seed)) for name, make in makes.items()}
            try:
                test(**inputs)
            except BaseException as error:
                error.add_note(f"of the inputs {inputs!r}")
                raise

    return run


def _counted(test: Callable[..., None], count: Count) -> Callable[..., None]:
    @functools.wraps(test)
    def run(*args: Any, **keys: Any) -> None:
        count.inputs += 1
        if count.inputs % SAMPLED == 0:
            tracemalloc.start()
            try:
                test(*args, **keys)
                count.largest = max(count.largest, tracemalloc.get_traced_memory()[1] / 2**20)
            finally:
                tracemalloc.stop()
            return
        began = time.process_time()
        test(*args, **keys)
        took = time.process_time() - began
        count.seconds += took
        count.slowest = max(count.slowest, took)

    return run


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A file that was not tested enough is a failure."""
    if any(count.faults() for count in _counts.values()) and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A row for each file."""
    terminalreporter.write_line("| protocol | inputs | inputs/s of our own time | slowest | largest |\n|---|---|---|---|---|")
    for name, count in _counts.items():
        if count.tests or count.faults():
            rate = f"{count.inputs / count.seconds:,.0f}" if count.seconds else "–"
            said = "; ".join(count.faults())
            row = f"| {name} | {count.inputs:,} | {rate} | {count.slowest * 1000:.1f} ms | {count.largest:.1f} MiB |"
            terminalreporter.write_line(f"{row} {said}", red=bool(said))
