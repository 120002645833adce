"""What is said and what follows from it, turn by turn, on little calls."""

from collections.abc import Callable
from typing import Any

import pytest

from companion.core import events
from companion.core.checklist import Checklist, Escalation, Flag, HeatRules, Order, Prompt, Prompting, Step, Watch, When
from companion.core.updates import (
    CallClosed,
    Escalated,
    Evidence,
    FlagRaised,
    HeatChanged,
    Prompted,
    StepChanged,
    StepHeard,
    TalkOver,
)

Play = Callable[..., Any]

CHECKLIST = Checklist(
    id="c",
    title="C",
    lists={"solution": ("send you",), "refusal": ("no thanks",), "will": ("will",)},
    watch=Watch(talk_overs=1, explanation=5, pace=150, hurry=1.2),
    heat=HeatRules(words={"angry": 60.0, "livid": 90.0}, half_life=60.0),
    flags=(
        Flag(id="lawyer", title="Lawyer", speaker="customer", says=("lawyer",), serious=True, prompt=Prompt(text="Facts only")),
        Flag(id="policy", title="Policy", speaker="agent", says=("policy", "okay"), prompt=Prompt(text="Say what you can do")),
        Flag(id="over", title="Over", speaker="agent", detector="talk_over", prompt=Prompt(text="Let them finish")),
        Flag(id="hasty", title="Hasty", speaker="agent", detector="pace"),
        Flag(id="fix", title="Fix", speaker="agent", detector="order", order=Order(done="solution", without=("saw",), heat=40)),
        Flag(id="early", title="Early", speaker="agent", detector="order", order=Order(done="sorry", without=("saw",))),
    ),
    steps=(
        Step(id="heard", title="Heard", detector="listens"),
        Step(id="saw", title="Saw", says=("i see",), when=When(heat=40), due=10.0, escalate=5.0, prompt=Prompt(text="See it")),
        Step(id="sorry", title="Sorry", says=("sorry",), when=When(heat=40), due=10.0, escalate=5.0),
        Step(id="sent", title="Sent", says=("send you",), when=When(solution=True), due=5.0),
        Step(id="offered_supervisor", title="Offered", says=("my supervisor",)),
    ),
    prompting=Prompting(pause=1.0, cooldown=5.0, lasts=5.0),
    escalation=Escalation(missed=2, talk_overs=2, patience=10.0, refusals=2),
)  # fmt: skip


def changed(step: str, state: str, grade: int = 0, because: str = "") -> StepChanged:
    return StepChanged(step=step, state=state, grade=grade, because=because)  # type: ignore[arg-type]


def test_the_order_in_which_a_customers_words_are_told(play: Play) -> None:
    book = play(CHECKLIST).at(4, "customer: i am angry my lawyer will call")
    assert [type(update) for _, update in book.came] == [FlagRaised, HeatChanged, Escalated, Prompted]
    flag, heat, escalated, prompted = (update for _, update in book.came)
    assert flag == FlagRaised(flag="lawyer", utterance=0, evidence=(Evidence(0, 14, 20, "lawyer"),))
    assert heat == HeatChanged(heat=60, utterance=0)
    assert (escalated.level, escalated.because, escalated.card["customer"]) == ("prompt", "Lawyer", ["i am angry my lawyer will call"])
    assert escalated.card["heat"] == 60
    assert (prompted.kind, prompted.text) == ("escalate", "Facts only")


def test_who_is_heard_out_and_by_whom(play: Play) -> None:
    book = play(CHECKLIST).at(4, "customer: one two three four five six").at(8, "agent: well then")
    book >> changed("heard", "done", 1, "said, but thin")
    (heard,) = book.of(StepHeard)
    assert (heard.step, heard.utterance, heard.evidence[0].utterance) == ("heard", 1, 0)


def test_the_agent_who_cuts_in(play: Play) -> None:
    book = play(CHECKLIST).at(6, "customer: one two three four five six", start=1.0)
    book.at(8, "agent: no you are wrong", start=4.0) >> TalkOver(channel="agent", start=4.0, end=6.0)
    book >> FlagRaised(flag="over", utterance=1, evidence=(Evidence(1, 0, 16, "no you are wrong"),))
    assert not book.of(StepHeard)
    assert not book.of(Escalated)
    book.at(20, "agent: well", start=18.0).at(21, "customer: i say", start=17.0)
    assert [escalated.because for escalated in book.of(Escalated)] == ["the agent talked over the customer 2 times"]


