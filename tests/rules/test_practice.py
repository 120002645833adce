"""Scenarios from their files, and each mistake with its line."""

from pathlib import Path

import pytest

from companion.core.roleplay import INTERRUPTED
from companion.errors import ChecklistError
from companion.rules import practice
from companion.rules.load import find as find_checklist
from companion.rules.load import load as load_checklist

SCENARIO = """\
id: kettle
title: The kettle
caller: Ann Lee
about: Her kettle broke.
temper: 60
moves:
  apologized: -20
  blame: 15
  interrupted: 5
opening:
  - says: [My kettle broke.]
lines:
  - on: [apologized]
    full: yes
    says: ["Thank you: at last."]
  - says: [And now?]
endings:
  - end: settled
    below: 40
    after: [apologized]
    says: [Fine.]
dialogues:
  - title: well
    ends: settled
    lines: |
      I'm so sorry: your kettle broke.
      [interrupts] Right.
  - title: badly
    ends: hung_up
    lines: ["That's your fault."]
"""


def read(tmp_path: Path, text: str) -> str:
    """The mistake in a scenario, without its folder."""
    path = tmp_path / "kettle.yaml"
    path.write_text(text, encoding="utf-8")

    def loaded() -> None:
        script, places = practice.load(path)
        practice.agree(script, places, str(path), load_checklist(find_checklist(script.checklist)))

    with pytest.raises(ChecklistError) as caught:
        loaded()
    return str(caught.value).removeprefix(f"{tmp_path}/")


def test_a_scenario_is_read_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "kettle.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    script, places = practice.load(path)
    practice.agree(script, places, str(path), load_checklist(find_checklist("complaint")))
    assert script.moves[INTERRUPTED] == 5
    assert script.lines[0].full
    assert script.dialogues[0].lines == ("I'm so sorry: your kettle broke.", "[interrupts] Right.")
    assert places["dialogues", 1] == 28


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("title: The kettle\n", "", "kettle.yaml:1: the script: 'title' is missing"),
        ("caller:", "callr:", "kettle.yaml:3: unknown key 'callr'; did you mean 'caller'?"),
        ("temper: 60", "temper: 160", "kettle.yaml:5: 'temper' is 160; give 0 to 100"),
        ("  apologized: -20", "  apologised: -20", "kettle.yaml:7: there is no 'apologised'; did you mean 'apologized'?"),
        ("  blame: 15", "  abuse: 15", "kettle.yaml:8: there is no 'abuse'"),
        ("on: [apologized]", "on: [interupted]", "kettle.yaml:13: there is no 'interupted'; did you mean 'interrupted'?"),
        ("after: [apologized]", "after: [blame]", "kettle.yaml:20: there is no 'blame'"),
        ("below: 40", "below: 0", "kettle.yaml:18: 'above' 0 is not less than 'below' 0"),
        ("says: [And now?]", "says: []", "kettle.yaml:16: 'says' is empty; give at least one wording"),
        ("  - says: [And now?]", "  - above: 20\n    says: [And now?]", "kettle.yaml:13: nothing is said at temper 0 to a turn"),
        ("ends: hung_up", "ends: settled", "kettle.yaml:23: every dialogue ends settled"),
        ("    ends: settled", "    ends: manager", "kettle.yaml:23: no dialogue ends settled"),
        ("end: settled\n    below", "end: happy\n    below", "kettle.yaml:18: 'end': found 'happy', expected 'hung_up' or "),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_line(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in SCENARIO
    assert read(tmp_path, SCENARIO.replace(old, new, 1)).startswith(error)


def test_a_list_of_nothing_is_a_mistake(tmp_path: Path) -> None:
    assert read(tmp_path, SCENARIO.split("dialogues:", maxsplit=1)[0] + "dialogues: []\n").endswith(
        "'dialogues' is empty; give at least one"
    )


def test_scenarios_are_found_by_name_and_path(tmp_path: Path) -> None:
    assert practice.find("defective_product").name == "defective_product.yaml"
    with pytest.raises(ChecklistError, match="no such scenario; did you mean 'defective_product'"):
        practice.find("defective_produkt")
    with pytest.raises(ChecklistError, match="no such file"):
        practice.find(str(tmp_path / "x.yaml"))
    (tmp_path / "x.yaml").write_text(SCENARIO, encoding="utf-8")
    assert practice.find(str(tmp_path / "x.yaml")) == tmp_path / "x.yaml"
