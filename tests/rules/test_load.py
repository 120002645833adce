"""Reading checklists: what is taken, how times are written, and what a wrong file is told."""

from pathlib import Path

import msgspec
import pytest

from companion.core.checklist import Checklist, Example, by_value, from_value
from companion.errors import ChecklistError
from companion.rules import document
from companion.rules.load import find, load, load_with_places, parse, seconds, shipped_folder

SMALL = """\
id: small
title: A small one
steps:
  - id: apologized
    title: Apologized
    says: ["[i am] (sorry|apologise)"]
"""


def read(text: str, *, detectors: tuple[str, ...] | None = ("echoes", "listens")) -> Checklist:
    """The checklist of a text that stands for the file `a.yaml`."""
    return parse(document.parse(text, "a.yaml"), "a.yaml", detectors=detectors)[0]


def refused(text: str) -> str:
    """What the author of that text is told."""
    with pytest.raises(ChecklistError) as caught:
        read(text)
    return str(caught.value)


def test_a_few_lines_are_a_checklist(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    checklist = load(tmp_path / "small.yaml")
    assert checklist.step("apologized").says == ("[i am] (sorry|apologise)",)
    assert from_value(msgspec.json.decode(msgspec.json.encode(by_value(checklist)))) == checklist


def test_words_that_look_like_something_else_stay_words() -> None:
    checklist = read("id: 7\ntitle: no\nlists: {answers: [on, yes, 1:30, null, 1.0]}\n")
    assert (checklist.id, checklist.title) == ("7", "no")
    assert checklist.lists["answers"] == ("on", "yes", "1:30", "null", "1.0")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("90", 90), ("90s", 90), ("1m30s", 90), ("1:30", 90), ("'1:30'", 90), ("2m", 120), ("1h", 3600), ("0.5", 0.5)],
)
def test_a_length_of_time_may_be_written_in_several_ways(written: str, meant: float) -> None:
    assert read(SMALL + f"    due: {written}\n").steps[0].due == meant


LONG = "1" * 5000


@pytest.mark.parametrize("text", ["", "s", "1m30", "1:75", "90 s s", "soon", "inf", "nan", "1e999", "s90", LONG + "h", LONG + ":00"])
def test_what_is_no_length_of_time(text: str) -> None:
    value = seconds(text)
    assert value is None or value == float("inf")
    assert "a.yaml:7: 'due': found" in refused(SMALL + f"    due: '{text}'\n") or not text


def test_a_weight_is_no_length_of_time() -> None:
    assert read("id: a\ntitle: A\nwatch: {hurry: 1.2}\n").watch.hurry == 1.2
    assert refused("id: a\ntitle: A\nwatch: {hurry: 1.2s}\n") == "a.yaml:3: 'hurry': found '1.2s', expected a number"
    assert read("id: a\ntitle: A\nheat: {words: {so angry: 20}}\n").heat.words == {"so angry": 20.0}
    assert refused("id: a\ntitle: A\nheat: {words: {so angry: 20s}}\n") == ("a.yaml:3: 'so angry': found '20s', expected a number")


@pytest.mark.parametrize("word", ["yes", "true", "on", "True"])
def test_yes_means_yes_where_yes_or_no_is_asked(word: str) -> None:
    assert read(SMALL + f"    key: {word}\n").steps[0].key is True
    assert refused(SMALL + f"    key: '{word}'\n") == f"a.yaml:7: 'key': found '{word}', expected yes or no"


def test_nothing_is_allowed_where_nothing_is_a_value() -> None:
    assert read(SMALL + "    due:\n    detector: ~\n").steps[0].due is None
    assert refused("id: a\ntitle:\n") == "a.yaml:2: 'title' is empty; give it a value or take the line away"


def test_an_example_is_a_text_or_has_turns_before_it() -> None:
    checklist = read(
        SMALL
        + """\
    examples:
      hit:
        - so sorry
        - text: sorry for that
          after: [customer: it broke, 'agent: oh: dear']
      todo: {miss: [sorry?]}
"""
    )
    examples = checklist.steps[0].examples
    assert examples.hit[0] == Example(text="so sorry")
    assert examples.hit[1].after == ("customer: it broke", "agent: oh: dear")
    assert examples.todo.miss == (Example(text="sorry?"),)


