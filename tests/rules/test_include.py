"""Checklists that go on from others: what stands over what, where each part comes from, and what cannot be put together."""

from pathlib import Path

import pytest

from companion.core.checklist import Checklist, by_value, digest, from_value
from companion.core.detect import Judge
from companion.errors import ChecklistError
from companion.rules.check import check
from companion.rules.load import find, load, load_with_places

SHARED = """\
id: shared
version: 7
title: Shared
lists:
  boss: [manager, supervisor]
  very: [so, very]
heat:
  warn: 30
  words: {awful: 40, late: 10}
  flags: {leaving: 20}
flags:
  - id: leaving
    title: Leaves
    speaker: customer
    says: ["i [will] leave"]
  - id: over
    title: Over
    speaker: agent
    detector: talk_over
steps:
  - id: apologized
    title: Apologised
    says: ["[<very>] sorry"]
    due: 30s
    prompt: {text: Apologise, say: [I am sorry]}
    examples: {hit: [so sorry], miss: [thanks]}
  - id: thanked
    title: Thanked
    says: [thanks]
scenarios:
  - title: Only of the shared one
    lines: ["0:01 customer: hello"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the file `shared.yaml`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shared.yaml").write_text(SHARED)
    return tmp_path


def read(text: str) -> Checklist:
    """The checklist of a file `mine.yaml` of that text."""
    Path("mine.yaml").write_text(text)
    return load("mine.yaml")


def refused(text: str) -> str:
    """What the author of `mine.yaml` is told."""
    with pytest.raises(ChecklistError) as caught:
        read(text)
    return str(caught.value)


MINE = "include: shared.yaml\nid: mine\ntitle: Mine\n"


def test_all_is_taken_but_the_name_and_the_scenarios(folder: Path) -> None:
    mine = read(MINE)
    shared = load("shared.yaml")
    assert (mine.id, mine.version, mine.title, mine.scenarios) == ("mine", 1, "Mine", ())
    assert (mine.lists, mine.heat, mine.flags, mine.steps) == (shared.lists, shared.heat, shared.flags, shared.steps)


def test_keys_stand_over_keys_and_the_others_stay(folder: Path) -> None:
    mine = read(
        MINE + "heat:\n  alert: 60\n  words: {awful: 50, rats: 20}\nsteps:\n  - id: apologized\n    due: 12s\n    prompt: {text: Sorry!}\n"
    )
    assert mine.heat.words == {"awful": 50, "late": 10, "rats": 20}
    assert (mine.heat.warn, mine.heat.alert) == (30, 60)
    step = mine.step("apologized")
    assert (step.title, step.due, step.says) == ("Apologised", 12, ("[<very>] sorry",))
    assert step.prompt is not None
    assert (step.prompt.text, step.prompt.say) == ("Sorry!", ("I am sorry",))


def test_steps_keep_their_order_and_new_ones_follow_what_they_are_written_after(folder: Path) -> None:
    named, asked = "  - {id: named, title: Named, says: [dana]}\n", "  - {id: asked, title: Asked, says: [why]}\n"
    sorry, thanked = "  - {id: apologized, title: Sorry}\n", "  - {id: thanked, title: Thanks}\n"

    def order(*steps: str) -> list[str]:
        return [step.title for step in read(MINE + "steps:\n" + "".join(steps)).steps]

    assert order(named, sorry) == ["Sorry", "Thanked", "Named"]
    assert order(sorry, named, asked) == ["Sorry", "Named", "Asked", "Thanked"]
    assert order(sorry, named, thanked, asked) == ["Sorry", "Named", "Thanks", "Asked"]
    assert order(thanked, named, sorry, asked) == ["Sorry", "Asked", "Thanks", "Named"]


def test_a_list_stands_in_place_of_the_other_unless_it_takes_that_in(folder: Path) -> None:
    mine = read(
        MINE + "lists:\n  boss: [foreman, <included>]\n  very: [most]\nsteps:\n"
        "  - id: apologized\n    says: [pardon, <included>]\n    examples: {hit: [<included>, pardon]}\n"
    )
    assert mine.lists == {"boss": ("foreman", "manager", "supervisor"), "very": ("most",)}
    step = mine.step("apologized")
    assert step.says == ("pardon", "[<very>] sorry")
    assert [example.text for example in step.examples.hit] == ["so sorry", "pardon"]
    assert [example.text for example in step.examples.miss] == ["thanks"]


def test_what_is_left_out_adds_no_heat_either(folder: Path) -> None:
    mine = read("without: [leaving, thanked]\n" + MINE)
    assert [flag.id for flag in mine.flags] == ["over"]
    assert [step.id for step in mine.steps] == ["apologized"]
    assert mine.heat.flags == {}
    assert [flag.id for flag in read("without: over\n" + MINE).flags] == ["leaving"]


def test_a_step_may_be_left_out_and_written_anew(folder: Path) -> None:
    mine = read("without: [thanked]\n" + MINE + "steps:\n  - {id: thanked, title: Anew, says: [ta]}\n")
    assert mine.step("thanked").says == ("ta",)
    assert mine.step("thanked").title == "Anew"


def test_of_several_files_the_later_stands_over_the_earlier(folder: Path) -> None:
    (folder / "words").mkdir()
    (folder / "words" / "more.yaml").write_text("include: ../shared.yaml\nlists: {very: [ever so], more: [x]}\n")
    mine = read("include: [words/more.yaml, shared.yaml]\nid: mine\ntitle: Mine\n")
    assert mine.lists == {"boss": ("manager", "supervisor"), "very": ("so", "very"), "more": ("x",)}
    assert read("include: [shared.yaml, words/more.yaml]\nid: mine\ntitle: Mine\n").lists["very"] == ("ever so",)


def test_a_shipped_checklist_is_included_by_its_name(folder: Path) -> None:
    mine, whole = read("include: complaint\nid: mine\ntitle: Mine\n"), load(find("complaint"))
    assert (mine.flags, mine.steps, mine.heat, mine.lists) == (whole.flags, whole.steps, whole.heat, whole.lists)


def test_the_whole_stands_in_the_journal_by_value(folder: Path) -> None:
    mine = read(MINE)
    (folder / "shared.yaml").unlink()
    assert from_value(by_value(mine)) == mine
    assert digest(from_value(by_value(mine))) == digest(mine)


def test_every_part_knows_its_file_and_line(folder: Path) -> None:
    Path("mine.yaml").write_text(MINE + "steps:\n  - id: apologized\n    due: 12s\n")
    _, places = load_with_places("mine.yaml")
    where = {place: (line.file, line) for place, line in places.items()}
    assert where["steps", 0] == ("mine.yaml", 5)
    assert where["steps", 0, "due"] == ("mine.yaml", 6)
    assert where["steps", 0, "says", 0] == ("shared.yaml", 23)
    assert where["lists", "boss"] == ("shared.yaml", 5)


def test_a_fault_is_blamed_on_the_file_that_it_is_in(folder: Path) -> None:
    mine = MINE + "steps:\n  - id: apologized\n    says: [pardon]\n"
    Path("mine.yaml").write_text(mine)
    checklist, places = load_with_places("mine.yaml")
    lines = check(checklist, Judge(checklist), places).lines("mine.yaml")
    assert lines[0] == "shared.yaml:26: step apologized, hit: 'so sorry' is not heard"
    assert lines[-1].startswith("mine.yaml: 2 examples, 0 scenarios")
    assert refused(MINE + "steps:\n  - {id: apologized, after: [heard]}\n").startswith("mine.yaml:5: unknown step 'heard'")
    (folder / "shared.yaml").write_text(SHARED.replace("due: 30s", "due: soon"))
    assert refused(MINE).startswith("shared.yaml:24: 'due': found 'soon'")
    (folder / "shared.yaml").write_text(SHARED.replace("speaker: agent", "speeker: agent"))
    assert refused(MINE) == "shared.yaml:18: unknown key 'speeker'; did you mean 'speaker'?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("include: none.yaml\n", "mine.yaml:1: include: none.yaml: no such file"),
        ("id: a\ninclude:\n  - shared.yaml\n  - complain\n", "mine.yaml:4: include: complain: no such checklist; shipped: "),
        ("include: mine.yaml\n", "mine.yaml:1: includes itself: mine.yaml → mine.yaml"),
        ("include: bare.yaml\n", "mine.yaml:1: include: bare.yaml: holds no keys"),
        ("include: [[shared.yaml]]\n", "mine.yaml:1: 'include': expected a name, or a list of names"),
        ("include:\n", "mine.yaml:1: 'include': expected a name, or a list of names"),
        ("without: x\n" + MINE, "mine.yaml:1: without: no step or flag 'x' is included"),
        ("without: x\nid: a\ntitle: A\n", "mine.yaml:1: without: no step or flag 'x' is included"),
        (MINE + "steps:\n  - {id: thanked}\n  - {id: thanked, title: Again, says: [ta]}\n", "mine.yaml:6: id 'thanked' stands twice"),
        ("include: shared.yaml\ntitle: Mine\n", "mine.yaml:1: the checklist: 'id' is missing"),
        (MINE + "steps: none\n", "mine.yaml:4: 'steps': found 'none', expected a list"),
    ],
)
def test_what_cannot_be_put_together_is_named_with_its_line(folder: Path, text: str, said: str) -> None:
    (folder / "bare.yaml").write_text("- manager\n")
    assert refused(text).startswith(said)


def test_a_circle_through_other_files_is_told_as_it_goes(folder: Path) -> None:
    (folder / "b.yaml").write_text("lists: {x: [y]}\ninclude: c.yaml\n")
    (folder / "c.yaml").write_text("include: b.yaml\n")
    assert refused("include: b.yaml\nid: a\ntitle: A\n") == "c.yaml:1: includes itself: b.yaml → c.yaml → b.yaml"
