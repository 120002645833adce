"""What a scenario's lines mean: who speaks from when to when, what happens, and in which order it is taken."""

import pytest

from companion.core.checklist import Scenario
from companion.core.events import CallEnded, HoldBegan, HoldEnded, SourceBack, SourceLost, SpeechBegan, SpeechEnded, Utterance
from companion.rules.scenario import Moment, Unclear, moments


def read(*lines: str, timed: bool = True) -> list[Moment]:
    return moments(Scenario(title="t", timed=timed, lines=lines))


def told(*lines: str, timed: bool = True) -> tuple[int, str]:
    with pytest.raises(Unclear) as caught:
        read(*lines, timed=timed)
    return caught.value.number, str(caught.value)


def test_somebody_begins_at_the_time_and_is_heard_at_the_end_of_the_words() -> None:
    began, ended, over = read("0:09 agent: I am so sorry")
    assert (began.at, began.events) == (9000, (SpeechBegan(channel="agent", start=9.0),))
    utterance = Utterance(speaker="agent", text="I am so sorry", start=9.0, end=10.6)
    assert (ended.at, ended.events) == (10600, (SpeechEnded(channel="agent", end=10.6), utterance))
    assert (over.at, over.events) == (10600, (CallEnded(reason="scenario"),))


def test_what_is_expected_comes_after_what_happens_at_the_same_time() -> None:
    lines = ("0:02 heat > 1", "end no prompts", "0:01.6 customer: no", "1:00 end", "1:00 heat < 50", "0:03 hold")
    assert [(moment.at, len(moment.events)) for moment in read(*lines)] == [
        (1600, 1), (2000, 2), (2000, 0), (3000, 1), (60000, 1), (60000, 0), (60000, 0),
    ]  # fmt: skip


def test_everything_that_can_happen() -> None:
    events = [event for moment in read("0:30 hold", "0:40 unhold", "0:50 lost", "0:55.5 back", "1:02:00 end") for event in moment.events]
    assert events == [HoldBegan(), HoldEnded(), SourceLost(reason="scenario"), SourceBack(gap=5.5), CallEnded(reason="scenario")]


def test_both_may_speak_at_once() -> None:
    spoken = [
        e.speaker for m in read("0:01 customer: one two three four", "0:02 agent: stop") for e in m.events if isinstance(e, Utterance)
    ]
    assert spoken == ["agent", "customer"]


def test_without_a_clock_the_lines_stand_in_their_order() -> None:
    played = read("customer: it broke", "apologized open", "agent: sorry", "hold", "end apologized thin", timed=False)
    assert [moment.at for moment in played] == [1400, 1400, 2400, 2400, 2400, 2400]
    said = played[2].events[0]
    assert isinstance(said, Utterance)
    assert (said.start, said.end) == (2.0, 2.4)
    assert [bool(moment.events) for moment in played] == [True, False, True, True, True, False]
    assert played[-1].line is not None
    assert played[-1].line.words == "apologized thin"


@pytest.mark.parametrize(
    ("lines", "number", "said"),
    [
        (("0:01 hold", "agent: hello"), 1, "agent: hello: begin with a time such as 0:09"),
        (("9 agent: hello",), 0, "9 agent: hello: begin with a time such as 0:09"),
        (("0:75 hold",), 0, "0:75 hold: begin with a time"),
        (("0:01 agent:",), 0, "0:01 agent:: nothing is said"),
        (("0:02 agent: x", "0:01 agent: one two three four"), 0, "0:02 agent: x: the agent is still speaking, until 0:02.6; begin later"),
        (("0:01 end", "0:02 agent: hello"), 1, "0:02 agent: hello: the call ends before, at 0:01.0"),
        (("0:01 agent: one two three four", "0:02 end"), 0, "0:01 agent: one two three four: the call ends before, at 0:02.0"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(lines: tuple[str, ...], number: int, said: str) -> None:
    where, text = told(*lines)
    assert where == number
    assert text.startswith(said)


def test_a_time_where_there_is_no_clock_is_told() -> None:
    assert told("agent: hello", "0:02 apologized done", timed=False)[1] == (
        "0:02 apologized done: this scenario has no clock; take the time away"
    )
    assert told("end", "agent: hello", timed=False) == (1, "agent: hello: the call ends before, at 0:00.0")
