"""A gateway's end on a real nats-server: nothing lost, one writer a call, acts, and what is only shown."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from companion.broadcast import nats_outlet
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_lookout import NatsLookout
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import entries, journal, recall
from companion.core.events import AnyEvent, Bookmarked, CallEnded, Marked, Nudged, Partial
from companion.core.record import Record, encode
from companion.core.seen import Clock, Glimpse, Level, Seen
from companion.errors import SinkError
from tests.broadcast.nats_server import NatsServer, Talk, Watch, needs_nats_server, server, until

pytestmark = needs_nats_server
__all__ = ["server"]


async def stored(outlet: NatsOutlet, call: str) -> list[bytes]:
    """What the server has of a call, as journal lines."""
    found = await journal(outlet.link, Entry(call=call, first=1))
    return list(map(encode, found.records)) if found is not None else []


def write(outlet: NatsOutlet, *records: object) -> None:
    """All of them."""
    for record in records:
        outlet.write(record)  # type: ignore[arg-type]


async def test_a_call_is_on_the_server_as_in_its_journal(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("a call with a long name: ä*>.", agent="ann")
        write(outlet, *talk.records)
        await until(lambda: outlet.calls[talk.call.name].is_settled)
        assert await entries(outlet.link) == [Entry(call=talk.call.name, first=1)]
        write(outlet, *talk.say(5), *talk.end())
        await until(lambda: not outlet.calls)
        assert await stored(outlet, talk.call.name) == talk.journal
        assert await entries(outlet.link) == []


async def test_what_is_left_goes_out_on_leaving(server: NatsServer) -> None:
    talk = Talk("42")
    async with NatsOutlet(server.url) as outlet:
        write(outlet, *talk.records, *talk.say(50), *talk.end())
        outlet.close()
    async with NatsOutlet(server.url) as outlet:
        assert await stored(outlet, "42") == talk.journal


async def test_a_name_may_be_given_again_when_its_call_is_over(server: NatsServer) -> None:
    for turn in range(3):
        async with NatsOutlet(server.url) as outlet:
            talk = Talk("call-1")
            write(outlet, *talk.records, *talk.say(turn + 1), *talk.end())
    async with NatsOutlet(server.url) as outlet:
        assert await stored(outlet, "call-1") == talk.journal


async def test_two_gateways_with_a_call_of_one_name(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as one, NatsOutlet(server.url) as other:
        talk, double = Talk("42"), Talk("42", agent="bob")
        write(one, *talk.records, *talk.say(2))
        await until(lambda: one.calls["42"].is_settled)
        write(other, *double.records)
        await until(lambda: other.calls["42"].lost)
        other.clock("42", 99_000)
        assert not other._at  # nobody takes it for the first one's
        with pytest.raises(SinkError, match="another gateway has a call of that name"):
            write(other, *double.say(1))
        write(other, *double.say(3), *double.end())  # said once
        assert not other.calls
        write(one, *talk.end())
        await until(lambda: not one.calls)
        assert await stored(one, "42") == talk.journal


async def test_of_two_writers_the_older_is_refused_and_its_call_goes_on(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as old, NatsOutlet(server.url) as new:
        talk = Talk("42")
        write(old, *talk.records, *talk.say(2))
        await until(lambda: old.calls["42"].is_settled and not old.calls["42"].waiting)
        assert await recall(new, "42") == ()  # its owner is alive
        ear = old.calls["42"].ear
        assert ear is not None
        await ear.unsubscribe()  # and now it seems not to be
        before = list(await recall(new, "42"))
        assert list(map(encode, before)) == talk.journal
        said = talk.say(2)
        write(new, *before, *said)
        await until(lambda: "42" in new.calls and not new.calls["42"].waiting and not new.calls["42"].recalled)
        write(old, said[0])
        await until(lambda: old.calls["42"].lost)
        with pytest.raises(SinkError, match="call 42: another gateway has it now; the call itself goes on"):
            write(old, said[1])
        write(old, *said[2:])
        write(new, *talk.end())
        await until(lambda: not new.calls)
        assert await stored(new, "42") == talk.journal


async def test_a_call_that_is_not_the_recalled_one_is_kept_apart(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as old, NatsOutlet(server.url) as new:
        talk, another = Talk("42"), Talk("42", agent="bob")
        write(old, *talk.records, *talk.say(2))
        await until(lambda: old.calls["42"].is_settled and not old.calls["42"].waiting)
        ear = old.calls["42"].ear
        assert ear is not None
        await ear.unsubscribe()
        assert await recall(new, "42")
        with pytest.raises(SinkError, match="another call of that name is live there"):
            write(new, *another.records)
        assert await stored(new, "42") == talk.journal


async def test_a_server_that_is_killed_and_comes_back_has_everything(server: NatsServer) -> None:
    told: list[str] = []
    async with NatsOutlet(server.url, tell=told.append) as outlet:
        talks = [Talk(f"call {number}") for number in range(5)]
        for turn in range(40):
            if turn == 10:
                server.kill()
            if turn == 20:
                server.start()
            for talk in talks:
                write(outlet, *(talk.records if turn == 0 else ()), *talk.say())
            await asyncio.sleep(0.01)
        for talk in talks:
            write(outlet, *talk.end())
        await until(lambda: not outlet.calls)
        for number, talk in enumerate(talks):
            entry = Entry(call=talk.call.name, first=1)
            found = await journal(outlet.link, entry)
            assert found is not None
            assert list(map(encode, found.records)) == talk.journal, number
    assert told[0] == f"bus {server.url}: the connection broke off; records wait here until it is back"
    assert "records that waited are passed on" in told[1]


async def test_what_waits_is_bounded_and_what_was_given_up_is_said(server: NatsServer) -> None:
    async with NatsOutlet(server.url, most=20_000) as outlet:
        talk, short = Talk("42"), Talk("43")
        write(outlet, *talk.records, *short.records)
        await until(lambda: all(call.is_settled for call in outlet.calls.values()))
        server.kill()
        with pytest.raises(SinkError, match="call 42: NATS was away too long"):
            write(outlet, *talk.say(100))
        write(outlet, *talk.say(3), *short.say(3))  # the others go on
        server.start()
        write(outlet, *short.end())
        await until(lambda: "43" not in outlet.calls)
        found = await journal(outlet.link, Entry(call="43", first=1))
        assert found is not None
        assert list(map(encode, found.records)) == short.journal
        write(outlet, *talk.end())
        assert not outlet.calls


async def test_what_cannot_be_passed_on_before_leaving_is_counted(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_outlet, "_GOODBYE", 0.2)
    told: list[str] = []
    async with NatsOutlet(server.url, tell=told.append) as outlet:
        talk = Talk("42")
        write(outlet, *talk.records)
        await until(lambda: outlet.calls["42"].is_settled)
        server.kill()
        await until(lambda: not outlet.link.is_up)
        write(outlet, *talk.say(1)[:3])
    assert told[-1].endswith(": 3 records of 1 calls were not passed on")


async def test_without_words_nothing_that_was_said_reaches_the_server(server: NatsServer) -> None:
    async with NatsOutlet(server.url, words=False) as outlet:
        talk = Talk("42")
        write(outlet, *talk.records, *talk.say(4))
        watch = Watch(aiter(NatsLookout(server.url)))
        await watch.until(lambda: watch.count == len(talk.records))
        shown = b"".join(watch.records()[1:])
        assert b"sorry about number" not in shown
        assert "···· ····".encode() in shown
        write(outlet, *talk.end())
        await watch.stop()


async def test_what_people_want_reaches_the_owner_and_who_they_are_stands_in_the_subject(server: NatsServer) -> None:
    done: list[tuple[str, AnyEvent]] = []

    async def acts(call: str, event: AnyEvent) -> str:
        done.append((call, event))
        return "it is over" if isinstance(event, CallEnded) else ""

    async with NatsOutlet(server.url, acts=acts) as outlet:
        talk = Talk("42", agent="Ann")
        write(outlet, *talk.records)
        await until(lambda: outlet.calls["42"].is_settled)
        eve, ann = NatsLookout(server.url, name="Eve Smith"), NatsLookout(server.url, role="agent", name="ann")
        bob, reader = NatsLookout(server.url, role="agent", name="bob"), NatsLookout(server.url, role="reader", name="tv")
        nameless = NatsLookout(server.url, role="agent")
        watches = [Watch(aiter(lookout)) for lookout in (eve, ann, bob, reader, nameless)]
        for watch in watches:
            await watch.until(lambda watch=watch: watch.count)
        assert await eve.act("42", Nudged(text="offer \x1b[31ma refund", by="somebody else")) == ""
        assert done == [("42", Nudged(text="offer a refund", by="Eve Smith"))] or done[0][1].by == "Eve Smith"  # type: ignore[union-attr]
        assert "\x1b" not in str(done)
        assert await ann.act("42", Bookmarked(by="")) == ""
        assert done[-1] == ("42", Bookmarked(by="ann"))
        assert await nameless.act("42", Bookmarked(by="")) == ""
        assert done[-1] == ("42", Bookmarked(by="agent"))
        assert await ann.act("42", CallEnded(reason="x")) == "it is over"
        count = len(done)
        assert await bob.act("42", Bookmarked(by="")) == "that call is not for you"
        assert "reader may not" in await reader.act("42", Nudged(text="x", by=""))
        assert "supervisor may not" in await eve.act("42", CallEnded(reason="x"))
        assert "characters" in await eve.act("42", Nudged(text="x" * 501, by=""))
        assert await eve.act("99", Marked(step="x", state="done", by="")) == "nobody has that call any more"
        assert len(done) == count
        answers = [await eve.act("42", Bookmarked(by="")) for _ in range(30)]
        assert "too much at once; wait a moment" in answers
        server.kill()
        await until(lambda: not outlet.link.is_up)
        assert await eve.act("42", Bookmarked(by="")) == "NATS is away, or does not let you"
        for watch in watches:
            await watch.stop()


@pytest.mark.parametrize("data", [b"x", b"[]", b'{"type":"done","id":1}', b'{"type":"act","id":1,"call":"42","event":{"type":"no"}}'])
async def test_what_is_not_understood_is_answered(server: NatsServer, data: bytes) -> None:
    async with NatsOutlet(server.url) as outlet:
        write(outlet, Talk("42").records[0])
        await until(lambda: outlet.calls["42"].is_settled)
        answer = await outlet.link.client.request(subjects.owner("42", "supervisor", "eve"), data, timeout=5)
        assert b"not understood" in answer.data


async def test_partials_go_to_who_asked_and_only_while_they_ask(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        write(outlet, *talk.records)
        lookout = NatsLookout(server.url)
        watch = Watch(aiter(lookout))
        await watch.until(lambda: watch.count)
        said = Partial(channel="customer", text="i want", start=0.0, end=1.0)
        assert not outlet.wants_partials("42")
        outlet.glimpse("42", said, [])
        outlet.level("42", "agent", 0.5)
        for at in range(0, 900, 100):
            outlet.clock("42", at)
            await asyncio.sleep(0.05)
        await watch.until(lambda: any(isinstance(seen, Clock) for seen in watch.seen))
        assert not any(isinstance(seen, Glimpse | Level) for seen in watch.seen)
        assert sum(isinstance(seen, Clock) for seen in watch.seen) <= 2
        await lookout.follow("42")
        await watch.until(lambda: watch.count == 2)  # its first record anew
        await until(lambda: outlet.wants_partials("42"))
        outlet.glimpse("42", said, [])
        outlet.level("42", "agent", 0.5)
        await watch.until(lambda: any(isinstance(seen, Level) for seen in watch.seen))
        assert Glimpse(call="42", partial=said) in watch.seen
        await lookout.leave("42")
        outlet.calls["42"].watched = 0.0
        before = len(watch.seen)
        outlet.glimpse("42", said, [])
        await asyncio.sleep(0.3)
        assert len(watch.seen) == before
        await watch.stop()


async def test_a_looker_on_that_stopped_reading_delays_nobody(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        write(outlet, *talk.records)
        stalled = aiter(NatsLookout(server.url))
        first = [seen async for seen in _some(stalled, 1)]
        watch = Watch(aiter(NatsLookout(server.url)))
        for _ in range(300):
            write(outlet, *talk.say())
            await asyncio.sleep(0)
        write(outlet, *talk.end())
        await until(lambda: not outlet.calls)
        await watch.until(lambda: watch.count == len(talk.records))
        assert watch.records() == talk.journal
        late = [seen async for seen in _some(stalled, len(talk.records) - 1)]
        assert list(map(encode, [*first, *late])) == talk.journal
        await watch.stop()
        await stalled.aclose()  # type: ignore[attr-defined]


async def _some(lookout: AsyncIterator[Seen], count: int) -> AsyncIterator[Record]:
    """So many records of it."""
    async for seen in lookout:
        if isinstance(seen, Record):
            yield seen
            count -= 1
            if not count:
                return
