"""Streams that we join, against real servers that behave and that do not."""

import asyncio
import json
from collections.abc import AsyncIterable, Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from websockets.asyncio.server import ServerConnection

from companion.core.events import SourceBack, SourceLost, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Level, Opened
from companion.errors import SourceError
from companion.sources import listening
from companion.sources.websocket import Chat, SoundStream
from companion.speech.recogniser import AudioChunk, Hearing, Recogniser, Scripted
from tests.sources.peers import says, serving

Script = Callable[..., Callable[[str], Recogniser]]

SOON = (0.01, 0.01)


class FarAway(Scripted):
    """A recogniser that answers nothing until it is let."""

    def __init__(self, script: Sequence[Utterance]) -> None:
        super().__init__(script)
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()

    async def hear(self, chunk: AudioChunk) -> Sequence[Hearing]:
        self.asked.set()
        await self.answers.wait()
        return await super().hear(chunk)


def said(speaker: str = "customer", text: str = "hello there", **keys: Any) -> dict[str, Any]:
    return {"speaker": speaker, "text": text, **keys}


def chat(uri: str, waits: Sequence[float] = SOON, strict: bool = False) -> Chat:
    return Chat(uri, name="ws://chat", strict=strict, waits=waits)


def sound(uri: str, recogniser: Callable[[str], Recogniser], waits: Sequence[float] = SOON, **keys: Any) -> SoundStream:
    settings = {"columns": ("agent", "customer"), "rate": 16000, "encoding": "s16le", **keys}
    return SoundStream(uri, name="ws://sound", call="7", recogniser=recogniser, waits=waits, **settings)


async def gathered(source: AsyncIterable[Item], items: list[Any]) -> None:
    """Add what a source yields, until it ends or fails."""
    async for item in source:
        items.append(item)


async def story(source: Chat | SoundStream) -> list[Any]:
    """Events and items, without loudness."""
    async with asyncio.timeout(10):
        return [getattr(item, "event", item) async for item in source if not isinstance(item, Level)]


def kinds(items: list[Any]) -> list[str]:
    return [type(item).__name__ for item in items]


