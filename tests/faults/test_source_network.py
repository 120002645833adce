"""Calls over a bad network: nothing is lost or doubled unsaid, gaps are marked, and every call ends well and can be judged again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import soundfile
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from companion import sources
from companion.core.call import Rules
from companion.core.checklist import Checklist
from companion.core.events import SourceBack, SourceLost, Utterance
from companion.core.feed import Source
from companion.core.record import Record
from companion.core.replay import check
from companion.core.updates import CallClosed
from companion.net import connection as connections
from companion.net.connection import dial
from companion.run import Run
from companion.sinks.journal import JournalFolder
from companion.sinks.reading import read
from companion.sources.listeners import audiosocket, vosk_server
from companion.sources.listeners.vosk_server import VoskServer
from companion.sources.websocket import Chat
from companion.speech.server import Server
from tests.faults.counted import RATE, AudioSocket, Twilio, Vosk, counting, sound
from tests.faults.proxy import Proxy
from tests.faults.size import times

pytestmark = pytest.mark.timeout(times(120, 1800))

RULES = Rules.of(Checklist(id="tiny", title="Tiny"))
PEERS = [Twilio, Vosk, AudioSocket]
WORDS = times(6, 12)
LAG = times(0.05, 2.0)
PATIENCE = times(60.0, 600.0)
BROKEN = (OSError, EOFError, ConnectionClosed)


@asynccontextmanager
async def judged(source: Source, folder: Path) -> AsyncIterator[None]:
    """A run of that source, which is stopped in the end."""
    run = Run(source, RULES, [JournalFolder(folder)])
    going = asyncio.create_task(run.go())
    try:
        yield
    finally:
        await run.stop("stopped")
        async with asyncio.timeout(PATIENCE):
            await going


@asynccontextmanager
async def listening(peer: type, folder: Path) -> AsyncIterator[int]:
    """A listener for such peers, and its port."""
    source: Any = sources.open(peer.uri, recogniser=counting)
    async with judged(source, folder):
        await source.listening.wait()
        yield source.ports["customer"] if peer is AudioSocket else source.port


def written(folder: Path) -> list[Record]:
    """The journal so far, if there is one."""
    return [record for path in folder.glob("*.jsonl") for record in read(path)]


def events(folder: Path, *kinds: type) -> list[Any]:
    """The events of these kinds, so far."""
    return [record.event for record in written(folder) if isinstance(record.event, kinds)]


def numbers(folder: Path) -> list[int]:
    """The numbers that were heard, after a look at the call: whole, and judged as it would be judged again."""
    (path,) = folder.glob("*.jsonl")
    records = list(read(path))
    assert [record.seq for record in records] == list(range(len(records)))
    assert isinstance(records[-1].update, CallClosed)
    assert check(records) == len(records)
    return [int(record.event.text) for record in records if isinstance(record.event, Utterance)]


async def until(holds: Callable[[], object]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


def over(folder: Path) -> bool:
    """Whether the call has ended by itself."""
    return any(isinstance(record.update, CallClosed) for record in written(folder))


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("slowness", times([{"lag": LAG, "sip": 8}], [{"lag": LAG}, {"sip": 1}]), ids=str)
async def test_a_slow_network_changes_nothing(peer: type, slowness: dict[str, Any], tmp_path: Path) -> None:
    async with listening(peer, tmp_path) as port, Proxy(port, **slowness) as network:
        await peer().say(network.port, 1, 8)
        await until(lambda: over(tmp_path))
    assert numbers(tmp_path) == list(range(1, 9))
    assert [round(said.start, 1) for said in events(tmp_path, Utterance)] == [n * 0.5 for n in range(8)]
    assert events(tmp_path, SourceLost) == []


@pytest.mark.parametrize("peer", PEERS)
async def test_a_connection_that_is_cut_is_a_gap_and_the_call_goes_on(peer: type, tmp_path: Path) -> None:
    async with listening(peer, tmp_path) as port, Proxy(port) as network:
        first = asyncio.create_task(peer().say(network.port, 1, 4, bye=False))
        await until(lambda: len(events(tmp_path, Utterance)) >= 3)
        network.cut()
        with suppress(*BROKEN):
            await first
        await until(lambda: events(tmp_path, SourceLost))
        await peer().say(network.port, 5, 8)
        await until(lambda: over(tmp_path))
    assert numbers(tmp_path) == list(range(1, 9))
    lost, back = events(tmp_path, SourceLost, SourceBack)
    assert "broke" in lost.reason
    assert back.gap > 0


@pytest.mark.parametrize("peer", PEERS)
async def test_a_connection_that_is_cut_anywhere_leaves_a_whole_journal(peer: type, tmp_path: Path) -> None:
    async def cut_after(carried: int, folder: Path) -> None:
        async with listening(peer, folder) as port, Proxy(port, sip=64) as network:
            saying = asyncio.create_task(peer().say(network.port, 1, 4))
            await until(lambda: network.carried >= carried or saying.done())
            network.cut()
            await asyncio.gather(saying, return_exceptions=True)
        if written(folder):
            heard = numbers(folder)
            assert heard == list(range(1, len(heard) + 1)), carried

    for turn in range(times(2, 100)):
        await cut_after(turn * 997 % 9000 + 500, tmp_path / str(turn))


@pytest.mark.parametrize("peer", PEERS)
async def test_a_network_that_falls_silent_is_noticed_and_said(peer: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vosk_server, "IDLE", 0.5)
    monkeypatch.setattr("companion.sources.listeners.websocket_listener.CLOSE", 0.2)
    monkeypatch.setattr("companion.sources.listeners.telephony.IDLE", 0.5)
    monkeypatch.setattr(audiosocket, "HOLD", 0.5)
    async with listening(peer, tmp_path) as port, Proxy(port) as network:
        saying = asyncio.create_task(peer().say(network.port, 1, 4, bye=False))
        await until(lambda: len(events(tmp_path, Utterance)) >= 3)
        network.fall_silent()
        await until(lambda: events(tmp_path, SourceLost))
        network.cut()
        await asyncio.gather(saying, return_exceptions=True)
    assert numbers(tmp_path) == [1, 2, 3, 4]
    (lost,) = events(tmp_path, SourceLost)
    assert lost.reason == "nothing came for 0.5 s"


async def test_packets_that_are_lost_leave_holes_but_never_shift_what_follows(tmp_path: Path) -> None:
    for seed in range(times(1, 50)):
        folder = tmp_path / str(seed)
        async with listening(Twilio, folder) as port, Proxy(port, loss=0.3, seed=seed) as network:
            with suppress(*BROKEN):
                await Twilio().say(network.port, 1, 8)
        if not written(folder):
            continue  # the message by which the stream begins was lost too
        heard = numbers(folder)
        assert heard == sorted(heard), f"seed {seed}"
        for said in events(folder, Utterance):
            number = int(said.text)
            # a stream begins with the first packet that arrives
            assert (number - 1) * 0.5 - 0.25 <= said.start < said.end <= (number - 1) * 0.5 + 0.5, f"seed {seed}: {said}"


# ── a chat that we join ──


class Chats:
    """A server that tells a chat's lines in turn, one after the other as it is asked, on whatever connection there is."""

    def __init__(self) -> None:
        self.told = 0
        self.uri = ""
        self._here: ServerConnection | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Serve; its port."""
        async with serve(self._talk, "127.0.0.1", 0) as server:
            yield next(iter(server.sockets)).getsockname()[1]

    async def tell(self, count: int = 1) -> None:
        """So many lines more."""
        await until(lambda: self._here is not None)
        assert self._here is not None
        for _ in range(count):
            self.told += 1
            await self._here.send(json.dumps({"call": "CA7", "speaker": "customer", "text": str(self.told)}))

    async def _talk(self, connection: ServerConnection) -> None:
        self._here = connection
        await connection.wait_closed()
        self._here = None if self._here is connection else self._here


def joined(port: int) -> Chat:
    """The chat at that port."""
    return Chat(f"ws://127.0.0.1:{port}", name="ws://chat", waits=(0.05,) * 20)


@pytest.mark.parametrize("slowness", times([{"lag": LAG, "sip": 1}], [{"lag": LAG}, {"sip": 1}]), ids=str)
async def test_a_chat_over_a_slow_network_is_whole(slowness: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_CLOSE", LAG)  # too soon for the good-bye to be heard
    chats = Chats()
    async with chats.serving() as port, Proxy(port, **slowness) as network, judged(joined(network.port), tmp_path):
        await chats.tell(20)
        await until(lambda: len(events(tmp_path, Utterance)) == 20)
    assert numbers(tmp_path) == list(range(1, 21))
    assert events(tmp_path, SourceLost) == []


async def test_a_chat_whose_connection_breaks_again_and_again_marks_each_gap(tmp_path: Path) -> None:
    chats, breaks = Chats(), times(3, 100)
    async with chats.serving() as port, Proxy(port) as network, judged(joined(network.port), tmp_path):
        for turn in range(breaks):
            await chats.tell(2)
            await until(lambda turn=turn: len(events(tmp_path, Utterance)) == 2 * turn + 2)
            network.cut()
            await until(lambda turn=turn: len(events(tmp_path, SourceBack)) == turn + 1)
        await chats.tell()
        await until(lambda: len(events(tmp_path, Utterance)) == 2 * breaks + 1)
    assert numbers(tmp_path) == list(range(1, 2 * breaks + 2))
    kinds = [type(event) for event in events(tmp_path, SourceLost, SourceBack)]
    assert kinds == [SourceLost, SourceBack] * breaks


async def test_a_chat_whose_network_falls_silent_is_joined_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = times(0.3, 20)  # as long as the library waits, where it is not told otherwise
    monkeypatch.setattr(connections, "_CLOSE", 0.2)
    monkeypatch.setattr(connections, "_connect", partial(connections._connect, ping_interval=seconds, ping_timeout=seconds))
    chats = Chats()
    async with chats.serving() as port, Proxy(port) as network, judged(joined(network.port), tmp_path):
        await chats.tell()
        await until(lambda: events(tmp_path, Utterance))
        network.fall_silent()
        await until(lambda: events(tmp_path, SourceLost))
        network.cut()
        network.recover()
        await until(lambda: events(tmp_path, SourceBack))
        await chats.tell()
        await until(lambda: len(events(tmp_path, Utterance)) == 2)
    assert numbers(tmp_path) == [1, 2]


# ── a recogniser elsewhere ──


def recorded(folder: Path) -> Path:
    """A recording of the numbers up to 12."""
    folder.mkdir(exist_ok=True)
    soundfile.write(folder / "call.wav", sound(1, WORDS), RATE)
    return folder / "call.wav"


@asynccontextmanager
async def elsewhere(patience: float = 10.0, **network: Any) -> AsyncIterator[tuple[Server, Proxy]]:
    """A recogniser behind a network."""
    listener = VoskServer("", 0, recogniser=counting, mono_as="customer")

    async def listen() -> None:
        async for _ in listener:
            pass

    listens = asyncio.create_task(listen())
    await listener.listening.wait()
    async with Proxy(listener.port, **network) as between:
        address = f"ws://127.0.0.1:{between.port}"
        async with Server("vosk-server://there", partial(dial, address), patience=patience, waits=(0.05,) * 4) as server:
            yield server, between
    await listener.close()
    await listens


@asynccontextmanager
async def recognised(folder: Path, patience: float = 10.0, **network: Any) -> AsyncIterator[Proxy]:
    """The recording, judged with a recogniser behind a network."""
    recording = recorded(folder)
    async with elsewhere(patience, **network) as (server, between):
        source = sources.open(str(recording), recogniser=server.call, mono_as="customer", speed=times(8.0, 2.0))
        async with judged(source, folder):
            yield between
            await until(lambda: over(folder))


@pytest.mark.parametrize("slowness", times([{"lag": LAG, "sip": 64}], [{"lag": LAG}, {"sip": 1}]), ids=str)
async def test_a_recogniser_behind_a_slow_network_hears_the_same(slowness: dict[str, Any], tmp_path: Path) -> None:
    async with recognised(tmp_path, times(10.0, 30.0), **slowness):
        pass
    assert numbers(tmp_path) == list(range(1, WORDS + 1))
    assert events(tmp_path, SourceLost) == []


@pytest.mark.parametrize("lag", times([0.25], [0.025, 0.1, 0.25]))
async def test_a_call_does_not_wait_for_a_recogniser_that_is_far_away(lag: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.sources.listeners.leg.MOST", 2.5)  # less than would wait if each piece waited for the one before
    async with elsewhere(lag=lag) as (server, _):
        source: Any = sources.open("twilio://:0", recogniser=server.call)
        async with judged(source, tmp_path):
            await source.listening.wait()
            await Twilio().say(source.port, 1, 12, paced=3.0)
            await until(lambda: over(tmp_path))
    assert numbers(tmp_path) == list(range(1, 13))
    assert events(tmp_path, SourceLost) == []


async def test_a_recogniser_whose_connection_breaks_costs_no_word_and_is_told(tmp_path: Path) -> None:
    async def cut_after(words: int, folder: Path) -> None:
        async with recognised(folder) as network:
            await until(lambda: len(events(folder, Utterance)) >= words)
            network.cut()
        assert numbers(folder) == list(range(1, WORDS + 1))
        assert [type(event) for event in events(folder, SourceLost, SourceBack)] in ([SourceLost, SourceBack], [])

    for turn in range(times(1, 50)):
        await cut_after(2 + turn * 5 % (WORDS - 1), tmp_path / str(turn))


async def test_a_recogniser_that_falls_silent_is_dialled_anew(tmp_path: Path) -> None:
    async with recognised(tmp_path, patience=times(0.5, 10.0)) as network:
        await until(lambda: len(events(tmp_path, Utterance)) >= 3)
        network.fall_silent()
        await until(lambda: events(tmp_path, SourceLost))
        network.cut()
        network.recover()
    assert numbers(tmp_path) == list(range(1, WORDS + 1))
    lost, _ = events(tmp_path, SourceLost, SourceBack)
    assert "gave no answer for" in lost.reason
