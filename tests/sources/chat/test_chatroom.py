"""A chat system that is joined: what is said, what was missed, and ways to be kept out; real connections, a made-up protocol."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from companion.core.events import SourceBack, SourceLost, Utterance
from companion.core.feed import Closed, Complaint, Happened, Item, Opened, Ready
from companion.errors import PeerError, SourceError
from companion.sources.chat import chatroom
from companion.sources.chat.asking import Asker
from companion.sources.chat.chatroom import ChatRoom
from companion.sources.protocols.room import Act, Ask, Joined, Odd, Over, Redial, Refused, Said, Say, Typing
from tests.sources import peers
from tests.sources.peers import serving

says = partial(peers.says, then="wait")


class Plain:
    """A protocol whose messages are what they mean: `{"said": "text"}`, `{"redial": true}`, …"""

    def __init__(self, address: str) -> None:
        self.address = address
        self.greeting = ""
        self.entering: Ask | None = None
        self.due: list[Act] = []

    def enter(self) -> Ask | None:
        return self.entering

    def receive(self, message: str | bytes, now: float) -> list[Act]:
        match json.loads(message):
            case {"said": text, **keys}:
                return [Said(call="7", id=keys.get("id", ""), speaker="customer", text=text)]
            case {"typing": on}:
                return [Typing(call="7", on=on)]
            case {"joined": _}:
                return [Joined()]
            case {"over": reason}:
                return [Over(call="7", reason=reason)]
            case {"echo": text}:
                return [Say(text)]
            case {"redial": reason, **keys}:
                return [Redial(reason, at_once=keys.get("at_once", False))]
            case {"refused": reason}:
                return [Refused(reason)]
            case {"odd": reason}:
                return [Odd(reason)]
        raise PeerError("a message that is none")

    def answer(self, ask: Ask, status: int, body: Any) -> list[Act]:
        if ask.about == "the way in":
            return {200: [], 403: [Refused("lets nobody in; ask")], 500: [Redial("not now")]}[status]  # type: ignore[return-value]
        return [Said(call="7", id=one, speaker="agent", text=f"missed {one}") for one in body]

    def tick(self, now: float) -> list[Act]:
        due, self.due = self.due, []
        return due

    def missed(self, last: Mapping[str, Said]) -> list[Ask]:
        return [Ask(url="http://missed", query={"after": said.id}, about="what was missed") for said in last.values()]


class Answers(Asker):
    """Answers without a server; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[Ask] = []

    async def ask(self, ask: Ask) -> tuple[int, Any]:
        self.asked.append(ask)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


async def story(source: ChatRoom, until: Callable[[Any], bool] = lambda item: False) -> list[Any]:
    """Events and items, up to one with which we leave, and what follows from that."""
    found: list[Any] = []
    async with asyncio.timeout(10):
        async for item in source:
            found.append(event_of(item))
            if until(found[-1]):
                await source.close()
    return found


def event_of(item: Item) -> Any:
    return item.event if isinstance(item, Happened) else item


def texts(items: list[Any]) -> list[str]:
    return [item.text for item in items if isinstance(item, Utterance)]


def room(uri: str, **keys: Any) -> ChatRoom:
    return ChatRoom(Plain(uri), name="plain", waits=(0.01,), **keys)


async def test_from_the_first_message_to_the_end() -> None:
    messages = ({"joined": 1}, {"said": "hello"}, {"odd": "something; left out"}, "{}", {"over": "resolved"})
    async with serving(says(*messages)) as uri:
        items = await story(room(uri), lambda item: isinstance(item, Closed))
    assert items == [
        Ready(text="plain: joined; waits for messages"),
        Opened(call="7", source="plain", timed=False),
        Utterance(speaker="customer", text="hello", start=0.0, end=0.0),
        Complaint(text="plain: something; left out"),
        Complaint(text="plain: a message that is none; left out"),
        Closed(call="7", reason="resolved"),
    ]


async def test_stopped() -> None:
    async with serving(says({"said": "hello"})) as uri:
        items = await story(room(uri), lambda item: isinstance(item, Utterance))
    assert items[-1] == Closed(call="7", reason="stopped")