def test_the_customer_who_cuts_in_is_no_fault_of_the_agents(play: Play) -> None:
    book = play(CHECKLIST).at(6, "agent: one two three", start=1.0).at(8, "customer: no", start=4.0)
    assert [over.channel for over in book.of(TalkOver)] == ["customer"]
    assert not book.of(FlagRaised)


def test_a_fix_first_and_a_sorry_first(play: Play) -> None:
    book = play(CHECKLIST).at(4, "customer: i am livid").at(6, "agent: sorry i will send you one")
    flags = {flag.flag: flag.evidence for flag in book.of(FlagRaised)}
    assert flags == {"fix": (Evidence(1, 0, 25, "sorry i will send you one"),), "early": (Evidence(1, 0, 5, "sorry"),)}


def test_solving_asks_for_what_comes_with_it(play: Play) -> None:
    steps = (Step(id="by_when", title="By when", when=When(solution=True), due=5.0),)
    checklist = Checklist(id="c", title="C", lists={"solution": ("send you",)}, steps=steps)
    book = play(checklist).at(4, "agent: i will send you one").until(20)
    assert book.when(StepChanged, state="overdue") == [9.0]
    assert not play(checklist).at(4, "agent: well").until(20).of(StepChanged)


def test_a_back_channel_is_no_turn_but_its_words_count(play: Play) -> None:
    book = play(CHECKLIST).at(4, "customer: one two three four five").at(5, "agent: okay")
    assert [flag.flag for flag in book.of(FlagRaised)] == ["policy"]
    assert not book.of(StepHeard)


def test_haste_is_told_once_each_time(play: Play) -> None:
    book = play(CHECKLIST).at(1, "customer: i am livid")
    for turn in range(8):
        words = " ".join(["word"] * (20 if turn < 2 else 40))
        book.at(20 + turn * 12, f"agent: {words}", start=10.0 + turn * 12)
        if turn == 4:
            book.at(69, "customer: i am livid")
    assert [flag.utterance for flag in book.of(FlagRaised) if flag.flag == "hasty"] == [3]


def test_haste_with_a_calm_customer_is_nobodys_business(play: Play) -> None:
    book = play(CHECKLIST)
    for turn in range(4):
        words = " ".join(["word"] * (20 if turn < 2 else 40))
        book.at(20 + turn * 12, f"agent: {words}", start=10.0 + turn * 12)
    assert not book.of(FlagRaised)


def test_missed_steps_call_for_the_supervisor(play: Play) -> None:
    book = play(CHECKLIST).at(1, "customer: i am livid").until(90)
    assert book.when(StepChanged, state="missed") == [16.0, 16.0]
    assert book.when(Escalated, level="prompt") == [16.0]
    assert book.of(Escalated)[0].because == "2 steps were missed"


def test_first_the_agent_is_told_then_the_supervisor(play: Play) -> None:
    book = play(CHECKLIST).at(1, "customer> my lawyer").at(5, "agent> well").until(90)
    assert book.when(Prompted, kind="escalate") == [1.0]
    assert book.when(Escalated, level="alert") == [11.0]


def test_an_offer_of_the_supervisor_settles_it(play: Play) -> None:
    book = play(CHECKLIST).at(1, "customer: my lawyer").at(5, "agent: let me get my supervisor").until(90)
    assert [escalated.level for escalated in book.of(Escalated)] == ["prompt"]
    assert [summary.summary["prompts"]["escalate"]["acted"] for summary in book.at(91, events.CallEnded(reason="x")).of(CallClosed)] == [1]


def test_two_refusals(play: Play) -> None:
    book = play(CHECKLIST).at(1, "customer: no thanks").at(5, "customer: no thanks").at(9, "agent: no thanks")
    assert book.when(Escalated) == [5.0]


