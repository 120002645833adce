"""What is said of a call when it is over: from what was heard, nothing else."""

from typing import Any

from companion.core.checklist import Checklist, Flag, HeatRules, Prompt, Step, When
from companion.core.closing import Facts, message, to_try, went_well
from companion.core.detect import StepHit
from companion.core.language.en import ENGLISH
from companion.core.steps import Cause, Steps
from companion.core.updates import Evidence

CHECKLIST = Checklist(
    id="c",
    title="C",
    heat=HeatRules(warn=40),
    flags=(
        Flag(id="policy", title="Policy", speaker="agent", why="It closes doors.", prompt=Prompt(text="Say what you can do")),
        Flag(id="bare", title="Bare", speaker="agent"),
        Flag(id="lawyer", title="Lawyer", speaker="customer", prompt=Prompt(text="Facts")),
    ),
    steps=(
        Step(id="side", title="Side", key=False),
        Step(id="saw", title="saw it", why="It calms.", due=10.0, escalate=10.0, prompt=Prompt(text="Name it"), thin=Prompt(text="Tie it")),
        Step(id="sorry", title="Sorry", due=10.0, when=When(flags=("lawyer",))),
    ),
)


def facts(**known: Any) -> Facts:
    plain: dict[str, Any] = {"peak": 0, "end": 0, "talk_overs": 0, "flags": {}, "promises": [], "fill": {}}
    return Facts(**{**plain, **known})


def steps(**grades: int) -> Steps:
    one = Steps(CHECKLIST)
    for number, (step, grade) in enumerate(grades.items()):
        one.heard(StepHit(step=step, grade=grade, score=100, evidence=(Evidence(0, 0, 1, f"{step} it is"),)), number)
    return one


def test_nothing_heard_nothing_praised() -> None:
    assert went_well(facts(peak=90, end=90), steps(), CHECKLIST, ENGLISH.closing) == ""
    assert went_well(facts(), steps(side=2), CHECKLIST, ENGLISH.closing) == ""


def test_the_heat_that_came_down_is_the_best_of_news() -> None:
    assert went_well(facts(peak=80, end=20), steps(), CHECKLIST, ENGLISH.closing) == "The heat came down from 80 to 20."
    curve = [[0, 50], [5, 80], [9, 75], [12, 60]]
    assert went_well(facts(peak=80, end=60, curve=curve), steps(), CHECKLIST, ENGLISH.closing) == "The heat came down from 80 to 60."
    praised = went_well(facts(peak=80, end=60, curve=curve), steps(saw=1, sorry=2), CHECKLIST, ENGLISH.closing)
    assert praised == "The heat came down from 80 to 60, most of it after “sorry it is”."
    assert went_well(facts(peak=80, end=61), steps(saw=1), CHECKLIST, ENGLISH.closing) == "Saw it: “saw it is”."
    assert went_well(facts(peak=39, end=0), steps(saw=1, sorry=2), CHECKLIST, ENGLISH.closing) == "Sorry: “sorry it is”."


def test_a_step_that_a_person_marked_has_no_words() -> None:
    one = Steps(CHECKLIST)
    one.mark("saw", "done", "ann", 0)
    assert went_well(facts(), one, CHECKLIST, ENGLISH.closing) == "Saw it."
    assert went_well(facts(peak=80, end=0), one, CHECKLIST, ENGLISH.closing) == "The heat came down from 80 to 0."


def test_what_was_missed_comes_first() -> None:
    one = steps()
    one.ask(Cause(heat=0, peak=0, flags=frozenset({"lawyer"}), solving=False), 0)
    one.overdue(10_000)
    assert to_try(facts(talk_overs=9), one, CHECKLIST, ENGLISH.closing) == "Name it. It calms."
    one.overdue(20_000)
    assert to_try(facts(), one, CHECKLIST, ENGLISH.closing) == "Name it. It calms."
    one.mark("saw", "waived", "ann", 0)
    assert to_try(facts(), one, CHECKLIST, ENGLISH.closing) == "Sorry."


def test_then_talk_overs_then_missteps_then_thin_steps() -> None:
    asked = steps(saw=1)
    asked.ask(Cause(heat=0, peak=0, flags=frozenset(), solving=False), 0)
    assert to_try(facts(talk_overs=2, flags={"policy": 1}), asked, CHECKLIST, ENGLISH.closing).startswith("You came in 2 times")
    slipped = facts(talk_overs=1, flags={"policy": 1, "bare": 3, "lawyer": 4})
    assert to_try(slipped, asked, CHECKLIST, ENGLISH.closing) == "Say what you can do. It closes doors."
    assert to_try(facts(flags={"bare": 3, "lawyer": 4}), asked, CHECKLIST, ENGLISH.closing) == "Tie it. It calms."
    assert to_try(facts(), steps(saw=1), CHECKLIST, ENGLISH.closing) == ""  # thin, but nobody needed it
    assert to_try(facts(), steps(saw=2, sorry=1), CHECKLIST, ENGLISH.closing) == ""


def test_the_message_holds_what_was_promised_and_no_more() -> None:
    promises = [
        {"what": "i call you", "by": "by noon", "due": None, "utterance": 0},
        {"what": "send it on Friday", "by": "on Friday", "due": None, "utterance": 1},
        {"what": "look into it", "by": "", "due": None, "utterance": 2},
        {"what": "tomorrow", "by": "tomorrow", "due": None, "utterance": 3},  # what, it was not said
    ]
    text = message(facts(promises=promises, fill={"name": "Ada", "problem": "your lamp"}), ENGLISH.closing)
    assert text.splitlines()[:7] == [
        "Dear Ada,",
        "",
        "Thank you for telling us about your lamp.",
        "This is what we agreed:",
        "– I call you (by noon)",
        "– Send it on Friday",
        "– Look into it",
    ]
    assert message(facts(), ENGLISH.closing) == message(facts(promises=promises[3:]), ENGLISH.closing) == ""
    assert "You told us: “It broke twice”" in message(facts(told="it broke twice"), ENGLISH.closing)
    assert message(facts(promises=promises[:2] * 9), ENGLISH.closing).count("–") == 2  # said again is not promised twice
    assert "agreed" not in message(facts(fill={"problem": "your lamp"}), ENGLISH.closing)
    assert message(facts(promises=promises[2:3]), ENGLISH.closing).splitlines()[:3] == ["Hello,", "", "Thank you for talking to us."]
