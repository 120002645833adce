"""Looking on over a real nats-server: late, cut off, slow, and twice."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from nats.aio.msg import Msg

from companion.broadcast import nats_lookout, nats_places, nats_reader
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_reader import AT_ONCE, Message, Past
from companion.core.events import Nudged
from companion.core.record import Record
from companion.core.seen import Away, Clock, Here, Missed, Notice, Over
from companion.errors import SourceError
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
        await watch.until(lambda: watch.count == len(talk.records) + len(over.records))
        assert watch.seen[0] == Here("supervisor", "eve")
        for record in [*talk.say(10), *talk.end()]:
            outlet.write(record)
        await watch.until(lambda: watch.count >= len(talk.records) + len(over.records))
        assert watch.records("42") == talk.journal
        assert watch.records("an earlier one") == over.journal  # calls that ended lately are shown too
        await watch.stop()


async def test_calls_that_end_while_their_list_is_read_hide_no_other(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talks = [Talk(f"call-{number}") for number in range(2 * AT_ONCE + 50)]
        for talk in talks:
            for record in talk.records:
                outlet.write(record)
        await until(lambda: all(call.is_settled for call in outlet.calls.values()))
        watches = []
        for talk in talks[:8]:
            watches.append(Watch(aiter(NatsLookout(server.url))))
            for record in talk.end():
                outlet.write(record)
            await asyncio.sleep(0.01)
        for watch in watches:
            await watch.until(lambda watch=watch: watch.count >= sum(len(talk.records) for talk in talks))
            for talk in talks:
                assert watch.records(talk.call.name) == talk.journal
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


async def test_a_call_is_given_anew_and_a_name_for_the_second_time(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk, other = Talk("42"), Talk("other")
        for record in [*talk.records, *talk.say(3), *other.records]:
            outlet.write(record)
        await until(lambda: all(call.is_settled for call in outlet.calls.values()))
        lookout = NatsLookout(server.url)
        watch = Watch(aiter(lookout))
        await watch.until(lambda: watch.count == len(talk.records) + 1)
        await lookout.follow("42")
        await watch.until(lambda: watch.count == 2 * len(talk.records) + 1)
        assert watch.records("42") == talk.journal * 2
        await lookout.follow("nobody's")
        await watch.until(lambda: Notice(text="call nobody's: is not live; it is shown as soon as it is") in watch.seen)
        for record in talk.end():
            outlet.write(record)
        await until(lambda: "42" not in outlet.calls)
        again = Talk("42", agent="bob")
        for record in again.records:
            outlet.write(record)
        await watch.until(lambda: watch.records("42")[-2:] == again.journal)
        over = watch.seen.index(Over(call="42"))
        assert isinstance(watch.seen[over + 1], Record)
        assert watch.seen[over + 1].seq == 0
        await watch.stop()


async def test_a_call_that_is_asked_for_while_the_server_is_away_comes_when_it_is_back(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        for record in [*talk.records, *talk.say(3)]:
            outlet.write(record)
        await until(lambda: outlet.calls["42"].is_settled)
        lookout = NatsLookout(server.url)
        watch = Watch(aiter(lookout))
        await watch.until(lambda: watch.count == len(talk.records))
        server.kill()
        await watch.until(lambda: any(isinstance(seen, Away) for seen in watch.seen))
        await lookout.follow("42")
        server.start()
        await watch.until(lambda: watch.count == 2 * len(talk.records))
        for record in talk.end():
            outlet.write(record)
        await until(lambda: not outlet.calls)
        alone = NatsLookout(server.url, every=False)
        last = Watch(aiter(alone))
        await last.until(lambda: last.seen)
        await alone.follow("42")
        # it ended a moment ago; who asks while the lists are being read may be given it once more, from its beginning
        await last.until(lambda: last.records()[-len(talk.journal) :] == talk.journal)
        await last.stop()
        await watch.stop()


@pytest.mark.parametrize(
    ("since", "newest", "count"),
    [([], 0, 0), ([5], 900, 1), ([800, 850, 880], 900, 0), ([10, 9000, 9100], 9200, 1), ([10, 20, 90_000], 100_000, 3)],
)
def test_a_call_that_is_much_older_than_the_others_is_read_by_itself(since: list[int], newest: int, count: int) -> None:
    assert nats_lookout._alone(since, newest) == count


async def test_only_what_is_followed_is_given_where_that_is_wanted(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talks = [Talk("42"), Talk("43"), Talk("44")]
        for talk in talks:
            for record in [*talk.records, *talk.say(2)]:
                outlet.write(record)
        await until(lambda: all(call.is_settled for call in outlet.calls.values()))
        lookout = NatsLookout(server.url, every=False)
        await lookout.follow("42")
        watch = Watch(aiter(lookout))
        await watch.until(lambda: watch.count >= len(talks[0].records))
        for talk in talks:
            for record in talk.say(2):
                outlet.write(record)
            outlet.clock(talk.call.name, 1000)
        await watch.until(lambda: any(isinstance(seen, Clock) for seen in watch.seen))
        await watch.until(lambda: watch.records()[-1] == talks[0].journal[-1])
        assert {seen.call for seen in watch.seen if isinstance(seen, Record | Clock)} == {"42"}
        await lookout.follow("43")
        await watch.until(lambda: watch.records("43") == talks[1].journal)
        await watch.stop()


async def test_who_follows_a_call_is_told_that_its_gateway_is_lost(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_lookout, "WATCHED", 0.3)
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        for record in talk.records:
            outlet.write(record)
        lookout = NatsLookout(server.url)
        watch = Watch(aiter(lookout))
        await watch.until(lambda: watch.count)
        await lookout.follow("42")
        await watch.until(lambda: watch.count == 2)
        call = outlet.calls["42"]
        assert call.ear is not None
        await call.ear.unsubscribe()  # as the server does when a gateway is killed
        lost = Notice(text="call 42: its gateway is lost; it stands still until another goes on")
        await watch.until(lambda: lost in watch.seen)
        call.ear = None
        for record in talk.say():
            outlet.write(record)
        await watch.until(lambda: Notice(text="call 42: somebody has it again") in watch.seen)
        for record in talk.end():
            outlet.write(record)
        await until(lambda: not outlet.calls)
        await asyncio.sleep(0.3)
        assert sum(isinstance(seen, Notice) for seen in watch.seen) == 2
        await watch.stop()


async def test_calls_that_ended_a_while_ago_are_let_go(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_places, "LINGER", 0.2)
    async with NatsOutlet(server.url) as outlet:
        talk, other = Talk("42"), Talk("other")
        watch = Watch(aiter(NatsLookout(server.url)))
        for record in [*talk.records, *other.records]:
            outlet.write(record)
        await watch.until(lambda: watch.count == 2)
        for record in talk.end():
            outlet.write(record)
        await watch.until(lambda: watch.count == len(talk.records) + 1)
        await asyncio.sleep(0.3)
        for record in other.say():
            outlet.write(record)
        await watch.until(lambda: Over(call="42") in watch.seen)
        await watch.stop()


async def test_what_drives_a_terminal_is_taken_out(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42", agent="ann \x1b[31m\x07")
        for record in talk.records:
            outlet.write(record)
        watch = Watch(aiter(NatsLookout(server.url)))
        await watch.until(lambda: watch.count == 2)
        assert not any(bad in watch.records()[1] for bad in (b"\\u001b", b"\\u0007"))
        await watch.stop()


async def test_the_oldest_records_are_gone(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        watch = Watch(aiter(NatsLookout(server.url)))
        for record in [*talk.records, *talk.say(1)]:
            outlet.write(record)
        await watch.until(lambda: watch.count == len(talk.records))
        before = len(talk.records)
        await watch.stop()
        lookout = NatsLookout(server.url)
        stalled = aiter(lookout)
        while not isinstance(await anext(stalled), Record):
            pass
        for _ in range(AT_ONCE + 20):
            for record in talk.say():
                outlet.write(record)
            await until(lambda: outlet.calls["42"].is_settled)
        await outlet.link.streams.purge_stream(subjects.CALLS, seq=AT_ONCE + 15)
        missed = None
        while missed is None:
            seen = await anext(stalled)
            missed = seen if isinstance(seen, Missed) else None
        assert missed.call == "42"
        assert before < missed.since < missed.until < len(talk.records)
        following = await anext(stalled)
        assert isinstance(following, Record)
        assert following.seq == missed.until
        await stalled.aclose()  # type: ignore[attr-defined]


async def test_who_is_not_let_in_is_told_at_once(unused_tcp_port: int) -> None:
    with pytest.raises(SourceError, match="check that nats-server runs there"):
        async for _ in NatsLookout(f"nats://127.0.0.1:{unused_tcp_port}"):
            pass


async def test_it_ends_when_it_is_closed(server: NatsServer) -> None:
    async with NatsOutlet(server.url):
        lookout = NatsLookout(server.url)
        seen = []
        async for one in lookout:
            seen.append(one)
            await lookout.close()
        assert seen == [Here("supervisor", "supervisor")]
        assert await lookout.act("42", Nudged(text="x", by="")) == "NATS is away, or does not let you"


async def test_a_call_that_was_listed_late_and_says_nothing_is_there_too(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        watch = Watch(aiter(NatsLookout(server.url)))
        talks = [Talk(f"call {number}") for number in range(100)]
        for number, talk in enumerate(talks):
            for record in [*talk.records, *talk.say()]:
                outlet.write(record)
            if number == 50:
                late = Watch(aiter(NatsLookout(server.url)))  # between a call's first message and its place in the list
                await asyncio.sleep(0)
        for each in (watch, late):
            await each.until(lambda each=each: each.count == sum(len(talk.records) for talk in talks))
            await each.stop()


@pytest.mark.parametrize("left", [0, 1])
async def test_what_the_server_says_is_left_is_not_relied_on(server: NatsServer, monkeypatch: pytest.MonkeyPatch, left: int) -> None:
    told = nats_reader._read
    monkeypatch.setattr(nats_reader, "_read", lambda raw: replace(told(raw), left=left))
    async with NatsOutlet(server.url) as outlet:
        talks = [Talk("42"), Talk("43")]
        for talk in talks:
            for record in talk.records:
                outlet.write(record)
        for talk in talks * 3:
            for record in talk.say():
                outlet.write(record)
            await until(lambda: all(call.is_settled for call in outlet.calls.values()))
        watch = Watch(aiter(NatsLookout(server.url)))
        await watch.until(lambda: watch.count >= sum(len(talk.records) for talk in talks))
        assert [watch.records(talk.call.name) for talk in talks] == [talk.journal for talk in talks]
        await watch.stop()


async def ten_talks(outlet: NatsOutlet) -> list[Talk]:
    """Ten live calls, of which five turns are passed on in turn."""
    talks = [Talk(f"call {number}") for number in range(10)]
    for _ in range(5):
        for talk in talks:
            for record in talk.say() if len(talk.records) > 1 else [*talk.records, *talk.say()]:
                outlet.write(record)
        await until(lambda: all(call.is_settled for call in outlet.calls.values()))
    return talks


async def test_what_is_lost_on_its_way_is_read_again(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_reader, "_BEAT", 0.1)
    chance = random.Random(8)
    receive = nats_reader.Reader._receive

    async def lossy(self: nats_reader.Reader, message: Msg) -> None:
        if not message.data or chance.random() > 0.1:
            await receive(self, message)

    monkeypatch.setattr(nats_reader.Reader, "_receive", lossy)
    async with NatsOutlet(server.url) as outlet:
        watch = Watch(aiter(NatsLookout(server.url)))
        await watch.until(lambda: watch.seen)
        talks = await ten_talks(outlet)
        late = Watch(aiter(NatsLookout(server.url)))
        for each in (watch, late):
            await each.until(lambda each=each: each.count >= sum(len(talk.records) for talk in talks))
            for talk in talks:
                assert each.records(talk.call.name) == talk.journal
            assert not any(isinstance(seen, Missed | Over) for seen in each.seen)
            await each.stop()


async def test_what_the_server_does_not_answer_is_asked_again(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_lookout, "_AGAIN", 0.01)
    chance = random.Random(8)
    read = Past.__aiter__

    async def lossy(self: Past) -> AsyncIterator[Message]:
        async for message in read(self):
            if chance.random() < 0.1:
                raise TimeoutError
            yield message

    monkeypatch.setattr(Past, "__aiter__", lossy)
    async with NatsOutlet(server.url) as outlet:
        talks = await ten_talks(outlet)
        watch = Watch(aiter(NatsLookout(server.url)))
        for talk in talks:
            for record in talk.say():
                outlet.write(record)
            await asyncio.sleep(0.01)
        await watch.until(lambda: watch.count >= sum(len(talk.records) for talk in talks))
        for talk in talks:
            assert watch.records(talk.call.name) == talk.journal
        assert not any(isinstance(seen, Missed | Over) for seen in watch.seen)
        await watch.stop()
