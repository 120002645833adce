"""Nothing that was said is left, and everything else is."""

import re
from typing import Any

import pytest

from companion.broadcast.blanking import blank_mark, blank_partial, blanked, dots
from companion.core import events, updates
from companion.core.call import Call, Rules
from companion.core.events import Channel, Partial, Utterance
from companion.core.record import Record, decode, encode
from companion.core.updates import Evidence, FlagRaised
from companion.core.view import CallView
from companion.rules.load import find, load

SAID: list[tuple[Channel, str]] = [
    ("customer", "My name is Zebedee and the flurbox broke on Wednesday, that is outrageous, get me your manager!"),
    ("agent", "I'm so sorry about the flurbox, Zebedee. You have every right to be upset. I will ring you within two days."),
    ("customer", "I have told you three times, this is a complete disaster. I will sue you."),
    ("agent", "You could have a refund, or a new flurbox. Which would you like?"),
]


@pytest.fixture(scope="module")
def journal() -> list[Record]:
    """A call that has nearly everything."""
    rules = Rules.of(load(find("complaint")))
    call = Call("7", rules.started(source="x", began="2026-11-21T10:00:00Z", timed=True, speech=None), rules)
    records = [call.begin()]
    for number, (speaker, text) in enumerate(SAID):
        words = tuple((word, 0.0, 0.1, 1.0) for word in text.split())
        said = Utterance(speaker=speaker, text=text, start=number * 10.0, end=number * 10.0 + 8, words=words)
        records += call.receive(said, number * 10_000 + 8000)
    records += call.receive(events.LineRejected(line=4, reason="no 'Zebedee'"), 50_000)
    records += call.receive(events.CallEnded(reason="over"), 60_000)
    return records


def test_nothing_that_was_said_is_left(journal: list[Record]) -> None:
    kinds = {type(record.what) for record in journal}
    assert {updates.StepHeard, updates.FlagRaised, updates.Prompted, updates.Escalated, updates.Promised} <= kinds
    whole = b"\n".join(map(encode, journal[1:])).decode()
    blank = b"\n".join(encode(blanked(record)) for record in journal[1:]).decode()
    own = "Zebedee flurbox Wednesday outrageous manager ring"
    assert all(re.search(word, whole, re.I) for word in own.split())
    assert [word for word in own.split() if re.search(word, blank.replace("supervisor", ""), re.I)] == []


def test_the_shape_is_what_it_was(journal: list[Record]) -> None:
    open_, blank = CallView(), CallView()
    for record in journal:
        assert encode(decode(encode(blanked(record)))) == encode(blanked(record))
        open_, blank = open_.fold(record), blank.fold(blanked(record))
    assert [row.spans for row in blank.rows] == [row.spans for row in open_.rows]
    assert [len(row.text) for row in blank.rows] == [len(row.text) for row in open_.rows]
    assert [step.state for step in blank.steps] == [step.state for step in open_.steps]
    assert (blank.heat, blank.peak, blank.outcomes) == (open_.heat, open_.peak, open_.outcomes)
    assert blank.summary is not None
    assert open_.summary is not None
    assert blank.summary["heat"] == open_.summary["heat"]
    assert blank.summary["escalated"] == open_.summary["escalated"]
    assert {id: step["state"] for id, step in blank.summary["steps"].items()} == {
        id: step["state"] for id, step in open_.summary["steps"].items()
    }
    card = blank.escalated[0][1].card
    assert card["steps"] == open_.escalated[0][1].card["steps"]
    assert card["open"] == open_.escalated[0][1].card["open"]


@pytest.mark.parametrize("event", [events.Nudged(text="offer the refund", by="sue"), events.Introduced(customer="Mr Smith")])
def test_what_nobody_spoke_stays(event: Any) -> None:
    record = Record(call="7", seq=3, at=0, event=event)
    assert blanked(record) == record


def test_of_an_unknown_kind_no_text_is_left() -> None:
    line = b'{"call":"7","seq":3,"at":0,"update":{"type":"sung","words":["la la",{"text":"la"}],"n":1}}'
    assert encode(blanked(decode(line))).decode() == line.decode().replace("la la", "·· ··").replace('"la"', '"··"')


def test_partials() -> None:
    partial = Partial(channel="agent", text="I'm so sorry", start=0.0, end=1.0)
    assert blank_partial(partial).text == dots(partial.text) == "·'· ·· ·····"
    mark = FlagRaised(flag="abuse", utterance=0, evidence=(Evidence(0, 0, 2, "ab"),))
    assert blank_mark(mark) == FlagRaised(flag="abuse", utterance=0, evidence=(Evidence(0, 0, 2, "··"),))
