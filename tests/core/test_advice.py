"""What there is to advise: wishes for prompts, and the customer's words to fill them with."""

from typing import Any

import msgspec
import pytest

from companion.core.advice import Advice
from companion.core.checklist import Checklist, Escalation, Flag, HeatRules, Order, Prompt, Prompting, Step, Watch, When
from companion.core.detect import Judgement
from companion.core.events import Channel, Utterance
from companion.core.language.en import ENGLISH
from companion.core.opening import Opening
from companion.core.prompting import Prompter
from companion.core.steps import Cause, Steps
from companion.core.updates import Prompted
from companion.rules.load import load, shipped_folder

SAW = Step(id="saw", title="Saw", when=When(heat=40), remind=5.0, due=10.0, prompt=Prompt(text="See it"), thin=Prompt(text="See it fully"))
BARE = Step(id="bare", title="Bare", when=When(heat=40), remind=5.0, due=10.0)
LATER = Step(id="later", title="Later", when=When(solution=True, peak=40), due=10.0, prompt=Prompt(text="Later"))
FEEL = Prompt(text="Feel")
FLAGS = {
    flag.id: flag
    for flag in (
        Flag(id="mute", title="Mute", speaker="customer"),
        Flag(id="policy", title="Policy", speaker="agent", prompt=Prompt(text="Say what you can do", met=("saw",))),
        Flag(id="lawyer", title="Lawyer", speaker="customer", serious=True, prompt=Prompt(text="Facts only")),
        Flag(id="harm", title="Harm", speaker="customer", serious=True, now=True, prompt=Prompt(text="Get help")),
        Flag(id="over", title="Over", speaker="agent", detector="talk_over", prompt=Prompt(text="Let them finish")),
        Flag(id="fix", title="F", speaker="agent", detector="order", order=Order(done="solution", without=("saw",)), prompt=FEEL),
        Flag(id="all", title="A", speaker="agent", detector="order", order=Order(done="solution", without=()), prompt=Prompt(text="All")),
    )
}
CHECKLIST = Checklist(
    id="c", title="C", watch=Watch(talk_overs=2), heat=HeatRules(warn=40), flags=tuple(FLAGS.values()), steps=(SAW, BARE, LATER),
    prompting=Prompting(cooldown=0.0, lasts=0.0), escalation=Escalation(settled_by="settled", prompt=Prompt(text="Offer", met=("saw",))),
)  # fmt: skip


