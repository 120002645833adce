"""What the tests of the broadcast share: calls to show, people who look on, and waiting for others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from companion.broadcast.hub import Hub
from companion.broadcast.lookout import HubLookout
from companion.core.call import Rules
from companion.core.checklist import Checklist
from companion.core.events import AnyEvent, CallEnded, Introduced, Utterance
from companion.core.record import Record, encode
from companion.core.seen import Seen
from companion.core.updates import AnyUpdate, CallClosed
from tests.ports import free_port

RULES = Rules.of(Checklist(id="tiny", title="Tiny"))


@pytest.fixture
def call() -> Callable[..., Iterator[Record]]:
    """Makes a call's records: it begins, is introduced if there is an agent, goes on with `events`, and may end."""

    def make(
        name: str, *events: AnyEvent | AnyUpdate | str, agent: str | None = None, ended: bool = False, began: str = "2026-11-21T10:00:00Z"
    ) -> Iterator[Record]:
        whole: list[Any] = [RULES.started(source="test", began=began, timed=True, speech=None)]
        whole += [Introduced(agent=agent)] if agent else []
        whole += [Utterance(speaker="customer", text=said, start=0.0, end=1.0) if isinstance(said, str) else said for said in events]
        whole += [CallEnded(reason="over"), CallClosed(summary={"call": name})] if ended else []
        for seq, what in enumerate(whole):
            side = "update" if isinstance(what, AnyUpdate) else "event"
            yield Record(call=name, seq=seq, at=seq * 100, **{side: what})

    return make


class Watching:
    """Somebody who looks on, and all that they saw."""

    def __init__(self, lookout: HubLookout) -> None:
        self.lookout = lookout
        self.seen: list[Seen] = []
        self._more = asyncio.Event()
        self.task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        try:
            async for seen in self.lookout:
                self.seen.append(seen)
                self._more.set()
        finally:
            self._more.set()

    def records(self, call: str) -> list[Record]:
        """The records of a call, as they came."""
        return [seen for seen in self.seen if isinstance(seen, Record) and seen.call == call]

    def of(self, kind: type) -> list[Any]:
        """What was seen of a kind."""
        return [seen for seen in self.seen if isinstance(seen, kind)]

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until it holds."""
        async with asyncio.timeout(20):
            while not done():
                assert not self.task.done() or self.task.exception() is None, self.task.exception()
                self._more.clear()
                await self._more.wait()

    async def sees(self, records: list[Record]) -> None:
        """Wait until those of a call have come, and nothing else of it."""
        await self.until(lambda: len(self.records(records[0].call)) >= len(records))
        assert list(map(encode, self.records(records[0].call))) == list(map(encode, records))

    async def close(self) -> None:
        """Look on no more."""
        await self.lookout.close()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def watch() -> AsyncIterator[Callable[..., Watching]]:
    """Lets somebody look on at a hub's port."""
    all_: list[Watching] = []

    def begin(port: int, token: str = "", **options: Any) -> Watching:
        all_.append(Watching(HubLookout(f"ws://127.0.0.1:{port}", waits=(0.05,), token=lambda: token, **options)))
        return all_[-1]

    yield begin
    for watching in all_:
        await watching.close()


@pytest.fixture
def hub() -> Callable[..., Any]:
    """Runs a hub; what is done to its calls goes into its list `acted`."""

    @asynccontextmanager
    async def run(port: int = 0, answer: str = "", **options: Any) -> AsyncIterator[Hub]:
        async def act(call: str, event: AnyEvent) -> str:
            acted.append((call, event))
            return answer

        acted: list[tuple[str, AnyEvent]] = []
        acts: Callable[[str, AnyEvent], Awaitable[str]] = act
        async with Hub("", port or free_port(), acts=acts, **options) as running:
            running.acted = acted  # type: ignore[attr-defined]
            yield running

    return run
