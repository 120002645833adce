"""The call's time: deadlines at their own time, pauses, the end."""

from collections.abc import Callable

import pytest

from companion.core import events
from companion.core.checklist import Checklist, Flag, HeatRules, Prompt, Prompting, Step, When
from companion.core.updates import CallClosed, DeadAir, Escalated, PromptClosed, Prompted, StepChanged, StepHeard
from companion.errors import CoreMisuse

Play = Callable[..., "object"]

CHECKLIST = Checklist(
    id="c",
    title="C",
    heat=HeatRules(words={"angry": 60.0}, half_life=600.0),
    flags=(Flag(id="lawyer", title="Lawyer", speaker="customer", says=("lawyer",), serious=True),),
    steps=(
        Step(id="saw", title="Saw", says=("i see",), when=When(heat=40), remind=5.0, due=10.0, escalate=10.0, prompt=Prompt(text="See it")),
    ),
    prompting=Prompting(pause=1.0),
)
ANGRY = "customer> i am angry"


def overdue(why: str = "10 s since the customer got upset") -> StepChanged:
    return StepChanged(step="saw", state="overdue", grade=0, because=why)


def test_a_deadline_is_stamped_with_its_own_time(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).until(60)
    assert book.when(StepChanged) == [12.0, 22.0]
    assert [changed.state for changed in book.of(StepChanged)] == ["overdue", "missed"]


def test_a_deadline_falls_before_an_event_at_the_same_time(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).until(11).at(12, "agent> i see")
    assert [type(update) for _, update in book.came][:2] == [StepChanged, StepHeard]
    assert book.of(StepChanged)[0] == overdue()


def test_looking_twice_gives_nothing_new(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).until(12)
    assert book.came
    assert book.until(12).came == []
    assert book.until(5).came == []  # a look back is no step back
    assert book.session.next_deadline == 22_000


def test_time_never_goes_back(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY)
    with pytest.raises(CoreMisuse, match=r"Bookmarked at 1999 ms, after 2000 ms$"):
        book.at(1.999, events.Bookmarked(by="ann"))


def test_after_the_end_comes_nothing(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).at(3, events.CallEnded(reason="over"))
    assert [type(update) for _, update in book.came] == [StepChanged, CallClosed]
    assert book.session.next_deadline is None
    assert book.until(99).came == []
    with pytest.raises(CoreMisuse, match="and the end"):
        book.at(4, events.Bookmarked(by="ann"))


def test_winding_up_twice_gives_nothing_new(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).until(8)
    assert [type(update) for _, update in book.session.wind_up(9000)] == [StepChanged, PromptClosed]
    assert book.session.wind_up(9000) == []
    assert [type(update) for _, update in book.at(9, events.CallEnded(reason="over")).came] == [CallClosed]


def test_on_hold_all_clocks_stop(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).at(6, events.HoldBegan())
    assert book.session.next_deadline is None
    book.until(120)
    assert book.session.heat == pytest.approx(60 * 0.5 ** (4 / 600))
    book.at(126, events.HoldEnded()).until(300)
    assert book.when(StepChanged, state="overdue") == [132.0]
    assert book.when(Prompted) == [127.0]


def test_what_is_said_on_hold_counts_and_prompts_wait(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).at(8, events.HoldBegan()).at(20, "agent: i see")
    assert book.of(StepHeard)
    assert not play(CHECKLIST).at(2, events.HoldBegan()).at(9, "customer: i am angry").until(90).of(Prompted)


def test_a_lost_stream_stops_the_clocks_and_leaves_doubt(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).at(6, events.SourceLost(reason="x")).at(66, events.SourceBack(gap=60.0)).until(100)
    assert [(changed.state, at) for changed, at in zip(book.of(StepChanged), book.when(StepChanged), strict=True)] == [
        ("overdue", 72.0),
        ("unknown", 82.0),
    ]


def test_speech_that_is_announced_ends_a_silence(play: Play) -> None:
    play(CHECKLIST).at(2, "customer: i am angry").at(20.6, events.SpeechBegan(channel="agent", start=20.0)) >> DeadAir(start=2.0, end=20.0)


def test_no_prompt_while_the_agent_is_heard_to_speak(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).at(4, events.SpeechBegan(channel="agent", start=3.4)).until(30)
    assert not book.of(Prompted)
    book.at(30, events.SpeechEnded(channel="agent", end=29.1))
    assert book.until(31).when(Prompted) == []  # by then it is missed, and nothing is asked for any more
    two = play(CHECKLIST).at(2, ANGRY).at(4, events.SpeechBegan(channel="agent", start=3.4))
    two.at(9, events.SpeechEnded(channel="agent", end=8.9)).until(40)
    assert two.when(Prompted) == [9.9]


def test_a_person_marks_dismisses_and_quietens(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).until(8)
    book.at(8, events.PromptDismissed(id=0, by="ann")) >> PromptClosed(id=0, outcome="dismissed")
    book.at(9, events.Marked(step="saw", state="done", by="ann")) >> StepChanged(step="saw", state="done", grade=2, because="marked by ann")
    assert book.at(9, events.Marked(step="saw", state="done", by="ann")).came == []
    quiet = play(CHECKLIST).at(0, events.Quieted(on=True, by="ann")).at(2, ANGRY).until(60)
    assert not quiet.of(Prompted)


def test_an_acknowledged_alert_stays_quiet(play: Play) -> None:
    book = play(CHECKLIST).at(1, "customer: my lawyer").at(2, events.Acknowledged(by="sue")).at(300, "customer: my lawyer").until(600)
    assert [escalated.level for escalated in book.of(Escalated)] == ["prompt"]


@pytest.mark.parametrize(
    "event",
    [events.Bookmarked(by="ann"), events.Nudged(text="well done", by="sue"), events.SinkFailed(sink="x", reason="y"), events.SoundKept()],
)
def test_some_events_are_kept_and_change_nothing(play: Play, event: events.AnyEvent) -> None:
    assert play(CHECKLIST).at(2, event).came == []


def test_preview_changes_nothing(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY)
    (heard,) = book.session.preview(events.Partial(channel="agent", text="i see", start=3.0, end=4.0))
    assert heard == StepHeard(step="saw", utterance=1, grade=heard.grade, score=heard.score, evidence=heard.evidence)
    assert book.session.next_deadline == 7000


def test_a_recogniser_that_lost_nothing_leaves_no_doubt(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).at(6, events.SourceLost(reason="x")).at(6, events.SourceBack(gap=0.0)).until(200)
    assert [changed.state for changed in book.of(StepChanged)] == ["overdue", "missed"]


def test_a_call_that_ends_while_the_stream_is_lost_leaves_doubt(play: Play) -> None:
    book = play(CHECKLIST).at(2, ANGRY).at(6, events.SourceLost(reason="x")).at(10, events.CallEnded(reason="gone"))
    assert [changed.state for changed in book.of(StepChanged)] == ["unknown"]
