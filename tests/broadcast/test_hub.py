"""A hub on a real socket: who gets in, what they see, what they may do, and what they cost."""

import asyncio
import re
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from companion.broadcast import hub as hubs
from companion.broadcast import tokens
from companion.broadcast.allowance import Allowance
from companion.broadcast.hub import MOST_STRANGERS, SUBPROTOCOL, Hub
from companion.broadcast.messages import VERSION, Bye, Hello, Subscribe, Welcome, encode, from_hub
from companion.broadcast.outlet import HubOutlet
from companion.broadcast.wire import TurnedAway
from companion.core.events import Introduced, Marked, Nudged, Partial, TakenOver
from companion.core.record import Record
from companion.core.seen import Away, Here, Notice
from companion.errors import ConfigError, SinkError, SourceError

Calls = Callable[..., Iterator[Record]]
Make = Callable[..., Any]


def url(hub: Hub) -> str:
    return f"ws://127.0.0.1:{hub.port}"


class TestSight:
    """Who sees which calls."""

    async def test_from_the_first_record_whenever_one_comes(self, hub: Make, watch: Make, call: Calls) -> None:
        records = list(call("7", "a", "b", "c"))
        async with hub() as house:
            early = watch(house.port)
            await early.until(lambda: bool(early.seen))
            for record in records[:2]:
                house.write(record)
            late = watch(house.port)
            await asyncio.gather(early.sees(records[:2]), late.sees(records[:2]))
            for record in records[2:]:
                house.write(record)
            await asyncio.gather(early.sees(records), late.sees(records))

    async def test_agents_see_their_own(self, hub: Make, watch: Make, call: Calls) -> None:
        mine, other = list(call("7", "a", Introduced(agent="Maria"), "b")), list(call("8", agent="dan"))
        async with hub() as house:
            maria = watch(house.port, role="agent", name="maria")
            for record in (*other, *mine):
                house.write(record)
            await maria.sees(mine)
            assert maria.records("8") == []

    async def test_blanked_for_all_but_the_agent(self, hub: Make, watch: Make, call: Calls) -> None:
        records = list(call("7", "secret", agent="maria"))
        async with hub(words=False) as house:
            sue, maria = watch(house.port), watch(house.port, role="agent", name="maria")
            for record in records:
                house.write(record)
            await maria.sees(records)
            await sue.until(lambda: len(sue.records("7")) == 3)
            await sue.lookout.follow("7")
            await sue.until(lambda: len(sue.records("7")) == 6)
            house.glimpse("7", Partial(channel="agent", text="secret too", start=0.0, end=1.0), ())
            await sue.until(lambda: "Glimpse" in type(sue.seen[-1]).__name__)
            assert "secret" not in str(sue.seen)
            assert "······ ···" in str(sue.seen[-1])

    async def test_what_passes_comes_to_who_follows(self, hub: Make, watch: Make, call: Calls) -> None:
        async with hub() as house:
            for record in call("7"):
                house.write(record)
            sue = watch(house.port)
            await sue.until(lambda: len(sue.records("7")) == 1)
            assert not house.wants_partials("7")
            await sue.lookout.follow("7")
            await sue.until(lambda: len(sue.records("7")) == 2)
            assert house.wants_partials("7")
            assert not house.wants_partials("8")
            house.glimpse("7", Partial(channel="agent", text="so", start=0.0, end=1.0), ())
            house.level("7", "agent", 0.5)
            house.clock("7", 3000)
            house.clock("8", 3000)
            await sue.until(lambda: len(sue.seen) == 6)
            assert [type(seen).__name__ for seen in sue.seen[3:]] == ["Glimpse", "Level", "Clock"]
            await sue.lookout.leave("7")
            await until(lambda: not house.wants_partials("7"))

    async def test_a_name_that_another_gateway_has(self, hub: Make, call: Calls) -> None:
        async with hub() as house, HubOutlet(url(house), name="gw") as outlet:
            for record in call("7", "a"):
                outlet.write(record)
            await until(lambda: house.ledger.find("7") is not None)
            first, second = call("7", "b")
            with pytest.raises(SinkError, match=r"^hub ws://127.0.0.1:\d+: call 7: another gateway has a call of that name"):
                house.write(first)
            house.write(second)
            house.close()


