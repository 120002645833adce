"""The WebSocket listener for phone systems, at its edges: who breaks rules, who goes silent, who comes back."""

import asyncio
import base64
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import State

from companion.core.events import Channel, SourceBack, SourceLost, Utterance
from companion.core.feed import Closed, Complaint, Level, Opened
from companion.errors import ConfigError, SourceError, SpeechError
from companion.sources.listeners import phone, telephony
from companion.sources.listeners.door import Door
from companion.sources.listeners.phone import PhoneListener
from companion.sources.protocols.twilio import MediaStream
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted

Script = Callable[..., Callable[[str], Recogniser]]
Run = Callable[..., AbstractAsyncContextManager[Any]]

START = json.dumps({"event": "start", "start": {"callSid": "CA1", "accountSid": "AC1"}})
STOP = '{"event": "stop"}'
URI = "twilio://:0"


def media(chunk: int, track: str = "inbound", seconds: float = 0.2) -> str:
    payload = base64.b64encode(b"\xff" * round(8000 * seconds)).decode()
    return json.dumps({"event": "media", "media": {"track": track, "chunk": chunk, "timestamp": (chunk - 1) * 200, "payload": payload}})


async def send(client: ClientConnection, *messages: str | bytes) -> None:
    for message in messages:
        await client.send(message)


async def refused(client: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as caught:
        async with asyncio.timeout(5):
            await client.recv()
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


async def test_one_that_hangs_up_and_one_that_only_goes_end_their_calls(running: Run, script: Script) -> None:
    async with running(script(), uri=URI) as run:
        async with run.dial() as client:
            await send(client, START, media(1), STOP)
        (closed,) = await run.until(Closed)
        assert (closed.call, closed.reason) == ("CA1", "all have left")
        assert run.of(SourceLost) == []


async def test_who_breaks_the_protocol_is_told_and_nobody_else_is_touched(running: Run, script: Script) -> None:
    async with running(script(), uri=URI) as run, run.dial() as good, run.dial() as bad:
        await send(good, START, media(1))
        await run.until(Opened)
        await send(bad, b"\0\1")
        assert await refused(bad) == (1008, "a binary message, where Twilio's protocol has only text")
        (complaint,) = await run.until(Complaint)
        assert complaint.text == f"{run.server.name}: a binary message, where Twilio's protocol has only text; this connection ends"
        await send(good, media(2), STOP)
        await run.until(Closed)


async def test_a_message_that_is_too_long(running: Run, script: Script) -> None:
    async with running(script(), uri=URI) as run, run.dial() as client:
        await send(client, " " * (phone.LONGEST_MESSAGE + 1))
        assert (await refused(client))[0] == 1009


async def test_who_never_says_what_it_is(running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephony, "FIRST", 0.05)
    async with running(script(), uri=URI) as run, run.dial() as client:
        await send(client, '{"event": "connected"}')
        assert await refused(client) == (1008, "no stream began within 0.05 s")


async def test_freeswitch_is_waited_for_while_it_rings_or_holds(running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephony, "FIRST", 0.05)
    monkeypatch.setattr(telephony, "IDLE", 0.05)
    async with running(script(), uri="freeswitch://:0") as run, run.dial() as client:
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.recv(), 0.2)
            await client.send(bytes(640))
            await run.until(Opened)
    assert run.of(Complaint) == []


async def test_who_falls_silent_is_lost(running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephony, "IDLE", 0.1)
    async with running(script(), uri=URI) as run, run.dial() as client:
        await send(client, START, media(1))
        assert await refused(client) == (1008, "nothing came for 0.1 s")
        (lost,) = await run.until(SourceLost)
        assert lost.event.reason == "nothing came for 0.1 s"


async def test_a_stream_that_broke_comes_back_into_its_call(running: Run, script: Script) -> None:
    said = Utterance(speaker="customer", text="before", start=0.0, end=0.1)
    async with running(script(said), uri=URI) as run:
        client = await run.dial()
        await send(client, START, media(1, "outbound", 0.4), media(1, seconds=0.4))
        await run.until(Utterance)
        client.transport.abort()
        await run.until(SourceLost)
        assert [item.event.text for item in run.of(Utterance)] == ["before"]
        async with run.dial() as client:
            await send(client, START, media(1), media(1, "outbound"), STOP)
        await run.until(Closed)
    assert len(run.of(Opened)) == len(run.of(SourceLost)) == len(run.of(SourceBack)) == 1


