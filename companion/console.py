"""stderr: one line notices for people, and a progress bar where it is a terminal. stdout is for data alone."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from companion.core.events import Channel, Partial
from companion.core.record import Record
from companion.core.updates import FlagRaised, StepHeard

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Console:
    """What a headless run shows to people. Use as a context manager, so that the bar is gone when other words follow."""

    def __init__(self) -> None:
        self._bar: Progress | None = _bar() if sys.stderr.isatty() else None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *what: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def notice(self, text: str) -> None:
        """One line. Printed as it is, never as markup."""
        if self._bar is not None and self._tasks:
            self._bar.console.print(f"companion: {text}", markup=False, highlight=False, soft_wrap=True)
        else:
            print(f"companion: {text}", file=sys.stderr, flush=True)

    def ready(self, text: str) -> None:
        """Likewise: without it, nobody could tell a port that waits from a program that hangs."""
        self.notice(text)

    def progress(self, name: str, share: float) -> None:
        """How far something of known length has come, 0–1."""
        if self._bar is None:
            return
        if name not in self._tasks:
            self._bar.start()
            for done in [task for task in self._bar.tasks if task.finished]:  # a gateway's calls never end
                self._bar.remove_task(self._tasks.pop(done.description))
            self._tasks[name] = self._bar.add_task(name, total=1.0)
        self._bar.update(self._tasks[name], completed=share)

    # What only a screen shows.

    def record(self, record: Record) -> None:
        """Records go to the sinks."""

    def wants_partials(self, call: str) -> bool:
        """Nobody could read them."""
        return False

    def glimpse(self, call: str, partial: Partial, tentative: Sequence[StepHeard | FlagRaised]) -> None:
        """Never asked for."""

    def level(self, call: str, channel: Channel, level: float) -> None:
        """Not shown headless."""

    def clock(self, call: str, at: int) -> None:
        """Not shown headless."""


def _bar() -> "Progress":
    """A bar for each call that is under way."""
    from rich.console import Console as RichConsole  # only here: where nobody looks, a twentieth of the start is saved
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=RichConsole(stderr=True), transient=True)