class TestActs:
    """Who does what."""

    async def test_what_is_done_is_signed(self, hub: Make, watch: Make, call: Calls) -> None:
        async with hub() as house:
            for record in call("7", agent="maria"):
                house.write(record)
            sue, maria = watch(house.port, name="sue"), watch(house.port, role="agent", name="maria")
            await sue.until(lambda: len(sue.records("7")) == 2)
            await maria.until(lambda: len(maria.records("7")) == 2)
            assert await sue.lookout.act("7", Nudged(text="offer\x07 it", by="the boss")) == ""
            assert await sue.lookout.act("7", TakenOver(by="")) == ""
            assert await maria.lookout.act("7", Marked(step="thanked", state="done", by="")) == ""
            assert house.acted == [
                ("7", Nudged(text="offer\ufffd it", by="sue")),
                ("7", TakenOver(by="sue")),
                ("7", Marked(step="thanked", state="done", by="maria")),
            ]

    async def test_what_is_refused_is_refused_in_words(self, hub: Make, watch: Make, call: Calls) -> None:
        async with hub(answer="call 7 is not live here") as house:
            for record in (*call("7", agent="maria"), *call("8", agent="dan", ended=True)):
                house.write(record)
            reader, maria = watch(house.port, role="reader"), watch(house.port, role="agent", name="maria")
            sue = watch(house.port)
            for one in (reader, maria, sue):
                await one.until(lambda one=one: len(one.records("7")) == 2)
            nudge = Nudged(text="x", by="")
            assert await reader.lookout.act("7", nudge) == "a reader may not do that"
            assert await maria.lookout.act("7", nudge) == "an agent may not do that"
            assert await maria.lookout.act("8", Marked(step="thanked", state="done", by="")) == "that call is not here, or not for you"
            assert await sue.lookout.act("9", nudge) == "that call is not here, or not for you"
            assert await sue.lookout.act("8", nudge) == "call 8 is over"
            assert await sue.lookout.act("7", nudge) == "call 7 is not live here"
            house.acts = None
            assert await sue.lookout.act("7", nudge) == "call 7 takes no acts"
            answers = await asyncio.gather(*(sue.lookout.act("7", nudge) for _ in range(60)))
            assert answers.count("too much at once; try again in a moment") >= 28


