"""A gateway's end on a real nats-server: nothing lost, one writer a call, acts, and what is only shown."""

import asyncio

import pytest

from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import entries, journal, recall
from companion.core.record import encode
from companion.errors import SinkError
from tests.broadcast.nats_server import NatsServer, Talk, needs_nats_server, server, until

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
        await until(lambda: outlet.calls[talk.call.name].listed)
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
        await until(lambda: one.calls["42"].listed)
        write(other, *double.records)
        await until(lambda: other.calls["42"].lost)
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
        await until(lambda: old.calls["42"].listed and not old.calls["42"].lines)
        assert await recall(new, "42") == ()  # its owner is alive
        ear = old.calls["42"].ear
        assert ear is not None
        await ear.unsubscribe()  # and now it seems not to be
        before = list(await recall(new, "42"))
        assert list(map(encode, before)) == talk.journal
        said = talk.say(2)
        write(new, *before, *said)
        await until(lambda: "42" in new.calls and not new.calls["42"].lines and not new.calls["42"].recalled)
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
        await until(lambda: old.calls["42"].listed and not old.calls["42"].lines)
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
    assert [text.partition(": ")[2].partition(";")[0] for text in told] == ["//127.0.0.1", "back"] or len(told) == 2