SCENARIOS = """\
scenarios:
  - title: As a list
    lines:
      - 0:09 agent: I am sorry
      - "0:12 customer: well: no"
      - 0:25 apologized done
  - title: As a block
    timed: no
    lines: |
      customer: well: no

      # a remark
      end no prompts
"""


def test_a_scenario_is_a_list_or_a_block_and_knows_its_lines(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL + SCENARIOS)
    checklist, places = load_with_places(tmp_path / "a.yaml")
    first, second = checklist.scenarios
    assert first.lines == ("0:09 agent: I am sorry", "0:12 customer: well: no", "0:25 apologized done")
    assert (second.timed, second.lines) == (False, ("customer: well: no", "end no prompts"))
    assert [places["scenarios", 0, "lines", n] for n in range(3)] == [10, 11, 12]
    assert [places["scenarios", 1, "lines", n] for n in range(2)] == [16, 19]
    assert (places["steps", 0, "id"], places["steps", 0, "says", 0]) == (4, 6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL + "    promt: {text: x}\n", "a.yaml:7: unknown key 'promt'; did you mean 'prompt'?"),
        (SMALL + "    prompt:\n      txt: x\n", "a.yaml:8: unknown key 'txt'; did you mean 'text'?"),
        (SMALL + "    prompt: {say: [x]}\n", "a.yaml:7: 'prompt': 'text' is missing"),
        (SMALL + "qqq: 1\n", "a.yaml:7: unknown key 'qqq'; known here: id, version, title, "),
        ("id: a\n", "a.yaml:1: the checklist: 'title' is missing"),
        ("- a\n", "a.yaml:1: expected a checklist with the keys"),
        ("id: a\ntitle: [b]\n", "a.yaml:2: 'title': found a list, expected a text; one that begins with [ or {"),
        ("id: a\ntitle: ''\n", "a.yaml:2: 'title': expected a text, found nothing"),
        ("id: a\ntitle: b\nsteps: {id: x}\n", "a.yaml:3: 'steps': found keys and values, expected a list; begin each"),
        ("id: a\ntitle: b\nsteps: [x]\n", "a.yaml:3: entry 1 of 'steps': found 'x', expected the keys id, title, "),
        ("id: a\ntitle: b\nsteps:\n  - title: b\n", "a.yaml:4: entry 1 of 'steps': 'id' is missing"),
        (
            "id: a\ntitle: b\nlists: [x]\n",
            "a.yaml:3: 'lists': found a list, expected entries of the form 'name: value'",
        ),
        ("id: a\ntitle: b\nversion: 1.5\n", "a.yaml:3: 'version': found '1.5', expected a whole number"),
        ("id: a\ntitle: b\nversion: '2'\n", "a.yaml:3: 'version': found '2', expected a whole number"),
        (SMALL + "    speaker: caller\n", "a.yaml:7: 'speaker': found 'caller', expected 'agent' or 'customer'"),
        (SMALL + "    due: -5\n", "a.yaml:7: 'due': a length of time cannot be negative"),
        (SMALL + "    due: 1e999\n", "a.yaml:7: 'due': found '1e999', expected a length of time such as 90s"),
        (SMALL + "    examples: {hit: [agent: x]}\n", "a.yaml:7: unknown key 'agent'; known here: text, after"),
        (SMALL + "scenarios:\n  - {title: x, lines: y}\n", "a.yaml:8: 'lines': found 'y', expected a list of lines"),
        (
            SMALL + "scenarios:\n  - {title: x, lines: [[y]]}\n",
            "a.yaml:8: entry 1 of 'lines': found a list, expected a te",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, said: str) -> None:
    assert refused(text).startswith(said)


def test_every_shipped_checklist_loads() -> None:
    shipped = sorted(shipped_folder().glob("*.yaml"))
    assert "complaint" in [path.stem for path in shipped]
    for path in shipped:
        assert load(path).id == path.stem


def test_a_shipped_checklist_is_found_by_its_name_and_any_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SMALL)
    assert find("complaint") == shipped_folder() / "complaint.yaml"
    assert find(str(tmp_path / "mine.yaml")) == tmp_path / "mine.yaml"
    with pytest.raises(ChecklistError, match=r"complant: no such checklist; shipped: .*complaint.*; or give a path"):
        find("complant")
    with pytest.raises(ChecklistError, match=r"none\.yaml: no such file"):
        find(str(tmp_path / "none.yaml"))
