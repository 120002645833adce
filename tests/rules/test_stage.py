"""Scenarios played on the real session: what comes true, and what is said of what does not."""

import pytest

from companion.core.checklist import Checklist, Escalation, Flag, HeatRules, Prompt, Prompting, Scenario, Step, When
from companion.core.detect import Judge
from companion.rules.stage import play

CHECKLIST = Checklist(
    id="c",
    title="C",
    heat=HeatRules(flags={"leaving": 60.0}, half_life=60.0),
    flags=(
        Flag(id="leaving", title="Leaving", speaker="customer", says=("i will leave",), prompt=Prompt(text="Keep them")),
        Flag(id="harm", title="Harm", speaker="customer", says=("hurt myself",), serious=True, now=True),
    ),
    steps=(
        Step(id="apologized", title="Apologized", says=("sorry",), full=("sorry about (that|this)",), remind=5.0, due=10.0, escalate=10.0,
             when=When(flags=("leaving",)), prompt=Prompt(text="Say sorry", say=("Sorry!",))),
        Step(id="thanked", title="Thanked", says=("thank you",)),
    ),
    prompting=Prompting(pause=0.6, cooldown=1.0, lasts=4.0),
    escalation=Escalation(missed=9, rising=9, refusals=9),
)  # fmt: skip
JUDGE = Judge(CHECKLIST)


def played(*lines: str, timed: bool = True) -> list[tuple[int, str]]:
    misses = play(Scenario(title="t", timed=timed, lines=lines), CHECKLIST, JUDGE)
    return [(miss.line, miss.text) for miss in misses]


def test_the_state_of_a_step_over_a_call() -> None:
    lines = (
        "0:00.5 apologized open",
        "0:01 customer: I will leave",
        "0:10 apologized open",
        "0:12.2 apologized overdue",
        "0:12.2 apologized not done",
        "0:22.2 apologized missed",
        "0:25 agent: sorry",
        "0:26 apologized done",
        "0:26 apologized thin",
        "0:26 apologized not full",
        "0:27 agent: sorry about that",
        "0:29 apologized full",
        "end apologized full",
    )
    assert played(*lines) == []


def test_prompts_come_and_go() -> None:
    lines = (
        "0:00 no prompt",
        "0:00 no prompts",
        "0:01 customer: I will leave",
        "0:04 prompt leaving",
        "0:04 prompt",
        "0:04 no prompt apologized",
        "0:08 prompt apologized",
        "0:09 agent: sorry",
        "0:09.5 no prompt",
    )
    assert played(*lines) == []


def test_on_hold_and_with_the_stream_lost_the_clock_stands_still() -> None:
    assert played("0:01 customer: I will leave", "0:03 hold", "1:00 apologized open", "1:00 unhold", "1:10 apologized overdue") == []
    lost = ("0:01 customer: I will leave", "0:03 lost", "1:00 back", "1:10 apologized overdue", "1:30 apologized unknown")
    assert played(*lost) == []


def test_flags_heat_and_escalation() -> None:
    lines = (
        "0:00.5 not escalated",
        "0:00.5 no flag leaving",
        "0:01 customer: I will hurt myself",
        "0:04 flag harm",
        "0:04 escalated",
        "0:04 escalated alert",
        "0:04 not escalated prompt",
        "0:04 no flag leaving",
        "0:04 heat <= 100",
        "0:04 heat >= 0",
    )
    assert played(*lines) == []


def test_without_a_clock() -> None:
    assert played("customer: I will leave", "flag leaving", "apologized open", "agent: Sorry!", "apologized thin", timed=False) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0:05 apologized done", "it is open"),
        ("0:05 apologized not open", "it is open"),
        ("0:05 thanked open", "it is done and thin (said, but thin)"),
        ("0:05 prompt apologized", "no prompt is open; so far: none"),
        ("0:05 prompt", "no prompt is open; so far: none"),
        ("0:05 flag harm", "flags raised so far: none"),
        ("0:05 heat > 99", "it is 0"),
        ("0:05 escalated", "escalated so far: none"),
        ("0:05 escalated prompt", "escalated so far: none"),
        ("0:05 apologised done", "there is no 'apologised'; did you mean 'apologized'?"),
        ("0:05 zzz done", "there is no 'zzz'; there is apologized, thanked"),
        ("0:05 flag harms", "there is no 'harms'; did you mean 'harm'?"),
        ("0:05 prompt zzz", "there is no 'zzz'; there is apologized, thanked, leaving, harm, escalate"),
        ("0:05 apologized dnoe", "not understood; did you mean 'done'?"),
        ("0:05 agnet: hello", "not understood; did you mean 'agent'?"),
        ("0:05 heat = 5", "not understood; see docs/checklists.md, 'Scenarios'"),
        ("0:05 no", "not understood; see docs"),
        ("0:05", "not understood; see docs"),
    ],
)
def test_what_does_not_come_true_is_told_with_what_is(line: str, said: str) -> None:
    ((number, text),) = played("0:01 agent: thank you", line)
    assert number == 1
    assert text.startswith(f"{line}: {said}")


def test_a_prompt_that_should_not_be_there_is_named() -> None:
    misses = played("0:01 customer: I will leave", "0:04 no prompt", "0:04 prompt apologized", "end no prompts")
    assert misses == [
        (1, "0:04 no prompt: the prompt on the screen is flag:leaving"),
        (2, "0:04 prompt apologized: the prompt on the screen is flag:leaving"),
        (3, "end no prompts: prompts came up: flag:leaving"),
    ]


def test_a_line_that_is_not_understood_is_the_only_one_told() -> None:
    assert played("0:01 thanked done", "0:02 sing", "agent: hello") == [(2, "agent: hello: begin with a time such as 0:09")]
