"""The judge on the shipped checklist: what changes no verdict, what it costs, and what it gives besides steps."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.checklist import Checklist, Example, Flag, HeatRules, Step
from companion.core.detect import DETECTORS, Judge, Judgement, Memory
from companion.core.events import Channel, Utterance
from companion.core.language.en import ENGLISH
from companion.rules.load import find, load

SHIPPED = load(find("complaint"))
JUDGE = Judge(SHIPPED)
BEGAN = "2026-11-20T10:00:00+00:00"


def said(text: str, speaker: Channel = "agent") -> Utterance:
    return Utterance(speaker=speaker, text=text, start=0.0, end=1.0)


def judge(text: str, speaker: Channel = "agent", after: tuple[str, ...] = ()) -> Judgement:
    """Judge a turn after others (`agent: …`, `customer: …`)."""
    memory = Memory(BEGAN, language=ENGLISH)
    for index, line in enumerate(after):
        who, _, words = line.partition(": ")
        memory.add(index, msgspec.structs.replace(said(words), speaker=who))
    return JUDGE.judge(said(text, speaker), len(after), memory)


def verdict(judgement: Judgement) -> tuple[dict[str, int], set[str]]:
    return {hit.step: hit.grade for hit in judgement.steps}, {hit.flag for hit in judgement.flags}


EXAMPLES = [
    (example, rule.speaker)
    for rule in (*SHIPPED.steps, *SHIPPED.flags)
    for example in (*rule.examples.hit, *rule.examples.thin, *rule.examples.full, *rule.examples.miss)
]
examples = st.sampled_from(EXAMPLES)


def both(example: Example, speaker: Channel, text: str) -> None:
    assert verdict(judge(text, speaker, example.after)) == verdict(judge(example.text, speaker, example.after)), text


@given(examples)
def test_case_changes_no_verdict(one: tuple[Example, Channel]) -> None:
    example, speaker = one
    both(example, speaker, example.text.upper())
    both(example, speaker, example.text.lower())


@given(examples, st.sampled_from([", ", " – ", " ; ", "  ", ' "', " ("]))
def test_punctuation_within_a_sentence_changes_no_verdict(one: tuple[Example, Channel], mark: str) -> None:
    example, speaker = one
    both(example, speaker, example.text.replace(" ", mark))


@given(examples, st.data())
def test_hesitations_change_no_verdict(one: tuple[Example, Channel], data: st.DataObject) -> None:
    example, speaker = one
    words = example.text.split(" ")
    at = data.draw(st.integers(0, len(words)))
    filler = data.draw(st.sampled_from(["um", "uh,", "er", "erm …", "Uhm"]))
    both(example, speaker, " ".join([*words[:at], filler, *words[at:]]))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("I'm", "I am"),
        ("We're", "We are"),
        ("I'll", "I will"),
        ("can't", "cannot"),
        ("that's", "that is"),
        ("don't", "do not"),
        ("I've", "I have"),
        ("you're", "you are"),
    ],
)
def test_contractions_change_no_verdict(short: str, long: str) -> None:
    for example, speaker in EXAMPLES:
        if short in example.text:
            both(example, speaker, example.text.replace(short, long))
            both(example, speaker, example.text.replace("'", "’"))


UNRELATED = ["The office is on the second floor.", "My colleague Robin sits over there.", "Blue goes well with grey."]


@given(examples, st.sampled_from(UNRELATED), st.booleans())
def test_an_unrelated_sentence_removes_no_tick(one: tuple[Example, Channel], other: str, first: bool) -> None:
    example, speaker = one
    longer = f"{other} {example.text}" if first else f"{example.text.rstrip('.!? ')}. {other}"
    before = verdict(judge(example.text, speaker, example.after))
    after = verdict(judge(longer, speaker, example.after))
    assert before[0].keys() <= after[0].keys()
    assert before[1] <= after[1]


@given(examples)
def test_evidence_is_what_was_said(one: tuple[Example, Channel]) -> None:
    example, speaker = one
    judgement = judge(example.text, speaker, example.after)
    for hit in (*judgement.steps, *judgement.flags):
        assert hit.evidence
        for piece in hit.evidence:
            assert piece.utterance == len(example.after)
            assert piece.text == example.text[piece.from_ : piece.to] != ""


@given(st.text(), st.sampled_from(["agent", "customer"]))
def test_any_text_can_be_judged(text: str, speaker: Channel) -> None:
    judgement = judge(text, speaker)
    assert 0 <= judgement.upset <= 100
    assert 0 <= judgement.soothed <= 100


def test_a_partial_changes_nothing() -> None:
    memory = Memory(BEGAN, language=ENGLISH)
    memory.add(0, said("my kettle leaks on the carpet", "customer"))
    one = JUDGE.judge(said("so your kettle leaks"), 1, memory)
    assert JUDGE.judge(said("so your kettle leaks"), 1, memory) == one


def test_the_memory_has_a_bound() -> None:
    memory = Memory(language=ENGLISH)
    for index in range(100):
        memory.add(index, said(f"turn {index}", "customer"))
    assert [index for index, _, _ in memory.turns] == list(range(92, 100))


def test_only_the_customers_words_are_told() -> None:
    assert "paraphrased" in verdict(judge("Your kettle leaks on the carpet", after=("customer: my kettle leaks on the carpet",)))[0]
    assert "paraphrased" not in verdict(judge("Your kettle leaks on the carpet", after=("agent: my kettle leaks on the carpet",)))[0]


def test_agents_turns_promise_and_solve() -> None:
    judgement = judge("I'll send a new kettle by Friday.")
    (promise,) = judgement.promises
    assert (promise.what, promise.by, promise.due) == ("I'll send a new kettle by Friday", "by Friday", "2026-11-27")
    assert judgement.solving
    assert not judge("Go on, please.").solving
    assert judge("I said soon").promises == ()


def test_customers_turns_refuse_and_name_the_problem() -> None:
    judgement = judge("No thanks, my kettle never worked and I don't want that", "customer")
    assert judgement.refusal
    assert judgement.problem[0] == "your kettle"
    assert judge("Thank you so much", "customer").soothed > 0


def test_no_words_no_judgement() -> None:
    assert judge("…?!") == Judgement()


def test_a_rule_hears_its_own_speaker_and_detectors_may_be_left_out() -> None:
    checklist = Checklist(
        id="small",
        title="Small",
        heat=HeatRules(words={"awful": 50}, soothe={"thanks": 10}),
        flags=(Flag(id="manager", title="Manager", speaker="customer", says=("manager",), unless=("my manager",)),),
        steps=(
            Step(
                id="hello", title="Hello", says=("hello", "good (morning|evening)"), full=("hello [dear] neighbour",), unless=("say hello",)
            ),
            Step(id="hers", title="Hers", speaker="customer", says=("hello",)),
            Step(id="times", title="Times", detector="times", unless=("tomorrow never",)),
        ),
    )
    small = Judge(checklist)
    (hit,) = small.judge(said("hello, hello neighbour, good evening"), 3, Memory(language=ENGLISH)).steps
    assert (hit.step, hit.grade, [piece.text for piece in hit.evidence]) == ("hello", 2, ["hello, hello neighbour"])
    (hit,) = small.judge(said("good morning and hello hello world and hello"), 0, Memory(language=ENGLISH)).steps
    assert [piece.text for piece in hit.evidence] == ["good morning", "hello", "hello"]
    assert small.judge(said("say hello"), 0, Memory(language=ENGLISH)).steps == ()
    assert [one.step for one in small.judge(said("hello", "customer"), 0, Memory(language=ENGLISH)).steps] == ["hers"]
    assert [one.flag for one in small.judge(said("a manager", "customer"), 0, Memory(language=ENGLISH)).flags] == ["manager"]
    assert small.judge(said("my manager", "customer"), 0, Memory(language=ENGLISH)).flags == ()
    assert small.judge(said("awful", "customer"), 0, Memory(language=ENGLISH)).upset == pytest.approx(50)


def test_overlapping_evidence_is_one_piece() -> None:
    small = Judge(Checklist(id="x", title="X", steps=(Step(id="a", title="A", says=("one two", "two three", "five")),)))
    (hit,) = small.judge(said("one two three four five"), 0, Memory(language=ENGLISH)).steps
    assert [piece.text for piece in hit.evidence] == ["one two three", "five"]


def test_the_detectors_have_names() -> None:
    assert set(DETECTORS) == {"listens", "apologies", "alternatives", "echoes", "feelings", "times"}
    assert {step.detector for step in SHIPPED.steps} - {None} <= set(DETECTORS)
