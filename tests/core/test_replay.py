"""Live and replayed, a call is the same, byte for byte – whatever happens, whenever time is looked at, wherever it is cut."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core import events
from companion.core.call import Call, Rules
from companion.core.checklist import Checklist, Escalation, Flag, HeatRules, Order, Prompt, Prompting, Step, Watch, When
from companion.core.record import Record, Unknown, decode, encode
from companion.core.replay import check, embedded, replay, started
from companion.core.updates import CallClosed, PromptClosed, Prompted, StepChanged
from companion.errors import JournalError, ReplayMismatch

GOLDEN = sorted((Path(__file__).parent.parent / "calls").glob("*.jsonl"))

CHECKLIST = Checklist(
    id="tiny",
    title="Tiny",
    lists={"solution": ("(send|offer) you",), "refusal": ("no thanks",)},
    watch=Watch(talk_overs=1, explanation=3, dead_air=4.0),
    heat=HeatRules(words={"angry": 60.0, "bad": 30.0}, soothe={"thank you": 50.0}, flags={"leaving": 50.0}, half_life=20.0),
    flags=(
        Flag(id="leaving", title="Leaves", speaker="customer", says=("i will leave",), serious=True, prompt=Prompt(text="Keep them")),
        Flag(id="harm", title="Harm", speaker="customer", says=("hurt",), serious=True, now=True, prompt=Prompt(text="Get help")),
        Flag(id="policy", title="Policy", speaker="agent", says=("policy",), prompt=Prompt(text="Say what you can do")),
        Flag(id="interrupting", title="Interrupts", speaker="agent", detector="talk_over", prompt=Prompt(text="Let them finish")),
        Flag(id="hurried", title="Hurries", speaker="agent", detector="pace", prompt=Prompt(text="Slow down")),
        Flag(id="fix_first", title="Fix first", speaker="agent", detector="order", order=Order(done="solution", without=("saw",)),
             prompt=Prompt(text="First the feeling")),
    ),
    steps=(
        Step(id="heard", title="Heard", detector="listens", due=10.0, prompt=Prompt(text="Listen")),
        Step(id="saw", title="Saw", says=("i see",), full=("i see you are angry",), when=When(heat=30), remind=2.0, due=4.0, turns=2,
             escalate=3.0, prompt=Prompt(text="See it"), thin=Prompt(text="Say it fully")),
        Step(id="said", title="Said", says=("sorry",), when=When(flags=("leaving",), steps=("saw",), solution=True), due=3.0,
             escalate=2.0, prompt=Prompt(text="Say it", say=("Sorry about {problem}", "Sorry"))),
        Step(id="offered_supervisor", title="Offered", says=("my supervisor",), key=False),
    ),
    prompting=Prompting(cooldown=3.0, lasts=4.0, most=5, again=6.0, pause=0.5, now_lasts=5.0),
    escalation=Escalation(hot=4.0, rising=2, talk_overs=2, patience=3.0, again=8.0),
)  # fmt: skip
RULES = Rules.of(CHECKLIST)

SAID = (
    "i am angry", "this is bad", "thank you so much", "i will leave you all now", "someone gets hurt", "no thanks", "mm", "i see",
    "my name is ada", "i see you are angry", "sorry", "that is policy", "i can send you one", "let me ask my supervisor",
    "the box broke and then the lid fell off too", "please go on", "",
)  # fmt: skip


@st.composite
def happenings(draw: st.DrawFn) -> list[tuple[int, events.AnyEvent]]:
    """Anything that can happen in a call, at times that never go back, and its end."""
    now, out = 0, []
    for _ in range(draw(st.integers(0, 25))):
        now += draw(st.sampled_from((0, 0, 40, 500, 1500, 4000, 9000)))
        channel = draw(st.sampled_from(("agent", "customer")))
        length = draw(st.sampled_from((0.0, 0.3, 2.0, 7.0)))
        said = events.Utterance(speaker=channel, text=draw(st.sampled_from(SAID)), start=max(0.0, now / 1000 - length), end=now / 1000)
        other = st.sampled_from((
            events.SpeechBegan(channel=channel, start=max(0.0, now / 1000 - 0.6)),
            events.SpeechEnded(channel=channel, end=now / 1000),
            events.Marked(step=draw(st.sampled_from(("saw", "said", "no"))), state=draw(st.sampled_from(("done", "open"))), by="x"),
            events.PromptDismissed(id=draw(st.integers(0, 3)), by="x"),
            events.Quieted(on=draw(st.booleans()), by="x"),
            events.Acknowledged(by="x"),
            events.HoldBegan(),
            events.HoldEnded(),
            events.SourceLost(reason="x"),
            events.SourceBack(gap=1.0),
            events.Bookmarked(by="x"),
        ))  # fmt: skip
        out.append((now, said if draw(st.integers(0, 2)) else draw(other)))
    return [*out, (now + draw(st.sampled_from((0, 700, 30_000))), events.CallEnded(reason="over"))]


def played(happened: Sequence[tuple[int, events.AnyEvent]], looks: Callable[[int, int], Iterator[int]] | None = None) -> list[Record]:
    """The call's records; `looks` says at which times between two events somebody looks at the clock."""
    call = Call("7", RULES.started(source="test", began=None, timed=True, speech=None), RULES)
    records = [call.begin()]
    for at, event in happened:
        for look in looks(call.at, at) if looks else ():
            records += call.advance(look)
        records += call.receive(event, at)
    return records


@given(happenings(), st.integers(1, 3000))
def test_however_often_time_is_looked_at_the_records_are_the_same(happened: list[tuple[int, events.AnyEvent]], every: int) -> None:
    plain = played(happened)
    assert played(happened, lambda since, to: iter(range(since, min(to, since + 40 * every), every))) == plain
    assert b"\n".join(map(encode, replay(plain, RULES))) == b"\n".join(map(encode, plain))