def test_a_hot_customer_cools_by_himself(play: Play) -> None:
    book = play(CHECKLIST).at(1, "customer: i am livid").until(200)
    assert [update.heat for update in book.of(HeatChanged)] == [90, 69, 39]
    assert [update.utterance for update in book.of(HeatChanged)] == [0, None, None]


def test_hotter_words_ask_anew(play: Play) -> None:
    steps = (Step(id="saw", title="Saw", says=("i see",), when=When(heat=40), due=5.0, prompt=Prompt(text="See it")),)
    checklist = Checklist(id="c", title="C", heat=CHECKLIST.heat, steps=steps, prompting=Prompting(again=30.0, lasts=5.0))
    book = play(checklist).at(1, "customer> i am angry").at(20, "agent> well").at(50, "customer> i am livid").until(60)
    assert book.when(Prompted) == [6.0, 50.0]


def test_untimed_conversations_have_no_silence(play: Play) -> None:
    book = play(CHECKLIST, timed=False).at(4, "customer: one two").at(60, "agent: i see")
    assert book.session.next_deadline is None
    assert not [update for _, update in book.told if type(update).__name__ == "DeadAir"]


def test_promises_are_kept_for_the_summary(play: Play) -> None:
    book = play(CHECKLIST).at(4, "agent: i will call you back tomorrow by noon").at(9, events.CallEnded(reason="x"))
    (closed,) = book.of(CallClosed)
    promised = [update for _, update in book.told if type(update).__name__ == "Promised"]
    assert len(closed.summary["promises"]) == len(promised) > 0


def test_what_is_heard_again_no_fuller_changes_nothing(play: Play) -> None:
    book = play(CHECKLIST).at(1, events.Marked(step="saw", state="waived", by="ann")).at(4, "agent: i see").at(8, "agent: i see")
    assert len(book.of(StepHeard)) == 2
    assert [change.state for change in book.of(StepChanged)] == ["waived"]


def test_a_partial_is_judged_as_if_it_were_final(play: Play) -> None:
    book = play(CHECKLIST)
    preview = book.session.preview
    assert [update.step for update in preview(events.Partial(channel="agent", text="i see", start=0.0, end=1.0))] == ["saw"]
    assert [update.flag for update in preview(events.Partial(channel="customer", text="a lawyer", start=0.0, end=1.0))] == ["lawyer"]
    assert not book.told


@pytest.mark.parametrize("step", ["saw", "nothing"])
def test_marks_by_hand(play: Play, step: str) -> None:
    book = play(CHECKLIST).at(1, events.Marked(step=step, state="done", by="ann"))
    assert len(book.of(StepChanged)) == (step == "saw")


def test_the_agents_turn_ends_when_the_customer_begins(play: Play) -> None:
    steps = (Step(id="saw", title="Saw", says=("i see",), turns=1, prompt=Prompt(text="See it")),)
    checklist = Checklist(id="c", title="C", steps=steps, prompting=Prompting(pause=9.0))
    book = play(checklist).at(1, "customer: well").at(4, "agent: now then").at(6, "agent: let us look")
    assert not book.of(StepChanged)
    book.at(8.6, events.SpeechBegan(channel="agent", start=8.0)).at(9, events.SpeechEnded(channel="agent", end=8.4))
    assert not book.of(StepChanged)
    book.at(10.6, events.SpeechBegan(channel="customer", start=10.0))
    assert [type(update) for _, update in book.came] == [StepChanged, Prompted]  # at once, while the agent listens


def test_the_customers_first_telling_is_kept(play: Play) -> None:
    story = "one two three four five " + "and so on " * 40
    book = play(CHECKLIST).at(1, "customer: too short").at(30, f"customer: {story}").at(60, "customer: one two three four five again")
    book.at(70, "customer: my lawyer").at(71, events.CallEnded(reason="x"))
    (escalated,) = book.of(Escalated)
    assert escalated.card["told"].startswith("one two three four five and so on")
    assert escalated.card["told"].endswith(" …")
    assert len(escalated.card["told"]) <= 242
    assert "one two three" in book.of(CallClosed)[0].summary["message"].lower()
    brief = play(CHECKLIST).at(9, "customer: one two three four five").at(12, "customer: my lawyer")
    assert brief.of(Escalated)[0].card["told"] == "one two three four five"