@pytest.mark.parametrize(("then", "reason"), [("close", "stream ended"), ("break", "stream lost")])
async def test_one_that_is_not_kept_ends(then: str, reason: str) -> None:
    async with serving(says({"said": "hello"}, then=then)) as uri:
        items = await story(ChatRoom(Plain(uri), name="plain", kept=False, waits=()))
    assert items[-1] == Closed(call="7", reason=reason)


async def test_what_was_missed_is_asked_for_before_anything_else_is_heard() -> None:
    first = says({"joined": 1}, {"said": "one", "id": "1"}, then="break")
    second = says({"joined": 1}, {"said": "three", "id": "3"}, {"said": "four", "id": "4"})
    asker = Answers((200, ["1", "2", "3"]))
    async with serving(first, second) as uri:
        items = await story(room(uri, asker=asker), lambda item: getattr(item, "text", "") == "four")
    assert texts(items) == ["one", "missed 2", "missed 3", "four"]
    assert [ask.query for ask in asker.asked] == [{"after": "1"}]
    between = [item for item in items if isinstance(item, SourceLost | SourceBack) or getattr(item, "text", "") == "missed 2"]
    assert between[:2] == [SourceLost(reason="broke off"), SourceBack(gap=0.0)]  # nothing was lost after all
    assert len(between) == 3


async def test_what_was_missed_cannot_be_asked_for() -> None:
    first, second = says({"joined": 1}, {"said": "one"}, then="break"), says({"joined": 1}, {"said": "two"})
    async with serving(first, second) as uri:
        asker = Answers(OSError("does not answer"))
        items = await story(room(uri, asker=asker), lambda item: getattr(item, "text", "") == "two")
    assert Complaint(text="plain: does not answer; what was missed could not be asked for") in items
    (back,) = [item for item in items if isinstance(item, SourceBack)]
    assert back.gap > 0


async def test_what_was_missed_is_not_to_be_had() -> None:
    first, second = says({"said": "one"}, then="break"), says({"said": "two"})
    async with serving(first, second) as uri:
        protocol = Plain(uri)
        protocol.missed = lambda last: []  # type: ignore[method-assign]
        items = await story(ChatRoom(protocol, name="plain", waits=(0.01,)), lambda item: getattr(item, "text", "") == "two")
    assert [type(item) for item in items[2:7]] == [Complaint, SourceLost, Complaint, SourceBack, Utterance]
    assert re.fullmatch(r"plain: is back after \d\.\d s", items[4].text)
    assert items[5].gap > 0


async def test_lost_for_long_it_is_said_once() -> None:
    first, last = says({"joined": 1}, {"said": "one"}, then="break"), says({"joined": 1}, {"said": "two"})
    asker = Answers((200, []), OSError("busy"), OSError("busy"), (200, []), (200, []))
    async with serving(first, last) as uri:
        protocol = Plain(uri)
        protocol.entering = Ask(url="http://way", about="the way in")
        source = ChatRoom(protocol, name="plain", asker=asker, waits=(0.01,))
        items = await story(source, lambda item: getattr(item, "text", "") == "two")
    assert sum(isinstance(item, SourceLost) for item in items) == sum(isinstance(item, SourceBack) for item in items) == 1
    said = [item.text for item in items if isinstance(item, Complaint)]
    assert said[:2] == ["plain: broke off; trying again in 0.01 s", "plain: cannot be reached (busy); trying again in 0.01 s"]
    assert "is back after" in said[2]
    assert len(said) == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, None), "plain: lets nobody in; ask"),
        ((500, None), r"plain: not now; check the address"),
        (OSError("does not answer"), r"plain: cannot be reached \(does not answer\); check the address"),
    ],
)
async def test_kept_out_before_it_is_dialled(answer: Any, words: str) -> None:
    protocol = Plain("ws://127.0.0.1:1")
    protocol.entering = Ask(url="http://way", about="the way in")
    with pytest.raises(SourceError, match=words):
        await story(ChatRoom(protocol, name="plain", asker=Answers(answer)))