@given(happenings())
def test_what_holds_of_every_journal(happened: list[tuple[int, events.AnyEvent]]) -> None:
    records = played(happened)
    assert [record.seq for record in records] == list(range(len(records)))
    assert all(a.at <= b.at for a, b in pairwise(records))
    assert isinstance(records[-1].update, CallClosed)
    assert isinstance(records[-2].event, events.CallEnded)
    assert check(records, RULES) == len(records)
    states: dict[str, tuple[str, int]] = {}
    opened: list[int] = []
    for update in (record.update for record in records):
        if isinstance(update, StepChanged):
            assert states.get(update.step, ("open", 0)) != (update.state, update.grade)
            states[update.step] = (update.state, update.grade)
        elif isinstance(update, Prompted):
            assert not opened
            opened.append(update.id)
        elif isinstance(update, PromptClosed):
            assert opened.pop() == update.id
    assert not opened


@given(happenings())
def test_prompts_keep_their_distance(happened: list[tuple[int, events.AnyEvent]]) -> None:
    prompts = [(record.at, record.update) for record in played(happened) if isinstance(record.update, Prompted)]
    could_wait = [at for at, update in prompts if update.flag != "harm"]
    assert len(could_wait) <= CHECKLIST.prompting.most
    assert all(b - a >= 1000 * CHECKLIST.prompting.cooldown for a, b in pairwise(could_wait))


@given(happenings())
def test_never_while_the_agent_is_heard_to_speak(happened: list[tuple[int, events.AnyEvent]]) -> None:
    speaking = False
    for record in played(happened):
        match record.what:
            case events.SpeechBegan(channel="agent"):
                speaking = True
            case events.SpeechEnded(channel="agent") | events.Utterance(speaker="agent") | events.HoldBegan() | events.SourceLost():
                speaking = False
            case Prompted(flag=flag):
                assert not speaking or flag == "harm"
            case _:
                pass


@given(happenings(), st.data())
def test_a_call_cut_off_anywhere_is_proved_as_far_as_it_goes(happened: list[tuple[int, events.AnyEvent]], data: st.DataObject) -> None:
    records = played(happened)
    cut = records[: data.draw(st.integers(1, len(records)))]
    assert check(cut, RULES) == len(cut)


@given(happenings(), st.data())
def test_an_edited_journal_is_found_out(happened: list[tuple[int, events.AnyEvent]], data: st.DataObject) -> None:
    records = played(happened)
    number = data.draw(st.integers(1, len(records) - 1))
    edited = records[number]
    if edited.update is not None:
        edited = msgspec.structs.replace(edited, update=CallClosed(summary={}))
    else:
        edited = msgspec.structs.replace(edited, seq=edited.seq + 1)
    with pytest.raises(ReplayMismatch, match=rf"^record {number}: the same events give another record\n  journal: .*\n  replay:  "):
        check([*records[:number], edited, *records[number + 1 :]], RULES)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_golden_calls_come_out_as_they_stand(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    records = [decode(line) for line in lines]
    # The versions in the first record are those of the day it was written.
    assert [encode(record) for record in replay(records)] == lines


def test_there_are_golden_calls() -> None:
    assert len(GOLDEN) >= 5


def test_a_record_too_many_is_a_mismatch() -> None:
    records = played([(1000, events.CallEnded(reason="over"))])
    with pytest.raises(ReplayMismatch, match=r"replay:  \(nothing\)"):
        check([*records, records[-1]])


def test_what_if() -> None:
    records = played([(1000, events.Utterance(speaker="agent", text="sorry", start=0.2, end=1.0)), (2000, events.CallEnded(reason="over"))])
    other = Rules.of(Checklist(id="other", title="Other"))
    again = list(replay(records, other))
    assert isinstance(again[0].event, events.CallStarted)
    assert again[0].event.digest == other.digest
    assert not any(isinstance(record.update, StepChanged) for record in again)
    assert any(isinstance(record.update, StepChanged) for record in replay(records))


def test_a_record_that_this_version_does_not_know_is_named_as_such() -> None:
    records = played([(1000, events.CallEnded(reason="over"))])
    strange = Record(call="7", seq=1, at=0, event=Unknown({"type": "levitated"}))
    with pytest.raises(ReplayMismatch, match="record 1: is of a type that this version does not know"):
        check([records[0], strange, *records[1:]], RULES)


def test_unknown_events_are_passed_over() -> None:
    records = played([(1000, events.CallEnded(reason="over"))])
    strange = Record(call="7", seq=1, at=0, event=Unknown({"type": "levitated"}))
    assert [record.what for record in replay([records[0], strange, *records[1:]])] == [record.what for record in records]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 99}, "format 99; this version reads up to 1"),
        ({"checklist": {"id": "other", "title": "Other"}}, "the journal's checklist was changed"),
        ({"checklist": {"id": 3}, "digest": sha256(b'{"id":3}').hexdigest()}, "the journal's checklist cannot be used"),
    ],
)
def test_journals_that_cannot_be_used(change: dict[str, Any], says: str) -> None:
    first = played([(0, events.CallEnded(reason="over"))])[0]
    assert isinstance(first.event, events.CallStarted)
    broken = msgspec.structs.replace(first, event=msgspec.structs.replace(first.event, **change))
    with pytest.raises(JournalError, match=says) as raised:
        list(replay([broken]))
    assert raised.value.line == 1


def test_a_journal_begins_with_its_call() -> None:
    records = played([(0, events.CallEnded(reason="over"))])
    for wrong in ([], records[1:]):
        with pytest.raises(JournalError, match="does not begin with call_started"):
            started(wrong)
    assert embedded(started(records)).digest == RULES.digest
