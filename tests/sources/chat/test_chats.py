"""Conversations as calls: opened by their first message, told apart, without doubles, and closed."""

from typing import Any

import pytest

from companion.core.events import Introduced, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Closed, Complaint, Happened, Opened
from companion.sources.chat import chats
from companion.sources.chat.chats import QUIET, TYPING, Chats
from companion.sources.protocols.room import Over, Said, Typing


def message(text: str = "where is my order", speaker: str = "customer", call: str = "7", **keys: Any) -> Said:
    return Said(call=call, speaker=speaker, text=text, **keys)  # type: ignore[arg-type]


def happened(*events: Any, call: str = "7") -> list[Happened]:
    return [Happened(call=call, event=event) for event in events]


class TestMessages:
    def test_the_first_opens_a_call(self) -> None:
        opened, said = Chats("chatwoot").said(message(time=1700000000.0, name="Jane"), 100.0)
        assert opened == Opened(call="7", source="chatwoot", began="2023-11-14T22:13:20+00:00", timed=False, customer="Jane")
        assert said == happened(Utterance(speaker="customer", text="where is my order", start=0.0, end=0.0))[0]

    def test_later_ones_have_their_moment_in_the_call(self) -> None:
        book = Chats("x")
        book.said(message(time=1000.0), 50.0)
        assert book.said(message("one moment", "agent", time=1004.5), 56.0) == happened(
            Utterance(speaker="agent", text="one moment", start=4.5, end=4.5)
        )
        (later,) = book.said(message(), 60.25)
        assert isinstance(later, Happened)
        assert later.event == Utterance(speaker="customer", text="where is my order", start=10.25, end=10.25)

    @pytest.mark.parametrize(("time", "end"), [(5.0, 0.0), (9e9, 2.0)])
    def test_a_clock_that_jumps_moves_nothing_out_of_the_call(self, time: float, end: float) -> None:
        book = Chats("x")
        book.said(message(time=1000.0), 50.0)
        (item,) = book.said(message(time=time), 52.0)
        assert isinstance(item, Happened)
        assert isinstance(item.event, Utterance)
        assert item.event.end == end

    def test_doubles_are_known_by_their_id(self) -> None:
        book = Chats("x")
        assert len(book.said(message(id="1"), 0.0)) == 2
        assert book.said(message(id="1"), 1.0) == []
        assert len(book.said(message(id="1", call="8"), 1.0)) == 2
        assert len(book.said(message(), 1.0)) == len(book.said(message(), 1.0)) == 1

    def test_ids_are_not_kept_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chats, "REMEMBERED", 3)
        book = Chats("x")
        for number in range(10):
            book.said(message(id=str(number)), 0.0)
        assert book.said(message(id="9"), 1.0) == book.said(message(id="7"), 1.0) == []
        assert book.said(message(id="0"), 1.0) != []

    def test_the_other_side_is_introduced(self) -> None:
        book = Chats("x")
        book.said(message(name="Jane"), 0.0)
        introduced, _ = book.said(message("hi", "agent", name="Ann\x1b[31m"), 1.0)
        assert introduced == happened(Introduced(agent="Ann"))[0]
        assert len(book.said(message("hi again", "agent", name="Ann"), 2.0)) == 1

    def test_what_cannot_be_used_is_said(self) -> None:
        book = Chats("x")
        assert book.said(message("a" * 100_001), 0.0) == [
            Complaint(text="x: a text of 100,001 characters, more than 100,000; message left out")
        ]
        assert book.said(message(call="c" * 300), 0.0) == [Complaint(text="x: a 'call' of 300 characters, more than 200; message left out")]
        assert book.said(message(" \n"), 0.0) == []  # a picture without words
        assert book.close("over") == []

    def test_a_name_without_end_is_not_kept(self) -> None:
        book = Chats("x")
        assert len(book.said(message(id="1" * 300, name="n" * 1000), 0.0)) == 2
        assert book.said(message(id="1" * 400), 0.0) == []
        assert len(book.last["7"].id) == 200

    def test_the_newest_of_each_conversation_is_known(self) -> None:
        book = Chats("x")
        first, second, late = message(id="1", time=10.0), message(id="2", time=20.0), message(id="3", time=15.0)
        for one in (first, second, late):
            book.said(one, 0.0)
        assert book.last == {"7": message("", id="2", time=20.0)}

    def test_too_many_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(chats, "MOST", 2)
        book = Chats("x")
        book.said(message(call="a"), 0.0)
        book.said(message(call="b"), 1.0)
        book.said(message(call="a"), 2.0)
        closed, *_ = book.said(message(call="c"), 3.0)
        assert closed == Closed(call="b", reason="too many conversations at once")
        assert set(book.last) == {"a", "c"}


class TestTyping:
    def test_it_is_the_customers_turn(self) -> None:
        book = Chats("x")
        assert book.typing(Typing(call="7", on=True), 0.0) == []
        book.said(message(), 0.0)
        assert book.typing(Typing(call="7", on=False), 1.0) == []
        assert book.typing(Typing(call="7", on=True), 2.0) == happened(SpeechBegan(channel="customer", start=2.0))
        assert book.typing(Typing(call="7", on=True), 3.0) == []
        assert book.typing(Typing(call="7", on=False), 4.0) == happened(SpeechEnded(channel="customer", end=4.0))

    def test_a_message_ends_it(self) -> None:
        book = Chats("x")
        book.said(message(), 0.0)
        book.typing(Typing(call="7", on=True), 2.0)
        assert len(book.said(message("hello", "agent"), 2.5)) == 1
        ended, said = book.said(message(), 3.0)
        assert [ended] == happened(SpeechEnded(channel="customer", end=3.0))
        assert isinstance(said, Happened)

    def test_it_lasts_no_longer_than_anybody_types(self) -> None:
        book = Chats("x")
        book.said(message(), 0.0)
        book.typing(Typing(call="7", on=True), 1.0)
        assert book.tick(1.0 + TYPING - 0.1) == []
        assert book.tick(1.0 + TYPING) == happened(SpeechEnded(channel="customer", end=1.0 + TYPING))


class TestEnds:
    def test_closed_and_opened_again_it_is_another_call(self) -> None:
        book = Chats("x")
        book.said(message(id="1"), 0.0)
        assert book.over(Over(call="7", reason="resolved")) == [Closed(call="7", reason="resolved")]
        assert book.over(Over(call="7", reason="resolved")) == []
        assert isinstance(book.said(message(id="2"), 5.0)[0], Opened)

    def test_quiet_for_half_an_hour(self) -> None:
        book = Chats("x")
        book.said(message(), 0.0)
        assert book.tick(QUIET - 1) == []
        assert book.tick(QUIET) == [Closed(call="7", reason="no message for 30 minutes")]

    def test_a_gap_is_in_every_conversation(self) -> None:
        book = Chats("x")
        book.said(message(call="a"), 0.0)
        book.typing(Typing(call="a", on=True), 0.5)
        book.said(message(call="b"), 0.0)
        assert book.lost("broke off") == [
            *happened(SourceLost(reason="broke off"), call="a"),
            *happened(SourceLost(reason="broke off"), call="b"),
        ]
        assert book.back(2.5) == [*happened(SourceBack(gap=2.5), call="a"), *happened(SourceBack(gap=2.5), call="b")]
        assert book.tick(60.0) == []
        assert book.close("stopped") == [Closed(call="a", reason="stopped"), Closed(call="b", reason="stopped")]
