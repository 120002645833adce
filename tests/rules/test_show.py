"""A checklist in plain words."""

from pathlib import Path

from companion.core.checklist import Checklist, Example, Examples, Flag, Order, Prompt, Step, Todo, When
from companion.rules.load import find, load, load_with_places
from companion.rules.show import show


def test_all_that_a_rule_says_is_shown() -> None:
    step = Step(
        id="apologized", title="Apologized", why="it calms", says=("a", "b", "c", "d"), full=("e",), unless=("f",), detector="apologies",
        speaker="customer", after=("heard",), when=When(heat=35, flags=("x", "y"), steps=("heard",), solution=True), remind=5.0, due=10.0,
        turns=1, escalate=7.5, prompt=Prompt(text="Say sorry", say=("Sorry!", "So sorry!")), thin=Prompt(text="Say for what"),
        examples=Examples(hit=(Example(text="x"),), todo=Todo(full=(Example(text="y"),))),
    )  # fmt: skip
    lines = show(Checklist(id="c", title="C", steps=(step, Step(id="thanked", title="Thanked", key=False)), lists={"l": ("1", "2")}))
    assert lines[:18] == [
        "C (c, version 1, en)",
        "",
        "Steps on the screen",
        "1. Apologized (apologized)",
        "   it calms",
        "   said by the customer",
        "   heard by: the engine's 'apologies'",
        "   counts: a · b · c · and 1 more",
        "   counts fully: e",
        "   but not: f",
        "   asked for: once the heat reaches 35, or x or y is raised, or heard was heard, or the agent moves on to solving; "
        "best after heard",
        "   reminds after 5 s, overdue after 10 s, overdue after 1 turn of the agent, missed 7.5 s later",
        '   prompt: Say sorry – "Sorry!"',
        "   when thin: Say for what",
        "   examples: 1 hit, 1 todo",
        "",
        "Steps that are only logged",
        "-  Thanked (thanked)",
    ]
    assert "   <l>: 1 · 2" in lines
    assert lines[-1] == "0 scenarios"


def test_flags_are_shown_under_their_speaker() -> None:
    flag = Flag(id="harm", title="Harm", speaker="customer", why="safety", says=("x",), unless=("y",), serious=True, now=True,
                prompt=Prompt(text="Stay calm"))  # fmt: skip
    over = Flag(id="over", title="Over", speaker="agent", detector="talk_over", serious=True, repeated=3, hot=60)
    order = Order(done="solution", times=2, without=("a", "b"), heat=40)
    prompt = Prompt(text="Listen", say=("Go on.",), met=("a", "b"))
    early = Flag(id="early", title="Early", speaker="agent", detector="order", order=order, prompt=prompt)
    lines = show(Checklist(id="c", title="C", flags=(flag, over, early)))
    start = lines.index("Flags in the customer's words")
    assert lines[start + 1 : start + 8] == [
        "-  Harm (harm)", "   safety", "   raised by: x", "   but not: y", "   goes to the supervisor, at once", "   prompt: Stay calm",
        "   examples: none",
    ]  # fmt: skip
    start = lines.index("Flags in the agent's words")
    assert lines[start + 1 : start + 9] == [
        "-  Over (over)", "   raised by: the engine's 'talk_over'",
        "   goes to the supervisor, the 3. time, or where the heat has reached 60",
        "   examples: none", "-  Early (early)", "   raised by: solution 2 times without a or b, the heat being 40 or more",
        '   prompt: Listen – "Go on." (met by a or b)', "   examples: none",
    ]  # fmt: skip


def test_every_step_and_flag_of_the_shipped_checklist_is_shown() -> None:
    checklist = load(find("complaint"))
    text = "\n".join(show(checklist))
    assert all(f"({rule})" in text for rule in [step.id for step in checklist.steps] + [flag.id for flag in checklist.flags])


def test_where_a_part_comes_from_is_shown(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(
        "lists: {boss: [chief], mine: [x]}\nheat: {warn: 30}\nflags: [{id: rude, title: Rude, speaker: agent, says: [x]}]\n"
        "steps:\n  - {id: apologized, title: Sorry, says: [sorry]}\n  - {id: thanked, title: Thanked, key: no, says: [ta]}\n"
    )
    (tmp_path / "mine.yaml").write_text(
        "include: all.yaml\nid: mine\ntitle: Mine\nlists: {boss: [chief, foreman], own: [y]}\n"
        "steps:\n  - id: apologized\n    due: 5s\n  - {id: named, title: Named, says: [dana]}\n"
    )
    lines = show(*load_with_places(tmp_path / "mine.yaml"))
    assert [line for line in lines[:-1] if line[:1].isdigit() or line.startswith("-")] == [
        "1. Sorry (apologized) – from all.yaml:5, changed in line 6",
        "2. Named (named)",
        "-  Thanked (thanked) – from all.yaml:6",
        "-  Rude (rude) – from all.yaml:3",
    ]
    assert [line for line in lines if line.startswith(("   <", "Measured"))] == [
        "Measured – from all.yaml:2",
        "   <boss>: chief · foreman",
        "   <mine> – from all.yaml:1: x",
        "   <own>: y",
    ]