class TestDoor:
    """Who gets in."""

    async def test_with_tokens(self, hub: Make, watch: Make, call: Calls, tmp_path: Path) -> None:
        path = tmp_path / "tokens"
        sue = tokens.new(path, "sue", "supervisor", "")
        async with hub(tokens=path) as house:
            for record in call("7"):
                house.write(record)
            one = watch(house.port, token=sue, role="reader", name="somebody else")
            await one.until(lambda: len(one.records("7")) == 1)
            assert one.seen[0] == Here("supervisor", "sue")
            two = watch(house.port, token=sue[:-1])
            with pytest.raises(TurnedAway, match="no such token, or it was revoked; ask for another"):
                await two.task
            dan = watch(house.port, token=tokens.new(path, "dan", "reader", ""))
            with suppress(TurnedAway):  # the file is looked at each second
                await dan.task
            await asyncio.sleep(1.2)
            again = watch(house.port, token=dan.lookout._wire and sue)
            await again.until(lambda: bool(again.seen))
            tokens.revoke(path, "sue")
            with pytest.raises(TurnedAway, match="no such token, or it was revoked"):
                await one.task
            assert one.seen[-1] == Away("your token was revoked")

    async def test_who_comes_and_goes_is_told(self, hub: Make, watch: Make, tmp_path: Path) -> None:
        path, told = tmp_path / "tokens", list[str]()
        sue = tokens.new(path, "sue", "supervisor", "")
        async with hub(tokens=path, tell=told.append) as house:
            one = watch(house.port, token=sue)
            await one.until(lambda: bool(one.seen))
            await one.lookout.close()
            await one.task
            for token in ("", "wrong"):
                with pytest.raises(TurnedAway):
                    await watch(house.port, token=token).task
        assert [line.removeprefix(f"hub ws://127.0.0.1:{house.port}: ") for line in told] == [
            "sue (supervisor) is here, from 127.0.0.1",
            "sue (supervisor) has gone",
            "127.0.0.1 was turned away: a token is needed here; give one with --broadcast-token-file",
            "127.0.0.1 was turned away: no such token, or it was revoked; ask for another",
        ]

    async def test_a_crowd_that_is_turned_away_does_not_fill_the_log(self, hub: Make, watch: Make, tmp_path: Path) -> None:
        path, told = tmp_path / "tokens", list[str]()
        tokens.new(path, "sue", "supervisor", "")
        async with hub(tokens=path, tell=told.append) as house:
            house._complaints = Allowance(0, 3)
            for token in ("", "", "wrong", "", "wrong", ""):
                with pytest.raises(TurnedAway):
                    await watch(house.port, token=token).task
        assert [line.rpartition("; ")[2] for line in told] == [
            "give one with --broadcast-token-file",
            "ask for another",
            "give one with --broadcast-token-file",
        ]

    async def test_beyond_this_machine(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"^hub ws://0.0.0.0:1: reaches beyond this machine without tokens"):
            Hub("0.0.0.0", 1)
        tokens.new(tmp_path / "tokens", "sue", "supervisor", "")
        said: list[str] = []
        async with Hub("0.0.0.0", 0, tokens=tmp_path / "tokens", tell=said.append) as house:
            assert said == [f"hub ws://0.0.0.0:{house.port}: words and tokens travel in the clear; give --hub-tls-cert"]

    async def test_tls(self, hub: Make, watch: Make, call: Calls, certificate: tuple[Path, Path]) -> None:
        chain, key = certificate
        async with hub(certificate=chain, key=key) as house:
            trusting = ssl.create_default_context(cafile=str(chain))
            async with connect(f"wss://127.0.0.1:{house.port}", ssl=trusting, subprotocols=[SUBPROTOCOL]) as client:
                assert client.subprotocol == SUBPROTOCOL
                await client.send(encode([Hello(version=VERSION, role="reader", name="x")]))
                [welcome] = from_hub(await client.recv())
                assert welcome == Welcome(version=VERSION, role="reader", name="x")
            assert house.name == f"hub wss://127.0.0.1:{house.port}"

    async def test_a_port_that_is_taken(self, hub: Make) -> None:
        async with hub() as house:
            with pytest.raises(SourceError, match="cannot listen: the port is taken; end what uses it, or choose another"):
                await Hub("", house.port).__aenter__()
            assert Hub("::1", 5).name == "hub ws://[::1]:5"

    async def test_pages_of_other_sites(self, hub: Make, tmp_path: Path) -> None:
        async with hub() as house:
            async with connect(url(house), origin=Origin("http://localhost:8000")):
                pass
            with pytest.raises(InvalidStatus) as caught:
                await connect(url(house), origin=Origin("https://elsewhere.example"))
            assert caught.value.response.status_code == 403
        tokens.new(tmp_path / "tokens", "sue", "supervisor", "")
        async with hub(tokens=tmp_path / "tokens") as house, connect(url(house), origin=Origin("https://elsewhere.example")):
            pass

    async def test_too_many_guests(self, hub: Make, watch: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hubs, "MOST_GUESTS", 1)
        async with hub() as house:
            first = watch(house.port)
            await first.until(lambda: bool(first.seen))
            second = watch(house.port)
            await second.until(lambda: bool(second.seen))
            assert second.seen == [Away("broke off with code 1013 (too many are here; try again later)")]
            await first.close()
            await second.until(lambda: len(second.seen) > 1 and isinstance(second.seen[-1], Here))

    async def test_a_thousand_strangers(self, hub: Make, watch: Make, call: Calls) -> None:
        async with hub() as house:
            sue = watch(house.port)
            await sue.until(lambda: bool(sue.seen))
            knocks = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(300)]
            for record in call("7"):
                house.write(record)
            await sue.until(lambda: len(sue.records("7")) == 1)
            assert len(house._strangers) <= MOST_STRANGERS
            for _, writer in knocks:
                writer.close()
            for _ in range(700):
                _, writer = await asyncio.open_connection("127.0.0.1", house.port)
                writer.close()
            await until(lambda: len(house._strangers) == 0)
            dan = watch(house.port)
            await dan.until(lambda: len(dan.records("7")) == 1)


class TestEnd:
    """When the hub stops."""

    async def test_all_have_everything_and_are_told(self, hub: Make, call: Calls) -> None:
        async with hub() as house:
            client = await connect(url(house))
            await client.send(encode([Hello(version=VERSION, role="reader"), Subscribe()]))
            await client.recv()
            for record in call("7", *["x" * 100] * 5000, ended=True):
                house.write(record)
        messages = []
        with suppress(ConnectionClosed):
            while True:
                messages += from_hub(await client.recv())
        assert len(messages) == 5005
        assert messages[-1] == Bye(reason="the hub stops")
        assert client.close_code == 1001

    async def test_over_there_is_no_hole_and_no_double_when_it_starts_again(self, hub: Make, watch: Make, call: Calls) -> None:
        records = list(call("7", "a", "b", "c"))
        async with hub() as house:
            port = house.port
            async with HubOutlet(url(house), name="gw", waits=(0.05,)) as outlet:
                sue = watch(port)
                for record in records[:3]:
                    outlet.write(record)
                await sue.sees(records[:3])
                await house.__aexit__()
                await sue.until(lambda: bool(sue.of(Away)))
                outlet.write(records[3])
                async with hub(port):
                    await sue.until(lambda: len(sue.records("7")) >= 4 and isinstance(sue.seen[-1], Record) and sue.seen[-1].seq == 3)
                    begun = [place for place, seen in enumerate(sue.seen) if isinstance(seen, Record) and seen.seq == 0]
                    tail = [seen.seq for seen in sue.seen[begun[-1] :] if isinstance(seen, Record)]
                    assert tail == [0, 1, 2, 3]
                    assert len(begun) == 1 or any(type(seen).__name__ == "Over" for seen in sue.seen[begun[0] : begun[1]])


