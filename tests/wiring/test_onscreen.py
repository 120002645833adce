"""The agent's screen on a running call: what its keys do to the run, and that it needs a terminal."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from companion.core.events import Bookmarked, CallEnded, CallStarted, Marked, Utterance
from companion.core.feed import Closed, Happened, Item, Opened
from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.errors import ConfigError
from companion.run import Run
from companion.wiring import onscreen
from companion.wiring.parts import rules_of


class Line:
    """A source with one live call, and a sink."""

    name = "line"

    def __init__(self, *more: Item) -> None:
        self.records: list[Record] = []
        self.more = more
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[Item]:
        yield Opened(call="c", source="line")
        yield Happened(call="c", event=Utterance(speaker="customer", text="hello there", start=0.0, end=1.0))
        for item in self.more:
            yield item
        await self.closed.wait()
        yield Closed(call="c", reason="gone")

    def write(self, record: Record) -> None:
        self.records.append(record)

    async def close(self) -> None:  # type: ignore[override]
        self.closed.set()


class Shelf:
    """Keeps records."""

    name = "shelf"

    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        self.records.append(record)

    def close(self) -> None:
        pass


async def shown(line: Line, shelf: Shelf, *, endless: bool) -> tuple[Run, "onscreen._Seat", "asyncio.Task[None]"]:
    seat = onscreen._Seat({}, endless=endless)
    seat.run = run = Run(line, rules_of("complaint"), [shelf], viewer=seat.app.viewer)
    task = asyncio.create_task(run.go())
    task.add_done_callback(seat._source_ended)
    return run, seat, task


async def test_keys_reach_the_call_and_the_end_key_ends_it() -> None:
    shelf = Shelf()
    _, seat, task = await shown(Line(), shelf, endless=False)
    async with seat.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.2)
        await pilot.press("b", "4")
        await pilot.pause(0.2)
        await pilot.press("e", "e")
        await task
        await pilot.pause(0.2)
        assert seat.app.snapshot.closed is not None
    events = [record.event for record in shelf.records if record.event is not None]
    assert Bookmarked(by="agent") in events
    assert Marked(step="apologized", state="done", by="agent") in events
    assert events[-1] == CallEnded(reason="ended by the agent")
    assert isinstance(shelf.records[-1].update, CallClosed)


async def test_on_an_endless_source_the_end_key_ends_only_the_call_on_the_screen() -> None:
    shelf = Shelf()
    line = Line()
    run, seat, task = await shown(line, shelf, endless=True)
    async with seat.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.2)
        seat.app.action_leave()
        await pilot.pause(0.3)
        assert not task.done()
        assert not seat.leaving
    assert [record.event for record in shelf.records if record.event][-1] == CallEnded(reason="ended by the agent")
    await run.stop("done")
    await task


async def test_with_no_call_yet_the_end_key_leaves_an_endless_source() -> None:
    seat = onscreen._Seat({}, endless=True)
    seat.run = Run(Line(), rules_of("complaint"), [])
    async with seat.app.run_test(size=(80, 24)) as pilot:
        seat.app.action_leave()
        await pilot.pause(0.1)
    assert seat.leaving


async def test_the_screen_may_be_left_before_anything_is_loaded() -> None:
    seat = onscreen._Seat({}, endless=False)
    async with seat.app.run_test(size=(80, 24)) as pilot:
        await asyncio.wait_for(seat.drawn.wait(), 30)
        await pilot.press("4", "b")
        seat.app.action_leave()
        await pilot.pause(0.1)
    assert seat.leaving


async def test_a_second_call_is_kept_though_it_is_not_shown() -> None:
    shelf = Shelf()
    run, seat, task = await shown(Line(Opened(call="d", source="line")), shelf, endless=True)
    async with seat.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.2)
        assert seat.app.snapshot.view.call == "c"
    await run.stop("done")
    await task
    assert {record.call for record in shelf.records if isinstance(record.event, CallStarted)} == {"c", "d"}


def test_a_screen_needs_a_terminal() -> None:
    with pytest.raises(ConfigError, match="needs a terminal"):
        onscreen.keyboard("companion log")
