"""Looking on over a real nats-server: late, cut off, slow, and twice."""

import asyncio

from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.ways import Away, Here
from tests.broadcast.nats_server import NatsServer, Talk, Watch, needs_nats_server, server, until

pytestmark = needs_nats_server
__all__ = ["server"]


async def test_a_call_joined_late_is_complete(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk, over = Talk("42", agent="ann"), Talk("an earlier one")
        for record in [*over.records, *over.say(3), *over.end(), *talk.records, *talk.say(10)]:
            outlet.write(record)
        await until(lambda: len(outlet.calls) == 1 and not outlet.calls["42"].waiting)
        watch = Watch(aiter(NatsLookout(server.url, name="eve")))
        await watch.until(lambda: watch.count == len(talk.records))
        assert watch.seen[0] == Here("supervisor", "eve")
        for record in [*talk.say(10), *talk.end()]:
            outlet.write(record)
        await watch.until(lambda: watch.count >= len(talk.records))
        assert watch.records() == talk.journal
        await watch.stop()


async def test_calls_that_begin_and_go_on_at_the_same_moment_have_no_hole_and_no_double(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talks = [Talk(f"call {number}") for number in range(30)]
        watches = []
        for turn in range(20):
            for talk in talks[: turn * 2]:
                for record in talk.say() if len(talk.records) > 1 else [*talk.records, *talk.say()]:
                    outlet.write(record)
            if turn % 5 == 2:
                watches.append(Watch(aiter(NatsLookout(server.url))))
            await asyncio.sleep(0.02)
        for watch in watches:
            await watch.until(lambda watch=watch: watch.count)  # calls that are over are not shown to who comes later
        for talk in talks:
            for record in talk.end():
                outlet.write(record)
        for watch in watches:
            await watch.until(lambda watch=watch: watch.count >= sum(len(talk.records) for talk in talks))
            for talk in talks:
                assert watch.records(talk.call.name) == talk.journal
            await watch.stop()


async def test_who_was_cut_off_gets_what_was_missed_and_nothing_twice(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        watch = Watch(aiter(NatsLookout(server.url)))
        for record in [*talk.records, *talk.say(5)]:
            outlet.write(record)
        await watch.until(lambda: watch.count == len(talk.records))
        server.kill()
        await watch.until(lambda: any(isinstance(seen, Away) for seen in watch.seen))
        late = Talk("begun while it was away")
        for record in [*talk.say(5), *late.records, *late.say(2)]:
            outlet.write(record)
        server.start()
        for record in talk.end():
            outlet.write(record)
        await watch.until(lambda: watch.count >= len(talk.records) + len(late.records))
        assert watch.records("42") == talk.journal
        assert watch.records(late.call.name) == late.journal
        await watch.stop()