async def test_a_token_that_is_refused_later_is_read_again_until_one_is_taken() -> None:
    tokens = ["first", "second", "second", "third"]
    shown = []
    protocol = Plain("")

    def renew() -> None:
        protocol.greeting = tokens.pop(0)

    async def peer(connection: ServerConnection) -> None:
        shown.append(protocol.greeting)
        if protocol.greeting == "second":
            await connection.send('{"refused": "refuses the token; put a new one into the file"}')
            await connection.wait_closed()
            return
        await connection.send('{"joined": 1}')
        await connection.send(json.dumps({"said": protocol.greeting, "id": protocol.greeting}))
        if protocol.greeting == "first":
            await connection.send('{"refused": "refuses the token; put a new one into the file"}')
        await connection.wait_closed()

    async with serving(peer) as uri:
        protocol.address = uri
        source = ChatRoom(protocol, name="plain", waits=(0.01, 0.02, 0.03), asker=Answers((200, ["first", "between"])), renew=renew)
        items = await story(source, lambda item: getattr(item, "text", "") == "third")
    assert shown == ["first", "second", "second", "third"]
    assert texts(items) == ["first", "missed between", "third"]
    assert len([item for item in items if isinstance(item, Opened)]) == 1
    assert [item for item in items if isinstance(item, SourceLost | SourceBack)] == [
        SourceLost(reason="refuses the token; put a new one into the file"),
        SourceBack(gap=0.0),
    ]
    said = [item.text for item in items if isinstance(item, Complaint)]
    assert said[0] == "plain: refuses the token; put a new one into the file; trying again in 0.01 s"
    assert len(said) == 2
    assert "is back after" in said[1]


async def test_kept_out() -> None:
    async with serving(says({"said": "hello"}, {"refused": "wants another token; put it into the file"})) as uri:
        with pytest.raises(SourceError, match="plain: wants another token; put it into the file"):
            await story(room(uri))


async def test_said_and_answered() -> None:
    heard = []

    async def peer(connection: ServerConnection) -> None:
        heard.append(await connection.recv())
        await connection.send('{"echo": "yes?"}')
        heard.append(await connection.recv())
        await connection.send('{"over": "x"}')

    async with serving(peer) as uri:
        await story(ChatRoom(Plain(uri), name="plain", kept=False, greeting=["good morning"]))
    assert heard == ["good morning", "yes?"]


async def test_a_connection_of_no_use_is_dialled_anew() -> None:
    async with serving(says({"said": "one"}, {"redial": "has a new token"}), says({"said": "two"})) as uri:
        items = await story(room(uri), lambda item: getattr(item, "text", "") == "two")
    assert Complaint(text="plain: has a new token; trying again in 0.01 s") in items
    assert texts(items) == ["one", "two"]


async def test_moved_without_a_loss() -> None:
    first = says({"said": "one"}, {"redial": "refresh", "at_once": True}, {"said": "two"})
    async with serving(first, says({"said": "three"})) as uri:
        items = await story(room(uri), lambda item: getattr(item, "text", "") == "three")
    assert texts(items) == ["one", "two", "three"]
    assert not any(isinstance(item, SourceLost | Complaint) for item in items)


async def test_what_falls_due_is_done_however_much_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatroom, "TICK", 0.05)

    async def chatterbox(connection: ServerConnection) -> None:
        while True:
            await connection.send('{"said": "and another thing"}')
            await asyncio.sleep(0.005)

    async with serving(chatterbox) as uri:
        protocol = Plain(uri)
        protocol.due = [Odd("presence")]
        items = await story(ChatRoom(protocol, name="plain"), lambda item: item == Complaint(text="plain: presence"))
    assert Complaint(text="plain: presence") in items


async def test_kept_out_the_connection_is_closed() -> None:
    gone = asyncio.Event()

    async def peer(connection: ServerConnection) -> None:
        for _ in range(3):
            await connection.send('{"refused": "no; go away"}')
        await connection.wait_closed()
        gone.set()

    async with serving(peer) as uri:
        with pytest.raises(SourceError, match="no; go away"):
            await story(room(uri))
        await asyncio.wait_for(gone.wait(), 5)
