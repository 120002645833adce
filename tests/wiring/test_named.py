"""Calls that name nobody get the agent and the team of the settings."""

from collections.abc import AsyncIterator

from companion.core.feed import Closed, Item, Opened
from companion.wiring.named import Named


class Given:
    """A source that gives these items."""

    def __init__(self, *items: Item) -> None:
        self.items = items
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[Item]:
        for item in self.items:
            yield item

    async def close(self) -> None:
        self.closed = True


async def test_who_takes_the_call_is_filled_in_where_nobody_said() -> None:
    over = Closed(call="a", reason="over")
    given = Given(Opened(call="a", source="x"), Opened(call="b", source="x", agent="Dan", customer="Lee"), over)
    found = [item async for item in Named(given, "Maria", "billing", "Moss")]
    assert found == [
        Opened(call="a", source="x", agent="Maria", customer="Moss", team="billing"),
        Opened(call="b", source="x", agent="Dan", customer="Lee", team="billing"),
        over,
    ]


async def test_it_closes_its_source() -> None:
    given = Given()
    await Named(given, None, None).close()
    assert given.closed
