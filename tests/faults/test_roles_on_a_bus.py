"""The same over NATS: a gateway takes from nobody what their role may not do, and signs what is done with who the server says they are."""

from itertools import product

import pytest

from companion.broadcast import nats_subjects as subjects
from companion.broadcast.messages import Act, encode, from_hub
from companion.broadcast.nats_outlet import NatsOutlet
from companion.core.events import AnyEvent
from tests.broadcast.nats_server import NatsServer, Talk, needs_nats_server, server, until
from tests.faults.test_roles import ACTS, EVENTS, events

__all__ = ["server"]
pytestmark = needs_nats_server

MINE, NOBODYS = "mine", "nobodys"


async def test_what_each_may_do_to_which_call(server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.broadcast.nats_outgoing._ACTS_AT_ONCE", 1000)
    done: list[tuple[str, AnyEvent]] = []

    async def acts(call: str, event: AnyEvent) -> str:
        done.append((call, event))
        return ""

    async with NatsOutlet(server.url, acts=acts) as outlet:
        for talk in (Talk(MINE, agent="Maria"), Talk(NOBODYS)):
            for record in talk.records:
                outlet.write(record)
            await until(lambda talk=talk: outlet.calls[talk.records[0].call].is_settled)
        people = [
            ("boss", "x"),
            ("agent", "maria"),
            ("agent", "dan"),
            ("agent", ""),
            ("supervisor", "sue\x1b[31m"),
            ("reader", "rob"),
            ("gateway", "gate"),
        ]
        for (role, name), place, (kind, event) in product(people, (MINE, NOBODYS), events().items()):
            allowed = kind in ACTS.get(role, ()) and (role != "agent" or (name, place) == ("maria", MINE))
            before = len(done)
            asked = encode([Act(id=1, call=place, event=event)])
            # Who may ask as whom is the server's to decide, by the subject.
            reply = await outlet.link.client.request(f"companion.owner.{place}.{role}.{subjects.token(name)}", asked, timeout=20)
            (answer,) = from_hub(reply.data)
            assert (answer.refused == "") == allowed, (role, name, place, kind, answer)  # type: ignore[union-attr]
            assert len(done) - before == allowed, (role, name, place, kind)
            if allowed:
                assert done[-1][0] == place
                assert getattr(done[-1][1], "by", "sue") in ("maria", "sue")
    assert {type(event).__struct_config__.tag for _, event in done} == ACTS["agent"] | ACTS["supervisor"]
    assert len(EVENTS) > 15
