"""Waiting for a moment of a recording: no drift, and no waiting once stopped. The loop's clock is a pretended one."""

import asyncio

import pytest

from companion.sources.pace import Pace


class Loop(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next timer, as if every wait were over at once."""

    _now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self._now = max(self._now, self._scheduled[0].when())
        super()._run_once()


def run(coroutine):  # type: ignore[no-untyped-def]
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(coroutine)


def test_a_moment_is_due_at_its_time_over_speed() -> None:
    async def play() -> list[float]:
        loop = asyncio.get_running_loop()
        pace = Pace(2.0, asyncio.Event())
        due = []
        for moment in (0.2, 0.4, 10.0):
            assert await pace.wait(moment)
            due.append(loop.time())
        return due

    assert run(play()) == pytest.approx([0.1, 0.2, 5.0])


def test_lateness_is_made_up_for() -> None:
    async def play() -> float:
        pace = Pace(1.0, asyncio.Event())
        await asyncio.sleep(0.7)
        assert await pace.wait(0.2)
        assert await pace.wait(1.0)
        return asyncio.get_running_loop().time()

    assert run(play()) == pytest.approx(1.0)


def test_waiting_in_steps() -> None:
    async def play() -> list[float]:
        pace = Pace(10.0, asyncio.Event(), zero=5.0)
        seen = []
        while not await pace.wait(11.0, 0.25):
            seen.append(pace.now)
        return [*seen, pace.now]

    assert run(play()) == pytest.approx([7.5, 10.0, 11.0])


def test_stopped_nothing_is_waited_for() -> None:
    async def play() -> float:
        stop = asyncio.Event()
        pace = Pace(1.0, stop)
        asyncio.get_running_loop().call_later(0.5, stop.set)
        assert await pace.wait(1000.0)
        assert await pace.wait(2000.0)
        return asyncio.get_running_loop().time()

    assert run(play()) == pytest.approx(0.5)