class Bench:
    def __init__(self) -> None:
        self.prompter = Prompter(CHECKLIST.prompting)
        self.advice = Advice(CHECKLIST, self.prompter, language=ENGLISH)
        self.steps = Steps(CHECKLIST)

    def ask(self, time: int = 0) -> "Bench":
        self.steps.ask(Cause(heat=50, peak=50, flags=frozenset(), solving=True), time)
        return self

    def shows(self, time: int = 0) -> list[Prompted]:
        """All prompts that come up if time does not pass."""
        out: list[Prompted] = []
        while self.prompter._wishes and (new := [each for each in self.prompter.tick(time, Opening(0), {}) if isinstance(each, Prompted)]):
            out += new
        return out

    def texts(self, time: int = 0) -> list[str]:
        return [prompted.text for prompted in self.shows(time)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def said(speaker: Channel, text: str = "x") -> Utterance:
    return Utterance(speaker=speaker, text=text, start=0.0, end=1.0)


def test_the_customers_words_are_kept(bench: Bench) -> None:
    bench.advice.hear(Judgement(problem=("your lamp", "your table")), said("agent"))
    assert bench.advice.fill == {}
    bench.advice.hear(Judgement(problem=("your lamp", "your table")), said("customer", "my name is ada"))
    bench.advice.hear(Judgement(), said("customer", "my name is eve"))
    assert bench.advice.fill == {"problem": "what happened with your lamp", "name": "Ada"}


@pytest.mark.parametrize(
    ("problem", "kept"),
    [
        (("being charged twice",), "being charged twice"),
        (("being told nothing useful",), "being told nothing useful"),
        (("being do it again", "your lamp"), "what happened with your lamp"),
        (("our rep",), None),
        (("your lost a meeting",), None),
        (("your bill january 4",), None),
        (("your",), None),
        (("your lamp that the",), None),
        (("your one two three four five six",), None),
    ],
)
def test_only_words_that_can_be_said(bench: Bench, problem: tuple[str, ...], kept: str | None) -> None:
    bench.advice.hear(Judgement(problem=problem), said("customer"))
    assert bench.advice.fill.get("problem") == kept


def test_a_flag_without_a_prompt_says_nothing(bench: Bench) -> None:
    bench.advice.flag(FLAGS["mute"], 0, 1, 0, heat=50)
    assert bench.texts() == []


def test_the_better_wording_and_what_acts_on_it(bench: Bench) -> None:
    bench.advice.flag(FLAGS["policy"], 3, 1, 0, heat=50)
    assert [(one.kind, one.flag, one.step) for one in bench.shows()] == [("flag:policy", "policy", None)]
    assert bench.prompter.acted(step="saw")


def test_it_is_stale_after_a_moment(bench: Bench) -> None:
    bench.advice.flag(FLAGS["policy"], 3, 1, 0, heat=50)
    assert bench.texts(15_001) == []


def test_talk_overs_are_told_every_so_many(bench: Bench) -> None:
    bench.advice.flag(FLAGS["over"], 0, 1, 0, heat=50)
    assert bench.texts() == []
    bench.advice.flag(FLAGS["over"], 1, 2, 0, heat=50)
    assert bench.texts() == ["Let them finish"]


def test_an_order_fault_asks_for_the_step_that_was_left_out(bench: Bench) -> None:
    bench.advice.flag(FLAGS["fix"], 0, 1, 0, heat=50)
    assert [(one.kind, one.step) for one in bench.shows()] == [("flag:fix", "saw")]
    assert bench.prompter.acted(step="saw")
    bench.advice.flag(FLAGS["all"], 0, 1, 0, heat=50)
    assert [(one.kind, one.step) for one in bench.shows()] == [("flag:all", None)]


def test_harm_cannot_wait(bench: Bench) -> None:
    bench.advice.flag(FLAGS["harm"], 0, 1, 0, heat=50)
    assert bench.prompter.deadline(0, None) == 0


def test_the_flag_that_escalated_gives_the_prompt_to_offer_the_supervisor(bench: Bench) -> None:
    bench.advice.flag(FLAGS["lawyer"], 0, 1, 0, heat=50, escalated=True)
    assert [(one.kind, one.text) for one in bench.shows()] == [("escalate", "Facts only")]
    assert bench.prompter.acted(step="settled")
    bench.advice.flag(FLAGS["lawyer"], 1, 2, 0, heat=50)
    assert bench.texts() == []  # the same is not asked for again so soon
    bench.advice.called()
    bench.advice.flag(FLAGS["lawyer"], 2, 3, 70_000, heat=50, escalated=True)
    assert bench.texts(70_000) == ["Facts only"]


def test_escalation_by_anything_else(bench: Bench) -> None:
    bench.advice.escalate(0)
    assert bench.texts() == ["Offer"]
    assert bench.prompter.acted(step="saw")


def test_reminded_once_then_asked_for_when_overdue(bench: Bench) -> None:
    assert bench.advice.deadline(bench.steps) is None
    bench.ask(1000)
    assert bench.advice.deadline(bench.steps) == 6000
    bench.advice.remind(bench.steps, 5999)
    assert bench.texts(5999) == []
    bench.advice.remind(bench.steps, 6000)
    assert bench.texts(6000) == ["See it"]
    assert bench.advice.deadline(bench.steps) is None
    for changed in bench.steps.overdue(11_000):
        bench.advice.step(bench.steps.tracks[changed.step], 11_000)
    assert bench.texts(80_000) == ["Later"]  # to see it was said before, and the customer did not get hotter since


def test_hotter_words_ask_anew_for_what_is_overdue(bench: Bench) -> None:
    bench.ask().advice.remind(bench.steps, 5000)
    bench.shows(5000)
    bench.steps.mark("bare", "done", "ann", 6000)
    bench.steps.overdue(10_000)
    bench.advice.heated(bench.steps, 7, 12_000, 50)
    assert "See it" in bench.texts(80_000)


@pytest.mark.parametrize(("state", "heat", "again"), [("missed", 50, True), ("done", 70, True), ("done", 69, False), ("waived", 90, False)])
def test_what_is_urgent_is_asked_for_anew_when_anger_rises(bench: Bench, state: Any, heat: float, again: bool) -> None:
    urgent = Checklist(id="c", title="C", heat=HeatRules(alert=70), steps=(msgspec.structs.replace(SAW, urgent=True),))
    bench.advice, bench.steps = Advice(urgent, bench.prompter, language=ENGLISH), Steps(urgent)
    bench.steps.tracks["saw"].state = state
    bench.advice.heated(bench.steps, 7, 0, heat)
    assert bool(bench.texts()) is again


def heard(bench: Bench, grade: int, heat: float) -> None:
    track = bench.steps.tracks["saw"]
    track.state, track.grade = "done", grade
    bench.advice.step(track, 0, heat)


@pytest.mark.parametrize(("grade", "heat", "expected"), [(1, 40, ["See it fully"]), (1, 39, []), (2, 90, [])])
def test_what_would_make_a_thin_step_full(bench: Bench, grade: int, heat: float, expected: list[str]) -> None:
    bench.ask().advice.remind(bench.steps, 5000)
    heard(bench, grade, heat)
    assert bench.texts() == expected


def test_a_thin_step_is_enough_for_a_customer_who_has_calmed(bench: Bench) -> None:
    heard(bench, 1, 90)
    bench.advice.calm(bench.steps, 40)
    assert bench.prompter.deadline(0, Opening(0)) == 0
    bench.advice.calm(bench.steps, 39)
    assert bench.texts() == []


def test_a_full_step_needs_no_more(bench: Bench) -> None:
    heard(bench, 1, 90)
    heard(bench, 2, 90)
    assert bench.texts() == []


def test_a_customer_who_has_calmed_is_not_asked_for(bench: Bench) -> None:
    bench.ask().advice.remind(bench.steps, 5000)
    bench.advice.calm(bench.steps, 36)
    assert bench.prompter.deadline(0, Opening(0)) == 0
    bench.advice.calm(bench.steps, 35.9)
    assert bench.texts() == []


def test_a_flag_that_matters_only_to_an_upset_customer(bench: Bench) -> None:
    rule = msgspec.structs.replace(FLAGS["policy"], heat=30)
    bench.advice.flag(rule, 0, 1, 0, heat=29)
    assert bench.texts() == []
    bench.advice.flag(rule, 1, 2, 0, heat=30)
    assert bench.texts() == ["Say what you can do"]


def test_a_missed_step_is_not_asked_for_any_more(bench: Bench) -> None:
    bench.ask().advice.remind(bench.steps, 5000)
    track = bench.steps.tracks["saw"]
    track.state = "missed"
    bench.advice.step(track, 0)
    assert bench.texts() == []


def test_a_step_that_is_open_again_is_still_asked_for(bench: Bench) -> None:
    bench.ask().advice.remind(bench.steps, 5000)
    bench.advice.step(bench.steps.tracks["saw"], 5000)
    assert bench.texts(5000) == ["See it"]


def test_a_step_without_a_prompt_is_silent(bench: Bench) -> None:
    track: Any = bench.ask().steps.tracks["bare"]
    track.state = "overdue"
    bench.advice.step(track, 0)
    assert bench.texts() == []


def test_what_is_urgent_comes_before_what_was_just_said(bench: Bench) -> None:
    urgent = Checklist(id="c", title="C", steps=(msgspec.structs.replace(SAW, urgent=True),), prompting=CHECKLIST.prompting)
    bench.advice, bench.steps = Advice(urgent, bench.prompter, language=ENGLISH), Steps(urgent)
    bench.ask().steps.overdue(10_000)
    bench.advice.flag(FLAGS["policy"], 3, 1, 10_000, heat=50)
    bench.advice.step(bench.steps.tracks["saw"], 10_000)
    assert bench.texts(10_000) == ["See it", "Say what you can do"]


def test_no_step_is_asked_for_while_the_talk_is_being_closed(bench: Bench) -> None:
    bench.ask().advice.remind(bench.steps, 5000)
    bench.advice.flag(FLAGS["policy"], 0, 1, 5000, heat=50)
    bench.advice.closing()
    bench.steps.overdue(10_000)
    bench.advice.step(bench.steps.tracks["saw"], 10_000)
    assert bench.texts(10_000) == ["Say what you can do"]  # the agent's own words still matter
    bench.advice.heated(bench.steps, 1, 10_000, 60)
    assert bench.texts(10_000) == ["See it", "Later"]


def test_a_reminder_due_while_the_talk_is_being_closed_is_kept_for_later(bench: Bench) -> None:
    bench.ask().advice.closing()
    bench.advice.remind(bench.steps, 5000)
    assert bench.advice.deadline(bench.steps) is None
    assert bench.texts(5000) == []
    bench.advice.heated(bench.steps, 1, 6000, 60)
    assert bench.advice.deadline(bench.steps) is not None
    bench.advice.remind(bench.steps, 6000)
    assert bench.texts(6000) == ["See it"]


def test_a_thin_step_that_is_enough_need_not_be_said_more_fully(bench: Bench) -> None:
    track = bench.steps.tracks["saw"]
    track.state, track.grade = "done", 1
    bench.advice.step(track, 0, heat=50)
    track.enough = True
    bench.advice.step(track, 0, heat=50)
    assert bench.texts() == []


def test_once_the_supervisor_comes_the_rest_is_theirs(bench: Bench) -> None:
    bench.ask().advice.remind(bench.steps, 5000)
    bench.advice.flag(FLAGS["policy"], 0, 1, 5000, heat=50)
    bench.advice.flag(FLAGS["lawyer"], 0, 1, 5000, heat=50)
    bench.advice.settled()
    bench.steps.overdue(10_000)
    bench.advice.step(bench.steps.tracks["saw"], 10_000)
    assert bench.texts(10_000) == ["Say what you can do"]  # the agent's own words still matter


def test_once_the_supervisor_is_called_nobody_asks_for_one(bench: Bench) -> None:
    bench.advice.escalate(0)
    bench.advice.called()
    bench.advice.flag(FLAGS["lawyer"], 0, 1, 0, heat=50)
    bench.advice.flag(FLAGS["policy"], 0, 1, 0, heat=50)
    assert bench.texts() == ["Say what you can do"]
    bench.advice.flag(FLAGS["harm"], 0, 1, 0, heat=50)
    assert bench.texts() == ["Get help"]


def test_the_first_thing_stays_unless_something_was_done_to_them(bench: Bench) -> None:
    kept = {"your lamp": "what happened with your lamp", "your card": "what happened with your lamp", "being charged": "being charged"}
    for problem, words in kept.items():
        bench.advice.hear(Judgement(problem=(problem,)), said("customer"))
        assert bench.advice.fill["problem"] == words


def test_every_shipped_prompt_has_a_line_and_an_alternative_whatever_is_known() -> None:
    rules = load(shipped_folder() / "complaint.yaml")
    prompts = [rules.escalation.prompt, *(flag.prompt for flag in rules.flags), *(step.prompt for step in rules.steps)]
    prompts += [step.thin for step in rules.steps]
    short = [prompt.text for prompt in prompts if prompt is not None and sum("{" not in line for line in prompt.say) < 2]
    assert short == []