class TestStall:
    """Somebody who does not read."""

    async def test_delays_nobody_and_misses_nothing(self, hub: Make, watch: Make, call: Calls) -> None:
        records = list(call("7", *["x" * 200] * 20_000))
        async with hub() as house:
            stalled = await connect(url(house), max_queue=1)
            await stalled.send(encode([Hello(version=VERSION, role="supervisor", name="asleep"), Subscribe()]))
            await until(lambda: len(house.guests) == 1)
            sue = watch(house.port)
            await sue.until(lambda: bool(sue.seen))
            for number, record in enumerate(records):
                house.write(record)
                if number % 500 == 0:
                    await asyncio.sleep(0)
            await sue.until(lambda: len(sue.records("7")) == len(records))
            [guest] = [guest for guest in house.guests if guest.who.name == "asleep"]
            assert guest.connection.transport.get_write_buffer_size() < 1_000_000
            count = 0
            while count < len(records):
                count += (await stalled.recv(decode=False)).count(b'{"type":"record"')
            await stalled.close()

    async def test_calls_that_went_are_named(self, hub: Make, call: Calls) -> None:
        async with hub() as house:
            stalled = await connect(url(house), max_queue=1)
            await stalled.send(encode([Hello(version=VERSION, role="supervisor"), Subscribe()]))
            await until(lambda: len(house.guests) == 1)
            for number in range(40):
                for record in call(str(number), *["x" * 1000] * 1000, ended=True):
                    house.write(record)
                await asyncio.sleep(0)
            house.ledger.tidy(1e9)
            await asyncio.sleep(0.1)
            house.notice([], "nobody")
            house.write(next(call("last")))
            text = ""
            while '"call":"last"' not in text:
                text = str(await stalled.recv())
                over = re.findall(r'\{"type":"over","call":"(\d+)"\}', text)
                missed = re.findall(r'\{"type":"missed","call":"(\d+)"', text)
                if over:
                    assert len(over) == 40
                    assert set(missed) <= set(over)
                    assert missed
            await stalled.close()


async def test_the_looker_on_shown_looks_on(hub: Make, call: Calls) -> None:
    document = (Path(__file__).parents[2] / "docs" / "broadcast.md").read_text(encoding="utf-8")
    [program] = re.findall(r"^```python\n(.*?)^```", document, re.DOTALL | re.MULTILINE)
    async with hub() as house:
        for record in call("7", "I want your manager", "now"):
            house.write(record)
        looking = await asyncio.create_subprocess_exec(sys.executable, "-c", program, url(house), stdout=asyncio.subprocess.PIPE)
        assert looking.stdout is not None
        async with asyncio.timeout(20):
            assert await looking.stdout.readline() == b"7 I want your manager\n"
            assert await looking.stdout.readline() == b"7 now\n"
        looking.kill()
        await looking.wait()


async def test_a_lost_gateway_is_told(hub: Make, watch: Make, call: Calls) -> None:
    async with hub() as house:
        sue = watch(house.port)
        async with HubOutlet(url(house), name="gw") as outlet:
            for record in call("7"):
                outlet.write(record)
            await sue.until(lambda: len(sue.records("7")) == 1)
        await sue.until(lambda: bool(sue.of(Notice)))
        assert sue.of(Notice) == [Notice(text="gateway gw is lost; its calls stand still until it is back")]
        assert await sue.lookout.act("7", Nudged(text="x", by="")) == "call 7: its gateway is lost; try again when it is back"


async def test_a_fault_of_ours_is_told(hub: Make, watch: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(Hub, "holder", lambda *_: 1 / 0)
    async with hub(tell=told.append) as house:
        async with connect(url(house)) as client:
            await client.send(encode([Hello(version=VERSION, role="reader")]))
            with pytest.raises(ConnectionClosed):
                await client.recv()
        assert told == [f"hub ws://127.0.0.1:{house.port}: a connection failed: ZeroDivisionError: division by zero; it was closed"]


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.01)
