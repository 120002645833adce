"""One call as a row of records, numbered without holes."""

import pytest

from companion.core import events
from companion.core.call import Call, Rules
from companion.core.checklist import Checklist, Flag, HeatRules, Step, digest
from companion.core.record import Record
from companion.core.updates import CallClosed, FlagRaised, StepChanged, StepHeard

CHECKLIST = Checklist(
    id="c",
    title="C",
    heat=HeatRules(words={"angry": 60.0}, half_life=10.0),
    flags=(Flag(id="lawyer", title="Lawyer", speaker="customer", says=("lawyer",)),),
    steps=(Step(id="sorry", title="Sorry", says=("sorry",), due=5.0),),
)
RULES = Rules.of(CHECKLIST)


def said(text: str, end: float, speaker: events.Channel = "agent") -> events.Utterance:
    return events.Utterance(speaker=speaker, text=text, start=end - 1, end=end)


@pytest.fixture
def call() -> Call:
    return Call("7", RULES.started(source="test", began=None, timed=True, speech="starter"), RULES)


def kinds(records: list[Record]) -> list[str]:
    return [type(record.what).__name__ for record in records]


def test_the_first_record_says_what_the_call_is_judged_by(call: Call) -> None:
    first = call.begin()
    assert (first.call, first.seq, first.at) == ("7", 0, 0)
    assert isinstance(first.event, events.CallStarted)
    assert (first.event.source, first.event.speech, first.event.digest) == ("test", "starter", digest(CHECKLIST))
    assert first.event.checklist["steps"][0]["id"] == "sorry"


def test_an_event_is_written_before_it_is_judged(call: Call) -> None:
    call.begin()
    records = call.receive(said("so sorry", 2.0), 2000)
    first = next(records)
    assert isinstance(first.event, events.Utterance)
    assert first.seq == 1
    assert kinds(list(records)) == ["StepHeard", "StepChanged"]


def test_what_fell_due_before_an_event_stands_before_it(call: Call) -> None:
    call.begin()
    list(call.receive(said("hello", 1.0), 1000))
    assert call.next_deadline == 6000
    records = list(call.receive(said("hello", 8.0), 8000))
    assert [(record.at, type(record.what)) for record in records] == [(6000, StepChanged), (8000, events.Utterance)]


def test_time_alone(call: Call) -> None:
    call.begin()
    list(call.receive(said("hello", 1.0), 1000))
    assert kinds(list(call.advance(7000))) == ["StepChanged"]
    assert call.at == 7000
    assert list(call.advance(6500)) == []
    assert call.at == 7000


def test_the_end(call: Call) -> None:
    call.begin()
    list(call.receive(said("hello", 1.0), 1000))
    records = list(call.receive(events.CallEnded(reason="over"), 3000))
    assert kinds(records) == ["StepChanged", "CallEnded", "CallClosed"]
    assert call.ended
    assert isinstance(records[-1].update, CallClosed)
    assert records[-1].update.summary["call"] == "7"


def test_a_partial_is_judged_and_changes_nothing(call: Call) -> None:
    call.begin()
    partial = events.Partial(channel="agent", text="i am sorry", start=0.0, end=1.0)
    (heard,) = call.preview(partial)
    assert isinstance(heard, StepHeard)
    assert heard.step == "sorry"
    (raised,) = call.preview(events.Partial(channel="customer", text="my lawyer", start=0.0, end=1.0))
    assert isinstance(raised, FlagRaised)
    assert [record.seq for record in call.receive(said("sorry", 1.0), 1000)] == [1, 2, 3]
