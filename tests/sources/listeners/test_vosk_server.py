"""The vosk-server listener against real clients: the websockets library, the messages of the stock clients, and vosk-transcriber itself."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidStatus

from companion.core.events import Channel, Partial, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened
from companion.errors import SpeechError
from companion.sources.listeners import vosk_server
from companion.sources.listeners.vosk_server import VoskServer
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted

Script = Callable[..., Callable[[str], Recogniser]]
Texts = Callable[[list[Item]], list[str]]
Run = Callable[..., AbstractAsyncContextManager[Any]]

EOF = '{"eof" : 1}'
SAID = Utterance(speaker="customer", text="hello there", start=0.1, end=0.3, words=(("hello", 0.1, 0.2, 1.0), ("there", 0.2, 0.3, 1.0)))
GREETING = "thank you for calling north phone my name is anna how can i help you"


async def ask(client: ClientConnection, message: str | bytes) -> Any:
    await client.send(message)
    return json.loads(await client.recv())


async def configure(client: ClientConnection, rate: int = 16000, **config: Any) -> None:
    await client.send(json.dumps({"config": {"sample_rate": rate, **config}}))


class TestProtocol:
    async def test_one_reply_a_frame_then_eof(self, running: Run, script: Script) -> None:
        async with running(script(Partial(channel="customer", text="hello", start=0.1, end=0.15), SAID)) as run:
            async with run.dial() as client:
                await configure(client)
                replies = [await ask(client, bytes(3200)) for _ in range(5)]
                assert replies[:3] == [{"partial": ""}, {"partial": "hello"}, {"partial": "hello"}]
                assert replies[3]["text"] == "hello there"
                assert replies[3]["result"][1] == {"conf": 1.0, "end": 0.3, "start": 0.2, "word": "there"}
                assert replies[4] == {"partial": ""}
                assert await ask(client, EOF) == {"text": ""}
                with pytest.raises(ConnectionClosedOK):
                    await client.recv()
            await run.until(Closed)
        assert run.story() == [
            Opened(call="call-1", source=run.server.name, speech="scripted"),
            Happened(call="call-1", event=SpeechBegan(channel="customer", start=0.1)),
            Happened(call="call-1", event=SpeechEnded(channel="customer", end=0.3)),
            Happened(call="call-1", event=SAID),
            Closed(call="call-1", reason="all have left"),
        ]

    async def test_words_as_the_recogniser_hears_them(
        self, running: Run, greeting: tuple[NDArray[np.int16], int], starter: Callable[[str], Recogniser]
    ) -> None:
        sound, rate = greeting
        async with running(starter, mono_as="agent") as run, run.dial() as client:
            await configure(client, rate)
            texts = []
            for start in range(0, len(sound), 2000):
                reply = await ask(client, sound[start : start + 2000, 0].tobytes())
                texts.append(reply.get("text", ""))
            texts.append((await ask(client, EOF))["text"])
        assert GREETING in texts

    async def test_replies_keep_their_order_however_slow_the_recogniser(self, running: Run, script: Script) -> None:
        lines = [Utterance(speaker="customer", text=str(n), start=n / 5, end=(n + 1) / 5) for n in range(20)]

        class Slow(Scripted):
            async def hear(self, chunk: AudioChunk) -> list[Hearing]:  # type: ignore[override]
                for _ in range(round(chunk.start * 1000) % 7):
                    await asyncio.sleep(0)
                return list(await super().hear(chunk))

        async with running(lambda call: Slow(lines)) as run, run.dial() as client:
            await configure(client)
            for _ in range(20):
                await client.send(bytes(6400))
            assert [json.loads(await client.recv())["text"] for _ in range(20)] == [str(n) for n in range(20)]

    async def test_reset_gives_the_text_so_far_and_goes_on(self, running: Run, script: Script) -> None:
        later = Utterance(speaker="customer", text="later", start=0.5, end=0.9)
        async with running(script(SAID, later)) as run, run.dial() as client:
            await configure(client)
            await ask(client, bytes(8000))
            reply = await ask(client, '{"reset" : 1}')
            assert reply["text"] == "hello there later"  # the scripted recogniser gives out all it has
            assert await ask(client, bytes(6400)) == {"partial": ""}
            assert await ask(client, '{"eof":1}') == {"text": ""}

    @pytest.mark.parametrize("rate", [4000, 11025, 44100, 192000])
    async def test_any_rate_is_brought_to_the_models(self, running: Run, script: Script, rate: int) -> None:
        heard: list[float] = []

        class Measured(Scripted):
            async def hear(self, chunk: AudioChunk) -> list[Hearing]:  # type: ignore[override]
                heard.append(len(chunk.pcm) / 2 / 16000)
                return []

        async with running(lambda call: Measured([])) as run, run.dial() as client:
            await configure(client, rate)
            for _ in range(5):
                await ask(client, bytes(rate // 5 * 2))
            await ask(client, EOF)
        assert sum(heard) == pytest.approx(1.0, abs=0.01)

    async def test_eof_before_any_sound(self, running: Run, script: Script) -> None:
        async with running(script()) as run:
            async with run.dial() as client:
                assert await ask(client, EOF) == {"text": ""}
            await run.until(Closed)

    @pytest.mark.parametrize(
        ("message", "code", "said"),
        [
            ("good morning", 1008, "a text message that is neither config, eof nor reset"),
            ('{"config": {"model": "/x"}}', 1008, "the speech model cannot be changed by a client"),
            ('{"config": {"sample_rate": 9}}', 1008, "config: a rate of 9 Hz cannot be used; give 4000 to 192000 Hz"),
        ],
    )
    async def test_who_breaks_the_protocol_is_told_and_nobody_else_is_touched(
        self, running: Run, script: Script, message: str, code: int, said: str
    ) -> None:
        async with running(script(SAID)) as run, run.dial() as good, run.dial() as bad:
            await ask(good, bytes(100))
            await bad.send(message)
            with pytest.raises(ConnectionClosed) as caught:
                await bad.recv()
            assert caught.value.rcvd is not None
            assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (code, said)
            (complaint,) = await run.until(Complaint)
            assert complaint.text == f"{run.server.name}: {said}; this connection ends"
            assert await ask(good, bytes(100)) == {"partial": ""}
        assert len(run.of(Opened)) == 1


class TestCalls:
    async def test_a_connection_without_a_name_is_a_call_of_its_own(self, running: Run, script: Script) -> None:
        async with running(script()) as run:
            async with run.dial("/asr") as one, run.dial("/asr") as two:
                await ask(one, bytes(100))
                await ask(two, bytes(100))
            await run.until(Closed, 2)
        assert sorted(item.call for item in run.of(Opened)) == ["call-1", "call-2"]

    async def test_nothing_said_is_no_call(self, running: Run, script: Script) -> None:
        async with running(script()) as run, run.dial():
            pass
        assert run.story() == []

    async def test_two_that_name_a_call_are_its_channels(self, running: Run, script: Script) -> None:
        agent = Utterance(speaker="agent", text="good morning", start=0.0, end=0.2)
        async with running(script(agent, SAID)) as run:
            async with run.dial("/?call=42&channel=agent") as one, run.dial("/42/customer") as two:
                await configure(one)
                await configure(two)
                assert (await ask(one, bytes(6400)))["text"] == "good morning"
                await ask(two, bytes(6400))
                assert (await ask(two, bytes(6400)))["text"] == "hello there"
                await ask(one, EOF)
                assert not run.of(Closed)
                await ask(two, EOF)
            await run.until(Closed)
        assert [item.call for item in run.of(Opened)] == ["42"]
        assert [item.event.speaker for item in run.of(Utterance)] == ["agent", "customer"]
        assert [item.reason for item in run.of(Closed)] == ["all have left"]

    async def test_who_joins_later_is_later_on_the_calls_clock_and_not_on_its_own(self, running: Run, script: Script) -> None:
        said = Utterance(speaker="agent", text="hi", start=0.3, end=0.4, words=(("hi", 0.3, 0.4, 1.0),))
        async with running(script(said)) as run, run.dial("/42/customer") as one:
            await ask(one, bytes(100))
            await asyncio.sleep(0.1)
            async with run.dial("/42/agent") as two:
                await configure(two)
                await ask(two, bytes(6400))
                reply = await ask(two, bytes(6400))
        assert reply["result"][0]["start"] <= 0.2

    async def test_a_seat_that_is_taken(self, running: Run, script: Script) -> None:
        async with running(script()) as run, run.dial("/42/agent") as one:
            await ask(one, bytes(100))
            with pytest.raises(InvalidStatus) as caught:
                await run.dial("/42/agent").__aenter__()
            assert caught.value.response.status_code == 409

    async def test_who_redials_while_the_last_words_are_recognised_goes_on(self, running: Run) -> None:
        class Slow(Scripted):
            asked, answer = asyncio.Event(), asyncio.Event()

            async def finish(self, channel: Channel) -> list[Hearing]:  # type: ignore[override]
                self.asked.set()
                await self.answer.wait()
                return []

        async with running(lambda call: Slow([])) as run:
            async with run.dial("/42/customer") as client:
                await ask(client, bytes(100))
            await Slow.asked.wait()
            async with run.dial("/42/customer") as client:
                await client.send(bytes(100))
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await client.recv()
                Slow.answer.set()
                assert json.loads(await client.recv()) == {"partial": ""}
            await run.until(Closed)
        assert [item.call for item in run.of(Opened)] == ["42"]
        assert run.of(Complaint) == run.of(SourceLost) == []

    async def test_a_name_is_never_used_for_two_calls(self, running: Run, script: Script) -> None:
        async with running(script()) as run:
            for count in (1, 2):
                async with run.dial("/42/agent") as client:
                    await ask(client, bytes(100))
                    await ask(client, EOF)
                await run.until(Closed, count)
        assert [item.call for item in run.of(Opened)] == ["42", "42-2"]

    async def test_the_recogniser_fails(self, running: Run, script: Script) -> None:
        class Broken(Scripted):
            async def hear(self, chunk: AudioChunk) -> list[Hearing]:  # type: ignore[override]
                raise SpeechError("speech: gone")

        async with running(lambda call: Broken([])) as run:
            async with run.dial() as client:
                await configure(client)
                await client.send(bytes(6400))
                with pytest.raises(ConnectionClosed) as caught:
                    await client.recv()
                assert caught.value.rcvd is not None
                assert caught.value.rcvd.code == 1011
            await run.until(Closed)
        assert [item.event.reason for item in run.of(SourceLost)] == ["speech: gone"]
        assert run.of(Closed)[0].reason == "speech: gone"


class TestFaults:
    async def test_the_recogniser_fails_only_at_the_end(self, running: Run) -> None:
        class Broken(Scripted):
            async def finish(self, channel: Channel) -> list[Hearing]:  # type: ignore[override]
                raise SpeechError("speech: gone")

        async with running(lambda call: Broken([])) as run:
            async with run.dial() as client:
                await configure(client)
                await ask(client, bytes(6400))
            (closed,) = await run.until(Closed)
        assert closed.reason == "speech: gone"

    async def test_a_taker_that_does_not_keep_up_loses_only_what_is_shown(self, script: Script) -> None:
        lines = [Utterance(speaker="customer", text=str(n), start=n / 5, end=(n + 1) / 5) for n in range(400)]
        server = VoskServer("", 0, recogniser=script(*lines))
        items = aiter(server)
        opened = asyncio.ensure_future(anext(items))
        await server.listening.wait()
        async with connect(f"ws://127.0.0.1:{server.port}") as client:
            await configure(client)
            await opened
            sending = asyncio.ensure_future(send_all(client, 400))
            await asyncio.sleep(0.3)
            assert not sending.done()
            assert server._exchange._queue.qsize() < 1100
            heard = []
            while len(heard) < 400:
                item = await anext(items)
                if isinstance(getattr(item, "event", None), Utterance):
                    heard.append(item.event.text)
            await sending
        await server.close()
        assert heard == [str(n) for n in range(400)]
        assert [type(item) async for item in items][-1] is Closed


async def send_all(client: ClientConnection, frames: int) -> None:
    for _ in range(frames):
        await ask(client, bytes(6400))


class TestLoss:
    async def test_a_broken_connection_ends_its_call_with_what_was_heard(self, running: Run, script: Script) -> None:
        async with running(script(SAID)) as run:
            client = await run.dial()
            await configure(client)
            await ask(client, bytes(100))
            client.transport.abort()
            await run.until(Closed)
        kinds = [type(getattr(item, "event", item)).__name__ for item in run.story()]
        assert kinds == ["Opened", "Complaint", "SpeechBegan", "SpeechEnded", "Utterance", "SourceLost", "Closed"]
        assert run.of(Closed)[0].reason == "the customer's connection broke"

    async def test_who_never_says_anything_has_to_go_soon(self, running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vosk_server, "FIRST", 0.1)
        async with running(script()) as run, run.dial("/?call=42") as client:
            with pytest.raises(ConnectionClosed, match=r"1008 .* nothing came for 0\.1 s"):
                await client.recv()
        assert run.of(Opened) == []

    async def test_who_falls_silent_is_lost(self, running: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(vosk_server, "IDLE", 0.1)
        async with running(script()) as run, run.dial() as client:
            await ask(client, bytes(100))
            with pytest.raises(ConnectionClosed) as caught:
                await client.recv()
            assert caught.value.rcvd is not None
            assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (1008, "nothing came for 0.1 s")
            (complaint,) = await run.until(Complaint)
            assert complaint.text == f"{run.server.name}, call-1: nothing came for 0.1 s; this connection ends"
            (lost,) = await run.until(SourceLost)
            assert lost.event.reason == "nothing came for 0.1 s"

    async def test_a_named_call_waits_for_who_was_lost(self, running: Run, script: Script) -> None:
        async with running(script()) as run:
            client = await run.dial("/42/agent")
            await ask(client, bytes(100))
            client.transport.abort()
            await run.until(SourceLost)
            async with run.dial("/42/agent") as again:
                await ask(again, bytes(100))
                (back,) = await run.until(SourceBack)
                assert 0 <= back.event.gap < 5
                await ask(again, EOF)
            await run.until(Closed)
        assert len(run.of(Opened)) == 1

    async def test_but_not_for_ever(self, running: Run, script: Script) -> None:
        async with running(script(), linger=0.05) as run:
            client = await run.dial("/42/agent")
            await ask(client, bytes(100))
            client.transport.abort()
            (closed,) = await run.until(Closed)
        assert closed.reason == "the agent's connection broke"

    async def test_closing_brings_the_last_words_of_all_calls(self, running: Run, script: Script) -> None:
        async with running(script(SAID)) as run:
            one, two = await run.dial("/a/customer"), await run.dial("/b/customer")
            await ask(one, bytes(100))
            await ask(two, bytes(100))
            await run.server.close()
            await run.until(Closed, 2)
            for client in (one, two):
                with pytest.raises(ConnectionClosed):
                    await client.recv()
        assert [item.reason for item in run.of(Closed)] == ["stopped", "stopped"]
        assert len(run.of(Utterance)) == 2
        assert not run.of(SourceLost)


class TestListener:
    async def test_a_bad_channel_is_refused_in_words(self, running: Run, script: Script) -> None:
        async with running(script()) as run:
            with pytest.raises(InvalidStatus) as caught:
                await run.dial("/?channel=boss").__aenter__()
            assert caught.value.response.status_code == 400
            assert b"unknown channel 'boss'" in caught.value.response.body


class TestStockClients:
    @pytest.fixture
    def wav(self, tmp_path: Path, greeting: tuple[NDArray[np.int16], int]) -> Path:
        path = tmp_path / "greeting.wav"
        soundfile.write(path, greeting[0][:, 0], greeting[1], subtype="PCM_16")
        return path

    async def test_vosk_transcriber(
        self, running: Run, wav: Path, starter: Callable[[str], Recogniser], starter_folder: Path, texts: Texts
    ) -> None:
        """It always dials port 2700 of localhost, and loads the model that it then does not use."""
        program = Path(sys.executable).with_name("vosk-transcriber")
        if not program.exists() or shutil.which("ffmpeg") is None:
            pytest.skip("vosk-transcriber and ffmpeg are needed")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", 2700)) == 0:
                pytest.skip("port 2700 is in use")
        async with running(starter, port=2700, mono_as="agent") as run:
            assert run.task is not None
            if run.task.done():
                pytest.skip("port 2700 cannot be had")
            command = [str(program), "--server", "--model", str(starter_folder), "--input", str(wav)]
            done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            await run.until(Closed)
        assert GREETING in done.stdout
        assert texts(run.items)[0] == f"agent: {GREETING}"
        assert not run.of(SourceLost)
