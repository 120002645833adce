"""Recognition elsewhere, against a server straight on vosk and websockets: the same words as here, also when the line breaks."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from companion.core.events import SourceBack, SourceLost, Utterance
from companion.errors import ConfigError, SpeechError
from companion.net.connection import dial
from companion.sources.listeners.vosk_server import VoskServer
from companion.speech import models
from companion.speech.call import Call
from companion.speech.recogniser import AudioChunk, Hearing, ahead
from companion.speech.server import Server, address
from companion.speech.vosk import Vosk

Chunks = Callable[..., list[AudioChunk]]

NAME = "vosk-server://there:2700"
EOF = '{"eof" : 1}'


def server(uri: str, patience: float = 10.0, waits: Sequence[float] = (0.01, 0.02)) -> Server:
    return Server(NAME, partial(dial, uri), patience=patience, waits=waits)


async def heard(call: Call, chunks: Sequence[AudioChunk], meanwhile: Callable[[AudioChunk], None] = lambda _: None) -> list[Hearing]:
    found: list[Hearing] = []
    async for chunk, hearings in ahead(call.hear, chunks):
        found += hearings
        meanwhile(chunk)
    return [*found, *await call.finish("agent"), *await call.finish("customer")]


def texts(found: Sequence[Hearing]) -> list[str]:
    return [f"{said.speaker}: {said.text}" for said in found if isinstance(said, Utterance)]


@asynccontextmanager
async def peer(talk: Callable[[ServerConnection], Awaitable[None]], **options: Any) -> AsyncIterator[str]:
    async with serve(talk, "127.0.0.1", 0, **options) as listening:
        yield f"ws://127.0.0.1:{next(iter(listening.sockets)).getsockname()[1]}"


async def test_the_same_is_heard_there_as_here(vosk_server: Any, chunks: Chunks) -> None:
    both = chunks(0, 26)
    async with Vosk(models.STARTER) as here:
        expected = await heard(here.call(), both)
    async with server(vosk_server.uri) as there:
        assert there.call().model == NAME
        found = await heard(there.call("42"), both)
    assert found == expected
    assert len(texts(found)) >= 4
    configs = [json.loads(text)["config"] for text in vosk_server.said if "config" in text]
    assert configs == [{"sample_rate": 16000, "words": True, "max_alternatives": 0}] * 3  # the look at the start, and two channels
    assert [text for text in vosk_server.said if "config" not in text] == [EOF] * 3


async def test_another_companion_will_do_as_the_server(chunks: Chunks) -> None:
    async with Vosk(models.STARTER) as here:
        listener = VoskServer("", 0, recogniser=here.call, mono_as="agent")

        async def listen() -> None:
            async for _ in listener:
                pass

        listening = asyncio.create_task(listen())
        await listener.listening.wait()
        async with server(f"ws://127.0.0.1:{listener.port}") as there:
            assert texts(await heard(there.call(), chunks(0, 6, "agent"))) == texts(await heard(here.call(), chunks(0, 6, "agent")))
        await listener.close()
        await listening


async def test_a_jump_in_the_sound_settles_what_was_said_before(vosk_server: Any, chunks: Chunks) -> None:
    apart = [*chunks(0, 3, "agent"), *chunks(3, 6, "agent", start=50.0)]
    async with Vosk(models.STARTER) as here:
        expected = await heard(here.call(), apart)
    async with server(vosk_server.uri) as there:
        assert await heard(there.call(), apart) == expected
    assert '{"reset" : 1}' in vosk_server.said


async def test_a_line_that_breaks_costs_no_words_and_is_told_once(vosk_server: Any, chunks: Chunks) -> None:
    both = chunks(0, 10)

    def break_off(chunk: AudioChunk) -> None:
        if chunk.channel == "agent" and abs(chunk.start - 3.0) < 0.05:
            vosk_server.break_off()

    async with server(vosk_server.uri) as there:
        undisturbed = await heard(there.call(), both)
        found = await heard(there.call(), both, break_off)
    assert texts(found) == texts(undisturbed)
    accidents = [said for said in found if isinstance(said, SourceLost | SourceBack)]
    assert accidents == [SourceLost(reason=f"{NAME}: broke off"), SourceBack(gap=0.0)]


async def test_a_server_that_stays_away_is_given_up_with_advice(chunks: Chunks) -> None:
    async with peer(lambda connection: connection.wait_closed()) as uri:
        there = server(uri)
        call = there.call()
        hearing = asyncio.ensure_future(call.hear(chunks(0, 0.2, "agent")[0]))
        await asyncio.sleep(0.05)
    with pytest.raises(SpeechError, match=rf"^speech: {NAME}: refuses the connection, \d times in a row; see to the server"):
        await hearing
    await call.close()
    await there.close()


async def test_the_last_words_are_waited_for(chunks: Chunks) -> None:
    asked = asyncio.Event()

    async def slowly(connection: ServerConnection) -> None:
        async for message in connection:
            if message == EOF:
                asked.set()
                await asyncio.sleep(0.2)
                await connection.send('{"text" : "the last words"}')
                return
            if isinstance(message, bytes):
                await connection.send('{"partial" : "the"}')

    async with peer(slowly) as uri, server(uri) as there:
        asked.clear()
        call = there.call()
        await call.hear(chunks(0, 0.2, "agent")[0])
        (said,) = await call.finish("agent")
        assert asked.is_set()
        assert isinstance(said, Utterance)
        assert (said.text, said.words) == ("the last words", None)


async def test_a_server_that_hangs_up_after_the_last_words_has_met_with_no_accident(chunks: Chunks) -> None:
    async def talk(connection: ServerConnection) -> None:
        async for message in connection:
            if not (isinstance(message, str) and "config" in message):
                await connection.send('{"text" : "hello"}')
            if message == EOF:
                await connection.close()

    async with peer(talk) as uri, server(uri, waits=(30.0,)) as there:
        for _ in range(3):
            call = there.call()
            async with asyncio.timeout(5):  # an accident would be followed by a wait
                for chunk in chunks(0, 0.4, "agent"):
                    (said,) = await call.hear(chunk)
                    assert isinstance(said, Utterance)
                (said,) = await call.finish("agent")


@pytest.mark.parametrize("answers", ["good morning", "[]", '{"text": 5}', b"\xff", '{"result": []}'])
async def test_somebody_who_speaks_another_protocol(answers: str | bytes) -> None:
    async def talk(connection: ServerConnection) -> None:
        async for _ in connection:
            await connection.send(answers)

    async with peer(talk) as uri:
        with pytest.raises(SpeechError) as caught:
            await server(uri).__aenter__()
    assert str(caught.value) == f"{NAME}: does not answer as a vosk-server does; check the address, and that a vosk-server is running there"


async def test_who_answers_more_than_asked_is_none_to_count_on(chunks: Chunks) -> None:
    async def talk(connection: ServerConnection) -> None:
        async for message in connection:
            if isinstance(message, bytes):
                await connection.send('{"partial" : ""}')
                await connection.send('{"partial" : ""}')

    async with peer(talk) as uri:
        there = server(uri)
        call = there.call()
        first, second = chunks(0, 0.4, "agent")
        assert await call.hear(first) == []
        await asyncio.sleep(0.05)
        assert [type(said) for said in await call.hear(second)] == [SourceLost, SourceBack]
        await call.close()
        await there.close()


async def test_a_server_that_falls_silent() -> None:
    async with peer(lambda connection: connection.wait_closed()) as uri:
        with pytest.raises(SpeechError, match=r"^vosk-server://there:2700: gave no answer for 0\.2 s; check"):
            await server(uri, patience=0.2).__aenter__()


async def test_a_server_that_falls_silent_in_mid_call_is_dialled_again(chunks: Chunks) -> None:
    calls = 0

    async def talk(connection: ServerConnection) -> None:
        nonlocal calls
        calls += 1
        async for message in connection:
            if isinstance(message, bytes) and calls > 1:
                await connection.send('{"partial" : "hello"}')

    async with peer(talk) as uri:
        there = server(uri, patience=0.2)
        call = there.call()
        lost, back, said = await call.hear(chunks(0, 0.2, "agent")[0])
        assert (lost, back) == (SourceLost(reason=f"{NAME}: gave no answer for 0.2 s"), SourceBack(gap=0.0))
        assert said.text == "hello"  # type: ignore[union-attr]
        await call.close()
        await there.close()


@pytest.mark.parametrize(("status", "uri"), [(403, ""), (0, "ws://127.0.0.1:1")], ids=["turned away", "nobody there"])
async def test_a_server_that_is_not_to_be_had(status: int, uri: str) -> None:
    async with peer(lambda _: asyncio.sleep(0), process_request=lambda there, _: there.respond(status, "no\n")) as refusing:
        with pytest.raises(SpeechError) as caught:
            await server(uri or refusing).__aenter__()
    why = f"refuses with HTTP status {status}" if status else "refuses the connection"
    assert str(caught.value) == f"{NAME}: {why}; check the address, and that a vosk-server is running there"


async def test_closing_in_the_middle_leaves_no_task(vosk_server: Any, chunks: Chunks) -> None:
    async with server(vosk_server.uri) as there:
        before = asyncio.all_tasks()
        call = there.call()
        hearing = [asyncio.ensure_future(call.hear(chunk)) for chunk in chunks(0, 6)]
        await asyncio.wait(hearing, return_when=asyncio.FIRST_COMPLETED)
        await call.close()
    await asyncio.wait_for(asyncio.wait(hearing), 5)
    assert {task for task in asyncio.all_tasks() - before if "_talk" in repr(task.get_coro())} == set()
    with pytest.raises(SpeechError, match="is closed"):
        await there.call().hear(chunks(0, 1)[0])


@pytest.mark.parametrize(
    ("written", "name", "dialled"),
    [
        ("vosk-server://asr", "vosk-server://asr:2700", "ws://asr:2700"),
        ("vosk-server+wss://asr:443/english", "vosk-server+wss://asr:443", "wss://asr:443/english"),
        ("vosk-server://[::1]:2701", "vosk-server://[::1]:2701", "ws://[::1]:2701"),
    ],
)
def test_an_address_and_its_name(written: str, name: str, dialled: str) -> None:
    assert address(written) == (name, dialled)


@pytest.mark.parametrize(
    "written",
    ["vosk", "ws://asr:2700", "vosk-server://", "vosk-server://asr:nine", "vosk-server://me:secret@asr", "vosk-server://asr?token=secret"],
)
def test_no_address(written: str) -> None:
    with pytest.raises(ConfigError, match=r"is not understood; give vosk-server://host:2700 or vosk-server\+wss://host:2700") as caught:
        address(written)
    assert "secret" not in str(caught.value)
