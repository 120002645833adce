"""Chat systems, whole: Chatwoot on Rails' own ActionCable, Rocket.Chat on somebody else's DDP server, Slack by its SDK's frames."""

import asyncio
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from companion import sources
from companion.config import Secret
from companion.core.events import Introduced, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Closed, Complaint, Happened, Opened, Ready, Source
from companion.errors import ConfigError, SourceError
from companion.net import dialling
from companion.sources.chat import chatsystems
from companion.sources.uri import parse
from tests.sources.peers import SlackPeer

PEERS = Path(__file__).parents[1] / "peers"


class Peer:
    """A server in a process of its own, at whose side things can be made to happen."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        self.port = process.stdout.readline().strip()

    def do(self, what: str, **keys: Any) -> None:
        body = json.dumps({"do": what, **keys}).encode()
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/do", data=body, method="POST"), timeout=5).close()


@contextmanager
def running(*command: str, what: str, **environment: str) -> Iterator[Peer]:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
    try:
        peer = Peer(process)
        if not peer.port:
            pytest.skip(f"{what} cannot be started; is it installed? {process.communicate()[1].strip()[:200]}")
        yield peer
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def chatwoot() -> Iterator[Peer]:
    with running("ruby", str(PEERS / "chatwoot.rb"), what="ActionCable (Debian: ruby-actioncable, puma)") as peer:
        yield peer


@pytest.fixture
def rocketchat() -> Iterator[Peer]:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    modules = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, timeout=30).stdout.strip()
    with running("node", str(PEERS / "rocketchat.js"), what="a DDP server (npm: ddp-server-reactive)", NODE_PATH=modules) as peer:
        yield peer


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.sources.chat.chatroom.TICK", 0.05)
    monkeypatch.setattr(dialling, "JITTER", 0.0)


class Listener:
    """Keeps what a source brings, and waits for it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.items: list[Any] = []
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for item in self.source:
            if not isinstance(item, Ready):
                self.items.append(item.event if isinstance(item, Happened) else item)

    async def until(self, come: Callable[[list[Any]], Any]) -> list[Any]:
        async with asyncio.timeout(15):
            while not come(self.items):
                if self.task.done():
                    self.task.result()
                    break
                await asyncio.sleep(0.01)
        return self.items

    async def text(self, text: str) -> None:
        assert await self.until(lambda items: text in self.texts), self.items

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.said]

    @property
    def said(self) -> list[tuple[str, str]]:
        """What was said after the greeting."""
        return [(item.speaker, item.text) for item in self.items if isinstance(item, Utterance) and item.text != "hello?"]

    def of(self, kind: type) -> list[Any]:
        return [item for item in self.items if isinstance(item, kind)]


@asynccontextmanager
async def listening(uri: str, **keys: Any) -> AsyncIterator[Listener]:
    listener = Listener(sources.open(uri, **keys))
    try:
        yield listener
    finally:
        await listener.source.close()
        async with asyncio.timeout(10):
            await listener.task


async def do(peer: Peer, what: str, **keys: Any) -> None:
    await asyncio.to_thread(peer.do, what, **keys)


async def greeted(listener: Listener, peer: Peer, **keys: Any) -> None:
    """Say something until it is heard: nobody tells when we are in."""
    async with asyncio.timeout(15):
        while not listener.items:
            await do(peer, "message", text="hello?", **keys)
            await asyncio.sleep(0.05)


