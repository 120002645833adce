"""Why words tick a rule, or nearly: what the rule author is told."""

from companion.core.checklist import Checklist, Flag, Step
from companion.core.detect import Judge
from companion.rules.explain import Explanation, explain

CHECKLIST = Checklist(
    id="c",
    title="C",
    flags=(Flag(id="leaving", title="Leaving", speaker="customer", says=("i will leave",)),),
    steps=(
        Step(id="heard", title="Heard fully", detector="listens"),
        Step(id="apologized", title="Apologized", says=("[i am] sorry",), unless=("sorry but",), full=("sorry about (that|this)",)),
        Step(id="thanked", title="Thanked", says=("thank you for waiting",)),
        Step(id="blamed", title="Blamed", says=("that will be your fault",)),
    ),
)
JUDGE = Judge(CHECKLIST)
LONG = "it broke on the first day and then it broke again and nobody came to see it at all"


def told(text: str, speaker: str = "agent", *after: str) -> Explanation:
    return explain(text, "customer" if speaker == "customer" else "agent", after, CHECKLIST, JUDGE)


def test_what_is_met_is_told_with_its_words() -> None:
    met = told("Well, I am sorry about that.").met
    assert [(each.rule, each.title, each.kind, each.grade) for each in met] == [("apologized", "Apologized", "step", 2)]
    assert "sorry about that" in met[0].words[0]
    assert met[0].score is not None


def test_the_turns_before_it_count() -> None:
    assert told("Right, let me look.").met == ()
    assert [each.rule for each in told("Right, let me look.", "agent", LONG).met] == ["heard"]


def test_a_thin_step_is_told_what_would_make_it_full() -> None:
    found = told("I am sorry about it")
    assert [(each.rule, each.grade) for each in found.met] == [("apologized", 1)]
    assert [(each.rule, each.kind, each.likeness, each.missing) for each in found.near] == [("apologized", "full", 67, ("that",))]


def test_what_is_nearly_met_is_told_with_what_is_missing() -> None:
    (near,) = told("thank you for that").near
    assert (near.rule, near.kind, near.phrase, near.likeness, near.missing) == (
        "thanked",
        "says",
        "thank you for waiting",
        75,
        ("waiting",),
    )


def test_common_words_alone_are_not_near() -> None:
    assert told("that will be your parcel").near == ()
    assert [near.rule for near in told("it will be your own fault").near] == ["blamed"]


def test_what_keeps_a_rule_out_is_told() -> None:
    found = told("sorry but no")
    assert found.met == ()
    assert [(near.rule, near.likeness, near.unless) for near in found.near] == [("apologized", 100, "sorry but")]
    assert found.lines() == [
        "nothing is ticked, nothing is raised",
        "nearly apologized, 100 % – says '[i am] sorry', kept out by 'sorry but'",
    ]


def test_only_the_speakers_rules_are_told() -> None:
    assert [each.kind for each in told("I will leave", "customer").met] == ["flag"]
    assert told("I will leave").met == ()
    assert told("I will leave").near == ()


def test_the_explanation_for_a_person() -> None:
    assert told("I will leave", "customer").lines()[0] == "flag leaving – 'I will leave'"
    assert told("I am sorry").lines()[0].startswith("step apologized: thin, ")
    assert told("thank you for that").lines()[-1] == "nearly thanked, 75 % – says 'thank you for waiting', missing: waiting"
    assert told("thank well you for waiting").lines()[-1].endswith("too many words between")
