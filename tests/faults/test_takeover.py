"""A gateway that failed and is slow to be found out: who else waits for that."""

import asyncio
from collections.abc import Sequence

import pytest

from companion.core.events import CallEnded, CallStarted, Utterance
from companion.core.feed import Closed, Happened, Opened
from companion.core.record import Record
from companion.core.updates import CallClosed
from companion.errors import SourceError
from companion.run import Run
from tests.test_run import OPENED, RULES, Given, Kept, said


async def test_a_call_whose_journal_is_looked_for_holds_up_no_other() -> None:
    other = asyncio.Event()

    class Watching(Kept):
        def write(self, record: Record) -> None:
            super().write(record)
            if record.call == "d" and isinstance(record.event, CallEnded):
                other.set()

    async def recall(call: str) -> Sequence[Record]:
        if call == "c":
            await other.wait()
        return []

    calls = [OPENED, Opened(call="d", source="test"), Happened(call="c", event=said("hello")), Closed(call="d", reason="done")]
    sink = Watching()
    async with asyncio.timeout(20):
        await Run(Given(*calls), RULES, [sink], recall=recall).go()
    assert [record.call for record in sink.records if isinstance(record.event, CallStarted)] == ["d", "c"]
    assert [record.event.text for record in sink.records if isinstance(record.event, Utterance)] == ["hello"]


async def test_a_source_that_fails_loses_no_call_whose_journal_is_still_looked_for() -> None:
    async def recall(call: str) -> Sequence[Record]:
        for _ in range(10):
            await asyncio.sleep(0)
        return []

    sink = Kept()
    with pytest.raises(SourceError, match="gone"):
        await Run(Given(OPENED, Happened(call="c", event=said("hello")), SourceError("gone")), RULES, [sink], recall=recall).go()
    assert [record.event.text for record in sink.records if isinstance(record.event, Utterance)] == ["hello"]
    assert isinstance(sink.records[-1].update, CallClosed)


async def test_an_error_in_looking_for_a_journal_ends_the_run() -> None:
    async def recall(call: str) -> Sequence[Record]:
        raise SourceError("no bus")

    with pytest.raises(SourceError, match="no bus"):
        await Run(Given(OPENED, Happened(call="c", event=said("hello"))), RULES, [], recall=recall).go()