class TestChatwoot:
    @asynccontextmanager
    async def joined(self, peer: Peer, query: str = "account=1", token: str = "an-agents-access-token") -> AsyncIterator[Listener]:
        async with listening(f"chatwoot+ws://127.0.0.1:{peer.port}?{query}", chat_token=lambda: token) as listener:
            await greeted(listener, peer, type=0)
            yield listener

    async def test_a_conversation_from_its_first_message_to_its_end(self, chatwoot: Peer) -> None:
        async with self.joined(chatwoot) as listener:
            await do(chatwoot, "message", type=0, text="Where is my order?")
            await do(chatwoot, "typing", on=True)
            await do(chatwoot, "typing", on=False)
            await do(chatwoot, "message", type=1, text="A note", private=True)
            await do(chatwoot, "message", type=1, text="I am a robot", bot=True)
            await do(chatwoot, "message", type=2, text="Conversation was assigned to Ann")
            await do(chatwoot, "message", type=0, text="Somebody else's", account=2)
            await do(chatwoot, "message", type=1, text="I am so sorry.")
            await do(chatwoot, "resolve")
            items = await listener.until(lambda items: any(isinstance(item, Closed) for item in items))
        opened = items[0]
        assert (opened.call, opened.source, opened.timed, opened.customer) == (
            "7",
            f"chatwoot+ws://127.0.0.1:{chatwoot.port}",
            False,
            "Jane Customer",
        )
        assert opened.began is not None
        assert listener.said == [("customer", "Where is my order?"), ("agent", "I am so sorry.")]
        assert len(listener.of(SpeechBegan)) == len(listener.of(SpeechEnded)) == 1
        assert listener.of(Introduced) == [Introduced(agent="Ann Agent")]
        assert items[-1] == Closed(call="7", reason="resolved")

    async def test_after_a_restart_nothing_is_missed_and_nothing_comes_twice(self, chatwoot: Peer) -> None:
        async with self.joined(chatwoot) as listener:
            await do(chatwoot, "message", type=0, text="one")
            await listener.text("one")
            await do(chatwoot, "message", type=0, text="two", unheard=True)
            await do(chatwoot, "restart")
            await listener.until(lambda items: any(isinstance(item, SourceLost) for item in items))
            await do(chatwoot, "message", type=1, text="three")
            await listener.text("three")
            await do(chatwoot, "message", type=0, text="four")
            await listener.text("four")
        assert listener.texts == ["one", "two", "three", "four"]
        assert [type(item) for item in listener.items if isinstance(item, SourceLost | SourceBack)] == [SourceLost, SourceBack]
        assert listener.items[-1] == Closed(call="7", reason="stopped")

    async def test_a_token_that_changed_is_fetched_anew(self, chatwoot: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("companion.sources.protocols.chatwoot.RENEWAL", 0.2)
        async with self.joined(chatwoot) as listener:
            await do(chatwoot, "message", type=0, text="one")
            await listener.text("one")
            await do(chatwoot, "rotate")
            await do(chatwoot, "message", type=0, text="two")  # to the new token, of which we do not know yet
            await listener.text("two")
        assert listener.texts == ["one", "two"]
        assert "has a new token for the stream; trying again in 0.5 s" in str(listener.of(Complaint))

    async def test_an_access_token_that_is_replaced(self, chatwoot: Peer, tmp_path: Path) -> None:
        path = tmp_path / "token"
        path.write_text("an-agents-access-token\n")
        uri = f"chatwoot+ws://127.0.0.1:{chatwoot.port}?account=1"
        async with listening(uri, chat_token=Secret(str(path), "the token")) as listener:
            await greeted(listener, chatwoot, type=0)
            await do(chatwoot, "rekey", token="another-access-token")
            await do(chatwoot, "restart")
            await listener.until(lambda items: "refuses the token" in str(items))
            await do(chatwoot, "message", type=0, text="one")
            path.write_text("another-access-token\n")
            await listener.text("one")
            await do(chatwoot, "message", type=0, text="two")
            await listener.text("two")
        assert listener.texts == ["one", "two"]
        assert len(listener.of(Opened)) == 1
        assert [type(item) for item in listener.items if isinstance(item, SourceLost | SourceBack)] == [SourceLost, SourceBack]
        assert str(listener.items).count("refuses the token") == 1

    @pytest.mark.parametrize(
        ("query", "token", "words"),
        [
            ("account=1", "nonsense", r"refuses the token \(HTTP status 401\)"),
            ("account=2", "an-agents-access-token", "rejects the subscription, with a fresh token; check the account's number"),
        ],
    )
    async def test_kept_out(self, chatwoot: Peer, query: str, token: str, words: str) -> None:
        source = sources.open(f"chatwoot+ws://127.0.0.1:{chatwoot.port}?{query}", chat_token=lambda: token)
        async with asyncio.timeout(20):
            with pytest.raises(SourceError, match=words) as caught:
                assert [item async for item in source if not isinstance(item, Complaint)] == []
        assert token not in str(caught.value)


class TestRocketChat:
    @asynccontextmanager
    async def joined(self, peer: Peer, query: str = "?room=room00000000000007") -> AsyncIterator[Listener]:
        async with listening(f"rocketchat+ws://127.0.0.1:{peer.port}{query}", chat_token=lambda: "a-login-token") as listener:
            await greeted(listener, peer)
            yield listener

    async def test_a_room_from_its_first_message_to_its_end(self, rocketchat: Peer) -> None:
        async with self.joined(rocketchat) as listener:
            await do(rocketchat, "typing", on=True)
            await do(rocketchat, "message", text="Where is my order?")
            await do(rocketchat, "typing", on=True, agent=True)
            await do(rocketchat, "message", agent=True, text="I am so sorry.")
            await do(rocketchat, "edit", number=0, text="hello!")
            await do(rocketchat, "close")
            items = await listener.until(lambda items: any(isinstance(item, Closed) for item in items))
        assert (items[0].call, items[0].customer) == ("room00000000000007", "Jane Customer")
        assert listener.said == [("customer", "Where is my order?"), ("agent", "I am so sorry.")]
        assert len(listener.of(SpeechBegan)) == len(listener.of(SpeechEnded)) == 1
        assert listener.of(Introduced) == [Introduced(agent="Ann Agent")]
        assert items[-1] == Closed(call="room00000000000007", reason="closed")

    async def test_after_a_break_nothing_is_missed_and_nothing_comes_twice(self, rocketchat: Peer) -> None:
        async with self.joined(rocketchat) as listener:
            await do(rocketchat, "message", text="one", unheard=True)
            await do(rocketchat, "drop")
            await do(rocketchat, "message", text="two")
            await listener.text("two")
            await do(rocketchat, "message", text="three")
            await listener.text("three")
        assert listener.texts == ["one", "two", "three"]
        assert len(listener.of(SourceLost)) == len(listener.of(SourceBack)) == 1


class TestSlack:
    @asynccontextmanager
    async def joined(self, peer: SlackPeer) -> AsyncIterator[Listener]:
        keys = {"chat": {"agents": "U333, U444"}, "chat_token": lambda: "xapp-1\nxoxb-2"}
        async with peer.running(), listening(f"slack+ws://{peer.site}?channel=C111", **keys) as listener:
            while not peer.links:
                await asyncio.sleep(0.01)
            yield listener

    async def test_a_token_that_is_replaced(self) -> None:
        peer, given = SlackPeer(), ["xapp-1\nxoxb-2"]
        keys = {"chat": {"agents": "U333"}, "chat_token": lambda: given[0]}
        async with peer.running(), listening(f"slack+ws://{peer.site}?channel=C111", **keys) as listener:
            while not peer.links:
                await asyncio.sleep(0.01)
            await peer.say("one", "1.1")
            await listener.text("one")
            peer.app = "xapp-3"
            await peer.links[0].close()
            await listener.until(lambda items: "refuses the app's token (invalid_auth)" in str(items))
            await peer.say("two", "1.2", heard=False)
            given[0] = "xapp-3\nxoxb-2"
            await listener.text("two")
        assert len(listener.of(Opened)) == 1
        assert str(listener.items).count("refuses the app's token") == 1

    async def test_a_channel(self) -> None:
        peer = SlackPeer()
        async with self.joined(peer) as listener:
            await peer.say("&lt;sigh&gt; where is it?", "1.1")
            await peer.say("&lt;sigh&gt; where is it?", "1.1", retry_attempt=1, retry_reason="timeout")
            await peer.say("I am so sorry.", "1.2", user="U333")
            await listener.text("I am so sorry.")
            while len(peer.acknowledged) < 3:
                await asyncio.sleep(0.01)
        assert listener.said == [("customer", "<sigh> where is it?"), ("agent", "I am so sorry.")]
        assert peer.acknowledged == [{"envelope_id": "e1.1"}, {"envelope_id": "e1.1"}, {"envelope_id": "e1.2"}]

    async def test_moved_to_another_connection_nothing_is_missed(self) -> None:
        peer = SlackPeer()
        async with self.joined(peer) as listener:
            await peer.say("one", "1.1")
            await peer.links[0].send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
            while len(peer.links) < 2:
                await asyncio.sleep(0.01)
            await peer.say("two", "1.2")
            await listener.text("two")
        assert listener.texts == ["one", "two"]
        assert listener.of(SourceLost) == listener.of(Complaint) == []

    async def test_broken_off_what_was_missed_is_read(self) -> None:
        peer = SlackPeer()
        async with self.joined(peer) as listener:
            await peer.say("one", "1.1")
            await listener.text("one")
            await peer.say("two", "1.2", heard=False)
            await peer.links[0].close()
            while len(peer.links) < 2:
                await asyncio.sleep(0.01)
            await peer.say("three", "1.3")
            await listener.text("three")
        assert listener.texts == ["one", "two", "three"]

    async def test_a_token_that_is_refused(self) -> None:
        async with SlackPeer().running() as peer:
            source = sources.open(f"slack+ws://{peer.site}", chat={"agents": "U1"}, chat_token=lambda: "xapp-wrong")
            with pytest.raises(SourceError, match=r"refuses the app's token \(invalid_auth\)") as caught:
                _ = [item async for item in source]
        assert "xapp-wrong" not in str(caught.value)


async def test_a_chat_with_a_mapping() -> None:
    async def peer(connection: ServerConnection) -> None:
        for message in (
            {"kind": "typing"},
            {"kind": "hello"},
            {"kind": "text", "room": 4, "body": {"text": "where is it?"}, "from": {"id": 9}},
            {"kind": "text", "room": 4, "body": {"text": "so sorry"}, "from": {"id": 2}},
        ):
            await connection.send(json.dumps(message))

    chat = {"text": "body.text", "speaker": "from.id", "call": "room", "agents": "2,3", "ignore": "kind=typing"}
    async with serve(peer, "127.0.0.1", 0) as server:
        uri = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/chat"
        async with asyncio.timeout(10):
            items = [item async for item in sources.open(uri, chat=chat)]
    assert items[0] == Complaint(text=f"{uri}: no text in 'body.text'; the message has: kind; such messages are left out")
    assert isinstance(items[1], Opened)
    assert [item.event.speaker for item in items if isinstance(item, Happened) and isinstance(item.event, Utterance)] == [
        "customer",
        "agent",
    ]
    assert items[-1] == Closed(call="4", reason="stream ended")


@pytest.mark.parametrize(
    ("uri", "keys", "words"),
    [
        ("chatwoot+wss://h?account=1", {}, "is joined with a token; put it into a file, and give --chat-token-file"),
        ("chatwoot+wss://h", {"chat_token": lambda: "t"}, "no account"),
        ("chatwoot+wss://h?account=one", {"chat_token": lambda: "t"}, "account 'one' is no number"),
        ("chatwoot+wss://h?account=1", {"chat_token": lambda: "two tokens"}, "holds more than a token"),
        ("slack://", {"chat_token": lambda: "xapp-1"}, "nothing tells who the agents are"),
        ("slack://", {"chat_token": lambda: "xoxb-1", "chat": {"agents": "U1"}}, "no app's token"),
        ("ws://h", {"chat": {"ignore": "typing"}}, "chat.ignore 'typing': is no field=value"),
    ],
)
def test_what_is_missing_is_said(uri: str, keys: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        sources.open(uri, **keys)


@pytest.mark.parametrize(
    ("uri", "good", "wrong", "better"),
    [
        ("chatwoot+ws://h?account=1", "one", "two\ntokens", "two"),
        ("rocketchat+ws://h", "one", "zw\u00f6lf", "two"),
        ("slack://", "xapp-1", "xoxb-2", "xapp-2\nxoxb-2"),
    ],
)
def test_a_replaced_token_that_cannot_be_one_is_passed_over(uri: str, good: str, wrong: str, better: str) -> None:
    given = [good]
    room = chatsystems.system(parse(uri), token=lambda: given[0], agents="U1")
    entered = []
    for text in (good, wrong, better):
        given[0] = text
        room._renew()
        entered.append(room._room.enter() or room._room.token)
    assert entered[0] == entered[1] != entered[2]
