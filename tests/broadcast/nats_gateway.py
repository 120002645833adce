"""A gateway of its own process: `python -m tests.broadcast.nats_gateway URL`. It has call 42, and hears what comes on its stdin.

It prints each record's number and type once the record is made, and what there is to say.
"""

import asyncio
import functools
import sys
from collections.abc import AsyncIterator

from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_takeover import recall
from companion.core.events import Utterance, snake_case
from companion.core.feed import Closed, Happened, Item, Opened
from companion.core.record import Record
from companion.errors import SinkError
from companion.run import Run, now
from tests.broadcast.nats_server import rules


class Lines:
    """Every line of stdin is something that the customer says; the end of it ends the call."""

    async def __aiter__(self) -> AsyncIterator[Item]:
        yield Opened(call="42", source="test", began=now())
        end = 0.0
        while line := await asyncio.to_thread(sys.stdin.readline):
            yield Happened(call="42", event=Utterance(speaker="customer", text=line.strip(), start=end, end=end + 0.4))
            end += 0.5
        yield Closed(call="42", reason="end of input", at=None)

    async def close(self) -> None:
        """Nothing to close."""


class Numbers:
    """A sink that prints the records' numbers and types."""

    name = "stdout"

    def write(self, record: Record) -> None:
        """Print number and type."""
        print(record.seq, snake_case(type(record.what).__name__), flush=True)

    def close(self) -> None:
        """Nothing to close."""


async def main() -> None:
    """Until stdin ends."""
    async with NatsOutlet(sys.argv[1], tell=lambda text: print(text, flush=True)) as outlet:
        try:
            await Run(Lines(), rules(), [outlet, Numbers()], recall=functools.partial(recall, outlet)).go()
        except SinkError as error:  # as a command does
            print(error, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
