"""A checklist's own tests: each kind of example, each fault, and where it stands."""

from pathlib import Path

import pytest

from companion.core.checklist import Checklist, Example, Step
from companion.core.detect import Judge
from companion.rules.check import Report, check, turns
from companion.rules.load import find, load_with_places

TEXT = """\
id: c
title: C
flags:
  - id: leaving
    title: Leaving
    speaker: customer
    says: [i will leave]
    examples:
      hit: [I will leave, I might stay]
      miss: [I will stay, 'no: I will leave!']
steps:
  - id: heard
    title: Heard
    detector: listens
    examples:
      hit:
        - text: I see what you mean
          after:
            - it broke on the very first day and then it broke again and again and nobody came to see it
      miss: [Hello there]
  - id: apologized
    title: Apologized
    says: [sorry]
    full: [sorry about (that|this)]
    examples:
      hit: [Sorry!, sorry about that, thanks]
      thin: [sorry, sorry about that]
      full: [so sorry about this, sorry]
      miss: [hello, I am sorry]
      todo:
        hit: [my bad, oh sorry]
        full: [sorry we broke it]
        miss: [are you sorry, fine]
scenarios:
  - title: One
    lines:
      - 0:01 agent: sorry
      - 0:03 apologized full
  - title: Two
    timed: no
    lines: |
      agent: hello

      end flag leaving
"""


def report(tmp_path: Path) -> Report:
    (tmp_path / "c.yaml").write_text(TEXT)
    checklist, places = load_with_places(tmp_path / "c.yaml")
    return check(checklist, Judge(checklist), places)


def test_each_fault_is_told_with_its_line(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert not found.ok
    assert [(fault.line, fault.text) for fault in found.faults] == [
        (9, "flag leaving, hit: 'I might stay' is not raised"),
        (10, "flag leaving, miss: 'no: I will leave!' is raised, by 'I will leave'"),
        (26, "step apologized, hit: 'thanks' is not heard"),
        (27, "step apologized, thin: 'sorry about that' is heard, full, by 'sorry about that'"),
        (28, "step apologized, full: 'sorry' is heard, thin, by 'sorry'"),
        (29, "step apologized, miss: 'I am sorry' is heard, thin, by 'sorry'"),
        (38, "scenario 'One': 0:03 apologized full: it is done and thin (said, but thin)"),
        (44, "scenario 'Two': end flag leaving: flags raised so far: none"),
    ]
    assert (found.examples, found.scenarios, found.todos) == (15, 2, 5)


def test_a_todo_that_comes_true_is_told_but_is_no_fault(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert [(fault.line, fault.text) for fault in found.passing] == [
        (31, "todo: 'oh sorry' comes true now"),
        (33, "todo: 'fine' comes true now"),
    ]


def test_the_report_for_a_person(tmp_path: Path) -> None:
    file = str(tmp_path / "c.yaml")
    lines = report(tmp_path).lines(file)
    assert lines[0] == f"{file}:9: flag leaving, hit: 'I might stay' is not raised"
    assert lines[-2:] == [
        f"{file}:33: todo: 'fine' comes true now; move it up",
        f"{file}: 15 examples, 2 scenarios, 5 todo: 8 faults",
    ]
    assert Report(1, 0, 0, (), ()).lines("c.yaml") == ["c.yaml: 1 example, 0 scenarios, 0 todo: 0 faults"]
    assert Report(1, 0, 0, (), ()).ok


def test_the_turns_before_an_example() -> None:
    lines = ("customer: it broke", "agent: oh: dear", "and again", "note: it is red")
    said = [("customer", "it broke"), ("agent", "oh: dear"), ("customer", "and again"), ("customer", "note: it is red")]
    assert list(turns(lines, "agent")) == said


@pytest.mark.parametrize(("language", "told"), [("en", False), ("en-GB", False), ("hu", True), ("enm", True)])
def test_a_language_without_a_pack_is_told_of(language: str, told: bool) -> None:
    steps = (Step(id="a", title="A", detector="times"), Step(id="b", title="B", detector="listens"), Step(id="c", title="C", says=("c",)))
    checklist = Checklist(id="c", title="C", language=language, steps=steps)
    report = check(checklist, Judge(checklist))
    assert report.ok
    assert (report.lines("c.yaml")[0].endswith("count as they are written; the detectors times are of little use")) == told
    bare = Checklist(id="c", title="C", language=language)
    assert (check(bare, Judge(bare)).lines("c.yaml")[0].endswith("phrases count as they are written")) == told


def test_a_checklist_without_places_is_checked_too() -> None:
    checklist = Checklist(id="c", title="C")
    assert check(checklist, Judge(checklist)) == Report(0, 0, 0, (), ())
    assert Example(text="x").after == ()


def test_every_shipped_checklist_passes_its_own_tests() -> None:
    for path in sorted(find("complaint").parent.glob("*.yaml")):
        checklist, places = load_with_places(path)
        found = check(checklist, Judge(checklist), places)
        assert found.ok, "\n".join(found.lines(path.name))
        assert found.examples >= 50
        assert found.scenarios >= 6
