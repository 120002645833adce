"""The hand-over card says what is known, and brings it up to date."""

from typing import Any

import pytest

from companion.core.events import TakenOver
from companion.core.updates import Escalated, Promised
from companion.core.view import CallView
from companion.tui.lines import width_of
from companion.tui.widgets.card import card


def view_of(book: Any) -> CallView:
    view = CallView()
    for record in book.records:
        view = view.fold(record)
    return view


def test_what_came_with_the_escalation_and_what_was_said_since(calls: Any) -> None:
    book = calls.floor()[0].say(70.0, "customer", "are you still there", 2).heats(80)
    told = calls.plain(card(view_of(book), 100))
    assert told[0] == "because    wants a supervisor, and the heat stays above 70"
    assert told[1] == "customer   Moss, A. · heat 80, very upset · upset since 00:21"
    assert told[2] == "problem    your router dropping out every evening"
    assert told[4] == "flagged    wants a supervisor, called before"
    assert told[5] == "said last  “i work from home and i lost a whole client meeting on tuesday because of this thing”"
    assert told[7] == "           “are you still there”"
    assert told[8] == "promised   nothing"
    assert told[9] == "not done   paraphrased, acknowledged feelings, apologized, offered choices, gave a timeline"
    assert told[10].startswith("say first  “I've just been told what happened")


def test_a_heat_that_was_higher_is_told(calls: Any) -> None:
    book = calls.floor()[0].heats(50)
    assert "heat 50, 74 at most, upset · " in calls.plain(card(view_of(book), 100))[1]


def test_without_one_it_is_drawn_up_from_the_call(calls: Any) -> None:
    told = calls.plain(card(view_of(calls.opening()), 120))
    assert told == [
        "customer   Moss, A. · heat 18, calm",
        "said last  “hello yes my router has been dropping out every evening for two weeks now”",
        "promised   nothing",
        "not done   heard fully, paraphrased, acknowledged feelings, apologized, offered choices, gave a timeline",
    ]


def test_who_has_taken_over_and_what_was_promised(calls: Any) -> None:
    book = calls.opening().event(TakenOver(by="Sue")).update(Promised(what="a new router", by="Friday", due=None, utterance=0))
    told = calls.plain(card(view_of(book), 100))
    assert told[0] == "taken over by Sue at 00:09"
    assert "promised   a new router – “Friday”" in told


@pytest.mark.parametrize("value", [None, 7, ["x"], {"a": 1}, ""])
def test_a_card_that_is_none_says_nothing(calls: Any, value: Any) -> None:
    keys = ("because", "who", "upset_since", "problem", "told", "first")
    book = calls.opening().update(Escalated(level="alert", because="x", card=dict.fromkeys(keys, value if value != 7 else "")))
    assert calls.plain(card(view_of(book), 100))[0] == "customer   Moss, A. · heat 18, calm"


@pytest.mark.parametrize("width", [20, 38, 80])
def test_it_fits(calls: Any, width: int) -> None:
    assert max(width_of(line) for line in card(view_of(calls.floor()[0]), width)) <= width