class TestChat:
    async def test_messages_to_the_end(self) -> None:
        async with serving(says(said(), said("agent", "good morning"))) as uri:
            items = await story(chat(uri))
        assert items[0] == Opened(call="call-1", source="ws://chat", timed=False)
        assert [item.text for item in items[1:3]] == ["hello there", "good morning"]
        assert items[3] == Closed(call="call-1", reason="stream ended", at=None)

    async def test_times_are_kept_and_arrival_is_now(self) -> None:
        async with serving(says(said(call="a", start=1.0, end=2.5), {"call": "a", "event": "end"})) as uri:
            items = [item async for item in chat(uri)]
        assert items[0] == Opened(call="a", source="ws://chat", timed=True)
        words = Utterance(speaker="customer", text="hello there", start=1.0, end=2.5)
        assert items[1] == Happened(call="a", event=words, at=None)
        assert items[2] == Closed(call="a", reason="ended", at=None)

    async def test_wrong_messages_are_left_out_and_said(self) -> None:
        async with serving(says("nonsense", said(), b"\x01\x02", b"\x03\x04", {"text": "x"}, json.dumps(said()).encode())) as uri:
            items = await story(chat(uri))
        assert kinds(items) == ["Complaint", "Opened", "Utterance", "Complaint", "Complaint", "LineRejected", "Utterance", "Closed"]
        assert items[0].text == "ws://chat:1: not JSON (expecting value at character 1); line skipped"
        assert items[3].text == (
            "ws://chat: binary messages where text belongs; add ?rate=16000&channels=2 if it is sound, they are left out"
        )

    async def test_strict(self) -> None:
        async with serving(says("nonsense")) as uri:
            with pytest.raises(SourceError, match="ws://chat:1: not JSON"):
                await story(chat(uri, strict=True))

    async def test_broken_off_it_is_joined_again(self) -> None:
        async with serving(says(said(), then="break"), says(said("agent", "again"))) as uri:
            items = await story(chat(uri))
        assert kinds(items) == ["Opened", "Utterance", "Complaint", "SourceLost", "Complaint", "SourceBack", "Utterance", "Closed"]
        assert items[2] == Complaint(text="ws://chat: broke off; trying again in 0.01 s")
        assert items[3] == SourceLost(reason="broke off")
        assert items[4] == Complaint(text=f"ws://chat: is back after {items[5].gap:.1f} s")
        assert items[5].gap > 0
        assert items[-1].reason == "stream ended"

    async def test_what_is_tried_again_for_the_same_reason_is_said_once(self) -> None:
        async with serving(says(said(), then="break")) as uri:
            source = aiter(chat(uri, waits=(0.2, 0.01, 0.01, 0.01)))
            items = [await anext(source), await anext(source), await anext(source)]
        async with asyncio.timeout(10):
            with pytest.raises(SourceError, match="was lost"):
                await gathered(source, items)
        assert [item.text for item in items if isinstance(item, Complaint)] == [
            "ws://chat: broke off; trying again in 0.2 s",
            "ws://chat: refuses the connection; trying again in 0.01 s",
            "ws://chat: refuses the connection; given up",
        ]

    async def test_broken_off_for_good(self) -> None:
        async with serving(says(said(), then="out of order")) as uri:
            source = aiter(chat(uri))
            items = [await anext(source), await anext(source)]
        async with asyncio.timeout(10):
            with pytest.raises(SourceError, match="ws://chat: was lost, and is not to be had again"):
                await gathered(source, items)
        complaints = [item.text for item in items if isinstance(item, Complaint)]
        assert complaints[0].startswith("ws://chat: broke off with code 10")
        assert complaints[1:] == [
            "ws://chat: refuses the connection; trying again in 0.01 s",
            "ws://chat: refuses the connection; given up",
        ]
        assert sum(isinstance(item, Happened) and isinstance(item.event, SourceLost) for item in items) == 1
        assert items[-1] == Closed(call="call-1", reason="stream lost", at=None)

    async def test_stopped(self) -> None:
        async with serving(says(said(), then="wait")) as uri:
            source = chat(uri)
            items = []
            async for item in source:
                items.append(item)
                if isinstance(item, Happened):
                    await source.close()
        assert items[-1] == Closed(call="call-1", reason="stopped", at=None)

    async def test_stopped_while_it_is_lost(self) -> None:
        async with serving(says(said(), then="break")) as uri:
            source = chat(uri, waits=(60.0,))
            items = []
            async for item in source:
                items.append(item)
                if isinstance(item, Happened) and isinstance(item.event, SourceLost):
                    asyncio.get_running_loop().call_soon(asyncio.ensure_future, source.close())
        assert items[-1] == Closed(call="call-1", reason="stopped", at=None)


