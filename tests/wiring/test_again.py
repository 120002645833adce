"""Rounds follow one another until somebody closes."""

import asyncio
from collections.abc import AsyncIterator

from companion.core.feed import Item, Passed
from companion.wiring.again import Again


class Round:
    """A source of one item, told by its number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[Item]:
        yield Passed(call="a", at=self.number)

    async def close(self) -> None:
        self.closed = True


async def test_rounds_follow_one_another_until_it_is_closed() -> None:
    rounds: list[Round] = []

    def make() -> Round:
        rounds.append(Round(len(rounds)))
        return rounds[-1]

    again, found = Again(make, pause=0.0), []
    async for item in again:
        assert isinstance(item, Passed)
        found.append(item.at)
        if len(found) == 3:
            await again.close()
    assert found == [0, 1, 2]
    assert [round_.closed for round_ in rounds] == [False, False, True]


async def test_the_pause_is_cut_short() -> None:
    again = Again(lambda: Round(0), pause=1000.0)

    async def all_of_it() -> list[Item]:
        return [item async for item in again]

    task = asyncio.create_task(all_of_it())
    await asyncio.sleep(0)
    await again.close()
    assert len(await asyncio.wait_for(task, 5)) == 1
