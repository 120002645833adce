"""The AudioSocket listener against clients of its own protocol: pairs, strangers, and that it never speaks and never hangs up."""

import asyncio
import contextlib
import socket
import struct
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from companion import sources
from companion.core.events import SourceBack, SourceLost, Utterance
from companion.core.feed import Closed, Complaint, Opened
from companion.errors import ConfigError, SourceError, SpeechError
from companion.sources.listeners import audiosocket, door
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted

Script = Callable[..., Callable[[str], Recogniser]]
Run = Callable[..., AbstractAsyncContextManager[Any]]

CALL = uuid.UUID("40325ec2-5efd-4bd3-805f-53576e581d13")
HELLO = b"\x01\x00\x10" + CALL.bytes
FRAME = b"\x10\x01\x40" + bytes(320)
PAIR = "audiosocket://:0?agent=0"


async def dial(run: Any, channel: str = "customer") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", run.server.ports[channel])


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):  # who hung up first
        await writer.wait_closed()


async def test_two_sockets_with_one_uuid_are_one_call(running: Run, script: Script) -> None:
    lines = [
        Utterance(speaker="agent", text="good morning", start=0, end=0.2),
        Utterance(speaker="customer", text="hello", start=0, end=0.3),
    ]
    async with running(script(*lines), uri=PAIR) as run:
        _, customer = await dial(run)
        _, agent = await dial(run, "agent")
        for writer in (customer, agent):
            writer.write(HELLO + FRAME * 20)
        await hang_up(customer)
        await run.until(Utterance, 1)
        await asyncio.sleep(0)
        assert run.of(Closed) == []
        await hang_up(agent)
        (closed,) = await run.until(Closed)
    (opened,) = run.of(Opened)
    assert (opened.call, opened.source) == (str(CALL), f"{run.server.name} (Asterisk)")
    assert {(item.event.speaker, item.event.text) for item in run.of(Utterance)} == {("agent", "good morning"), ("customer", "hello")}
    assert closed.reason == "all have left"
    assert run.of(SourceLost) == []


async def test_nothing_is_ever_sent_and_what_cannot_be_used_is_read_on(running: Run, script: Script) -> None:
    async with running(script(), uri="audiosocket://:0") as run:
        reader, writer = await dial(run)
        writer.write(HELLO + FRAME)
        await run.until(Opened)
        writer.write(b"\x12\x01\x40" + bytes(320))
        (complaint,) = await run.until(Complaint)
        assert complaint.text == f"{run.server.name}, {CALL}: the rate changes from 8000 to 16000 Hz in the middle; this connection ends"
        for _ in range(200):
            writer.write(FRAME * 10)
            await writer.drain()
        assert not reader.at_eof()
        (lost,) = await run.until(SourceLost)
        assert lost.event.reason == "the rate changes from 8000 to 16000 Hz in the middle"
        writer.write_eof()
        assert await reader.read() == b""
        await hang_up(writer)


async def test_a_recogniser_that_fails_does_not_hang_up(running: Run) -> None:
    class Broken(Scripted):
        async def hear(self, chunk: AudioChunk) -> list[Hearing]:  # type: ignore[override]
            raise SpeechError("the recogniser died; see: companion doctor")

    async with running(lambda call: Broken([]), uri="audiosocket://:0") as run:
        reader, writer = await dial(run)
        writer.write(HELLO)
        async with asyncio.timeout(5):
            while not run.of(Complaint):
                writer.write(FRAME * 20)
                await asyncio.sleep(0.01)
        writer.write(FRAME * 20)
        await writer.drain()
        await run.until(SourceLost)
        assert not reader.at_eof()
        await hang_up(writer)


async def test_who_is_not_asterisk_is_shown_the_door(running: Run, script: Script) -> None:
    async with running(script(), uri="audiosocket://:0") as run:
        reader, writer = await dial(run)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await reader.read() == b""
        (complaint,) = await run.until(Complaint)
        assert complaint.text == f"{run.server.name}: the first frame is no UUID, so this is no AudioSocket; this connection ends"
        await hang_up(writer)


async def test_who_says_nothing(running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiosocket, "FIRST", 0.05)
    async with running(script(), uri="audiosocket://:0") as run:
        reader, writer = await dial(run)
        assert await reader.read() == b""
        await run.until(Complaint)
        await hang_up(writer)
        # whoever has said who it is may be silent for long: a call on hold sends nothing
        reader, writer = await dial(run)
        writer.write(HELLO)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 0.2)
        await hang_up(writer)


async def test_a_hold_that_never_ends_does(running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiosocket, "HOLD", 0.1)
    async with running(script(), uri="audiosocket://:0") as run:
        reader, writer = await dial(run)
        writer.write(HELLO + FRAME)
        assert await reader.read() == b""
        (lost,) = await run.until(SourceLost)
        assert lost.event.reason == "nothing came for 0.1 s"
        await hang_up(writer)


async def test_who_drips_bytes_has_no_more_time(running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiosocket, "FIRST", 0.2)
    async with running(script(), uri="audiosocket://:0") as run:
        _, writer = await dial(run)
        for byte in HELLO[:-1]:
            if not run.of(Complaint):
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)
        assert "nothing came for 0.2 s" in (await run.until(Complaint))[0].text
        await hang_up(writer)


