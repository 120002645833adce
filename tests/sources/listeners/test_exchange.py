"""Where a listener's connections meet, without any connection."""

import asyncio
from collections.abc import Callable

import pytest

from companion.core.events import Channel, Partial, SpeechBegan, Utterance
from companion.core.feed import Closed, Complaint, Glimpsed, Happened, Item, Opened
from companion.sources.listeners.exchange import Exchange
from companion.speech.recogniser import Recogniser

Script = Callable[..., Callable[[str], Recogniser]]


async def nothing() -> None:
    """Nobody is connected."""


async def taken(exchange: Exchange) -> list[Item]:
    return [item async for item in exchange.items(nothing)]


async def test_items_come_out_in_order_and_calls_are_closed_at_the_end(script: Script) -> None:
    exchange = Exchange("twilio://here", script())
    exchange.board.join("42", "agent")
    exchange.complain("42", "bad manners")
    exchange.stop.set()
    assert await taken(exchange) == [
        Opened(call="42", source="twilio://here", speech="scripted"),
        Complaint(text="twilio://here, 42: bad manners; this connection ends"),
        Closed(call="42", reason="stopped"),
    ]


async def test_connections_are_ended_before_calls_are(script: Script) -> None:
    exchange = Exchange("twilio://here", script())

    async def hang_up() -> None:
        exchange.give(Complaint(text="last words"))

    exchange.board.join("42", "agent")
    exchange.stop.set()
    items = [item async for item in exchange.items(hang_up)]
    assert [type(item) for item in items] == [Opened, Complaint, Closed]


async def test_a_fault_of_ours_is_raised_where_items_are_taken(script: Script) -> None:
    exchange = Exchange("twilio://here", script())
    exchange.give(RuntimeError("ours"))
    with pytest.raises(RuntimeError, match="ours"):
        await taken(exchange)


async def test_the_same_words_in_both_channels_are_complained_about_once_a_call(script: Script) -> None:
    exchange = Exchange("vonage://here", script())
    both: tuple[Channel, ...] = ("agent", "customer")
    for at in range(4):
        for speaker in both:
            text = f"that was our mistake number {at}"
            exchange.give(Happened(call="42", event=Utterance(speaker=speaker, text=text, start=at, end=at + 1)))
    exchange.stop.set()
    told = "vonage://here, 42: agent and customer say the same words; let each connection hear one voice, or ticks are wrong"
    assert [item.text for item in await taken(exchange) if isinstance(item, Complaint)] == [told]


async def test_who_does_not_keep_up_misses_only_what_is_shown(script: Script) -> None:
    exchange = Exchange("twilio://here", script())
    glimpse = Glimpsed(call="42", partial=Partial(channel="agent", text="he", start=0, end=1))
    happened = Happened(call="42", event=SpeechBegan(channel="agent", start=0))
    for _ in range(1000):
        exchange.give(happened)
    assert not exchange.room.is_set()
    exchange.give(glimpse)
    exchange.give(happened)
    taking = asyncio.create_task(taken(exchange))
    async with asyncio.timeout(5):
        await exchange.room.wait()
    exchange.stop.set()
    assert await taking == [happened] * 1001


def test_calls_without_a_name_get_one(script: Script) -> None:
    exchange = Exchange("twilio://here", script())
    assert [exchange.nameless(), exchange.nameless()] == ["call-1", "call-2"]