class TestSound:
    async def test_words_on_two_channels(
        self, greeting: tuple[NDArray[np.int16], int], starter: Callable[[str], Recogniser], texts: Callable[[list[Item]], list[str]]
    ) -> None:
        data = greeting[0].tobytes()
        async with serving(says(*(data[start : start + 5000] for start in range(0, len(data), 5000)))) as uri:
            items = [item async for item in sound(uri, starter)]
        assert items[0] == Opened(call="7", source="ws://sound", speech="starter")
        assert texts(items)[0] == "agent: thank you for calling north phone my name is anna how can i help you"
        assert items[-1] == Closed(call="7", reason="stream ended", at=None)

    async def test_text_where_sound_belongs(self, script: Script) -> None:
        async with serving(says("hello", bytes(100), "again")) as uri:
            items = await story(sound(uri, script()))
        assert kinds(items) == ["Opened", "Complaint", "Closed"]
        assert items[1].text == "ws://sound: text messages where sound belongs; they are left out"

    async def test_broken_off_nothing_is_lost_and_time_goes_on(self, script: Script) -> None:
        first = Utterance(speaker="agent", text="before", start=0.1, end=0.3)
        second = Utterance(speaker="agent", text="after", start=0.45, end=0.5)

        async def later(connection: ServerConnection) -> None:
            await connection.send(bytes(16000 * 4))

        recogniser = script(first)
        async with serving(says(bytes(16000), then="break"), later) as uri:
            source = sound(uri, recogniser)
            items = []
            async for item in source:
                if isinstance(item, Happened) and isinstance(item.event, SourceBack):
                    recogniser.made["7"]._left = [second]  # type: ignore[attr-defined]
                if not isinstance(item, Level):
                    items.append(getattr(item, "event", item))
        assert kinds(items) == [
            "Opened", "SpeechBegan", "SpeechEnded", "Utterance", "SourceLost", "Complaint",
            "Complaint", "SourceBack", "SpeechBegan", "SpeechEnded", "Utterance", "Closed",
        ]  # fmt: skip
        assert items[3] == first
        assert items[-2] == second

    async def test_what_is_tried_again_for_the_same_reason_is_said_once(self, script: Script) -> None:
        async with serving(says(bytes(16000), then="break")) as uri:
            source = aiter(sound(uri, script(), waits=(0.2, 0.01, 0.01, 0.01)))
            items: list[Any] = []
            while not any(isinstance(item, Complaint) for item in items):
                items.append(await anext(source))
        async with asyncio.timeout(10):
            with pytest.raises(SourceError, match="was lost"):
                await gathered(source, items)
        assert [item.text for item in items if isinstance(item, Complaint)] == [
            "ws://sound: broke off; trying again in 0.2 s",
            "ws://sound: refuses the connection; trying again in 0.01 s",
            "ws://sound: refuses the connection; given up",
        ]

    async def test_a_recogniser_that_is_far_away_is_heard_while_no_sound_comes(self) -> None:
        words = Utterance(speaker="agent", text="so far", start=0.05, end=0.1)
        recogniser = FarAway([words])
        async with serving(says(bytes(16000), then="wait")) as uri:
            source = sound(uri, lambda call: recogniser)
            heard: list[Any] = []

            async def take() -> None:
                async for item in source:
                    heard.append(getattr(item, "event", item))
                    if heard[-1] == words:
                        await source.close()

            taking = asyncio.create_task(take())
            async with asyncio.timeout(10):
                await recogniser.asked.wait()
                while not heard:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(2 * listening.SOON)  # by now the sound has been left to it
                recogniser.answers.set()
                await taking
        assert words in heard
        assert heard[-1] == Closed(call="7", reason="stopped", at=None)

    async def test_who_takes_no_more_leaves_nothing_running(self, script: Script) -> None:
        before = asyncio.all_tasks()
        gone = asyncio.Event()

        async def peer(connection: ServerConnection) -> None:
            await connection.send(bytes(16000))
            await connection.wait_closed()
            gone.set()

        async with serving(peer) as uri:
            source = sound(uri, script())
            items = aiter(source)
            await anext(items)
            await items.aclose()  # type: ignore[attr-defined]
            async with asyncio.timeout(10):
                await source.close()
                await gone.wait()
        async with asyncio.timeout(10):
            while asyncio.all_tasks() != before:
                await asyncio.sleep(0.01)

    async def test_a_frame_cut_by_the_loss_does_not_shift_the_rest(self, script: Script) -> None:
        loud = np.zeros((16000, 2), np.int16)
        loud[:, 0] = 8000
        async with serving(says(bytes(16001), then="break"), says(loud.tobytes())) as uri:
            levels = [item for item in [item async for item in sound(uri, script())] if isinstance(item, Level) and item.level > 0]
        assert {item.channel for item in levels} == {"agent"}

    async def test_a_message_that_is_too_large(self, script: Script) -> None:
        async with serving(says(bytes(3_000_000), then="wait")) as uri:
            items: list[Any] = []
            with pytest.raises(SourceError, match="ws://sound: was lost"):
                await gathered(sound(uri, script()), items)
        items = [item for item in items if not isinstance(item, Level)]
        assert items[-1] == Closed(call="7", reason="stream lost", at=None)
        assert items[2].text.startswith("ws://sound: sends what cannot be taken (")

    async def test_stopped_the_last_words_come(self, script: Script) -> None:
        late = Utterance(speaker="customer", text="so far", start=0.1, end=99.0)
        async with serving(says(bytes(16000), then="wait")) as uri:
            source = sound(uri, script(late))
            items = []
            async for item in source:
                items.append(item)
                if isinstance(item, Level):
                    await source.close()
        assert [item.event for item in items if isinstance(item, Happened)][-1] == late
        assert items[-1] == Closed(call="7", reason="stopped", at=None)
