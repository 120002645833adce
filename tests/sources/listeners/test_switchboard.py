"""Who sits in which call, without any connection."""

import asyncio
from collections.abc import Callable

import pytest

from companion.core.events import Introduced, SourceBack, SourceLost
from companion.core.feed import Closed, Happened, Item, Opened
from companion.errors import PeerError
from companion.sources.listeners.switchboard import Switchboard
from companion.speech.recogniser import Recogniser

Script = Callable[..., Callable[[str], Recogniser]]


@pytest.fixture
def items() -> list[Item]:
    return []


@pytest.fixture
def board(script: Script, items: list[Item]) -> Switchboard:
    return Switchboard("vosk://here", script(), items.append, linger=60)


async def test_a_call_lasts_from_its_first_to_its_last(board: Switchboard, items: list[Item]) -> None:
    one, two = board.join("42", "agent"), board.join("42", "customer")
    assert one.call is two.call
    assert items == [Opened(call="42", source="vosk://here", speech="scripted")]
    await board.leave(one)
    assert len(items) == 1
    await board.leave(two)
    assert items[1:] == [Closed(call="42", reason="all have left")]


async def test_no_name_is_a_call_of_its_own(board: Switchboard, items: list[Item]) -> None:
    assert board.join(None, "agent").call.name == "call-1"
    assert board.join(None, "agent").call.name == "call-2"
    # Who asks for a name that we happened to give out gets a call, but not somebody else's.
    assert board.join("call-1", "customer").call.name == "call-1-2"
    assert len(items) == 3


async def test_two_on_one_seat(board: Switchboard) -> None:
    seat = board.join("42", "agent")
    assert board.is_taken("42", "agent")
    assert not board.is_taken("42", "customer")
    assert not board.is_taken(None, "agent")
    with pytest.raises(PeerError, match="channel agent of call '42' is already connected"):
        board.join("42", "agent")
    await board.leave(seat)
    assert not board.is_taken("42", "agent")


async def test_lost_and_back(board: Switchboard, items: list[Item]) -> None:
    seat = board.join("42", "agent")
    await board.leave(seat, lost="cable")
    assert items[1] == Happened(call="42", event=SourceLost(reason="cable"))
    assert board.join("42", "agent").call is seat.call
    assert isinstance(items[2], Happened)
    assert isinstance(items[2].event, SourceBack)
    await board.close("stopped")
    assert items[3:] == [Closed(call="42", reason="stopped")]


async def test_lost_while_the_other_goes_on(board: Switchboard, items: list[Item]) -> None:
    seat, other = board.join("42", "agent"), board.join("42", "customer")
    await board.leave(seat, lost="cable")
    await board.leave(other)
    assert [type(getattr(item, "event", item)) for item in items] == [Opened, SourceLost, Closed]


async def test_lost_without_a_name_is_over(board: Switchboard, items: list[Item]) -> None:
    await board.leave(board.join(None, "agent"), lost="cable")
    assert items[-1] == Closed(call="call-1", reason="cable")


async def test_stopped_while_lingering_it_ends_once(board: Switchboard, items: list[Item]) -> None:
    await board.leave(board.join("42", "agent"), lost="cable")
    await board.close("stopped")
    await board.close("stopped")
    assert [item.reason for item in items if isinstance(item, Closed)] == ["stopped"]


async def test_what_a_peer_tells_of_the_call_stands_beside_its_source(board: Switchboard, items: list[Item]) -> None:
    board.join("42", "agent", "Twilio, from +15550100")
    board.join("42", "customer", "Twilio, from somebody else")
    assert items == [Opened(call="42", source="vosk://here (Twilio, from +########)", speech="scripted")]


async def test_each_who_joins_may_name_somebody(board: Switchboard, items: list[Item]) -> None:
    board.join("42", "agent", who=Introduced(agent="Dana", team="Billing"))
    board.join("42", "customer", who=Introduced(agent="Somebody", customer="Lee"))
    assert items == [
        Opened(call="42", source="vosk://here", speech="scripted", agent="Dana", team="Billing"),
        Happened(call="42", event=Introduced(agent="Dana", customer="Lee", team="Billing")),
    ]
    await board.close("stopped")
    items.clear()
    board.join("42", "agent")
    assert items == [Opened(call="42-2", source="vosk://here", speech="scripted")]


@pytest.mark.parametrize(("lost", "events"), [("", []), ("cable", [SourceLost, SourceBack])])
async def test_who_comes_back_while_the_last_words_are_still_to_come_goes_on(
    board: Switchboard, items: list[Item], lost: str, events: list[type]
) -> None:
    old = board.join("42", "agent")
    old.part()
    assert not board.is_taken("42", "agent")
    new = board.join("42", "agent")
    assert board.is_taken("42", "agent")
    waiting = asyncio.create_task(new.ready())
    await asyncio.sleep(0)
    assert not waiting.done()
    await board.leave(old, lost)
    await waiting
    assert [type(getattr(item, "event", item)) for item in items] == [Opened, *events]
    await board.leave(new)
    assert items[-1] == Closed(call="42", reason="all have left")