async def test_a_channel_that_is_taken(running: Run, script: Script) -> None:
    async with running(script(), uri=URI) as run, run.dial() as one, run.dial() as two:
        await send(one, START, media(1))
        await run.until(Opened)
        await send(two, START, media(1, "outbound"), media(1))
        assert await refused(two) == (1008, "channel customer of call 'CA1' is already connected")


async def test_a_recogniser_that_fails_ends_the_stream(running: Run) -> None:
    class Broken(Scripted):
        async def hear(self, chunk: AudioChunk) -> list[Hearing]:  # type: ignore[override]
            raise SpeechError("the recogniser died; see: companion doctor")

    async with running(lambda call: Broken([]), uri=URI) as run, run.dial() as client:
        await send(client, START, media(1))
        async with asyncio.timeout(5):
            while client.state is State.OPEN:
                await client.send(media(2))
                await asyncio.sleep(0.01)
        assert await refused(client) == (1011, "the recogniser died; see: companion doctor")


async def test_whatever_subprotocol_is_asked_for_is_spoken(running: Run, script: Script) -> None:
    async with running(script(), uri=URI) as run, run.dial(subprotocols=["audio.drachtio.org"]) as client:
        assert client.subprotocol == "audio.drachtio.org"
        async with run.dial() as other:
            assert other.subprotocol is None


async def test_nobody_fills_the_house(running: Run, script: Script) -> None:
    door = Door(None, most=1)
    async with running(script()) as run:  # the loop's own listener is not the one that is tested
        server = PhoneListener("twilio", "", 0, speaks=lambda path, headers: MediaStream(), recogniser=script(), door=door)
        task = asyncio.create_task(_all(server))
        await server.listening.wait()
        async with connect(f"ws://127.0.0.1:{server.port}/"):
            with pytest.raises(InvalidStatus, match="503"):
                await connect(f"ws://127.0.0.1:{server.port}/")
        await server.close()
        await task
    assert run.story() == []


async def _all(server: PhoneListener) -> list[Any]:
    return [item async for item in server]


async def test_a_port_that_is_taken(running: Run, script: Script) -> None:
    async with running(script(), uri=URI) as run:
        second = PhoneListener(
            "twilio", "", run.server.port, speaks=lambda path, headers: MediaStream(), recogniser=script(), door=Door(None)
        )
        with pytest.raises(SourceError, match="the port is taken"):
            await _all(second)


async def test_beyond_this_machine_without_tls_is_said(running: Run, script: Script) -> None:
    async with running(script(), uri="twilio://0.0.0.0:0", token="secret") as run:
        (complaint,) = await run.until(Complaint)
        assert complaint.text == f"{run.server.name}: sound and token travel in the clear; give --listen-tls-cert"


async def test_a_fault_of_ours_is_not_hidden(running: Run) -> None:
    def faulty(call: str) -> Recogniser:
        raise RuntimeError("ours")

    async def one_call() -> None:
        async with running(faulty, uri=URI) as run, run.dial() as client:
            await send(client, START, media(1))
            await asyncio.wait({run.task}, timeout=5)

    with pytest.raises(RuntimeError, match="ours"):
        await one_call()


def test_beyond_this_machine_the_door_is_guarded(script: Script) -> None:
    with pytest.raises(ConfigError, match=r"twilio://0\.0\.0\.0:1: reaches beyond this machine without a token"):
        PhoneListener("twilio", "0.0.0.0", 1, speaks=lambda path, headers: MediaStream(), recogniser=script(), door=Door(None))


async def test_who_redials_while_the_last_words_are_recognised_goes_on(running: Run) -> None:
    class Slow(Scripted):
        asked, answer = asyncio.Event(), asyncio.Event()

        async def finish(self, channel: Channel) -> list[Hearing]:  # type: ignore[override]
            self.asked.set()
            await self.answer.wait()
            return []

    async with running(lambda call: Slow([]), uri=URI) as run:
        async with run.dial() as client:
            await send(client, START, media(1), STOP)
        await Slow.asked.wait()
        heard = run.of(Level)
        async with run.dial() as client:
            await send(client, START, media(1))
            await (await client.ping())
            assert run.of(Level) == heard
            Slow.answer.set()
            await send(client, STOP)
        await run.until(Closed)
    assert [opened.call for opened in run.of(Opened)] == ["CA1"]
    assert run.of(Complaint) == run.of(SourceLost) == []
