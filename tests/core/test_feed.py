"""What a source gives: the items that `run` tells apart, and what a source is."""

from collections.abc import AsyncIterator
from typing import get_args

import msgspec

from companion.core.events import HoldBegan, Partial
from companion.core.feed import Closed, Glimpsed, Happened, Item, Opened, Source


def test_items_are_told_apart_by_their_kind_and_never_change() -> None:
    assert {kind.__name__ for kind in get_args(Item)} == {
        "Opened", "Happened", "Glimpsed", "Passed", "Level", "Complaint", "Ready", "Progress", "Closed",
    }  # fmt: skip
    assert all(kind.__struct_config__.frozen for kind in get_args(Item))


def test_what_has_no_time_happens_now() -> None:
    partial = Partial(channel="agent", text="hel", start=0.0, end=0.2)
    for item in (Happened(call="7", event=HoldBegan()), Glimpsed(call="7", partial=partial), Closed(call="7", reason="over")):
        assert item.at is None
    assert msgspec.structs.asdict(Opened(call="7", source="-")) == {
        "call": "7", "source": "-", "began": None, "timed": True, "speech": None, "agent": None, "customer": None, "team": None,
    }  # fmt: skip


async def test_a_source_is_iterated_and_closed() -> None:
    class Once:
        def __init__(self) -> None:
            self.left: list[Item] = [Opened(call="7", source="-"), Closed(call="7", reason="over")]

        async def __aiter__(self) -> AsyncIterator[Item]:
            while self.left:
                yield self.left.pop(0)

        async def close(self) -> None:
            self.left = []

    source: Source = Once()
    assert [type(item) async for item in source] == [Opened, Closed]
    source = Once()
    await source.close()
    assert [item async for item in source] == []