async def test_one_address_does_not_fill_the_house(running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PER_PEER", 1)
    async with running(script(), uri="audiosocket://:0") as run:
        _, one = await dial(run)
        one.write(HELLO + FRAME)
        await run.until(Opened)
        reader, two = await dial(run)
        assert await reader.read() == b""
        (complaint,) = await run.until(Complaint)
        assert complaint.text == f"{run.server.name}: too many connections, 127.0.0.1 has to wait; this connection ends"
        await hang_up(one)
        await hang_up(two)


async def test_who_is_gone_without_a_word_is_noticed(running: Run, script: Script) -> None:
    async with running(script(), uri="audiosocket://:0") as run:
        _, writer = await dial(run)
        writer.write(HELLO + FRAME)
        await run.until(Opened)
        (accepted,) = run.server._talks.values()
        assert accepted.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
        await hang_up(writer)


@pytest.mark.parametrize(("friends", "let_in"), [("127.0.0.1", True), ("10.0.0.5,127.0.0.0/8", True), ("10.0.0.5", False)])
async def test_only_who_is_named_may_connect(running: Run, script: Script, friends: str, let_in: bool) -> None:
    async with running(script(), uri=f"audiosocket://0.0.0.0:0?from={friends}") as run:
        _, writer = await dial(run)
        writer.write(HELLO + FRAME * 20)
        if let_in:
            await run.until(Opened)
        else:
            (complaint,) = await run.until(Complaint)
            assert "127.0.0.1 may not connect; name it with from=127.0.0.1" in complaint.text
        await hang_up(writer)
    assert bool(run.of(Opened)) is let_in


async def test_stopping_ends_calls_with_their_last_words(running: Run, script: Script) -> None:
    last = Utterance(speaker="customer", text="bye", start=0, end=9)
    async with running(script(last), uri="audiosocket://:0") as run:
        _, writer = await dial(run)
        writer.write(HELLO + FRAME * 20)
        await run.until(Opened)
        await run.server.close()
        (closed,) = await run.until(Closed)
        assert closed.reason == "stopped"
        assert run.of(Utterance) != []
        await hang_up(writer)


async def test_a_connection_that_is_reset_is_lost_and_may_come_back(running: Run, script: Script) -> None:
    async with running(script(), uri="audiosocket://:0") as run:
        _, writer = await dial(run)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.write(HELLO + FRAME * 20)
        await run.until(Opened)
        writer.transport.abort()
        (lost,) = await run.until(SourceLost)
        assert lost.event.reason == "the connection broke"
        _, writer = await dial(run)
        writer.write(HELLO + FRAME * 20)
        await run.until(SourceBack)
        await hang_up(writer)
        await run.until(Closed)
    assert len(run.of(Opened)) == 1


async def test_who_finds_the_seat_taken_is_heard_once_it_is_free(running: Run, script: Script) -> None:
    lines = [Utterance(speaker="agent", text=text, start=0, end=0.2) for text in ("one moment please", "hello again")]
    async with running(script(*lines), uri=PAIR) as run:
        _, customer = await dial(run)
        _, first = await dial(run, "agent")
        for writer in (customer, first):
            writer.write(HELLO + FRAME * 20)
        await run.until(Opened)
        _, second = await dial(run, "agent")
        second.write(HELLO + FRAME * 20)
        (complaint,) = await run.until(Complaint)
        assert complaint.text.endswith(f"channel agent of call '{CALL}' is already connected; this one is heard once that has gone")
        await hang_up(first)
        await run.until(Utterance, 1)
        async with asyncio.timeout(5):
            while len(run.of(Utterance)) < 2:
                second.write(FRAME * 20)
                await asyncio.sleep(0.01)
        for writer in (customer, second):
            await hang_up(writer)
        await run.until(Closed)
    assert len(run.of(Complaint)) == 1
    assert run.of(SourceLost) == []


async def test_a_fault_of_ours_is_not_hidden(running: Run) -> None:
    def faulty(call: str) -> Recogniser:
        raise RuntimeError("ours")

    async def one_call() -> None:
        async with running(faulty, uri="audiosocket://:0") as run:
            _, writer = await dial(run)
            writer.write(HELLO + FRAME)
            await asyncio.wait({run.task}, timeout=5)
            await hang_up(writer)

    with pytest.raises(RuntimeError, match="ours"):
        await one_call()


async def test_a_port_that_is_taken(running: Run, script: Script) -> None:
    async with running(script(), uri="audiosocket://:0") as run:
        with pytest.raises(SourceError, match="the port is taken"):
            async for _ in sources.open(f"audiosocket://:{run.server.ports['customer']}", recogniser=script()):
                pass


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("audiosocket://0.0.0.0:9092", "name who may connect: from=ADDRESS"),
        ("audiosocket://0.0.0.0:9092?from=pbx", "from 'pbx' is no address"),
        ("audiosocket://:9092?agent=9092", "agent '9092' is no other port; give agent=9093"),
        ("audiosocket://:9092?agent=left", "is no other port"),
    ],
)
def test_what_cannot_be(script: Script, uri: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        sources.open(uri, recogniser=script())
