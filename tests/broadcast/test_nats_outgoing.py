"""A call's messages on a real nats-server, whatever becomes of the answers."""

import asyncio
import random
from typing import Any

import pytest
from nats.js import JetStreamContext

from companion.broadcast import nats_outgoing, nats_outlet
from companion.broadcast import nats_subjects as subjects
from companion.broadcast.nats_outgoing import keep, retire
from companion.broadcast.nats_outlet import NatsOutlet
from companion.broadcast.nats_subjects import Entry
from companion.broadcast.nats_takeover import entry_of, journal
from companion.core.record import encode
from companion.errors import SinkError
from tests.broadcast.nats_server import NatsServer, Talk, needs_nats_server, server, until

pytestmark = needs_nats_server
__all__ = ["server"]


@pytest.mark.parametrize("remembers", [True, False])
async def test_answers_that_get_lost_make_no_hole_and_no_double(
    server: NatsServer, monkeypatch: pytest.MonkeyPatch, remembers: bool
) -> None:
    publish = JetStreamContext.publish
    chance = random.Random(6)

    async def lossy(self: JetStreamContext, subject: str, *args: Any, **kwargs: Any) -> Any:
        if chance.random() < 0.2:
            raise TimeoutError
        answer = await publish(self, subject, *args, **kwargs)
        if chance.random() < 0.3:
            raise TimeoutError
        return answer

    monkeypatch.setattr(JetStreamContext, "publish", lossy)
    monkeypatch.setattr(nats_outlet, "_AGAIN", 0.01)
    async with NatsOutlet(server.url) as outlet:
        if not remembers:
            config = (await outlet.link.streams.stream_info(subjects.CALLS)).config
            config.duplicate_window = 0.1  # it forgets the messages' names
            await outlet.link.streams.update_stream(config)
            monkeypatch.setattr(nats_outlet, "_AGAIN", 0.25)
        talk = Talk("42")
        for record in talk.records:
            outlet.write(record)
        for _ in range(15):
            for record in talk.say():
                outlet.write(record)
            await asyncio.sleep(0.01)
        for record in talk.end():
            outlet.write(record)
        await until(lambda: not outlet.calls)
        found = await journal(outlet.link, Entry(call="42", first=1))
        assert found is not None
        assert list(map(encode, found.records)) == talk.journal


async def test_many_lines_that_wait_go_out_in_messages_that_the_server_takes(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        for record in [*talk.records, *talk.say(800)]:
            outlet.write(record)
        await until(lambda: outlet.calls["42"].is_settled)
        messages = (await outlet.link.streams.stream_info(subjects.CALLS)).state.messages
        assert 2 <= messages < 30
        for record in talk.end():
            outlet.write(record)
        await until(lambda: not outlet.calls)
        found = await journal(outlet.link, Entry(call="42", first=1))
        assert found is not None
        assert list(map(encode, found.records)) == talk.journal


async def test_a_record_that_is_too_long_for_the_server_ends_the_call_there(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        outlet.write(talk.records[0])
        await until(lambda: outlet.calls["42"].is_settled)
        monkeypatch.setattr(nats_outgoing, "_MARGIN", outlet.link.client.max_payload - 100)
        outlet.write(talk.say()[0])
        await until(lambda: outlet.calls["42"].lost)
        with pytest.raises(SinkError, match=r"a message of \d+ bytes, where the server takes 100 \(max_payload\); the call itself goes on"):
            outlet.write(talk.say()[0])


async def test_a_server_that_lost_the_beginning_gets_no_end(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        talk = Talk("42")
        outlet.write(talk.records[0])
        await until(lambda: outlet.calls["42"].is_settled)
        await outlet.link.streams.purge_stream(subjects.CALLS)
        outlet.write(talk.say()[0])
        await until(lambda: outlet.calls["42"].lost)
        with pytest.raises(SinkError, match="the server has lost the beginning of it"):
            outlet.write(talk.say()[0])


async def test_a_call_that_is_over_takes_no_later_one_of_its_name_off_the_list(server: NatsServer) -> None:
    async with NatsOutlet(server.url) as outlet:
        earlier, later = Entry(call="42", first=1), Entry(call="42", first=5)
        await keep(outlet.link, subjects.live("42"), later)
        await retire(outlet.link, earlier)
        assert await entry_of(outlet.link, "42", ended=True) == earlier
        assert await entry_of(outlet.link, "42") == later
        await retire(outlet.link, later)
        assert await entry_of(outlet.link, "42") is None
