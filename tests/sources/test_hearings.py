"""What a recogniser heard becomes events in the order that the floor needs."""

import pytest

from companion.core.events import Partial, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.core.feed import Complaint, Glimpsed, Happened
from companion.sources.hearings import Hearings
from companion.speech.recogniser import Hearing


def translate(*heard: Hearing, hearings: Hearings | None = None) -> list[object]:
    items = (hearings or Hearings("7")).translate(heard, 1000)
    assert all(item.call == "7" and item.at == 1000 for item in items if isinstance(item, Happened | Glimpsed))
    return [item.partial if isinstance(item, Glimpsed) else item.event for item in items if isinstance(item, Happened | Glimpsed)]


def partial(text: str = "i am", start: float = 1.0, end: float = 2.0) -> Partial:
    return Partial(channel="agent", text=text, start=start, end=end)


FINAL = Utterance(speaker="agent", text="i am sorry", start=0.9, end=3.0)


def test_the_first_partial_begins_speech_and_the_final_ends_it() -> None:
    assert translate(partial(), partial("i am so", end=2.5), FINAL) == [
        SpeechBegan(channel="agent", start=1.0),
        partial(),
        partial("i am so", end=2.5),
        SpeechEnded(channel="agent", end=3.0),
        FINAL,
    ]


def test_a_final_without_a_partial_has_its_beginning_too() -> None:
    assert translate(FINAL) == [SpeechBegan(channel="agent", start=0.9), SpeechEnded(channel="agent", end=3.0), FINAL]


def test_after_a_final_speech_begins_anew() -> None:
    later = partial(start=5.0, end=6.0)
    assert translate(FINAL, later)[3:] == [SpeechBegan(channel="agent", start=5.0), later]


def test_a_guess_that_comes_to_nothing_ends_where_it_was_last_heard() -> None:
    taken_back = partial("", end=0.0)
    assert translate(partial(), taken_back)[2:] == [SpeechEnded(channel="agent", end=2.0), taken_back]


def test_finish_ends_speech_without_words() -> None:
    hearings = Hearings("7")
    translate(partial(), hearings=hearings)
    (item,) = hearings.finish("agent", 4000)
    assert item == Happened(call="7", event=SpeechEnded(channel="agent", end=2.0), at=4000)
    assert hearings.finish("agent", 4000) == []


def test_channels_do_not_disturb_each_other() -> None:
    customer = Partial(channel="customer", text="hello", start=1.5, end=2.0)
    assert translate(partial(), customer) == [
        SpeechBegan(channel="agent", start=1.0),
        partial(),
        SpeechBegan(channel="customer", start=1.5),
        customer,
    ]


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        (1.25, "call 7: the recogniser hung; it is back, and 1.25 s were not heard"),
        (0.0, "call 7: the recogniser hung; it is back, and what was not settled was heard again"),
    ],
)
def test_gaps_pass_through_and_are_told(gap: float, told: str) -> None:
    accident = (SourceLost(reason="the recogniser hung"), SourceBack(gap=gap))
    items = Hearings("7").translate(accident, 1000)
    assert items == [*(Happened(call="7", event=event, at=1000) for event in accident), Complaint(text=told)]
