"""Playbooks: a call written down as what happens and what must come of it, on a pretend clock.

play(CHECKLIST).at(9, "agent: i am sorry") >> StepChanged(step="apologized", state="done", grade=1, because="said, but thin")
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from companion.core.checklist import Checklist
from companion.core.detect import Judge
from companion.core.events import AnyEvent, Utterance
from companion.core.session import Session
from companion.core.updates import AnyUpdate

PER_WORD = 0.4
"""Seconds that a spoken word takes."""

T = TypeVar("T")


class Playbook:
    """One call, told step by step. Times are seconds from its start."""

    def __init__(self, checklist: Checklist, *, timed: bool = True) -> None:
        self.session = Session(checklist, Judge(checklist), call="7", began="2026-11-20T10:00:00+00:00", timed=timed)
        self.told: list[tuple[float, AnyUpdate]] = []
        """Everything that came of it so far."""
        self.came: list[tuple[float, AnyUpdate]] = []
        """What came of the last thing."""

    def at(self, seconds: float, what: str | AnyEvent, *, start: float | None = None) -> "Playbook":
        """It happens then.

        `agent: …` and `customer: …` are words that arrive then, said since `start` or for 0.4 s a word; `agent> …` are typed ones.
        """
        if isinstance(what, str):
            speaker, mark, words = (said := what.split(maxsplit=1))[0][:-1], said[0][-1], said[1]
            taken = 0.0 if mark == ">" else PER_WORD * len(words.split())
            begin = seconds - taken if start is None else start
            what = Utterance(speaker=speaker, text=words, start=round(max(0.0, begin), 3), end=seconds)  # type: ignore[arg-type]
        return self._take(self.session.receive(what, round(seconds * 1000)))

    def until(self, seconds: float) -> "Playbook":
        """Nothing happens until then."""
        return self._take(self.session.advance(round(seconds * 1000)))

    def __rshift__(self, update: AnyUpdate) -> "Playbook":
        """This came of the last thing."""
        assert update in [each for _, each in self.came], f"not {update}, but: {self.came}"
        return self

    def of(self, kind: type[T]) -> list[T]:
        """All updates of a kind, of the whole call."""
        return [each for _, each in self.told if isinstance(each, kind)]

    def when(self, type: type[Any], **fields: Any) -> list[float]:
        """When updates of a type and with such fields came, in seconds."""
        return [
            at for at, each in self.told
            if isinstance(each, type) and all(getattr(each, name) == value for name, value in fields.items())
        ]  # fmt: skip

    def _take(self, stamped: Iterator[tuple[int, AnyUpdate]] | list[tuple[int, AnyUpdate]]) -> "Playbook":
        self.came = [(at / 1000, update) for at, update in stamped]
        self.told += self.came
        return self


@pytest.fixture
def play() -> Callable[..., Playbook]:
    """Begins a playbook under a checklist."""
    return Playbook
